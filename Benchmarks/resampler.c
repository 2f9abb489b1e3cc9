// The resampler alone beside soxr, one thread: 44.1 → 16 kHz, mono, 32-bit float, a minute at a time.
//
//     K=Sources/CKernels
//     cc -O2 -I $K/include Benchmarks/resampler.c $K/{resampling,overlap_save,selection}.c -lsoxr -lm -o /tmp/resampler
//     /tmp/resampler
//
// Needs libsoxr-dev, and clang or GCC 12. The coefficients are noise: the time does not depend on them. The filter
// has the size of the standard quality's, 416 taps; blocks have the length that OverlapSaveFilter chooses for it.

#include "CKernelsOverlapSave.h"
#include "CKernelsResampling.h"
#include "CKernelsSelection.h"

#include <math.h>
#include <soxr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { input_rate = 441, output_rate = 160, tap_count = 416, seconds = 60, runs = 11 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static float noise(void) { return (float)rand() / (float)RAND_MAX - 0.5f; }

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values) {
    qsort(values, runs, sizeof(double), ascending);
    return values[runs / 2];
}

static PolyphasePeriod make_period(void) {
    ptrdiff_t groups = output_rate / PerceptPolyphaseGroup;
    ptrdiff_t length = 0;
    int32_t *starts = malloc((size_t)groups * sizeof(int32_t));
    for (ptrdiff_t g = 0; g < groups; g++) {
        ptrdiff_t first = g * PerceptPolyphaseGroup * input_rate / output_rate;
        ptrdiff_t last = (g * PerceptPolyphaseGroup + PerceptPolyphaseGroup - 1) * input_rate / output_rate;
        starts[g] = (int32_t)first;
        if (last - first + tap_count > length) length = last - first + tap_count;
    }
    size_t count = (size_t)(groups * length * PerceptPolyphaseGroup);
    float *coefficients = malloc(count * sizeof(float));
    for (size_t i = 0; i < count; i++) coefficients[i] = noise() / tap_count;
    return (PolyphasePeriod){
        .coefficients = coefficients, .group_starts = starts, .group_count = groups, .group_length = length,
        .reach = starts[groups - 1] + length, .input_count = input_rate, .output_count = output_rate,
    };
}

static const int32_t forward_radices[] = {9, 9, 7, 7}, backward_radices[] = {9, 8, 5, 4};

static OverlapSave make_blocks(void) {
    enum { forward_length = 9 * input_rate, backward_length = 9 * output_rate };
    // More twiddles than any order of radices needs.
    float *circle = malloc(4 * forward_length * sizeof(float));
    for (int i = 0; i < 2 * forward_length; i++) circle[2 * i] = cosf((float)i), circle[2 * i + 1] = sinf((float)i);
    int32_t *sources = malloc(backward_length * sizeof(int32_t));
    for (int i = 0; i < backward_length; i++) sources[i] = i * 1009 % forward_length;
    return (OverlapSave){
        .forward = {forward_radices, forward_length, circle}, .backward = {backward_radices, backward_length, circle},
        .sources = sources, .response = circle, .input_hop = 8 * input_rate, .output_hop = 8 * output_rate,
    };
}

int main(void) {
    PolyphasePeriod period = make_period();
    OverlapSave blocks = make_blocks();
    ptrdiff_t rounds = 44100 * seconds / (PerceptOverlapSaveBlocks * blocks.input_hop);
    float *workspace = aligned_alloc(64, (size_t)percept_overlap_save_scratch_count(&blocks) * sizeof(float));
    ptrdiff_t batches = 44100 * seconds / (PerceptPolyphaseLanes * input_rate);
    ptrdiff_t input_count = batches * PerceptPolyphaseLanes * input_rate;
    ptrdiff_t output_count = batches * PerceptPolyphaseLanes * output_rate;
    ptrdiff_t most = input_count + period.reach + blocks.forward.length;
    float *input = malloc((size_t)most * sizeof(float));
    float *output = malloc((size_t)(output_count + 1000) * sizeof(float));
    float *scratch = malloc((size_t)percept_polyphase_scratch_count(&period) * sizeof(float));
    for (ptrdiff_t i = 0; i < most; i++) input[i] = noise();

    const char *names[] = {
        "blocks, plain C", "blocks, AVX2", "blocks, AVX-512", "sums, plain C", "sums, AVX2", "sums, AVX-512",
        "soxr HQ", "soxr MQ",
    };
    double times[8][runs];
    int best = (int)percept_kernel();
    for (int run = 0; run < runs; run++) {
        for (int kernel = 0; kernel <= best; kernel++) {
            percept_kernel_limit((PerceptKernel)kernel);
            double start = now();
            for (ptrdiff_t round = 0; round < rounds; round++) {
                percept_overlap_save(&blocks, input + round * PerceptOverlapSaveBlocks * blocks.input_hop, workspace,
                                     output + round * PerceptOverlapSaveBlocks * blocks.output_hop);
            }
            // What is left of the minute is less than a round.
            double share = (double)(rounds * PerceptOverlapSaveBlocks * blocks.input_hop) / (double)input_count;
            times[kernel][run] = (now() - start) / share;
        }
        for (int kernel = 0; kernel <= best; kernel++) {
            percept_kernel_limit((PerceptKernel)kernel);
            double start = now();
            for (ptrdiff_t batch = 0; batch < batches; batch++) {
                percept_polyphase_periods(&period, input + batch * PerceptPolyphaseLanes * input_rate, scratch,
                                          output + batch * PerceptPolyphaseLanes * output_rate);
            }
            times[3 + kernel][run] = now() - start;
        }
        for (int peer = 6; peer < 8; peer++) {
            soxr_quality_spec_t quality = soxr_quality_spec(peer == 6 ? SOXR_HQ : SOXR_MQ, 0);
            double start = now();
            size_t used = 0, made = 0;
            soxr_error_t failure = soxr_oneshot(44100, 16000, 1, input, (size_t)input_count, &used, output,
                                                (size_t)output_count, &made, NULL, &quality, NULL);
            times[peer][run] = now() - start;
            if (failure) return fprintf(stderr, "soxr: %s\n", failure), 1;
        }
    }
    double reference = median(times[6]);
    printf("| resampler alone | a minute takes | soxr HQ / it |\n|---|---|---|\n");
    for (int tool = 0; tool < 8; tool++) {
        if (tool < 6 && tool % 3 > best) continue;
        double time = median(times[tool]);
        printf("| %s | %.2f ms | %.2f |\n", names[tool], time * 1e3, reference / time);
    }
    return 0;
}
