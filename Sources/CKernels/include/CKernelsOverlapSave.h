#ifndef PERCEPT_CKERNELS_OVERLAP_SAVE_H
#define PERCEPT_CKERNELS_OVERLAP_SAVE_H

#include "CKernelsResampling.h"

/// Blocks that are computed side by side, two in each lane: one as real part, the next as imaginary part.
enum { PerceptOverlapSaveBlocks = 16 };

/// A complex discrete Fourier transform, `Σ x[t]·e^(−2πi·q·t/length)`.
typedef struct {
    /// Factors whose product is `length`, each one of 2, 3, 4, 5, 7, 8 and 9. Frequency `q = q₀ + q₁·r₀ + q₂·r₀·r₁ + …` comes
    /// out at place `q₀·length/r₀ + q₁·length/(r₀·r₁) + …`.
    const int32_t *radices;
    ptrdiff_t length;
    /// For each radix r with `rest` points left over, from the first on: cosine and sine of `−2π·j·k/(r·rest)` for
    /// 0 ≤ j < rest and, within each j, 1 ≤ k < r; none for the last radix.
    const float *twiddles;
} FourierTransform;

/// Filtering and change of rate of overlapping blocks by way of their spectra.
typedef struct {
    FourierTransform forward;
    FourierTransform backward;
    /// For each place of the backward transform the place in the forward one that it is made from, or −1 for none.
    const int32_t *sources;
    /// The complex factor that goes with it: real part, imaginary part.
    const float *response;
    /// From one block to the next.
    ptrdiff_t inputHop;
    ptrdiff_t outputHop;
} OverlapSave;

/// Floats that `percept_overlap_save` needs as scratch space.
ptrdiff_t percept_overlap_save_scratch_count(const OverlapSave *plan);

/// Computes sixteen blocks: `16 · outputHop` outputs from `15 · inputHop + forward.length` inputs, all of which must be
/// finite. Of each block's inverse transform the first `outputHop` values are kept.
///
/// `scratch` must be aligned to 64 bytes. A kernel that the processor lacks must not be asked for. The implementations
/// differ by the rounding of fused multiply-adds alone.
void percept_overlap_save(PerceptKernel kernel, const OverlapSave *plan, const float *input, float *scratch, float *output);

#endif
