#include "CKernelsPowerSpectrum.h"

#include "CKernelsSelection.h"

typedef double Scalar;
#include "fourier_constants.h"

ptrdiff_t percept_power_spectrum_scratch_count(const PowerSpectrum *plan) {
    return plan->length * PerceptPowerSpectrumFrames;
}

// MARK: One implementation for each width of vector

#define LANES 4
#define TARGET
#define NAMED(name) name##_scalar
#include "power_spectrum_lanes.h"

#if defined(__x86_64__)
#define LANES 4
#define TARGET __attribute__((target("avx2,fma")))
#define NAMED(name) name##_avx2
#include "power_spectrum_lanes.h"

#define LANES 8
#define TARGET __attribute__((target("avx512f,avx512vl,avx2,fma")))
#define NAMED(name) name##_avx512
#include "power_spectrum_lanes.h"
#endif

void percept_power_spectra(const PowerSpectrum *plan, const float *input, ptrdiff_t hop, double *scratch,
                           double *output) {
#if defined(__x86_64__)
    switch (percept_kernel()) {
    case PerceptKernelAVX512: return spectra_avx512(plan, input, hop, scratch, output);
    case PerceptKernelAVX2: return spectra_avx2(plan, input, hop, scratch, output);
    case PerceptKernelScalar: break;
    }
#endif
    spectra_scalar(plan, input, hop, scratch, output);
}
