#include "CKernelsResampling.h"

#include <string.h>

#include "CKernelsSelection.h"

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512f,avx2,fma")))
#endif
#define INLINE static inline __attribute__((always_inline))

enum { lanes = PerceptPolyphaseLanes, group = PerceptPolyphaseGroup };

// Sixteen floats in whatever registers the target has: one of AVX-512, two of AVX2, four of SSE or NEON.
typedef float Lanes __attribute__((vector_size(lanes * sizeof(float))));
typedef float UnalignedLanes __attribute__((vector_size(lanes * sizeof(float)), aligned(4)));

// MARK: Whole periods

ptrdiff_t percept_polyphase_scratch_count(const PolyphasePeriod *period) {
    return (period->reach + period->group_count * group) * lanes;
}

// columns[t * lanes + j] = input[j * input_count + t]: the inputs of sixteen periods side by side. Compiled for the
// baseline target on purpose: with AVX-512 the compiler would choose scatter instructions, which are slow.
static __attribute__((noinline)) void transpose_input(const PolyphasePeriod *period, const float *input,
                                                      float *columns) {
    ptrdiff_t count = period->input_count, reach = period->reach;
    ptrdiff_t own = reach < count ? reach : count;
    for (ptrdiff_t j = 0; j < lanes; j++) {
        const float *column = input + j * count;
        for (ptrdiff_t t = 0; t < own; t++) columns[t * lanes + j] = column[t];
    }
    // The inputs beyond a period are the beginning of the next lane.
    for (ptrdiff_t t = own; t < reach; t++) {
        memcpy(columns + t * lanes, columns + (t - count) * lanes + 1, (lanes - 1) * sizeof(float));
        columns[t * lanes + lanes - 1] = input[(lanes - 1) * count + t];
    }
}

// Computes `width` outputs of a group from `first` on. Each lane adds in the order of t, whatever the width.
INLINE void convolve(const float *coefficients, const float *columns, ptrdiff_t length, const int first,
                     const int width, float *results) {
    Lanes sums[group];
    for (int b = 0; b < width; b++) sums[b] = (Lanes){0};
    for (ptrdiff_t t = 0; t < length; t++) {
        Lanes x = *(const UnalignedLanes *)(columns + t * lanes);
        const float *c = coefficients + t * group + first;
        for (int b = 0; b < width; b++) sums[b] += x * c[b];
    }
    for (int b = 0; b < width; b++) *(UnalignedLanes *)(results + (first + b) * lanes) = sums[b];
}

static __attribute__((noinline)) void transpose_results(const PolyphasePeriod *period, const float *results,
                                                        float *output) {
    for (ptrdiff_t j = 0; j < lanes; j++) {
        for (ptrdiff_t n = 0; n < period->output_count; n++) {
            output[j * period->output_count + n] = results[n * lanes + j];
        }
    }
}

// `width` is the number of sums that fit the target's registers, a divisor of the group.
INLINE void periods(const PolyphasePeriod *period, const float *input, float *scratch, float *output, const int width) {
    float *columns = scratch;
    float *results = scratch + period->reach * lanes;
    transpose_input(period, input, columns);
    for (ptrdiff_t g = 0; g < period->group_count; g++) {
        const float *coefficients = period->coefficients + g * period->group_length * group;
        const float *start = columns + period->group_starts[g] * lanes;
        for (int first = 0; first < group; first += width) {
            convolve(coefficients, start, period->group_length, first, width, results + g * group * lanes);
        }
    }
    transpose_results(period, results, output);
}

static void periods_scalar(const PolyphasePeriod *period, const float *input, float *scratch, float *output) {
    periods(period, input, scratch, output, 2);
}

#if defined(__x86_64__)
AVX2 static void periods_avx2(const PolyphasePeriod *period, const float *input, float *scratch, float *output) {
    periods(period, input, scratch, output, 4);
}

AVX512 static void periods_avx512(const PolyphasePeriod *period, const float *input, float *scratch, float *output) {
    periods(period, input, scratch, output, 8);
}
#endif

void percept_polyphase_periods(const PolyphasePeriod *period, const float *input, float *scratch, float *output) {
#if defined(__x86_64__)
    switch (percept_kernel()) {
    case PerceptKernelAVX512: return periods_avx512(period, input, scratch, output);
    case PerceptKernelAVX2: return periods_avx2(period, input, scratch, output);
    case PerceptKernelScalar: break;
    }
#endif
    periods_scalar(period, input, scratch, output);
}

// MARK: Interpolated phases

INLINE float sum_of_lanes(const Lanes *vector) {
    Lanes sums = *vector;
    for (int width = lanes / 2; width > 0; width /= 2) {
        for (int lane = 0; lane < width; lane++) sums[lane] += sums[lane + width];
    }
    return sums[0];
}

// The inner products of one stretch of input with four neighbouring rows, weighted.
INLINE float weighted_products(const float *input, const float *rows, ptrdiff_t tap_count, const double weights[4]) {
    Lanes sums[4] = {{0}, {0}, {0}, {0}};
    for (ptrdiff_t i = 0; i < tap_count; i += lanes) {
        Lanes x = *(const UnalignedLanes *)(input + i);
        for (int k = 0; k < 4; k++) sums[k] += x * *(const UnalignedLanes *)(rows + k * tap_count + i);
    }
    double sum = 0;
    for (int k = 0; k < 4; k++) sum += weights[k] * (double)sum_of_lanes(&sums[k]);
    return (float)sum;
}

INLINE void cubic(PolyphaseState *state, const float *input, const float *rows, ptrdiff_t tap_count, ptrdiff_t density,
                  float *output, ptrdiff_t count) {
    PolyphaseState next = *state;
    for (ptrdiff_t n = 0; n < count; n++) {
        double exact = (double)next.phase * (double)density / (double)next.phase_count;
        ptrdiff_t row = (ptrdiff_t)exact;
        double x = exact - (double)row;
        // Lagrange's weights for the rows at −1, 0, 1 and 2 of the row before the phase.
        double weights[4] = {
            -x * (x - 1) * (x - 2) / 6,
            (x + 1) * (x - 1) * (x - 2) / 2,
            -(x + 1) * x * (x - 2) / 2,
            (x + 1) * x * (x - 1) / 6,
        };
        // Row 0 of the table stands for phase −1, hence the four rows start at `row`.
        output[n] = weighted_products(input + next.position, rows + row * tap_count, tap_count, weights);
        next.position += next.step;
        next.phase += next.phase_step;
        if (next.phase >= next.phase_count) {
            next.phase -= next.phase_count;
            next.position += 1;
        }
    }
    *state = next;
}

#if defined(__x86_64__)
AVX2 static void cubic_avx2(PolyphaseState *state, const float *input, const float *rows, ptrdiff_t tap_count,
                            ptrdiff_t density, float *output, ptrdiff_t count) {
    cubic(state, input, rows, tap_count, density, output, count);
}

AVX512 static void cubic_avx512(PolyphaseState *state, const float *input, const float *rows, ptrdiff_t tap_count,
                                ptrdiff_t density, float *output, ptrdiff_t count) {
    cubic(state, input, rows, tap_count, density, output, count);
}
#endif

void percept_polyphase_cubic(PolyphaseState *state, const float *input, const float *rows, ptrdiff_t tap_count,
                             ptrdiff_t density, float *output, ptrdiff_t count) {
#if defined(__x86_64__)
    switch (percept_kernel()) {
    case PerceptKernelAVX512: return cubic_avx512(state, input, rows, tap_count, density, output, count);
    case PerceptKernelAVX2: return cubic_avx2(state, input, rows, tap_count, density, output, count);
    case PerceptKernelScalar: break;
    }
#endif
    cubic(state, input, rows, tap_count, density, output, count);
}
