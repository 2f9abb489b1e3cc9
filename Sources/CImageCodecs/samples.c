#include <string.h>

#include "CImageCodecs.h"

// Pixels may stand at any address.
static uint16_t sample(const uint8_t *pixels, size_t index) {
    uint16_t value;
    memcpy(&value, pixels + 2 * index, sizeof value);
    return value;
}

void image_samples_widen(ImageSampleRange *range, const uint8_t *pixels, size_t pixel_count, size_t channel_count) {
    bool has_alpha = channel_count % 2 == 0;
    size_t color_count = has_alpha ? channel_count - 1 : channel_count;
    uint16_t low = range->low, high = range->high;
    if (!has_alpha) {
        for (size_t i = 0; i < pixel_count * channel_count; i++) {
            uint16_t value = sample(pixels, i);
            low = value < low ? value : low;
            high = value > high ? value : high;
        }
    } else {
        for (size_t i = 0; i < pixel_count * channel_count; i += channel_count) {
            if (sample(pixels, i + color_count) == 0) continue;
            for (size_t channel = 0; channel < color_count; channel++) {
                uint16_t value = sample(pixels, i + channel);
                low = value < low ? value : low;
                high = value > high ? value : high;
            }
        }
    }
    *range = (ImageSampleRange){low, high};
}

void image_samples_tabulate(uint16_t *table, ImageSampleRange range) {
    uint32_t width = (uint32_t)range.high - range.low;
    for (uint32_t value = 0; value < 65536; value++) {
        if (value <= range.low) {
            table[value] = 0;
        } else if (value >= range.high) {
            table[value] = 65535;
        } else {
            // At most 65534 · 65535 + 32767, which is less than 2³².
            table[value] = (uint16_t)(((value - range.low) * UINT32_C(65535) + width / 2) / width);
        }
    }
}

void image_samples_map(const uint16_t *table, uint8_t *pixels, size_t pixel_count, size_t channel_count) {
    size_t color_count = channel_count % 2 == 0 ? channel_count - 1 : channel_count;
    for (size_t i = 0; i < pixel_count * channel_count; i += channel_count) {
        for (size_t channel = 0; channel < color_count; channel++) {
            uint16_t value = sample(pixels, i + channel);
            memcpy(pixels + 2 * (i + channel), &table[value], sizeof value);
        }
    }
}
