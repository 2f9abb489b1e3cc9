#include "CKernelsResampling.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef float (*DotProduct)(const float *, const float *, ptrdiff_t);

// Sixteen running sums, so that the compiler may use the vector unit every target has without reordering a float sum.
static float dot_scalar(const float *a, const float *b, ptrdiff_t count) {
    float lanes[16] = {0};
    for (ptrdiff_t i = 0; i < count; i += 16) {
        for (int lane = 0; lane < 16; lane++) lanes[lane] += a[i + lane] * b[i + lane];
    }
    for (int width = 8; width > 0; width /= 2) {
        for (int lane = 0; lane < width; lane++) lanes[lane] += lanes[lane + width];
    }
    return lanes[0];
}

#if defined(__x86_64__)

__attribute__((target("avx2,fma"))) static float horizontal_sum(__m256 sums) {
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(sums), _mm256_extractf128_ps(sums, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

// Four accumulators hide the latency of the multiply-add.
__attribute__((target("avx2,fma"))) static float dot_avx2(const float *a, const float *b, ptrdiff_t count) {
    __m256 s0 = _mm256_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
    ptrdiff_t i = 0;
    for (; i + 32 <= count; i += 32) {
        s0 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), s0);
        s1 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8), s1);
        s2 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 16), _mm256_loadu_ps(b + i + 16), s2);
        s3 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 24), _mm256_loadu_ps(b + i + 24), s3);
    }
    for (; i < count; i += 16) {
        s0 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), s0);
        s1 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8), s1);
    }
    return horizontal_sum(_mm256_add_ps(_mm256_add_ps(s0, s1), _mm256_add_ps(s2, s3)));
}

__attribute__((target("avx512f"))) static float dot_avx512(const float *a, const float *b, ptrdiff_t count) {
    __m512 s0 = _mm512_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
    ptrdiff_t i = 0;
    for (; i + 64 <= count; i += 64) {
        s0 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), s0);
        s1 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 16), _mm512_loadu_ps(b + i + 16), s1);
        s2 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 32), _mm512_loadu_ps(b + i + 32), s2);
        s3 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 48), _mm512_loadu_ps(b + i + 48), s3);
    }
    for (; i < count; i += 16) s0 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), s0);
    return _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(s0, s1), _mm512_add_ps(s2, s3)));
}

#endif

PerceptKernel percept_best_kernel(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return PerceptKernelAVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return PerceptKernelAVX2;
#endif
    return PerceptKernelScalar;
}

static DotProduct implementation(PerceptKernel kernel) {
#if defined(__x86_64__)
    if (kernel == PerceptKernelAVX512) return dot_avx512;
    if (kernel == PerceptKernelAVX2) return dot_avx2;
#else
    (void)kernel;
#endif
    return dot_scalar;
}

float percept_dot_product(PerceptKernel kernel, const float *a, const float *b, ptrdiff_t count) {
    return implementation(kernel)(a, b, count);
}

static void advance(PolyphaseState *state) {
    state->position += state->step;
    state->phase += state->phaseStep;
    if (state->phase >= state->phaseCount) {
        state->phase -= state->phaseCount;
        state->position += 1;
    }
}

void percept_polyphase_exact(PolyphaseState *state, const float *input, const float *rows, ptrdiff_t tapCount,
                             float *output, ptrdiff_t count) {
    DotProduct dot = implementation(percept_best_kernel());
    PolyphaseState next = *state;
    for (ptrdiff_t n = 0; n < count; n++) {
        output[n] = dot(input + next.position, rows + next.phase * tapCount, tapCount);
        advance(&next);
    }
    *state = next;
}

void percept_polyphase_cubic(PolyphaseState *state, const float *input, const float *rows, ptrdiff_t tapCount,
                             ptrdiff_t density, float *output, ptrdiff_t count) {
    DotProduct dot = implementation(percept_best_kernel());
    PolyphaseState next = *state;
    for (ptrdiff_t n = 0; n < count; n++) {
        double exact = (double)next.phase * (double)density / (double)next.phaseCount;
        ptrdiff_t row = (ptrdiff_t)exact;
        double x = exact - (double)row;
        // Lagrange's weights for the rows at −1, 0, 1 and 2 of the row before the phase.
        double weights[4] = {
            -x * (x - 1) * (x - 2) / 6,
            (x + 1) * (x - 1) * (x - 2) / 2,
            -(x + 1) * x * (x - 2) / 2,
            (x + 1) * x * (x - 1) / 6,
        };
        double sum = 0;
        // Row 0 of the table stands for phase −1, hence the four rows start at `row`.
        for (int k = 0; k < 4; k++) {
            sum += weights[k] * (double)dot(input + next.position, rows + (row + k) * tapCount, tapCount);
        }
        output[n] = (float)sum;
        advance(&next);
    }
    *state = next;
}
