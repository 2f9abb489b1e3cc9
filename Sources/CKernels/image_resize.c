#include "CKernelsImage.h"

static uint8_t clipped(int32_t sum) {
    int32_t value = sum >> IMAGE_RESIZE_BITS;
    return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
}

// Unsigned, so that a sum which runs over wraps instead of being undefined; it cannot for weights that add up to one.
static const uint32_t half = 1u << (IMAGE_RESIZE_BITS - 1);

static void row_range_scalar(const uint8_t *input, uint8_t *output, const ImageResizeAxis *axis, size_t channels) {
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

void image_resize_row_scalar(const uint8_t *input, size_t input_count, uint8_t *output, const ImageResizeAxis *axis,
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

void image_resize_column_scalar(const uint8_t *const *rows, const int32_t *weights, size_t row_count, uint8_t *output,
                                size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t sum = half;
        for (size_t k = 0; k < row_count; k++) sum += (uint32_t)weights[k] * rows[k][i];
        output[i] = clipped((int32_t)sum);
    }
}

void image_resize_row(const uint8_t *input, size_t input_count, uint8_t *output, const ImageResizeAxis *axis,
                      int32_t channel_count) {
    image_resize_row_scalar(input, input_count, output, axis, channel_count);
}

void image_resize_column(const uint8_t *const *rows, const int32_t *weights, size_t row_count, uint8_t *output,
                         size_t count) {
    image_resize_column_scalar(rows, weights, row_count, output, count);
}

void image_premultiply(uint8_t *pixels, size_t count, int32_t channel_count) {
    for (size_t i = 0; i < count; i++, pixels += channel_count) {
        uint32_t alpha = pixels[channel_count - 1];
        if (alpha == 255) continue;
        for (int32_t channel = 0; channel < channel_count - 1; channel++) {
            uint32_t product = pixels[channel] * alpha + 128;
            pixels[channel] = (uint8_t)((product + (product >> 8)) >> 8);
        }
    }
}

void image_unpremultiply(uint8_t *pixels, size_t count, int32_t channel_count) {
    for (size_t i = 0; i < count; i++, pixels += channel_count) {
        uint32_t alpha = pixels[channel_count - 1];
        if (alpha == 255 || alpha == 0) continue;
        for (int32_t channel = 0; channel < channel_count - 1; channel++) {
            uint32_t value = 255u * pixels[channel] / alpha;
            pixels[channel] = value > 255 ? 255 : (uint8_t)value;
        }
    }
}
