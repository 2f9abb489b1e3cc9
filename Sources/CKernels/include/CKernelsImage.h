#ifndef CKERNELS_IMAGE_H
#define CKERNELS_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Weights of one axis of a separable resize: output i is the sum of `counts[i]` inputs from `starts[i]` on, weighted by
// `weights + i * stride`. The weights are fixed-point numbers of IMAGE_RESIZE_BITS fractional bits. The stride is a
// multiple of 8 and at least 4 more than the largest count; the weights behind the count are zero.
enum { IMAGE_RESIZE_BITS = 22 };

typedef struct ImageResizeAxis {
    const int32_t *starts;
    const int32_t *counts;
    const int32_t *weights;
    size_t stride;
    size_t output_count;
} ImageResizeAxis;

// One row of `channel_count` (1…4) interleaved 8-bit channels of `input_count` pixels, to `axis->output_count` pixels.
void image_resize_row(const uint8_t *input, size_t input_count, uint8_t *output, const ImageResizeAxis *axis,
                      int32_t channel_count);

// The weighted sum of `row_count` rows of `count` bytes.
void image_resize_column(const uint8_t *const *rows, const int32_t *weights, size_t row_count, uint8_t *output,
                         size_t count);

// The same in plain C: what the above is tested against.
void image_resize_row_scalar(const uint8_t *input, size_t input_count, uint8_t *output, const ImageResizeAxis *axis,
                             int32_t channel_count);
void image_resize_column_scalar(const uint8_t *const *rows, const int32_t *weights, size_t row_count, uint8_t *output,
                                size_t count);

// Straight alpha to premultiplied and back, in place, `channel_count` 2 or 4 with alpha last; rounded as Pillow does.
void image_premultiply(uint8_t *pixels, size_t count, int32_t channel_count);
void image_unpremultiply(uint8_t *pixels, size_t count, int32_t channel_count);

// Of two rows of 8-bit RGB: how many blocks of 2×2 pixels have channels that differ by 8 at most, by 64 or more, or by
// something between, the channel counting that differs most. An odd last column is left out.
typedef struct ImageBlockCounts {
    size_t flat;
    size_t soft;
    size_t hard;
} ImageBlockCounts;
ImageBlockCounts image_count_blocks(const uint8_t *upper, const uint8_t *lower, size_t pixel_count);

// `row_count` rows of `row_length` pixels of 8-bit RGB, the first pixel of each `bytes_per_row` behind that of the row before.
typedef struct ImagePixelRows {
    uint8_t *first;
    size_t bytes_per_row;
    size_t row_length;
    size_t row_count;
} ImagePixelRows;

typedef struct ImageColor {
    uint8_t red, green, blue;
} ImageColor;

// Gives all of them one colour.
void image_fill_rgb(ImagePixelRows pixels, ImageColor color);

// Mixes a colour over them: each channel becomes (new · c + old · (255 − c) + 127) / 255, rounded down, c being the coverage.
void image_tint_rgb(ImagePixelRows pixels, ImageColor color, uint8_t coverage);

// The same with a coverage for each pixel, whose rows lie `coverage_per_row` bytes apart.
void image_blend_rgb(ImagePixelRows pixels, const uint8_t *coverage, size_t coverage_per_row, ImageColor color);

// The last in plain C: what all three are tested against.
void image_blend_rgb_scalar(ImagePixelRows pixels, const uint8_t *coverage, size_t coverage_per_row, ImageColor color);

#endif
