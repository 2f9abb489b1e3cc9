#ifndef PERCEPT_CKERNELS_RESAMPLING_H
#define PERCEPT_CKERNELS_RESAMPLING_H

#include <stddef.h>
#include <stdint.h>

/// Implementations of one and the same arithmetic.
typedef enum {
    /// Whatever the compiler makes of plain C: the oracle of the others, and NEON where that is the baseline.
    PerceptKernelScalar = 0,
    PerceptKernelAVX2 = 1,
    PerceptKernelAVX512 = 2,
} PerceptKernel;

/// The quickest implementation that this processor has; found once.
PerceptKernel percept_best_kernel(void);

/// Periods of a polyphase filter that are computed side by side, one in each lane.
enum { PerceptPolyphaseLanes = 16 };
/// Outputs that share one pass over the input.
enum { PerceptPolyphaseGroup = 8 };

/// A polyphase filter laid out for whole periods: `inputCount` inputs on, the same coefficients come again.
///
/// Output `n` of a period is the sum of `coefficients[(g·groupLength + t)·8 + n − 8g] · input[groupStarts[g] + t]` over
/// 0 ≤ t < groupLength, with g = n / 8, added in the order of t.
typedef struct {
    const float *coefficients;
    const int32_t *groupStarts;
    ptrdiff_t groupCount;
    ptrdiff_t groupLength;
    /// Inputs from the first that any output of a period needs to behind the last.
    ptrdiff_t reach;
    ptrdiff_t inputCount;
    ptrdiff_t outputCount;
} PolyphasePeriod;

/// Floats that `percept_polyphase_periods` needs as scratch space.
ptrdiff_t percept_polyphase_scratch_count(const PolyphasePeriod *period);

/// Computes sixteen periods: `16 · outputCount` outputs from `15 · inputCount + reach` inputs, all of which must be finite.
///
/// A kernel that the processor lacks must not be asked for. The implementations differ by the rounding of fused
/// multiply-adds alone.
void percept_polyphase_periods(PerceptKernel kernel, const PolyphasePeriod *period, const float *input, float *scratch,
                               float *output);

/// Where the next output of an interpolating filter lies in its input.
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

/// Writes `count` outputs and moves `state` on. `rows` holds the coefficients of phases −1 to `density` + 1, `tapCount` (a
/// multiple of 16) each, at `density` phases a sample; between them a cubic (four-point Lagrange) is laid.
void percept_polyphase_cubic(PerceptKernel kernel, PolyphaseState *state, const float *input, const float *rows,
                             ptrdiff_t tapCount, ptrdiff_t density, float *output, ptrdiff_t count);

#endif
