#include <stdio.h>
#include <string.h>

#include "tiff_decoder.h"

static double half_value(uint16_t bits) {
    int exponent = bits >> 10 & 0x1F;
    double fraction = bits & 0x3FF;
    double value = exponent == 0    ? fraction / (1 << 24)
                   : exponent == 31 ? (fraction == 0 ? 1e300 : 0)
                                    : (1 + fraction / 1024) * (exponent >= 15 ? (double)(1 << (exponent - 15))
                                                                             : 1.0 / (1 << (15 - exponent)));
    return bits & 0x8000 ? -value : value;
}

static double float_value(const TIFFDecoder *decoder, const uint8_t *bytes) {
    double value;
    if (decoder->bits == 64) {
        memcpy(&value, bytes, sizeof value);
    } else if (decoder->bits == 32) {
        float single;
        memcpy(&single, bytes, sizeof single);
        value = single;
    } else {
        uint16_t half;
        memcpy(&half, bytes, sizeof half);
        value = half_value(half);
    }
    return value;
}

static uint16_t float_sample(TIFFDecoder *decoder, const uint8_t *bytes) {
    double value = float_value(decoder, bytes);
    double scaled = (value - decoder->black) / (decoder->white - decoder->black);
    if (!(scaled >= 0)) {
        decoder->clips = decoder->clips || scaled < 0;
        return 0;
    }
    if (scaled > 1) {
        decoder->clips = true;
        return 65535;
    }
    return (uint16_t)(scaled * 65535 + 0.5);
}

// Returns sample `index` of a row of packed samples, as 16 bits, or as 8 for depths up to 8.
static uint16_t sample_at(TIFFDecoder *decoder, const uint8_t *row, size_t index) {
    uint32_t bits = decoder->bits, value;
    if (decoder->sample_format == SAMPLEFORMAT_IEEEFP) return float_sample(decoder, row + index * (bits / 8));
    if (bits == 8) {
        value = row[index];
    } else if (bits == 16) {
        uint16_t word;
        memcpy(&word, row + 2 * index, sizeof word);
        value = word;
    } else if (bits == 32) {
        memcpy(&value, row + 4 * index, sizeof value);
        value >>= 16;
        bits = 16;
    } else if (bits == 24) {
        const uint8_t *bytes = row + 3 * index;
        const uint16_t probe = 1;
        bool is_little = *(const uint8_t *)&probe == 1;
        value = is_little ? (uint32_t)(bytes[2] << 8 | bytes[1]) : (uint32_t)(bytes[0] << 8 | bytes[1]);
        bits = 16;
    } else {
        value = 0;
        for (size_t bit = index * bits; bit < (index + 1) * bits; bit++) {
            value = value << 1 | (row[bit / 8] >> (7 - bit % 8) & 1);
        }
    }
    if (decoder->sample_format == SAMPLEFORMAT_INT && (value >> (bits - 1) & 1)) value = 0;
    if (decoder->palette) return (uint16_t)value;
    uint32_t maximum = (1u << bits) - 1, full = decoder->bits > 8 ? 65535 : 255;
    return (uint16_t)((value * (uint64_t)full + maximum / 2) / maximum);
}

static void unpack(TIFFDecoder *decoder, const uint8_t *row, size_t plane_stride) {
    uint32_t width = decoder->base.width, count = decoder->channel_count;
    for (uint32_t channel = 0; channel < count; channel++) {
        const uint8_t *source = row + (decoder->is_separate ? channel * plane_stride : 0);
        size_t step = decoder->is_separate ? 1 : decoder->sample_count, first = decoder->is_separate ? 0 : channel;
        for (uint32_t x = 0; x < width; x++) {
            decoder->samples[(size_t)x * count + channel] = sample_at(decoder, source, x * step + first);
        }
    }
}

static void convert_colors(TIFFDecoder *decoder, uint32_t full) {
    uint32_t width = decoder->base.width, count = decoder->channel_count;
    uint32_t color_count = count - (decoder->alpha == AlphaNone ? 0 : 1);
    for (uint32_t x = 0; x < width; x++) {
        uint16_t *pixel = decoder->samples + (size_t)x * count;
        if (decoder->photometric == PHOTOMETRIC_MINISWHITE) pixel[0] = (uint16_t)(full - pixel[0]);
        if (decoder->alpha != AlphaPremultiplied) continue;
        uint32_t alpha = pixel[color_count];
        for (uint32_t channel = 0; channel < color_count; channel++) {
            uint32_t value = alpha == 0 ? 0 : (uint32_t)(((uint64_t)pixel[channel] * full + alpha / 2) / alpha);
            pixel[channel] = (uint16_t)(value > full ? full : value);
        }
    }
}

static void write_row(TIFFDecoder *decoder, uint8_t *target) {
    ImageDecoder *base = &decoder->base;
    size_t count = (size_t)base->width * decoder->channel_count;
    if (decoder->palette) {
        for (size_t x = 0; x < base->width; x++) {
            memcpy(target + 3 * x, decoder->palette[decoder->samples[x] & 0xFF], 3);
        }
    } else if (decoder->ink) {
        bool is_deep = decoder->bits > 8;
        for (size_t i = 0; i < count; i++) {
            decoder->ink[i] = (uint8_t)(is_deep ? (decoder->samples[i] + 128u) / 257 : decoder->samples[i]);
            // a* and b* are signed in CIELAB (TIFF 6.0 §23).
            if (decoder->photometric == PHOTOMETRIC_CIELAB && i % 3 != 0) decoder->ink[i] ^= 0x80;
        }
        if (base->transform) {
            color_transform_apply(base->transform, decoder->ink, target, base->width);
        } else if (base->channels == ColorChannelsLab) {
            // Without memory for the conversion, lightness.
            for (size_t i = 0; i < count; i++) target[i] = decoder->ink[i - i % 3];
        } else {
            color_light_of_ink(decoder->ink, target, base->width, 0xFF);
        }
    } else if (base->is_deep) {
        memcpy(target, decoder->samples, count * 2);
    } else {
        for (size_t i = 0; i < count; i++) target[i] = (uint8_t)decoder->samples[i];
    }
}

static void copy_converted(TIFFDecoder *decoder, uint32_t y, uint8_t *target) {
    ImageDecoder *base = &decoder->base;
    uint32_t left = base->height - decoder->band_start;
    uint32_t row_count = left < decoder->band_height ? left : decoder->band_height;
    uint32_t index = row_count - 1 - (y - decoder->band_start);
    const uint32_t *row = (const uint32_t *)decoder->band + (size_t)index * base->width;
    for (uint32_t x = 0; x < base->width; x++) {
        // Premultiplied, with red in the least significant bits.
        uint32_t pixel = row[x], alpha = pixel >> 24;
        for (int channel = 0; channel < 3; channel++) {
            uint32_t value = pixel >> (8 * channel) & 0xFF;
            value = alpha == 0 ? 0 : (value * 255 + alpha / 2) / alpha;
            target[4 * (size_t)x + channel] = (uint8_t)(value > 255 ? 255 : value);
        }
        target[4 * (size_t)x + 3] = (uint8_t)alpha;
    }
}

void tiff_find_range(TIFFDecoder *decoder) {
    ImageDecoder *base = &decoder->base;
    double low = 0, high = 0;
    size_t plane_count = decoder->is_separate ? decoder->sample_count : 1;
    size_t sample_bytes = decoder->bits / 8;
    for (uint32_t y = 0; y < base->height; y += decoder->band_height) {
        if (tiff_read_band(decoder, y) != ImageCodecStatusOk) break;
        uint32_t left = base->height - y, row_count = left < decoder->band_height ? left : decoder->band_height;
        for (size_t plane = 0; plane < plane_count; plane++) {
            const uint8_t *bytes = decoder->band + plane * decoder->plane_bytes;
            for (size_t i = 0; i + sample_bytes <= row_count * decoder->band_row_bytes; i += sample_bytes) {
                double value = float_value(decoder, bytes + i);
                // Infinite samples state no range.
                if (value < low && value > -1e38) low = value;
                if (value > high && value < 1e38) high = value;
            }
        }
    }
    decoder->has_band = false;
    base->message[0] = 0;
    if (low == 0 && high <= 1) return;
    static const double usual[] = {255, 65535};
    decoder->white = high;
    decoder->black = low;
    for (size_t i = 2; i-- > 0;) {
        if (low == 0 && high <= usual[i]) decoder->white = usual[i];
    }
    char message[DECODER_MESSAGE];
    snprintf(message, sizeof message, "the range of its floating-point samples is not stated: %g is black and %g white",
             decoder->black, decoder->white);
    decoder_warn(base, message);
}

static bool is_plain(const TIFFDecoder *decoder) {
    return !decoder->palette && !decoder->ink && decoder->alpha != AlphaPremultiplied && !decoder->is_separate &&
           (decoder->bits == 8 || decoder->bits == 16) && decoder->sample_count == decoder->channel_count &&
           decoder->photometric != PHOTOMETRIC_MINISWHITE && decoder->sample_format != SAMPLEFORMAT_IEEEFP &&
           decoder->sample_format != SAMPLEFORMAT_INT;
}

void tiff_convert_row(TIFFDecoder *decoder, uint32_t y, uint8_t *target) {
    const ImageDecoder *base = &decoder->base;
    const uint8_t *row = decoder->band + (size_t)(y - decoder->band_start) * decoder->band_row_bytes;
    if (decoder->access == AccessConverted) {
        copy_converted(decoder, y, target);
    } else if (is_plain(decoder)) {
        memcpy(target, row, base->row_bytes);
    } else {
        unpack(decoder, row, decoder->plane_bytes);
        if (!decoder->palette && !decoder->ink) convert_colors(decoder, base->is_deep ? 65535 : 255);
        write_row(decoder, target);
    }
}
