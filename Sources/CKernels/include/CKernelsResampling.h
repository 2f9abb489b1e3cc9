#ifndef PERCEPT_CKERNELS_RESAMPLING_H
#define PERCEPT_CKERNELS_RESAMPLING_H

#include <stddef.h>
#include <stdint.h>

/// Periods of a polyphase filter that are computed side by side, one per lane.
enum { PerceptPolyphaseLanes = 16 };
/// Outputs that share one pass over the input.
enum { PerceptPolyphaseGroup = 8 };

/// A polyphase filter laid out for whole periods: after `input_count` inputs the coefficients repeat.
///
/// Output `n` of a period is the sum of `coefficients[(g·group_length + t)·8 + n − 8g] · input[group_starts[g] + t]`
/// over 0 ≤ t < group_length, with g = n / 8, added in the order of t.
typedef struct {
    const float *coefficients;
    const int32_t *group_starts;
    ptrdiff_t group_count;
    ptrdiff_t group_length;
    /// Inputs that the outputs of a period need, from the first to the last.
    ptrdiff_t reach;
    ptrdiff_t input_count;
    ptrdiff_t output_count;
} PolyphasePeriod;

/// Returns the number of floats that `percept_polyphase_periods` needs as scratch space.
ptrdiff_t percept_polyphase_scratch_count(const PolyphasePeriod *period);

/// Computes sixteen periods: `16 · output_count` outputs from `15 · input_count + reach` finite inputs.
///
/// Kernels differ only by the rounding of fused multiply-adds.
void percept_polyphase_periods(const PolyphasePeriod *period, const float *input, float *scratch, float *output);

/// The position of the next output of an interpolating filter in its input.
typedef struct {
    /// Index of the input sample that the first tap applies to.
    ptrdiff_t position;
    /// The fraction of a sample after it: a numerator over `phase_count`.
    ptrdiff_t phase;
    ptrdiff_t phase_count;
    /// From one output to the next: whole samples, and the numerator of the rest.
    ptrdiff_t step;
    ptrdiff_t phase_step;
} PolyphaseState;

/// Writes `count` outputs and advances `state`. `rows` holds the coefficients of phases −1 to `density` + 1,
/// `tap_count` (a multiple of 16) each, at `density` phases per sample; between them a cubic (four-point Lagrange)
/// interpolates.
///
/// Kernels differ only by the rounding of fused multiply-adds.
void percept_polyphase_cubic(PolyphaseState *state, const float *input, const float *rows, ptrdiff_t tap_count,
                             ptrdiff_t density, float *output, ptrdiff_t count);

#endif
