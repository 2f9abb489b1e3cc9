#include "color_transform.h"

#include <lcms2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ColorTransform {
    cmsContext context;
    // Of RGB and inks.
    cmsHTRANSFORM transform;
    // What becomes of each gray, 8 or 16 bits.
    uint8_t *bytes;
    uint16_t *words;
    size_t channel_count;
};

typedef struct Complaint {
    char *text;
    size_t count;
} Complaint;

static void complain(const Complaint *complaint, const char *what) {
    if (complaint->text[0] == 0) snprintf(complaint->text, complaint->count, "%s", what);
}

static void complain_of_profile(const Complaint *complaint, const char *what) {
    if (complaint->text[0] != 0) return;
    snprintf(complaint->text, complaint->count, "the colour profile %s: colours are taken as sRGB", what);
}

// ITU-R BT.709 §1.3, IEC 61966-2-1, SMPTE RP 431-2 and EG 432-1, ITU-R BT.2020; by code point of ITU-T H.273 table 2.
typedef struct Primaries {
    uint8_t code_point;
    uint32_t chromaticities[8];
} Primaries;

static const Primaries known_primaries[] = {
    {1, {31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000}},
    {4, {31000, 31600, 67000, 33000, 21000, 71000, 14000, 8000}},
    {5, {31270, 32900, 64000, 33000, 29000, 60000, 15000, 6000}},
    {6, {31270, 32900, 63000, 34000, 31000, 59500, 15500, 7000}},
    {7, {31270, 32900, 63000, 34000, 31000, 59500, 15500, 7000}},
    {9, {31270, 32900, 70800, 29200, 17000, 79700, 13100, 4600}},
    {11, {31400, 35100, 68000, 32000, 26500, 69000, 15000, 6000}},
    {12, {31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000}},
};
static const uint32_t *const srgb_chromaticities = known_primaries[0].chromaticities;

static const uint32_t *primaries_of(uint8_t code_point) {
    for (size_t i = 0; i < sizeof known_primaries / sizeof *known_primaries; i++) {
        if (known_primaries[i].code_point == code_point) return known_primaries[i].chromaticities;
    }
    return NULL;
}

// Type 4 of a parametric curve: Y = (aX + b)^g from d on, cX below.
static cmsToneCurve *srgb_curve(cmsContext context) {
    static const cmsFloat64Number parameters[] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
    return cmsBuildParametricToneCurve(context, 4, parameters);
}

// By code point of ITU-T H.273 table 3; NULL where a curve of that kind cannot be laid over [0, 1] alone.
static cmsToneCurve *curve_of(cmsContext context, uint8_t code_point) {
    static const cmsFloat64Number bt709[] = {1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081};
    switch (code_point) {
        case 1:
        case 6:
        case 14:
        case 15: return cmsBuildParametricToneCurve(context, 4, bt709);
        case 4: return cmsBuildGamma(context, 2.2);
        case 5: return cmsBuildGamma(context, 2.8);
        case 8: return cmsBuildGamma(context, 1);
        case 13: return srgb_curve(context);
        default: return NULL;
    }
}

// Takes the curve.
static cmsHPROFILE virtual_profile(cmsContext context, const uint32_t *chromaticities, cmsToneCurve *curve) {
    if (!curve) return NULL;
    cmsCIExyY points[4];
    bool is_possible = true;
    for (int i = 0; i < 4; i++) {
        points[i].x = chromaticities[2 * i] / 100000.0;
        points[i].y = chromaticities[2 * i + 1] / 100000.0;
        points[i].Y = 1;
        if (points[i].y <= 0 || points[i].x + points[i].y > 1.5) is_possible = false;
    }
    cmsToneCurve *curves[] = {curve, curve, curve};
    cmsCIExyYTRIPLE primaries = {points[1], points[2], points[3]};
    cmsHPROFILE profile = is_possible ? cmsCreateRGBProfileTHR(context, &points[0], &primaries, curves) : NULL;
    cmsFreeToneCurve(curve);
    return profile;
}

static cmsHPROFILE profile_of_code_points(cmsContext context, const uint8_t *code_points, const Complaint *complaint) {
    char message[160];
    const uint32_t *primaries = primaries_of(code_points[0]);
    if (code_points[1] == 16 || code_points[1] == 18) {
        snprintf(message, sizeof message,
                 "high dynamic range (transfer %s) is not tone-mapped: it is taken for standard range",
                 code_points[1] == 16 ? "PQ" : "HLG");
        complain(complaint, message);
        return NULL;
    }
    cmsHPROFILE profile = NULL;
    if (primaries && code_points[2] == 0 && code_points[3] == 1) {
        profile = virtual_profile(context, primaries, curve_of(context, code_points[1]));
    }
    if (!profile) {
        snprintf(message, sizeof message,
                 "the colours of code points %u/%u/%u/%u (ITU-T H.273) are not known here, and not converted",
                 code_points[0], code_points[1], code_points[2], code_points[3]);
        complain(complaint, message);
    }
    return profile;
}

static bool is_near(uint32_t a, uint32_t b, uint32_t distance) { return a > b ? a - b <= distance : b - a <= distance; }

// 1/2.2 and the primaries of sRGB mean sRGB (W3C PNG 3rd edition §11.3.2.4), as exactly as writers round them.
static bool is_srgb_by_numbers(const ColorDescription *description) {
    if (description->has_gamma && !is_near(description->gamma, 45455, 455)) return false;
    if (!description->has_chromaticities) return true;
    for (int i = 0; i < 8; i++) {
        if (!is_near(description->chromaticities[i], srgb_chromaticities[i], 100)) return false;
    }
    return true;
}

static cmsHPROFILE profile_of_numbers(cmsContext context, const ColorDescription *description,
                                      const Complaint *complaint) {
    // Exponents beyond a hundred either way are no display's.
    bool is_sane = !description->has_gamma || (description->gamma >= 1000 && description->gamma <= 10000000);
    cmsHPROFILE profile = NULL;
    if (is_sane) {
        profile = virtual_profile(
            context, description->has_chromaticities ? description->chromaticities : srgb_chromaticities,
            description->has_gamma ? cmsBuildGamma(context, 100000.0 / description->gamma) : srgb_curve(context));
    }
    if (!profile) complain(complaint, "gAMA or cHRM make no sense: colours are taken as sRGB");
    return profile;
}

static cmsColorSpaceSignature space_of(ColorChannels channels) {
    switch (channels) {
        case ColorChannelsGray:
        case ColorChannelsGrayAlpha: return cmsSigGrayData;
        case ColorChannelsRgb:
        case ColorChannelsRgba: return cmsSigRgbData;
        case ColorChannelsLab: return cmsSigLabData;
        default: return cmsSigCmykData;
    }
}

static const char *name_of(cmsColorSpaceSignature space) {
    switch (space) {
        case cmsSigGrayData: return "gray";
        case cmsSigRgbData: return "RGB";
        case cmsSigCmykData: return "CMYK";
        default: return "other colours";
    }
}

static cmsHPROFILE embedded_profile(cmsContext context, const ColorDescription *description, ColorChannels channels,
                                    const Complaint *complaint) {
    if (description->profile_count > UINT32_MAX) return NULL;
    cmsHPROFILE profile =
        cmsOpenProfileFromMemTHR(context, description->profile, (cmsUInt32Number)description->profile_count);
    if (!profile) {
        complain_of_profile(complaint, "is damaged");
        return NULL;
    }
    cmsColorSpaceSignature space = cmsGetColorSpace(profile);
    cmsProfileClassSignature class = cmsGetDeviceClass(profile);
    bool is_of_device = class == cmsSigInputClass || class == cmsSigDisplayClass || class == cmsSigOutputClass ||
                        class == cmsSigColorSpaceClass;
    cmsColorSpaceSignature wanted = space_of(channels);
    if (is_of_device && space == wanted) return profile;
    char message[96];
    if (space == wanted) {
        snprintf(message, sizeof message, "is not one of a device");
    } else {
        snprintf(message, sizeof message, "is for %s and does not fit %s pixels", name_of(space), name_of(wanted));
    }
    complain_of_profile(complaint, message);
    cmsCloseProfile(profile);
    return NULL;
}

// In the order of precedence of W3C PNG 3rd edition §4.3.
static cmsHPROFILE source_profile(cmsContext context, const ColorDescription *description, ColorChannels channels,
                                  const Complaint *complaint) {
    if (channels == ColorChannelsLab) return cmsCreateLab4ProfileTHR(context, NULL);
    if (description->has_code_points) {
        if (description->code_points[0] == 1 && description->code_points[1] == 13) return NULL;
        cmsHPROFILE profile = profile_of_code_points(context, description->code_points, complaint);
        if (profile) return profile;
    }
    if (description->profile) return embedded_profile(context, description, channels, complaint);
    if (description->is_srgb || is_srgb_by_numbers(description)) return NULL;
    return profile_of_numbers(context, description, complaint);
}

enum { GRAY_BLOCK = 256 };

// A table of all grays; of the RGB profile that gAMA or cICP stand for, the neutral colours.
static bool tabulate_grays(ColorTransform *made, cmsHPROFILE source, cmsHPROFILE target, bool is_deep) {
    bool is_rgb = cmsGetColorSpace(source) == cmsSigRgbData;
    cmsHTRANSFORM transform =
        cmsCreateTransformTHR(made->context, source, is_rgb ? TYPE_RGB_16 : TYPE_GRAY_16, target, TYPE_RGB_16,
                              INTENT_PERCEPTUAL, cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE);
    if (!transform) return false;
    size_t count = is_deep ? 65536 : 256;
    if (is_deep) {
        made->words = malloc(count * sizeof *made->words);
    } else {
        made->bytes = malloc(count);
    }
    bool is_done = made->words || made->bytes;
    uint16_t grays[GRAY_BLOCK * 3], colors[GRAY_BLOCK * 3];
    for (size_t start = 0; is_done && start < count; start += GRAY_BLOCK) {
        for (size_t i = 0; i < GRAY_BLOCK; i++) {
            uint16_t value = (uint16_t)(is_deep ? start + i : i * 257);
            if (is_rgb) {
                grays[3 * i] = grays[3 * i + 1] = grays[3 * i + 2] = value;
            } else {
                grays[i] = value;
            }
        }
        cmsDoTransform(transform, grays, colors, GRAY_BLOCK);
        for (size_t i = 0; i < GRAY_BLOCK; i++) {
            uint16_t value = colors[3 * i + 1];
            if (is_deep) {
                made->words[start + i] = value;
            } else {
                made->bytes[i] = (uint8_t)((value + 128) / 257);
            }
        }
    }
    cmsDeleteTransform(transform);
    return is_done;
}

static bool leaves_grays(const ColorTransform *transform) {
    for (int i = 0; i < 65536; i++) {
        if (transform->words && !is_near(transform->words[i], (uint32_t)i, 257)) return false;
        if (transform->bytes && i < 256 && !is_near(transform->bytes[i], (uint32_t)i, 1)) return false;
    }
    return true;
}

enum { CUBE_SIDE = 6, RAMP_COUNT = 52, PROBE_COUNT = CUBE_SIDE * CUBE_SIDE * CUBE_SIDE + RAMP_COUNT };

// Whether no colour moves by more than one of 255: such a profile is sRGB by whatever name.
static bool leaves_colors(cmsContext context, cmsHPROFILE source, cmsHPROFILE target) {
    cmsHTRANSFORM transform = cmsCreateTransformTHR(context, source, TYPE_RGB_8, target, TYPE_RGB_8, INTENT_PERCEPTUAL,
                                                    cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE);
    if (!transform) return false;
    uint8_t probes[PROBE_COUNT * 3], moved[PROBE_COUNT * 3];
    uint8_t *probe = probes;
    for (int i = 0; i < CUBE_SIDE * CUBE_SIDE * CUBE_SIDE; i++) {
        *probe++ = (uint8_t)(i / (CUBE_SIDE * CUBE_SIDE) * 51);
        *probe++ = (uint8_t)(i / CUBE_SIDE % CUBE_SIDE * 51);
        *probe++ = (uint8_t)(i % CUBE_SIDE * 51);
    }
    for (int i = 0; i < RAMP_COUNT; i++) {
        for (int channel = 0; channel < 3; channel++) *probe++ = (uint8_t)(i * 5);
    }
    cmsDoTransform(transform, probes, moved, PROBE_COUNT);
    cmsDeleteTransform(transform);
    for (size_t i = 0; i < sizeof probes; i++) {
        if (!is_near(probes[i], moved[i], 1)) return false;
    }
    return true;
}

static cmsHTRANSFORM transform_of_colors(cmsContext context, cmsHPROFILE source, cmsHPROFILE target,
                                         ColorChannels channels, bool is_deep) {
    // Sixteen bits are worth more than the grid of 33 colours a side that they would be interpolated from.
    cmsUInt32Number flags = is_deep ? cmsFLAGS_NOOPTIMIZE : 0;
    cmsUInt32Number from, to;
    switch (channels) {
        case ColorChannelsRgba:
            from = to = is_deep ? TYPE_RGBA_16 : TYPE_RGBA_8;
            flags |= cmsFLAGS_COPY_ALPHA;
            break;
        case ColorChannelsInk:
            from = TYPE_CMYK_8;
            to = TYPE_RGB_8;
            break;
        case ColorChannelsInvertedInk:
            from = TYPE_CMYK_8_REV;
            to = TYPE_RGB_8;
            break;
        case ColorChannelsLab:
            from = TYPE_Lab_8;
            to = TYPE_RGB_8;
            break;
        default: from = to = is_deep ? TYPE_RGB_16 : TYPE_RGB_8; break;
    }
    return cmsCreateTransformTHR(context, source, from, target, to, INTENT_PERCEPTUAL, flags);
}

// Makes what `channels` need; false when that fails or has no effect.
static bool prepare(ColorTransform *made, cmsHPROFILE source, cmsHPROFILE target, ColorChannels channels, bool is_deep,
                    const Complaint *complaint) {
    bool is_gray = channels == ColorChannelsGray || channels == ColorChannelsGrayAlpha;
    bool is_ink = channels >= ColorChannelsInk;
    bool is_made;
    if (is_gray) {
        is_made = tabulate_grays(made, source, target, is_deep);
        if (is_made && leaves_grays(made)) return false;
    } else {
        if (!is_ink && leaves_colors(made->context, source, target)) return false;
        made->transform = transform_of_colors(made->context, source, target, channels, is_deep);
        is_made = made->transform != NULL;
    }
    if (!is_made) complain_of_profile(complaint, "cannot be applied");
    return is_made;
}

ColorTransform *color_transform_create(const ColorDescription *description, ColorChannels channels, bool is_deep,
                                       char *complaint_text, size_t complaint_count) {
    Complaint complaint = {complaint_text, complaint_count};
    complaint_text[0] = 0;
    bool is_plain = channels != ColorChannelsLab && !description->has_code_points && !description->profile &&
                    (description->is_srgb || is_srgb_by_numbers(description));
    if (is_plain) return NULL;
    ColorTransform *made = calloc(1, sizeof *made);
    if (!made) return NULL;
    made->channel_count = channels == ColorChannelsGrayAlpha ? 2 : 1;
    // The library has no error handler here, so the effect on the colours is reported instead.
    made->context = cmsCreateContext(NULL, NULL);
    if (!made->context) {
        free(made);
        return NULL;
    }
    cmsHPROFILE source = source_profile(made->context, description, channels, &complaint);
    cmsHPROFILE target = source ? cmsCreate_sRGBProfileTHR(made->context) : NULL;
    bool is_made = target && prepare(made, source, target, channels, is_deep, &complaint);
    if (target) cmsCloseProfile(target);
    if (source) cmsCloseProfile(source);
    if (is_made) return made;
    color_transform_close(made);
    return NULL;
}

void color_transform_apply(const ColorTransform *transform, const uint8_t *source, uint8_t *target, uint32_t count) {
    if (transform->transform) {
        cmsDoTransform(transform->transform, source, target, count);
    } else if (transform->words) {
        for (size_t i = 0; i < count * transform->channel_count; i += transform->channel_count) {
            // At any address.
            uint16_t gray;
            memcpy(&gray, source + 2 * i, sizeof gray);
            memcpy(target + 2 * i, &transform->words[gray], sizeof gray);
        }
    } else {
        for (size_t i = 0; i < count * transform->channel_count; i += transform->channel_count) {
            target[i] = transform->bytes[source[i]];
        }
    }
}

void color_transform_close(ColorTransform *transform) {
    if (!transform) return;
    if (transform->transform) cmsDeleteTransform(transform->transform);
    free(transform->bytes);
    free(transform->words);
    cmsDeleteContext(transform->context);
    free(transform);
}

// a·b/255, rounded to nearest; exact for 8-bit values.
static uint8_t scaled(uint32_t a, uint32_t b) { return (uint8_t)((a * b + 127) / 255); }

void color_light_of_ink(const uint8_t *ink, uint8_t *rgb, uint32_t width, uint8_t inversion) {
    for (uint32_t x = 0; x < width; x++, ink += 4, rgb += 3) {
        uint8_t black = ink[3] ^ inversion;
        for (int i = 0; i < 3; i++) rgb[i] = scaled(ink[i] ^ inversion, black);
    }
}
