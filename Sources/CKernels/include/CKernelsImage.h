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
/// multiple of 8 and at least 4 more than the largest count; the weights beyond the count are zero.
typedef struct ImageResizeAxis {
    const int32_t *starts;
    const int32_t *counts;
    const int32_t *weights;
    size_t stride;
    size_t output_count;
} ImageResizeAxis;

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

/// A rectangle of 8-bit RGB pixels; its rows begin `bytes_per_row` apart.
typedef struct ImagePixelRows {
    uint8_t *first;
    size_t bytes_per_row;
    size_t row_length;
    size_t row_count;
} ImagePixelRows;

typedef struct ImageColor {
    uint8_t red, green, blue;
} ImageColor;

/// Fills the pixels with one colour.
void percept_fill_rgb(ImagePixelRows pixels, ImageColor color);

/// Mixes a colour over the pixels: each channel becomes ⌊(new · c + old · (255 − c) + 127) / 255⌋, with the coverage c.
void percept_tint_rgb(ImagePixelRows pixels, ImageColor color, uint8_t coverage);

/// Mixes a colour over the pixels, like `percept_tint_rgb`, with a coverage for each pixel. The rows of `coverage`
/// begin `coverage_per_row` bytes apart. All kernels return the same bytes.
void percept_blend_rgb(ImagePixelRows pixels, const uint8_t *coverage, size_t coverage_per_row, ImageColor color);

#endif
