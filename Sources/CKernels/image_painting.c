#include "CKernelsImage.h"

#include <string.h>

#include "CKernelsSelection.h"

// Compiled into each of the functions that target a processor.
#define INLINE inline __attribute__((always_inline))

// (new · c + old · (255 − c)) / 255, rounded to nearest.
static inline uint8_t mixed(uint32_t new, uint32_t old, uint32_t coverage) {
    return (uint8_t)((new * coverage + old * (255 - coverage) + 127) / 255);
}

static void blend_pixels(uint8_t *pixels, const uint8_t *coverage, size_t count, const uint8_t *color) {
    for (size_t i = 0; i < count; i++, pixels += 3) {
        if (coverage[i] == 0) continue;
        for (int channel = 0; channel < 3; channel++) {
            pixels[channel] = mixed(color[channel], pixels[channel], coverage[i]);
        }
    }
}

static void blend_rgb_scalar(ImagePixelRows pixels, const uint8_t *coverage, size_t coverage_per_row,
                             ImageColor color) {
    const uint8_t channels[3] = {color.red, color.green, color.blue};
    for (size_t row = 0; row < pixels.row_count; row++) {
        blend_pixels(pixels.first + row * pixels.bytes_per_row, coverage + row * coverage_per_row, pixels.row_length,
                     channels);
    }
}

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

// The coverage of each byte of 16 pixels: each of 16 coverages three times.
AVX2 static inline __m128i tripled(__m128i coverage, int part) {
    const __m128i orders[3] = {_mm_setr_epi8(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5),
                               _mm_setr_epi8(5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10),
                               _mm_setr_epi8(10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15)};
    return _mm_shuffle_epi8(coverage, orders[part]);
}

// Sixteen bytes. The sum of both products and 127 is less than 2¹⁶, so that ⌊x / 255⌋ = ⌊(x + 1 + ⌊x / 256⌋) / 256⌋.
AVX2 static inline __m128i mixed_lanes(__m256i new, __m128i old, __m128i coverage) {
    __m256i over = _mm256_cvtepu8_epi16(coverage);
    __m256i kept = _mm256_sub_epi16(_mm256_set1_epi16(255), over);
    __m256i sum = _mm256_add_epi16(_mm256_mullo_epi16(new, over), _mm256_mullo_epi16(_mm256_cvtepu8_epi16(old), kept));
    sum = _mm256_add_epi16(sum, _mm256_set1_epi16(127));
    sum = _mm256_add_epi16(_mm256_add_epi16(sum, _mm256_set1_epi16(1)), _mm256_srli_epi16(sum, 8));
    sum = _mm256_srli_epi16(sum, 8);
    return _mm_packus_epi16(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
}

// Blends the last pixels of a row, fewer than 16: eight at once, then four, then the rest.
AVX2 static void blend_rest_avx2(uint8_t *pixels, const uint8_t *coverage, size_t count, const uint8_t *color,
                                 const __m256i *colors) {
    uint64_t eight;
    if (count >= 8) {
        memcpy(&eight, coverage, 8);
        if (eight != 0) {
            __m128i shares = _mm_cvtsi64_si128((int64_t)eight);
            __m128i low = _mm_loadu_si128((const __m128i *)pixels);
            __m128i high = _mm_loadl_epi64((const __m128i *)(pixels + 16));
            _mm_storeu_si128((__m128i *)pixels, mixed_lanes(colors[0], low, tripled(shares, 0)));
            _mm_storel_epi64((__m128i *)(pixels + 16), mixed_lanes(colors[1], high, tripled(shares, 1)));
        }
        pixels += 24;
        coverage += 8;
        count -= 8;
    }
    uint32_t four;
    if (count >= 4) {
        memcpy(&four, coverage, 4);
        if (four != 0) {
            uint32_t last;
            memcpy(&last, pixels + 8, 4);
            __m128i old = _mm_insert_epi32(_mm_loadl_epi64((const __m128i *)pixels), (int32_t)last, 2);
            __m128i new = mixed_lanes(colors[0], old, tripled(_mm_cvtsi32_si128((int32_t)four), 0));
            _mm_storel_epi64((__m128i *)pixels, new);
            last = (uint32_t)_mm_extract_epi32(new, 2);
            memcpy(pixels + 8, &last, 4);
        }
        pixels += 12;
        coverage += 4;
        count -= 4;
    }
    blend_pixels(pixels, coverage, count, color);
}

AVX2 static void blend_rgb_avx2(ImagePixelRows pixels, const uint8_t *coverage, size_t coverage_per_row,
                                ImageColor color) {
    const uint8_t channels[3] = {color.red, color.green, color.blue};
    uint8_t pattern[48];
    for (int i = 0; i < 48; i++) pattern[i] = channels[i % 3];
    __m128i solid[3];
    __m256i colors[3];
    for (int part = 0; part < 3; part++) {
        solid[part] = _mm_loadu_si128((const __m128i *)(pattern + 16 * part));
        colors[part] = _mm256_cvtepu8_epi16(solid[part]);
    }
    for (size_t row = 0; row < pixels.row_count; row++) {
        uint8_t *target = pixels.first + row * pixels.bytes_per_row;
        const uint8_t *shares = coverage + row * coverage_per_row;
        size_t left = pixels.row_length;
        for (; left >= 16; left -= 16, target += 48, shares += 16) {
            __m128i sixteen = _mm_loadu_si128((const __m128i *)shares);
            if (_mm_testz_si128(sixteen, sixteen)) continue;
            if (_mm_test_all_ones(sixteen)) {
                for (int part = 0; part < 3; part++) _mm_storeu_si128((__m128i *)(target + 16 * part), solid[part]);
                continue;
            }
            for (int part = 0; part < 3; part++) {
                __m128i *place = (__m128i *)(target + 16 * part);
                _mm_storeu_si128(place, mixed_lanes(colors[part], _mm_loadu_si128(place), tripled(sixteen, part)));
            }
        }
        blend_rest_avx2(target, shares, left, channels, colors);
    }
}

#endif

// A coverage above 0, without which a transparent pixel would have nothing to divide by.
static inline void mix_with_alpha(uint8_t *pixel, ImageColor color, uint32_t coverage) {
    const uint32_t kept = pixel[3] * (255 - coverage), total = coverage * 255 + kept;
    const uint8_t channels[3] = {color.red, color.green, color.blue};
    for (int channel = 0; channel < 3; channel++) {
        pixel[channel] = (uint8_t)((channels[channel] * coverage * 255 + pixel[channel] * kept + total / 2) / total);
    }
    pixel[3] = (uint8_t)((total + 127) / 255);
}

static void blend_rgba(ImagePixelRows pixels, const uint8_t *coverage, size_t coverage_per_row, ImageColor color) {
    for (size_t row = 0; row < pixels.row_count; row++) {
        uint8_t *target = pixels.first + row * pixels.bytes_per_row;
        const uint8_t *shares = coverage + row * coverage_per_row;
        for (size_t i = 0; i < pixels.row_length; i++) {
            if (shares[i] > 0) mix_with_alpha(target + 4 * i, color, shares[i]);
        }
    }
}

static void tint_rgba(ImagePixelRows pixels, ImageColor color, uint32_t coverage) {
    const uint8_t opaque[4] = {color.red, color.green, color.blue, 255};
    for (size_t row = 0; row < pixels.row_count; row++) {
        uint8_t *target = pixels.first + row * pixels.bytes_per_row;
        for (size_t i = 0; i < pixels.row_length; i++, target += 4) {
            if (coverage == 255) memcpy(target, opaque, sizeof opaque);
            else mix_with_alpha(target, color, coverage);
        }
    }
}

void percept_blend(ImagePixelRows pixels, const uint8_t *coverage, size_t coverage_per_row, ImageColor color) {
    if (pixels.has_alpha) return blend_rgba(pixels, coverage, coverage_per_row, color);
#if defined(__x86_64__)
    if (percept_kernel() != PerceptKernelScalar) return blend_rgb_avx2(pixels, coverage, coverage_per_row, color);
#endif
    blend_rgb_scalar(pixels, coverage, coverage_per_row, color);
}

// 32 pixels. The rest of a row is written as a shorter pattern that overlaps what precedes it.
enum { PATTERN_LENGTH = 96 };

static INLINE void fill_pixels(uint8_t *pixels, size_t byte_count, const uint8_t *pattern) {
    size_t i = 0;
    for (; i + PATTERN_LENGTH <= byte_count; i += PATTERN_LENGTH) memcpy(pixels + i, pattern, PATTERN_LENGTH);
    uint8_t *end = pixels + byte_count;
    if (byte_count >= PATTERN_LENGTH) {
        memcpy(end - PATTERN_LENGTH, pattern, PATTERN_LENGTH);
    } else if (byte_count >= 48) {
        memcpy(pixels, pattern, 48);
        memcpy(end - 48, pattern, 48);
    } else if (byte_count >= 24) {
        memcpy(pixels, pattern, 24);
        memcpy(end - 24, pattern, 24);
    } else if (byte_count >= 12) {
        memcpy(pixels, pattern, 12);
        memcpy(end - 12, pattern, 12);
    } else {
        for (; i < byte_count; i++) pixels[i] = pattern[i];
    }
}

// Rows lie pages apart, so the processor does not prefetch them by itself.
enum { ROWS_AHEAD = 4, CACHE_LINE = 64 };

static INLINE void fill_rows(ImagePixelRows pixels, const uint8_t *pattern) {
    size_t byte_count = 3 * pixels.row_length;
    for (size_t row = 0; row < pixels.row_count; row++) {
        uint8_t *target = pixels.first + row * pixels.bytes_per_row;
        if (row + ROWS_AHEAD < pixels.row_count) {
            const uint8_t *ahead = target + ROWS_AHEAD * pixels.bytes_per_row;
            for (size_t i = 0; i < byte_count; i += CACHE_LINE) __builtin_prefetch(ahead + i, 1);
        }
        fill_pixels(target, byte_count, pattern);
    }
}

#if defined(__x86_64__)

AVX2 static void fill_rows_avx2(ImagePixelRows pixels, const uint8_t *pattern) { fill_rows(pixels, pattern); }

#endif

static void fill_rgb(ImagePixelRows pixels, ImageColor color) {
    const uint8_t channels[3] = {color.red, color.green, color.blue};
    uint8_t pattern[PATTERN_LENGTH];
    for (int i = 0; i < PATTERN_LENGTH; i++) pattern[i] = channels[i % 3];
#if defined(__x86_64__)
    if (percept_kernel() != PerceptKernelScalar) return fill_rows_avx2(pixels, pattern);
#endif
    fill_rows(pixels, pattern);
}

// The pattern holds each byte of the colour times the coverage, plus 127 for rounding.
static INLINE void tint_rows(ImagePixelRows pixels, ImageColor color, uint32_t coverage) {
    const uint8_t channels[3] = {color.red, color.green, color.blue};
    uint16_t pattern[48];
    for (int i = 0; i < 48; i++) pattern[i] = (uint16_t)(channels[i % 3] * coverage + 127);
    uint16_t kept = (uint16_t)(255 - coverage);
    size_t byte_count = 3 * pixels.row_length;
    for (size_t row = 0; row < pixels.row_count; row++) {
        uint8_t *target = pixels.first + row * pixels.bytes_per_row;
        size_t i = 0;
        for (; i + 48 <= byte_count; i += 48) {
            for (int k = 0; k < 48; k++) {
                uint16_t sum = (uint16_t)(pattern[k] + target[i + k] * kept);
                target[i + k] = (uint8_t)((uint16_t)(sum + 1 + (sum >> 8)) >> 8);
            }
        }
        for (; i < byte_count; i++) target[i] = mixed(channels[i % 3], target[i], coverage);
    }
}

#if defined(__x86_64__)

AVX2 static void tint_rows_avx2(ImagePixelRows pixels, ImageColor color, uint32_t coverage) {
    tint_rows(pixels, color, coverage);
}

#endif

void percept_tint(ImagePixelRows pixels, ImageColor color, uint8_t coverage) {
    if (coverage == 0) return;
    if (pixels.has_alpha) return tint_rgba(pixels, color, coverage);
    if (coverage == 255) return fill_rgb(pixels, color);
#if defined(__x86_64__)
    if (percept_kernel() != PerceptKernelScalar) return tint_rows_avx2(pixels, color, coverage);
#endif
    tint_rows(pixels, color, coverage);
}
