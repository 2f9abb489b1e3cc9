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

#endif
