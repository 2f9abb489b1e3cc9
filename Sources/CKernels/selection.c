#include "CKernelsSelection.h"

static _Thread_local PerceptKernel limit = PerceptKernelAVX512;

PerceptKernel percept_kernel(void) {
#if defined(__x86_64__)
    if (limit >= PerceptKernelAVX512 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) {
        return PerceptKernelAVX512;
    }
    if (limit >= PerceptKernelAVX2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return PerceptKernelAVX2;
    }
#endif
    return PerceptKernelScalar;
}

void percept_kernel_limit(PerceptKernel fastest) { limit = fastest; }
