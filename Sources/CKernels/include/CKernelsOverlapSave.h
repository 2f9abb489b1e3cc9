#ifndef PERCEPT_CKERNELS_OVERLAP_SAVE_H
#define PERCEPT_CKERNELS_OVERLAP_SAVE_H

#include <stddef.h>
#include <stdint.h>

/// Blocks that are computed side by side, two per lane: one as the real part, the next as the imaginary part.
enum { PerceptOverlapSaveBlocks = 16 };

/// A complex discrete Fourier transform, `Σ x[t]·e^(−2πi·q·t/length)`.
typedef struct {
    /// Factors whose product is `length`, each one of 2, 3, 4, 5, 7, 8 and 9. Frequency `q = q₀ + q₁·r₀ + q₂·r₀·r₁ + …`
    /// is stored at index `q₀·length/r₀ + q₁·length/(r₀·r₁) + …`.
    const int32_t *radices;
    ptrdiff_t length;
    /// For each radix r but the last, with `rest` points remaining: cosine and sine of `−2π·j·k/(r·rest)` for 0 ≤ j <
    /// rest and, within each j, 1 ≤ k < r.
    const float *twiddles;
} FourierTransform;

/// Filtering and rate conversion of overlapping blocks by way of their spectra.
typedef struct {
    FourierTransform forward;
    FourierTransform backward;
    /// For each index of the backward transform, the index in the forward one that it is computed from, or −1.
    const int32_t *sources;
    /// For each index of the backward transform, a complex factor: real part, imaginary part.
    const float *response;
    /// Samples from one block to the next.
    ptrdiff_t input_hop;
    ptrdiff_t output_hop;
} OverlapSave;

/// Returns the number of floats that `percept_overlap_save` needs as scratch space.
ptrdiff_t percept_overlap_save_scratch_count(const OverlapSave *plan);

/// Computes sixteen blocks: `16 · output_hop` outputs from `15 · input_hop + forward.length` finite inputs. The first
/// `output_hop` values of each block's inverse transform are kept.
///
/// `scratch` must be aligned to 64 bytes. Kernels differ only by the rounding of fused multiply-adds.
void percept_overlap_save(const OverlapSave *plan, const float *input, float *scratch, float *output);

#endif
