#ifndef COLOR_TRANSFORM_H
#define COLOR_TRANSFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The colour information of a file; without any, colours are sRGB.
typedef struct ColorDescription {
    // An ICC profile (ISO 15076-1).
    uint8_t *profile;
    size_t profile_count;
    // Primaries, transfer, matrix and range as in ITU-T H.273; PNG's cICP, HEIF's nclx.
    bool has_code_points;
    uint8_t code_points[4];
    // PNG's sRGB chunk.
    bool is_srgb;
    // PNG's gAMA: 100000 times the exponent by which light was encoded.
    bool has_gamma;
    uint32_t gamma;
    // PNG's cHRM: 100000 times x and y of white, red, green and blue.
    bool has_chromaticities;
    uint32_t chromaticities[8];
} ColorDescription;

typedef enum ColorChannels {
    ColorChannelsGray = 1,
    ColorChannelsGrayAlpha,
    ColorChannelsRgb,
    ColorChannelsRgba,
    // Four inks, where 255 is full ink or, if inverted, no ink; they become RGB.
    ColorChannelsInk,
    ColorChannelsInvertedInk,
    // CIE L*a*b* (D50) as in ICC profiles of version 4: L* 0…100 as 0…255, a* and b* plus 128; they become RGB.
    ColorChannelsLab,
} ColorChannels;

// Converts the colours of a file to sRGB. Must be used by one thread at a time.
typedef struct ColorTransform ColorTransform;

// Returns NULL if no conversion is needed or possible; in the latter case `complaint` says why.
//
// Uses perceptual intent without flags, like the defaults of Pillow and sharp.
ColorTransform *color_transform_create(const ColorDescription *description, ColorChannels channels, bool is_deep,
                                       char *complaint, size_t complaint_count);
// Converts `source` to `target`, which may be the same unless inks become RGB. Alpha is unchanged.
void color_transform_apply(const ColorTransform *transform, const uint8_t *source, uint8_t *target, uint32_t count);
void color_transform_close(ColorTransform *transform);

// Computes the light reflected by white paper printed with the inks and then with black, for inks without a profile.
// `inversion` is 0xFF if 255 is full ink, and 0 if it is bare paper.
void color_light_of_ink(const uint8_t *ink, uint8_t *rgb, uint32_t width, uint8_t inversion);

#endif
