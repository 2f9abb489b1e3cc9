#include "CKernelsOverlapSave.h"

#include <string.h>

#include "CKernelsSelection.h"

typedef float Scalar;
#include "fourier_constants.h"

ptrdiff_t percept_overlap_save_scratch_count(const OverlapSave *plan) {
    return (plan->forward.length + plan->backward.length) * PerceptOverlapSaveBlocks;
}

// MARK: One implementation for each width of vector

// A vector is one register. AVX-512 uses eight lanes too: its gain is 32 registers, enough for nine points and their
// sums. Sixteen lanes would need twice the cache and take half as long again.
#define LANES 4
#define TARGET
#define NAMED(name) name##_scalar
#include "overlap_save_lanes.h"

#if defined(__x86_64__)
#define LANES 8
#define TARGET __attribute__((target("avx2,fma")))
#define NAMED(name) name##_avx2
#include "overlap_save_lanes.h"

#define LANES 8
#define TARGET __attribute__((target("avx512f,avx512vl,avx2,fma")))
#define NAMED(name) name##_avx512
#include "overlap_save_lanes.h"
#endif

void percept_overlap_save(const OverlapSave *plan, const float *input, float *scratch, float *output) {
#if defined(__x86_64__)
    switch (percept_kernel()) {
    case PerceptKernelAVX512: return blocks_avx512(plan, input, scratch, output);
    case PerceptKernelAVX2: return blocks_avx2(plan, input, scratch, output);
    case PerceptKernelScalar: break;
    }
#endif
    blocks_scalar(plan, input, scratch, output);
}
