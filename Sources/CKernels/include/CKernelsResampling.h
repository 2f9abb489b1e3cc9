#ifndef PERCEPT_CKERNELS_RESAMPLING_H
#define PERCEPT_CKERNELS_RESAMPLING_H

#include <stddef.h>
#include <stdint.h>

/// Where the next output of a polyphase filter lies in its input.
typedef struct {
    /// Index of the input sample that the first tap falls on.
    ptrdiff_t position;
    /// Numerator of the fraction of a sample behind it, over `phaseCount`.
    ptrdiff_t phase;
    ptrdiff_t phaseCount;
    /// From one output to the next: whole samples, and the numerator of the rest.
    ptrdiff_t step;
    ptrdiff_t phaseStep;
} PolyphaseState;

/// Implementations of the inner product that the filters are made of.
typedef enum {
    PerceptKernelScalar = 0,
    PerceptKernelAVX2 = 1,
    PerceptKernelAVX512 = 2,
} PerceptKernel;

/// The quickest implementation that this processor has; found once.
PerceptKernel percept_best_kernel(void);

/// The sum of `a[i] * b[i]`; `count` is a multiple of 16.
///
/// The scalar implementation is the oracle of the others: they differ from it by rounding alone. A kernel that the
/// processor lacks must not be asked for.
float percept_dot_product(PerceptKernel kernel, const float *a, const float *b, ptrdiff_t count);

/// Writes `count` outputs, each the inner product of `tapCount` inputs with the row of its phase, and moves `state` on.
///
/// `rows` holds `state->phaseCount` rows. The caller has made sure that the inputs are there.
void percept_polyphase_exact(PolyphaseState *state, const float *input, const float *rows, ptrdiff_t tapCount,
                             float *output, ptrdiff_t count);

/// The same with rows at `density` phases a sample, from phase −1 to `density` + 1, and a cubic (four-point Lagrange) between
/// them.
void percept_polyphase_cubic(PolyphaseState *state, const float *input, const float *rows, ptrdiff_t tapCount,
                             ptrdiff_t density, float *output, ptrdiff_t count);

#endif
