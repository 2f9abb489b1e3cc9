// The resampler alone beside soxr, one thread: 44.1 → 16 kHz, mono, 32-bit float, a minute at a time.
//
//     cc -O2 -I Sources/CKernels/include Benchmarks/resampler.c Sources/CKernels/resampling.c -lsoxr -lm -o /tmp/resampler && /tmp/resampler
//
// Needs libsoxr-dev. The coefficients are noise: how long they take does not depend on what they are. The filter has the
// size of the standard tier's, 416 taps.

#include "CKernelsResampling.h"

#include <soxr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { inputRate = 441, outputRate = 160, tapCount = 416, seconds = 60, runs = 11 };

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
    ptrdiff_t groups = outputRate / PerceptPolyphaseGroup;
    ptrdiff_t length = 0;
    int32_t *starts = malloc((size_t)groups * sizeof(int32_t));
    for (ptrdiff_t g = 0; g < groups; g++) {
        ptrdiff_t first = g * PerceptPolyphaseGroup * inputRate / outputRate;
        ptrdiff_t last = (g * PerceptPolyphaseGroup + PerceptPolyphaseGroup - 1) * inputRate / outputRate;
        starts[g] = (int32_t)first;
        if (last - first + tapCount > length) length = last - first + tapCount;
    }
    size_t count = (size_t)(groups * length * PerceptPolyphaseGroup);
    float *coefficients = malloc(count * sizeof(float));
    for (size_t i = 0; i < count; i++) coefficients[i] = noise() / tapCount;
    return (PolyphasePeriod){
        .coefficients = coefficients, .groupStarts = starts, .groupCount = groups, .groupLength = length,
        .reach = starts[groups - 1] + length, .inputCount = inputRate, .outputCount = outputRate,
    };
}

int main(void) {
    PolyphasePeriod period = make_period();
    ptrdiff_t batches = 44100 * seconds / (PerceptPolyphaseLanes * inputRate);
    ptrdiff_t inputCount = batches * PerceptPolyphaseLanes * inputRate;
    ptrdiff_t outputCount = batches * PerceptPolyphaseLanes * outputRate;
    float *input = malloc((size_t)(inputCount + period.reach) * sizeof(float));
    float *output = malloc((size_t)(outputCount + 1000) * sizeof(float));
    float *scratch = malloc((size_t)percept_polyphase_scratch_count(&period) * sizeof(float));
    for (ptrdiff_t i = 0; i < inputCount + period.reach; i++) input[i] = noise();

    const char *names[] = {"plain C", "AVX2", "AVX-512", "soxr HQ", "soxr MQ"};
    double times[5][runs];
    int best = (int)percept_best_kernel();
    for (int run = 0; run < runs; run++) {
        for (int kernel = 0; kernel <= best; kernel++) {
            double start = now();
            for (ptrdiff_t batch = 0; batch < batches; batch++) {
                percept_polyphase_periods((PerceptKernel)kernel, &period, input + batch * PerceptPolyphaseLanes * inputRate,
                                          scratch, output + batch * PerceptPolyphaseLanes * outputRate);
            }
            times[kernel][run] = now() - start;
        }
        for (int peer = 3; peer < 5; peer++) {
            soxr_quality_spec_t quality = soxr_quality_spec(peer == 3 ? SOXR_HQ : SOXR_MQ, 0);
            double start = now();
            size_t used = 0, made = 0;
            soxr_error_t failure = soxr_oneshot(44100, 16000, 1, input, (size_t)inputCount, &used, output,
                                                (size_t)outputCount, &made, NULL, &quality, NULL);
            times[peer][run] = now() - start;
            if (failure) return fprintf(stderr, "soxr: %s\n", failure), 1;
        }
    }
    double reference = median(times[3]);
    printf("| resampler alone | a minute takes | soxr HQ / it |\n|---|---|---|\n");
    for (int tool = 0; tool < 5; tool++) {
        if (tool < 3 && tool > best) continue;
        double time = median(times[tool]);
        printf("| %s | %.2f ms | %.2f |\n", names[tool], time * 1e3, reference / time);
    }
    return 0;
}
