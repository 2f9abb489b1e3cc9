// The body of power_spectrum.c, included once for each width: a vector has LANES doubles, TARGET is the attribute of
// the functions, NAMED(x) makes their names. It has no include guard on purpose.

#include "fourier_lanes.h"

typedef float NAMED(Floats) __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float))));

OUTLINE TARGET void NAMED(load_frames)(const PowerSpectrum *plan, const float *input, ptrdiff_t hop, Point *points) {
    for (ptrdiff_t t = 0; t < plan->length; t += LANES) {
        ptrdiff_t width = plan->length - t < LANES ? plan->length - t : LANES;
        for (int part = 0; part < 2; part++) {
            Lanes rows[LANES];
            for (int j = 0; j < LANES; j++) {
                const float *place = input + (2 * j + part) * hop + t;
                if (width == LANES) {
                    rows[j] = __builtin_convertvector(*(const NAMED(Floats) *)place, Lanes);
                } else {
                    rows[j] = (Lanes){0};
                    for (int i = 0; i < width; i++) rows[j][i] = place[i];
                }
            }
            NAMED(transpose)(rows);
            for (int i = 0; i < width; i++) {
                *(part ? &points[t + i].im : &points[t + i].re) = rows[i] * plan->window[t + i];
            }
        }
    }
}

// Two real frames share a transform X as its real and imaginary part. The spectrum of the first is (X[k] + X*[−k]) / 2,
// that of the second (X[k] − X*[−k]) / 2i. The weights include the quarter.
OUTLINE TARGET void NAMED(store_powers)(const PowerSpectrum *plan, const Point *points, double *output) {
    for (ptrdiff_t k = 0; k < plan->bin_count; k += LANES) {
        ptrdiff_t width = plan->bin_count - k < LANES ? plan->bin_count - k : LANES;
        Lanes first[LANES], second[LANES];
        for (int i = 0; i < LANES; i++) {
            ptrdiff_t bin = i < width ? k + i : k;
            Point x = points[plan->places[2 * bin]], y = points[plan->places[2 * bin + 1]];
            Lanes a = x.re + y.re, b = x.im - y.im, c = x.re - y.re, d = x.im + y.im;
            first[i] = (a * a + b * b) * plan->weights[bin];
            second[i] = (c * c + d * d) * plan->weights[bin];
        }
        for (int part = 0; part < 2; part++) {
            Lanes *rows = part ? second : first;
            NAMED(transpose)(rows);
            for (int j = 0; j < LANES; j++) {
                double *place = output + (2 * j + part) * plan->bin_count + k;
                if (width == LANES) *(UnalignedLanes *)place = rows[j];
                else for (int i = 0; i < width; i++) place[i] = rows[j][i];
            }
        }
    }
}

TARGET static void NAMED(spectra)(const PowerSpectrum *plan, const float *input, ptrdiff_t hop, double *scratch,
                                  double *output) {
    Point *points = (Point *)scratch;
    for (ptrdiff_t frame = 0; frame < PerceptPowerSpectrumFrames; frame += 2 * LANES) {
        NAMED(load_frames)(plan, input + frame * hop, hop, points);
        NAMED(forward)(points, 1, plan->length, plan->radices, plan->twiddles);
        NAMED(store_powers)(plan, points, output + frame * plan->bin_count);
    }
}

#undef Lanes
#undef UnalignedLanes
#undef Point
#undef LANES
#undef TARGET
#undef NAMED
#undef RADICES
