#ifndef PERCEPT_CKERNELS_POWER_SPECTRUM_H
#define PERCEPT_CKERNELS_POWER_SPECTRUM_H

#include "CKernelsResampling.h"

/// Frames that are transformed side by side, two in each lane: one as real part, the next as imaginary part.
enum { PerceptPowerSpectrumFrames = 16 };

/// A windowed discrete Fourier transform of real frames, and what its squared magnitudes are multiplied by.
typedef struct {
    /// Factors whose product is `length`, each one of 2, 3, 4, 5, 7, 8 and 9.
    const int32_t *radices;
    /// Samples of a frame.
    ptrdiff_t length;
    /// In the order that `FourierTransform` states.
    const double *twiddles;
    /// What the samples of a frame are multiplied by.
    const double *window;
    /// `length / 2 + 1`.
    ptrdiff_t binCount;
    /// For each bin k, where the transform puts the frequencies k and −k.
    const int32_t *places;
    /// For each bin a quarter of what its squared magnitude is multiplied by.
    const double *weights;
} PowerSpectrum;

/// Doubles that `percept_power_spectra` needs as scratch space.
ptrdiff_t percept_power_spectrum_scratch_count(const PowerSpectrum *plan);

/// Computes the powers of sixteen frames, the first at `input` and each of the others `hop` samples behind the one before: from
/// `15 · hop + length` samples, all of which must be finite, `16 · binCount` powers, frame by frame.
///
/// All in Double: a frame's own rounding lies some 300 dB below its loudest bin. `scratch` must be aligned to 64 bytes. A kernel that
/// the processor lacks must not be asked for. The implementations differ by the rounding of fused multiply-adds alone.
void percept_power_spectra(PerceptKernel kernel, const PowerSpectrum *plan, const float *input, ptrdiff_t hop,
                           double *scratch, double *output);

#endif
