#include "CKernelsImage.h"

#include "CKernelsSelection.h"

// The bits of the low part of a weight.
enum { SPLIT_BITS = 12 };

static uint8_t clipped(int32_t sum) {
    int32_t value = sum >> PerceptResizeBits;
    return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
}

// Unsigned, so that an overflow wraps instead of being undefined. Weights that add up to one never overflow.
static const uint32_t half = 1u << (PerceptResizeBits - 1);

static inline void row_range_scalar(const uint8_t *input, uint8_t *output, const ImageResizeAxis *axis,
                                    size_t channels) {
    for (size_t i = 0; i < axis->output_count; i++) {
        const int32_t *weights = axis->weights + i * axis->stride;
        const uint8_t *pixels = input + (size_t)axis->starts[i] * channels;
        int32_t count = axis->counts[i];
        for (size_t channel = 0; channel < channels; channel++) {
            uint32_t sum = half;
            for (int32_t k = 0; k < count; k++) {
                sum += (uint32_t)weights[k] * pixels[(size_t)k * channels + channel];
            }
            output[i * channels + channel] = clipped((int32_t)sum);
        }
    }
}

static void resize_row_scalar(const uint8_t *input, size_t input_count, uint8_t *output, const ImageResizeAxis *axis,
                             int32_t channel_count) {
    (void)input_count;
    // The count as a constant lets the compiler keep the sums in registers.
    switch (channel_count) {
        case 1: row_range_scalar(input, output, axis, 1); break;
        case 2: row_range_scalar(input, output, axis, 2); break;
        case 3: row_range_scalar(input, output, axis, 3); break;
        default: row_range_scalar(input, output, axis, 4); break;
    }
}

static void resize_column_scalar(const uint8_t *const *rows, const int32_t *weights, size_t row_count, uint8_t *output,
                                size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t sum = half;
        for (size_t k = 0; k < row_count; k++) sum += (uint32_t)weights[k] * rows[k][i];
        output[i] = clipped((int32_t)sum);
    }
}

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

// Eight bytes as eight 32-bit lanes.
AVX2 static inline __m256i widened(const uint8_t *bytes) {
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)bytes));
}

// The products have 22 bits more than a byte: the low half of a 32-bit product is all of it.
AVX2 static inline __m256i added(__m256i sums, __m256i pixels, __m256i weights) {
    return _mm256_add_epi32(sums, _mm256_mullo_epi32(pixels, weights));
}

// Converts 32-bit sums to bytes, clipped to 0…255, in the lowest lanes.
AVX2 static inline __m128i clipped_lanes(__m128i sums) {
    __m128i values = _mm_srai_epi32(sums, PerceptResizeBits);
    values = _mm_packus_epi32(values, values);
    return _mm_packus_epi16(values, values);
}

// Rows of three or four channels: four taps at a time, two in each half of a register, as pairs of 16-bit lanes. The
// products of the high and the low parts of the weights are summed apart. Four bytes are written.
AVX2 static inline void pixel_avx2(const uint8_t *pixels, const int16_t *weights, int32_t count, uint8_t *output,
                                   size_t channels) {
    const __m256i pairs =
        channels == 3
            ? _mm256_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1,
                               6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1)
            : _mm256_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1,
                               8, -1, 12, -1, 9, -1, 13, -1, 10, -1, 14, -1, 11, -1, 15, -1);
    const __m256i high_weights = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1);
    const __m256i low_weights = _mm256_setr_epi32(2, 2, 2, 2, 3, 3, 3, 3);
    __m256i high = _mm256_setzero_si256(), low = _mm256_setzero_si256();
    for (int32_t k = 0; k < count; k += 4) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(pixels + (size_t)k * channels));
        __m256i values = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(bytes), pairs);
        __m256i taps = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(weights + 2 * k)));
        high = _mm256_add_epi32(high, _mm256_madd_epi16(values, _mm256_permutevar8x32_epi32(taps, high_weights)));
        low = _mm256_add_epi32(low, _mm256_madd_epi16(values, _mm256_permutevar8x32_epi32(taps, low_weights)));
    }
    __m256i sums = _mm256_add_epi32(_mm256_slli_epi32(high, SPLIT_BITS), low);
    __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    sum = clipped_lanes(_mm_add_epi32(sum, _mm_set1_epi32((int32_t)half)));
    _mm_storeu_si32(output, sum);
}

// Rows of one or two channels: eight taps, or four, at a time.
AVX2 static void narrow_pixel_avx2(const uint8_t *pixels, const int32_t *weights, int32_t count, uint8_t *output,
                                   size_t channels) {
    const __m256i pairs = _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3);
    __m256i sums = _mm256_setzero_si256();
    int32_t step = channels == 1 ? 8 : 4;
    for (int32_t k = 0; k < count; k += step) {
        __m256i taps = _mm256_loadu_si256((const __m256i *)(weights + k));
        if (channels == 2) taps = _mm256_permutevar8x32_epi32(taps, pairs);
        sums = added(sums, widened(pixels + (size_t)k * channels), taps);
    }
    __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, _MM_SHUFFLE(1, 0, 3, 2)));
    if (channels == 1) sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, _MM_SHUFFLE(2, 3, 0, 1)));
    uint32_t packed = (uint32_t)_mm_cvtsi128_si32(clipped_lanes(_mm_add_epi32(sum, _mm_set1_epi32((int32_t)half))));
    for (size_t channel = 0; channel < channels; channel++) output[channel] = (uint8_t)(packed >> (8 * channel));
}

AVX2 static void row_range_avx2(const uint8_t *input, size_t input_count, uint8_t *output, const ImageResizeAxis *axis,
                                size_t channels) {
    for (size_t i = 0; i < axis->output_count; i++) {
        const int32_t *weights = axis->weights + i * axis->stride;
        size_t start = (size_t)axis->starts[i];
        int32_t count = axis->counts[i];
        // Whole registers are read: up to seven taps too many, whose weights are zero, and four bytes more. Where these
        // would lie beyond the row, the pixel is computed in plain C; so is the last of three channels, since four
        // bytes are written.
        size_t last = (start + (size_t)count + 7) * channels + 4;
        uint8_t *target = output + i * channels;
        if (last > input_count * channels || (channels == 3 && i + 1 == axis->output_count)) {
            const ImageResizeAxis one = {axis->starts + i, axis->counts + i, weights, NULL, axis->stride, 1};
            row_range_scalar(input, target, &one, channels);
        } else if (channels >= 3) {
            const int16_t *split = axis->split_weights + 2 * i * axis->stride;
            pixel_avx2(input + start * channels, split, count, target, channels);
        } else {
            narrow_pixel_avx2(input + start * channels, weights, count, target, channels);
        }
    }
}

AVX2 static void row_avx2(const uint8_t *input, size_t input_count, uint8_t *output, const ImageResizeAxis *axis,
                          int32_t channel_count) {
    switch (channel_count) {
        case 1: row_range_avx2(input, input_count, output, axis, 1); break;
        case 2: row_range_avx2(input, input_count, output, axis, 2); break;
        case 3: row_range_avx2(input, input_count, output, axis, 3); break;
        default: row_range_avx2(input, input_count, output, axis, 4); break;
    }
}

AVX2 static void column_avx2(const uint8_t *const *rows, const int32_t *weights, size_t row_count, uint8_t *output,
                             size_t count) {
    enum { LANES = 8, REGISTERS = 4, STEP = LANES * REGISTERS };
    size_t i = 0;
    for (; i + STEP <= count; i += STEP) {
        __m256i sums[REGISTERS];
        for (int part = 0; part < REGISTERS; part++) sums[part] = _mm256_set1_epi32((int32_t)half);
        for (size_t k = 0; k < row_count; k++) {
            __m256i weight = _mm256_set1_epi32(weights[k]);
            for (int part = 0; part < REGISTERS; part++) {
                sums[part] = added(sums[part], widened(rows[k] + i + part * LANES), weight);
            }
        }
        for (int part = 0; part < REGISTERS; part++) sums[part] = _mm256_srai_epi32(sums[part], PerceptResizeBits);
        // Packing works within halves of a register, which leaves groups of four bytes in the order 0 2 4 6 1 3 5 7.
        __m256i low = _mm256_packus_epi32(sums[0], sums[1]), high = _mm256_packus_epi32(sums[2], sums[3]);
        __m256i bytes = _mm256_packus_epi16(low, high);
        bytes = _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
        _mm256_storeu_si256((__m256i *)(output + i), bytes);
    }
    for (; i < count; i++) {
        uint32_t sum = half;
        for (size_t k = 0; k < row_count; k++) sum += (uint32_t)weights[k] * rows[k][i];
        output[i] = clipped((int32_t)sum);
    }
}

#endif

void percept_split_weights(const int32_t *weights, size_t count, int16_t *split) {
    for (size_t i = 0; i < count; i += 4) {
        for (size_t part = 0; part < 4; part++) {
            split[2 * i + part] = (int16_t)(weights[i + part] >> SPLIT_BITS);
            split[2 * i + 4 + part] = (int16_t)(weights[i + part] & ((1 << SPLIT_BITS) - 1));
        }
    }
}

void percept_resize_row(const uint8_t *input, size_t input_count, uint8_t *output, const ImageResizeAxis *axis,
                      int32_t channel_count) {
#if defined(__x86_64__)
    if (percept_kernel() != PerceptKernelScalar) return row_avx2(input, input_count, output, axis, channel_count);
#endif
    resize_row_scalar(input, input_count, output, axis, channel_count);
}

void percept_resize_column(const uint8_t *const *rows, const int32_t *weights, size_t row_count, uint8_t *output,
                         size_t count) {
#if defined(__x86_64__)
    if (percept_kernel() != PerceptKernelScalar) return column_avx2(rows, weights, row_count, output, count);
#endif
    resize_column_scalar(rows, weights, row_count, output, count);
}

void percept_premultiply(uint8_t *pixels, size_t count, int32_t channel_count) {
    for (size_t i = 0; i < count; i++, pixels += channel_count) {
        uint32_t alpha = pixels[channel_count - 1];
        if (alpha == 255) continue;
        for (int32_t channel = 0; channel < channel_count - 1; channel++) {
            uint32_t product = pixels[channel] * alpha + 128;
            pixels[channel] = (uint8_t)((product + (product >> 8)) >> 8);
        }
    }
}

void percept_unpremultiply(uint8_t *pixels, size_t count, int32_t channel_count) {
    for (size_t i = 0; i < count; i++, pixels += channel_count) {
        uint32_t alpha = pixels[channel_count - 1];
        if (alpha == 255 || alpha == 0) continue;
        for (int32_t channel = 0; channel < channel_count - 1; channel++) {
            uint32_t value = 255u * pixels[channel] / alpha;
            pixels[channel] = value > 255 ? 255 : (uint8_t)value;
        }
    }
}
