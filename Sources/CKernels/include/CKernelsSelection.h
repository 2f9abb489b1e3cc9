#ifndef PERCEPT_CKERNELS_SELECTION_H
#define PERCEPT_CKERNELS_SELECTION_H

/// Implementations of the same arithmetic, from the slowest on.
typedef enum {
    /// Plain C, compiled for the target's baseline (SSE2 or NEON). The others are tested against it.
    PerceptKernelScalar = 0,
    PerceptKernelAVX2 = 1,
    PerceptKernelAVX512 = 2,
} PerceptKernel;

/// The implementation that calls on this thread use: the fastest that the processor supports, up to the limit.
PerceptKernel percept_kernel(void);

/// Limits the calls on this thread to `fastest` and slower implementations, for tests and benchmarks;
/// `PerceptKernelAVX512` lifts the limit. With `PerceptKernelScalar`, hashing does not use the processor's SHA
/// instructions either.
void percept_kernel_limit(PerceptKernel fastest);

#endif
