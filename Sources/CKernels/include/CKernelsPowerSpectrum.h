#ifndef PERCEPT_CKERNELS_POWER_SPECTRUM_H
#define PERCEPT_CKERNELS_POWER_SPECTRUM_H

#include <stddef.h>
#include <stdint.h>

/// Frames that are transformed side by side, two per lane: one as the real part, the next as the imaginary part.
enum { PerceptPowerSpectrumFrames = 16 };

/// A windowed discrete Fourier transform of real frames, with weights for its squared magnitudes.
typedef struct {
    /// Factors whose product is `length`, each one of 2, 3, 4, 5, 7, 8 and 9.
    const int32_t *radices;
    /// Samples per frame.
    ptrdiff_t length;
    /// In the order of `FourierTransform.twiddles`.
    const double *twiddles;
    /// One factor for each sample of a frame.
    const double *window;
    /// `length / 2 + 1`.
    ptrdiff_t bin_count;
    /// For each bin k, the indices of the frequencies k and −k in the transform.
    const int32_t *places;
    /// For each bin, a quarter of the factor of its squared magnitude.
    const double *weights;
} PowerSpectrum;

/// Returns the number of doubles that `percept_power_spectra` needs as scratch space.
ptrdiff_t percept_power_spectrum_scratch_count(const PowerSpectrum *plan);

/// Computes the powers of sixteen frames whose first samples are `hop` apart: `16 · bin_count` powers, frame by frame,
/// from `15 · hop + length` finite samples.
///
/// All arithmetic is in double precision: a frame's rounding lies about 300 dB below its loudest bin. `scratch` must be
/// aligned to 64 bytes. Kernels differ only by the rounding of fused multiply-adds.
void percept_power_spectra(const PowerSpectrum *plan, const float *input, ptrdiff_t hop, double *scratch,
                           double *output);

#endif
