#ifndef PERCEPT_CKERNELS_IMAGE_H
#define PERCEPT_CKERNELS_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Fractional bits of a resize's fixed-point weights.
enum { PerceptResizeBits = 22 };

/// The weights of one axis of a separable resize.
///
/// Output i is the sum of `counts[i]` inputs from `starts[i]` on, weighted by `weights + i * stride`. The stride is a
/// multiple of 8 and at least 4 more than the largest count; the weights beyond the count are zero. `split_weights` are
/// the same from `percept_split_weights`.
typedef struct ImageResizeAxis {
    const int32_t *starts;
    const int32_t *counts;
    const int32_t *weights;
    const int16_t *split_weights;
    size_t stride;
    size_t output_count;
} ImageResizeAxis;

/// Splits weights from -2²⁷ to 2²⁷ - 1 for multiplication in 16 bits: weight = high · 2¹² + low, 0 ≤ low < 2¹².
///
/// Each group of four weights becomes four high parts and four low parts. `count` is a multiple of 4; `split` has room
/// for 2 · `count`.
void percept_split_weights(const int32_t *weights, size_t count, int16_t *split);

/// Resizes one row of `input_count` pixels with `channel_count` (1…4) interleaved 8-bit channels to
/// `axis->output_count` pixels. All kernels return the same bytes.
void percept_resize_row(const uint8_t *input, size_t input_count, uint8_t *output, const ImageResizeAxis *axis,
                        int32_t channel_count);

/// Computes the weighted sum of `row_count` rows of `count` bytes. All kernels return the same bytes.
void percept_resize_column(const uint8_t *const *rows, const int32_t *weights, size_t row_count, uint8_t *output,
                           size_t count);

/// Converts straight alpha to premultiplied in place. `channel_count` is 2 or 4, alpha comes last; rounds as Pillow
/// does.
void percept_premultiply(uint8_t *pixels, size_t count, int32_t channel_count);
/// Converts premultiplied alpha to straight in place, as `percept_premultiply` does the reverse.
void percept_unpremultiply(uint8_t *pixels, size_t count, int32_t channel_count);

/// Blocks of 2×2 pixels by the largest difference within a channel: at most 8, 9…63, and 64 or more.
typedef struct ImageBlockCounts {
    size_t flat;
    size_t soft;
    size_t hard;
} ImageBlockCounts;

/// Counts the blocks of two rows of 8-bit RGB. An odd last column is ignored.
ImageBlockCounts percept_count_blocks(const uint8_t *upper, const uint8_t *lower, size_t pixel_count);

/// A rectangle of 8-bit RGB or RGBA pixels; its rows begin `bytes_per_row` apart.
typedef struct ImagePixelRows {
    uint8_t *first;
    size_t bytes_per_row;
    size_t row_length;
    size_t row_count;
    /// True if pixels have a straight alpha channel.
    bool has_alpha;
} ImagePixelRows;

typedef struct ImageColor {
    uint8_t red, green, blue;
} ImageColor;

/// Mixes a colour over the pixels by source-over (Porter and Duff 1984), rounded to nearest; coverage c is 0…255.
///
/// Each channel of RGB becomes ⌊(new · c + old · (255 − c) + 127) / 255⌋. Of RGBA with the alpha a and the total
/// t = 255 · c + a · (255 − c), it becomes ⌊(255 · new · c + old · a · (255 − c) + ⌊t / 2⌋) / t⌋, and alpha becomes
/// ⌊(t + 127) / 255⌋. All kernels write the same bytes.
void percept_tint(ImagePixelRows pixels, ImageColor color, uint8_t coverage);

/// Does the same with a coverage for each pixel. The rows of `coverage` begin `coverage_per_row` bytes apart.
void percept_blend(ImagePixelRows pixels, const uint8_t *coverage, size_t coverage_per_row, ImageColor color);

#endif
