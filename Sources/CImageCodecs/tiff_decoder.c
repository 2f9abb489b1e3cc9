#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <CLoadedLibrary.h>
#include <tiffio.h>

#include "codec_words.h"
#include "decoder.h"

enum {
    // Compressed strips above this size are decoded row by row.
    STRIP_BYTES = 16 << 20,
    SAMPLE_COUNT = 64,
    // TIFF tag DNGVersion of Adobe's specification.
    TAG_DNG_VERSION = 50706,
};

// How rows come from the file.
typedef enum Access {
    // Without compression: by their offsets.
    AccessStored,
    // Compressed strips, and tiles: all rows of a band at once.
    AccessBand,
    // Large compressed strips: one row at a time.
    AccessRow,
    // Colours that the library converts to 8-bit RGBA, by bands.
    AccessConverted,
} Access;

typedef enum AlphaKind { AlphaNone, AlphaStraight, AlphaPremultiplied } AlphaKind;

// TIFF 6.0, with BigTIFF and the compressions that libtiff was built with. Rows come in bands: strips, or rows of
// tiles.
typedef struct TIFFDecoder {
    ImageDecoder base;
    TIFF *file;
    // The library's read position.
    uint64_t position;
    uint64_t byte_count;
    Access access;
    bool is_tiled;
    bool is_separate;
    uint16_t photometric;
    uint16_t sample_format;
    uint16_t bits;
    uint16_t sample_count;
    AlphaKind alpha;
    // The number of channels that are used: colours, and alpha.
    uint32_t channel_count;
    uint32_t tile_width;
    uint32_t band_height;
    // Bytes of a row in a band: of all samples, or of one plane.
    size_t band_row_bytes;
    size_t plane_bytes;
    uint8_t *band;
    uint32_t band_start;
    bool has_band;
    uint8_t *tile;
    size_t tile_bytes;
    size_t tile_row_bytes;
    // A row as 16-bit samples of the channels, and as the inks or the L*a*b* values that become RGB.
    uint16_t *samples;
    uint8_t *ink;
    // Colours of a palette, 8 bits.
    uint8_t (*palette)[3];
    // The values of floating-point samples that become black and white.
    double black;
    double white;
    bool needs_range;
    bool clips;
    bool swaps_bytes;
    bool reverses_bits;
} TIFFDecoder;

static struct {
    __typeof__(&TIFFClientOpen) client_open;
    __typeof__(&TIFFClose) close;
    __typeof__(&TIFFGetField) get_field;
    __typeof__(&TIFFGetFieldDefaulted) get_field_defaulted;
    __typeof__(&TIFFSetField) set_field;
    __typeof__(&TIFFReadEncodedStrip) read_encoded_strip;
    __typeof__(&TIFFReadEncodedTile) read_encoded_tile;
    __typeof__(&TIFFReadScanline) read_scanline;
    __typeof__(&TIFFScanlineSize64) scanline_size;
    __typeof__(&TIFFTileSize64) tile_size;
    __typeof__(&TIFFTileRowSize64) tile_row_size;
    __typeof__(&TIFFComputeStrip) compute_strip;
    __typeof__(&TIFFComputeTile) compute_tile;
    __typeof__(&TIFFIsTiled) is_tiled;
    __typeof__(&TIFFIsByteSwapped) is_byte_swapped;
    __typeof__(&TIFFIsCODECConfigured) is_codec_configured;
    __typeof__(&TIFFNumberOfDirectories) number_of_directories;
    __typeof__(&TIFFNumberOfStrips) number_of_strips;
    __typeof__(&TIFFNumberOfTiles) number_of_tiles;
    __typeof__(&TIFFReadRGBAStripExt) read_rgba_strip;
    __typeof__(&TIFFReadRGBATileExt) read_rgba_tile;
    __typeof__(&TIFFRGBAImageOK) rgba_image_ok;
    __typeof__(&TIFFReverseBits) reverse_bits;
} tiff;

// Handlers of one file, since version 4.5. The handlers of older versions are common to the whole process.
typedef int (*OnMessage)(TIFF *, void *user, const char *module, const char *format, va_list);
static struct {
    void *(*options_alloc)(void);
    void (*options_free)(void *options);
    void (*set_max_allocation)(void *options, tmsize_t byte_count);
    void (*set_error_handler)(void *options, OnMessage handler, void *user);
    void (*set_warning_handler)(void *options, OnMessage handler, void *user);
    TIFF *(*client_open)(const char *name, const char *mode, thandle_t client, TIFFReadWriteProc read,
                         TIFFReadWriteProc write, TIFFSeekProc seek, TIFFCloseProc close, TIFFSizeProc size,
                         TIFFMapFileProc map, TIFFUnmapFileProc unmap, void *options);
} tiff_options;

static struct {
    __typeof__(&TIFFSetErrorHandler) set_error_handler;
    __typeof__(&TIFFSetWarningHandler) set_warning_handler;
} tiff_handlers;

static bool is_loaded = false;
static bool has_options = false;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int on_error(TIFF *file, void *user, const char *module, const char *format, va_list arguments) {
    (void)file, (void)module;
    TIFFDecoder *decoder = user;
    char message[DECODER_MESSAGE];
    if (decoder->base.message[0]) return 1;
    vsnprintf(message, sizeof message, format, arguments);
    codec_words_unknown("libtiff", message, decoder->base.message, DECODER_MESSAGE);
    return 1;
}

// Warnings are about tags, not about pixels.
static int on_warning(TIFF *file, void *user, const char *module, const char *format, va_list arguments) {
    (void)file, (void)user, (void)module, (void)format, (void)arguments;
    return 1;
}

static void load(void) {
    static const char *const paths[] = {
        "",
#ifdef __APPLE__
        "libtiff.6.dylib", "/opt/homebrew/lib/libtiff.6.dylib", "/usr/local/lib/libtiff.6.dylib",
#else
        "libtiff.so.6", "libtiff.so.5",
#endif
        NULL,
    };
    const LoadedFunction functions[] = {
        {"TIFFClientOpen", (void **)&tiff.client_open},
        {"TIFFClose", (void **)&tiff.close},
        {"TIFFGetField", (void **)&tiff.get_field},
        {"TIFFGetFieldDefaulted", (void **)&tiff.get_field_defaulted},
        {"TIFFSetField", (void **)&tiff.set_field},
        {"TIFFReadEncodedStrip", (void **)&tiff.read_encoded_strip},
        {"TIFFReadEncodedTile", (void **)&tiff.read_encoded_tile},
        {"TIFFReadScanline", (void **)&tiff.read_scanline},
        {"TIFFScanlineSize64", (void **)&tiff.scanline_size},
        {"TIFFTileSize64", (void **)&tiff.tile_size},
        {"TIFFTileRowSize64", (void **)&tiff.tile_row_size},
        {"TIFFComputeStrip", (void **)&tiff.compute_strip},
        {"TIFFComputeTile", (void **)&tiff.compute_tile},
        {"TIFFIsTiled", (void **)&tiff.is_tiled},
        {"TIFFIsByteSwapped", (void **)&tiff.is_byte_swapped},
        {"TIFFIsCODECConfigured", (void **)&tiff.is_codec_configured},
        {"TIFFNumberOfDirectories", (void **)&tiff.number_of_directories},
        {"TIFFNumberOfStrips", (void **)&tiff.number_of_strips},
        {"TIFFNumberOfTiles", (void **)&tiff.number_of_tiles},
        {"TIFFReadRGBAStripExt", (void **)&tiff.read_rgba_strip},
        {"TIFFReadRGBATileExt", (void **)&tiff.read_rgba_tile},
        {"TIFFRGBAImageOK", (void **)&tiff.rgba_image_ok},
        {"TIFFReverseBits", (void **)&tiff.reverse_bits},
        {NULL, NULL},
    };
    const LoadedFunction options[] = {
        {"TIFFOpenOptionsAlloc", (void **)&tiff_options.options_alloc},
        {"TIFFOpenOptionsFree", (void **)&tiff_options.options_free},
        {"TIFFOpenOptionsSetMaxSingleMemAlloc", (void **)&tiff_options.set_max_allocation},
        {"TIFFOpenOptionsSetErrorHandlerExtR", (void **)&tiff_options.set_error_handler},
        {"TIFFOpenOptionsSetWarningHandlerExtR", (void **)&tiff_options.set_warning_handler},
        {"TIFFClientOpenExt", (void **)&tiff_options.client_open},
        {NULL, NULL},
    };
    const LoadedFunction handlers[] = {
        {"TIFFSetErrorHandler", (void **)&tiff_handlers.set_error_handler},
        {"TIFFSetWarningHandler", (void **)&tiff_handlers.set_warning_handler},
        {NULL, NULL},
    };
    is_loaded = percept_load_functions(paths, functions);
    has_options = is_loaded && percept_load_functions(paths, options);
    if (!is_loaded || has_options || !percept_load_functions(paths, handlers)) return;
    // They print to standard error unless they are replaced.
    tiff_handlers.set_error_handler(NULL);
    tiff_handlers.set_warning_handler(NULL);
}

static tmsize_t on_read(thandle_t client, void *bytes, tmsize_t count) {
    TIFFDecoder *decoder = client;
    if (count <= 0) return 0;
    size_t got = byte_source_peek(&decoder->base.source, decoder->position, bytes, (size_t)count);
    decoder->position += got;
    return (tmsize_t)got;
}

static tmsize_t on_write(thandle_t client, void *bytes, tmsize_t count) {
    (void)client, (void)bytes, (void)count;
    return 0;
}

static toff_t on_seek(thandle_t client, toff_t offset, int whence) {
    TIFFDecoder *decoder = client;
    uint64_t start = whence == SEEK_CUR ? decoder->position : whence == SEEK_END ? decoder->byte_count : 0;
    decoder->position = start + offset;
    return decoder->position;
}

static int on_close(thandle_t client) {
    (void)client;
    return 0;
}

static toff_t on_size(thandle_t client) { return ((TIFFDecoder *)client)->byte_count; }

static ImageCodecStatus fail(ImageDecoder *base, ImageCodecStatus status, const char *message) {
    decoder_set_message(base, message);
    return status;
}

// The reason why a part of the file cannot be decoded: it may lie beyond the end.
static ImageCodecStatus failure(TIFFDecoder *decoder, uint32_t part) {
    ImageDecoder *base = &decoder->base;
    if (base->source.system_code) return ImageCodecStatusInputOutput;
    uint64_t *offsets = NULL, *counts = NULL;
    bool is_tiled = decoder->is_tiled;
    uint32_t part_count = is_tiled ? tiff.number_of_tiles(decoder->file) : tiff.number_of_strips(decoder->file);
    bool has_both =
        part < part_count &&
        tiff.get_field(decoder->file, is_tiled ? TIFFTAG_TILEOFFSETS : TIFFTAG_STRIPOFFSETS, &offsets) &&
        tiff.get_field(decoder->file, is_tiled ? TIFFTAG_TILEBYTECOUNTS : TIFFTAG_STRIPBYTECOUNTS, &counts);
    if (has_both && offsets && counts &&
        (offsets[part] > decoder->byte_count || counts[part] > decoder->byte_count - offsets[part])) {
        return fail(base, ImageCodecStatusTruncated, "the file ends early");
    }
    if (!base->message[0]) decoder_set_message(base, "the compressed pixels are damaged");
    return ImageCodecStatusMalformed;
}

// The orientation as EXIF data (TIFF 6.0 §8), which is a TIFF file of one directory with one entry.
static void keep_orientation(TIFFDecoder *decoder) {
    uint16_t orientation = 0;
    ImageMetadataBlock *block = &decoder->base.metadata[ImageMetadataExif];
    if (!tiff.get_field(decoder->file, TIFFTAG_ORIENTATION, &orientation)) return;
    uint8_t exif[] = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
    exif[18] = (uint8_t)(orientation >> 8);
    exif[19] = (uint8_t)orientation;
    block->bytes = malloc(sizeof exif);
    if (!block->bytes) return;
    memcpy(block->bytes, exif, sizeof exif);
    block->count = sizeof exif;
}

static void keep_profile(TIFFDecoder *decoder) {
    ImageDecoder *base = &decoder->base;
    uint32_t count = 0;
    void *profile = NULL;
    if (!tiff.get_field(decoder->file, TIFFTAG_ICCPROFILE, &count, &profile) || !profile || count == 0) return;
    if (count > base->limits.profile_byte_count) {
        decoder_warn_of_large_profile(base);
        return;
    }
    base->colors.profile = malloc(count);
    if (!base->colors.profile) return;
    memcpy(base->colors.profile, profile, count);
    base->colors.profile_count = count;
}

// A camera's own format in a TIFF file: its first image is a small preview.
static bool is_camera_raw(TIFFDecoder *decoder) {
    uint16_t count = 0;
    void *values = NULL;
    char *make = NULL;
    if (tiff.get_field(decoder->file, TAG_DNG_VERSION, &values)) return true;
    bool has_parts = tiff.get_field(decoder->file, TIFFTAG_SUBIFD, &count, &values) && count > 0;
    return decoder->photometric == 32803 || (has_parts && tiff.get_field(decoder->file, TIFFTAG_MAKE, &make));
}

static void read_alpha(TIFFDecoder *decoder, uint16_t color_count) {
    uint16_t count = 0, *kinds = NULL;
    decoder->alpha = AlphaNone;
    if (decoder->sample_count <= color_count) return;
    bool is_stated = tiff.get_field(decoder->file, TIFFTAG_EXTRASAMPLES, &count, &kinds) && count > 0 && kinds;
    uint16_t kind = is_stated ? kinds[0] : EXTRASAMPLE_UNASSALPHA;
    // Without the tag a fourth sample is alpha by custom; 999 is Corel's.
    if (kind == EXTRASAMPLE_ASSOCALPHA) decoder->alpha = AlphaPremultiplied;
    if (kind == EXTRASAMPLE_UNASSALPHA || kind == 999) decoder->alpha = AlphaStraight;
    uint16_t used = color_count + (decoder->alpha == AlphaNone ? 0 : 1);
    if (decoder->sample_count > used) decoder_warn(&decoder->base, "its additional channels are not used");
}

static bool read_palette(TIFFDecoder *decoder) {
    uint16_t *channels[3];
    if (decoder->bits > 8 || decoder->sample_count != 1) return false;
    if (!tiff.get_field(decoder->file, TIFFTAG_COLORMAP, &channels[0], &channels[1], &channels[2])) return false;
    size_t count = (size_t)1 << decoder->bits;
    decoder->palette = calloc(256, sizeof *decoder->palette);
    if (!decoder->palette) return false;
    // Some writers store 8 bits where 16 are expected.
    bool is_deep = false;
    for (size_t i = 0; i < count; i++) {
        for (int channel = 0; channel < 3; channel++) is_deep = is_deep || channels[channel][i] > 255;
    }
    for (size_t i = 0; i < count; i++) {
        for (int channel = 0; channel < 3; channel++) {
            decoder->palette[i][channel] = (uint8_t)(channels[channel][i] >> (is_deep ? 8 : 0));
        }
    }
    return true;
}

// The range of floating-point samples as the file states it.
static void read_range(TIFFDecoder *decoder) {
    double least = 0, greatest = 1;
    decoder->black = 0;
    decoder->white = 1;
    decoder->needs_range = true;
    if (tiff.get_field(decoder->file, TIFFTAG_SMINSAMPLEVALUE, &least) &&
        tiff.get_field(decoder->file, TIFFTAG_SMAXSAMPLEVALUE, &greatest) && greatest > least) {
        decoder->black = least;
        decoder->white = greatest;
        decoder->needs_range = false;
    }
}

static bool is_supported_depth(const TIFFDecoder *decoder) {
    if (decoder->sample_format == SAMPLEFORMAT_IEEEFP) {
        return decoder->bits == 16 || decoder->bits == 32 || decoder->bits == 64;
    }
    bool is_number = decoder->sample_format == SAMPLEFORMAT_UINT || decoder->sample_format == SAMPLEFORMAT_INT ||
                     decoder->sample_format == SAMPLEFORMAT_VOID;
    return is_number && ((decoder->bits >= 1 && decoder->bits <= 16) || decoder->bits == 24 || decoder->bits == 32);
}

// Sets the colour model and the channels; false if the library has to convert the colours.
static bool read_colors(TIFFDecoder *decoder, ImageDecoderHeader *header, uint16_t compression) {
    bool is_deep = decoder->bits > 8;
    uint16_t color_count = 3;
    switch (decoder->photometric) {
        case PHOTOMETRIC_MINISWHITE:
        case PHOTOMETRIC_MINISBLACK:
        case PHOTOMETRIC_MASK:
            color_count = 1;
            header->stored_color = ImageCodecColorGray;
            break;
        case PHOTOMETRIC_RGB: header->stored_color = ImageCodecColorRgb; break;
        case PHOTOMETRIC_PALETTE:
            header->stored_color = ImageCodecColorPalette;
            if (!read_palette(decoder)) return false;
            decoder->channel_count = 1;
            header->channel_count = 3;
            header->bit_depth = 8;
            return true;
        case PHOTOMETRIC_SEPARATED: {
            uint16_t inks = INKSET_CMYK;
            header->stored_color = ImageCodecColorCmyk;
            tiff.get_field_defaulted(decoder->file, TIFFTAG_INKSET, &inks);
            if (inks != INKSET_CMYK || decoder->sample_count < 4 || decoder->bits > 16) return false;
            if (decoder->sample_count > 4) decoder_warn(&decoder->base, "its additional channels are not used");
            decoder->channel_count = 4;
            header->channel_count = 3;
            header->bit_depth = 8;
            decoder->base.channels = ColorChannelsInk;
            return decoder->sample_format != SAMPLEFORMAT_IEEEFP;
        }
        case PHOTOMETRIC_YCBCR:
            header->stored_color = ImageCodecColorYcbcr;
            // The JPEG library converts these.
            if (compression != COMPRESSION_JPEG || decoder->bits != 8 || decoder->is_separate) return false;
            tiff.set_field(decoder->file, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
            break;
        case PHOTOMETRIC_CIELAB:
        case PHOTOMETRIC_ICCLAB:
            header->stored_color = ImageCodecColorLab;
            if (decoder->sample_count < 3 || (decoder->bits != 8 && decoder->bits != 16)) return false;
            if (decoder->sample_count > 3) decoder_warn(&decoder->base, "its additional channels are not used");
            decoder->channel_count = 3;
            header->channel_count = 3;
            header->bit_depth = 8;
            decoder->base.channels = ColorChannelsLab;
            return true;
        case PHOTOMETRIC_ITULAB: header->stored_color = ImageCodecColorLab; return false;
        default: return false;
    }
    if (decoder->sample_count < color_count || compression == COMPRESSION_OJPEG || !is_supported_depth(decoder)) {
        return false;
    }
    read_alpha(decoder, color_count);
    if (decoder->alpha != AlphaNone) {
        header->stored_color = color_count == 1 ? ImageCodecColorGrayAlpha : ImageCodecColorRgba;
    }
    decoder->channel_count = color_count + (decoder->alpha == AlphaNone ? 0 : 1);
    header->channel_count = (int32_t)decoder->channel_count;
    header->bit_depth = is_deep ? 16 : 8;
    if (decoder->sample_format == SAMPLEFORMAT_IEEEFP) {
        header->bit_depth = 16;
        read_range(decoder);
    }
    if (decoder->sample_format == SAMPLEFORMAT_INT) {
        decoder_warn(&decoder->base, "its samples are signed: negative ones become black");
    }
    return true;
}

static ImageCodecStatus set_bands(TIFFDecoder *decoder, ImageDecoderHeader *header, uint16_t compression,
                                  bool is_converted) {
    ImageDecoder *base = &decoder->base;
    uint32_t rows_per_strip = header->height;
    if (decoder->is_tiled) {
        uint32_t tile_height = 0;
        tiff.get_field(decoder->file, TIFFTAG_TILEWIDTH, &decoder->tile_width);
        tiff.get_field(decoder->file, TIFFTAG_TILELENGTH, &tile_height);
        if (decoder->tile_width == 0 || tile_height == 0) {
            return fail(base, ImageCodecStatusMalformed, "its tiles have no size");
        }
        if ((uint64_t)decoder->tile_width * tile_height > base->limits.byte_count / 4) {
            return fail(base, ImageCodecStatusTooManyBytes, "a tile must be held whole");
        }
        decoder->band_height = tile_height;
        decoder->tile_bytes = is_converted ? (size_t)decoder->tile_width * tile_height * 4
                                           : (size_t)tiff.tile_size(decoder->file);
        decoder->tile_row_bytes = (size_t)tiff.tile_row_size(decoder->file);
    } else {
        tiff.get_field_defaulted(decoder->file, TIFFTAG_ROWSPERSTRIP, &rows_per_strip);
        if (rows_per_strip == 0) return fail(base, ImageCodecStatusMalformed, "its strips have no rows");
        decoder->band_height = rows_per_strip;
    }
    if (decoder->band_height > header->height) decoder->band_height = header->height;
    uint64_t samples = decoder->is_separate ? 1 : decoder->sample_count;
    uint64_t row_bytes = is_converted ? (uint64_t)header->width * 4 : ((uint64_t)header->width * samples * decoder->bits + 7) / 8;
    decoder->band_row_bytes = (size_t)row_bytes;
    bool is_plain = compression == COMPRESSION_NONE && !decoder->is_tiled && !decoder->is_separate && !is_converted;
    uint64_t band_bytes = row_bytes * decoder->band_height * (decoder->is_separate && !is_converted ? decoder->sample_count : 1);
    decoder->access = is_converted ? AccessConverted : is_plain ? AccessStored : AccessBand;
    bool is_large = band_bytes > STRIP_BYTES;
    if (decoder->access == AccessBand && is_large && !decoder->is_tiled && !decoder->is_separate) {
        decoder->access = AccessRow;
    }
    if (decoder->access == AccessStored || decoder->access == AccessRow) decoder->band_height = 1;
    if (decoder->access == AccessStored || decoder->access == AccessRow) band_bytes = row_bytes;
    header->is_held_whole = decoder->band_height == header->height && header->height > 1 && is_large;
    if (band_bytes > base->limits.byte_count || decoder->tile_bytes > base->limits.byte_count) {
        return fail(base, ImageCodecStatusTooManyBytes, "a strip or tile must be held whole");
    }
    decoder->plane_bytes = (size_t)(row_bytes * decoder->band_height);
    return ImageCodecStatusOk;
}

static ImageCodecStatus read_directory(TIFFDecoder *decoder, ImageDecoderHeader *header) {
    ImageDecoder *base = &decoder->base;
    uint16_t compression = COMPRESSION_NONE, planes = PLANARCONFIG_CONTIG, fill_order = FILLORDER_MSB2LSB;
    if (!tiff.get_field(decoder->file, TIFFTAG_IMAGEWIDTH, &header->width) ||
        !tiff.get_field(decoder->file, TIFFTAG_IMAGELENGTH, &header->height) || header->width == 0 ||
        header->height == 0) {
        return fail(base, ImageCodecStatusMalformed, "it has no size");
    }
    if ((uint64_t)header->width * header->height > base->limits.pixel_count) return ImageCodecStatusTooManyPixels;
    tiff.get_field_defaulted(decoder->file, TIFFTAG_COMPRESSION, &compression);
    tiff.get_field_defaulted(decoder->file, TIFFTAG_BITSPERSAMPLE, &decoder->bits);
    tiff.get_field_defaulted(decoder->file, TIFFTAG_SAMPLESPERPIXEL, &decoder->sample_count);
    tiff.get_field_defaulted(decoder->file, TIFFTAG_SAMPLEFORMAT, &decoder->sample_format);
    tiff.get_field_defaulted(decoder->file, TIFFTAG_PLANARCONFIG, &planes);
    tiff.get_field_defaulted(decoder->file, TIFFTAG_FILLORDER, &fill_order);
    if (!tiff.get_field(decoder->file, TIFFTAG_PHOTOMETRIC, &decoder->photometric)) {
        decoder->photometric = decoder->sample_count >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
    }
    if (is_camera_raw(decoder)) return fail(base, ImageCodecStatusUnsupported, "a camera's raw format");
    if (!tiff.is_codec_configured(compression)) {
        char message[96];
        snprintf(message, sizeof message, "compression %u, which the installed libtiff does not decode", compression);
        return fail(base, ImageCodecStatusUnsupported, message);
    }
    if (decoder->sample_count == 0 || decoder->sample_count > SAMPLE_COUNT || decoder->bits == 0) {
        return fail(base, ImageCodecStatusUnsupported, "its pixels have no samples, or more than 64");
    }
    decoder->is_tiled = tiff.is_tiled(decoder->file);
    decoder->is_separate = planes == PLANARCONFIG_SEPARATE && decoder->sample_count > 1;
    decoder->swaps_bytes = tiff.is_byte_swapped(decoder->file);
    decoder->reverses_bits = fill_order == FILLORDER_LSB2MSB;
    header->stored_bit_depth = decoder->bits;
    bool is_converted = !read_colors(decoder, header, compression);
    if (is_converted) {
        char reason[1024] = "";
        if (!tiff.rgba_image_ok(decoder->file, reason)) {
            codec_words_unknown("libtiff", reason, base->message, DECODER_MESSAGE);
            return ImageCodecStatusUnsupported;
        }
        header->channel_count = 4;
        header->bit_depth = 8;
        base->channels = ColorChannelsRgba;
    }
    keep_orientation(decoder);
    // A profile does not fit converted colours.
    if (!is_converted) keep_profile(decoder);
    ImageCodecStatus status = set_bands(decoder, header, compression, is_converted);
    if (status != ImageCodecStatusOk) return status;
    if (decoder->access == AccessConverted) {
        // The library would turn the rows itself.
        tiff.set_field(decoder->file, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
    }
    // The result had 16 bits before version 4.5.
    unsigned pages = (uint16_t)tiff.number_of_directories(decoder->file);
    if (pages > 1) {
        char message[96];
        snprintf(message, sizeof message, "the file has %u pages: the first is used", pages);
        decoder_warn(base, message);
    }
    base->message[0] = 0;
    return ImageCodecStatusOk;
}

static void open_file(TIFFDecoder *decoder) {
    // "m" reads instead of mapping: a mapped file that shrinks ends the process.
    static const char mode[] = "rm";
    if (!has_options) {
        decoder->file =
            tiff.client_open("image", mode, decoder, on_read, on_write, on_seek, on_close, on_size, NULL, NULL);
        return;
    }
    void *options = tiff_options.options_alloc();
    if (!options) return;
    uint64_t limit = decoder->base.limits.byte_count;
    tiff_options.set_max_allocation(options, limit > INT32_MAX ? INT32_MAX : (tmsize_t)limit);
    tiff_options.set_error_handler(options, on_error, decoder);
    tiff_options.set_warning_handler(options, on_warning, decoder);
    decoder->file = tiff_options.client_open("image", mode, decoder, on_read, on_write, on_seek, on_close, on_size,
                                             NULL, NULL, options);
    tiff_options.options_free(options);
}

static ImageCodecStatus read_header(ImageDecoder *base, ImageDecoderHeader *header) {
    TIFFDecoder *decoder = (TIFFDecoder *)base;
    pthread_once(&once, load);
    if (!is_loaded) return fail(base, ImageCodecStatusLibraryMissing, "libtiff");
    decoder->byte_count = byte_source_size(&base->source);
    open_file(decoder);
    if (!decoder->file) {
        if (base->source.system_code) return ImageCodecStatusInputOutput;
        uint8_t head[8] = {0};
        byte_source_peek(&base->source, 0, head, sizeof head);
        bool is_little = head[0] == 'I';
        uint64_t directory = is_little ? head[4] | head[5] << 8 | head[6] << 16 | (uint64_t)head[7] << 24
                                       : (uint64_t)head[4] << 24 | head[5] << 16 | head[6] << 8 | head[7];
        if (decoder->byte_count < 8 || directory > decoder->byte_count) {
            return fail(base, ImageCodecStatusTruncated, "its directory is missing");
        }
        if (!base->message[0]) decoder_set_message(base, "its directory cannot be read");
        return ImageCodecStatusMalformed;
    }
    return read_directory(decoder, header);
}

static ImageCodecStatus allocate(TIFFDecoder *decoder) {
    ImageDecoder *base = &decoder->base;
    size_t planes = decoder->is_separate && decoder->access == AccessBand ? decoder->sample_count : 1;
    // Zeroed, so that damage cannot expose old memory.
    decoder->band = calloc(decoder->plane_bytes, planes);
    if (decoder->is_tiled) decoder->tile = calloc(decoder->tile_bytes, 1);
    decoder->samples = calloc((size_t)base->width * (decoder->channel_count + 1), sizeof *decoder->samples);
    if (base->channels >= ColorChannelsInk) decoder->ink = malloc((size_t)base->width * 4);
    bool has_all = decoder->band && decoder->samples && (decoder->tile || !decoder->is_tiled) &&
                   (decoder->ink || base->channels < ColorChannelsInk);
    base->step_count = base->height;
    return has_all ? ImageCodecStatusOk : fail(base, ImageCodecStatusOutOfMemory, "out of memory");
}

// Reads the tiles of one plane into the band.
static ImageCodecStatus read_tiles(TIFFDecoder *decoder, uint32_t y, uint16_t plane, uint8_t *band, uint32_t row_count) {
    size_t pixel_bits = (size_t)decoder->bits * (decoder->is_separate ? 1 : decoder->sample_count);
    for (uint32_t x = 0; x < decoder->base.width; x += decoder->tile_width) {
        uint32_t tile = tiff.compute_tile(decoder->file, x, y, 0, plane);
        if (tiff.read_encoded_tile(decoder->file, tile, decoder->tile, (tmsize_t)decoder->tile_bytes) < 0) {
            return failure(decoder, tile);
        }
        // Tiles are multiples of 16 pixels wide, so they begin with whole bytes.
        size_t offset = x * pixel_bits / 8;
        size_t count = decoder->band_row_bytes - offset;
        if (count > decoder->tile_row_bytes) count = decoder->tile_row_bytes;
        for (uint32_t row = 0; row < row_count; row++) {
            memcpy(band + row * decoder->band_row_bytes + offset, decoder->tile + row * decoder->tile_row_bytes, count);
        }
    }
    return ImageCodecStatusOk;
}

// Reads a band that the library converts to RGBA, from bottom to top.
static ImageCodecStatus read_converted(TIFFDecoder *decoder, uint32_t y, uint32_t row_count) {
    ImageDecoder *base = &decoder->base;
    uint32_t *pixels = (uint32_t *)decoder->band;
    if (!decoder->is_tiled) {
        if (!tiff.read_rgba_strip(decoder->file, y, pixels, !base->is_tolerant)) {
            return failure(decoder, tiff.compute_strip(decoder->file, y, 0));
        }
        return ImageCodecStatusOk;
    }
    for (uint32_t x = 0; x < base->width; x += decoder->tile_width) {
        uint32_t *tile = (uint32_t *)decoder->tile;
        if (!tiff.read_rgba_tile(decoder->file, x, y, tile, !base->is_tolerant)) {
            return failure(decoder, tiff.compute_tile(decoder->file, x, y, 0, 0));
        }
        uint32_t width = base->width - x < decoder->tile_width ? base->width - x : decoder->tile_width;
        uint32_t tile_height = (uint32_t)(decoder->tile_bytes / 4 / decoder->tile_width);
        for (uint32_t row = 0; row < row_count; row++) {
            memcpy(pixels + (size_t)(row_count - 1 - row) * base->width + x,
                   tile + (size_t)(tile_height - 1 - row) * decoder->tile_width, (size_t)width * 4);
        }
    }
    return ImageCodecStatusOk;
}

static void swap_samples(uint8_t *bytes, size_t count, size_t width) {
    for (size_t i = 0; i + width <= count; i += width) {
        for (size_t j = 0; j < width / 2; j++) {
            uint8_t byte = bytes[i + j];
            bytes[i + j] = bytes[i + width - 1 - j];
            bytes[i + width - 1 - j] = byte;
        }
    }
}

// Reads an uncompressed row from where it lies in its strip.
static ImageCodecStatus read_stored(TIFFDecoder *decoder, uint32_t y) {
    ImageDecoder *base = &decoder->base;
    uint64_t *offsets = NULL;
    uint32_t rows_per_strip = base->height;
    tiff.get_field_defaulted(decoder->file, TIFFTAG_ROWSPERSTRIP, &rows_per_strip);
    if (rows_per_strip > base->height) rows_per_strip = base->height;
    bool has_offset = y / rows_per_strip < tiff.number_of_strips(decoder->file);
    if (!has_offset || !tiff.get_field(decoder->file, TIFFTAG_STRIPOFFSETS, &offsets) || !offsets) {
        return fail(base, ImageCodecStatusMalformed, "the offsets of its strips are missing");
    }
    uint64_t offset = offsets[y / rows_per_strip] + (uint64_t)(y % rows_per_strip) * decoder->band_row_bytes;
    size_t count = byte_source_peek(&base->source, offset, decoder->band, decoder->band_row_bytes);
    if (base->source.system_code) return fail(base, ImageCodecStatusInputOutput, "reading failed");
    if (count < decoder->band_row_bytes) return fail(base, ImageCodecStatusTruncated, "the file ends early");
    if (decoder->reverses_bits) tiff.reverse_bits(decoder->band, (tmsize_t)count);
    if (decoder->swaps_bytes && decoder->bits > 8 && decoder->bits % 8 == 0) {
        swap_samples(decoder->band, count, decoder->bits / 8);
    }
    return ImageCodecStatusOk;
}

static ImageCodecStatus read_band(TIFFDecoder *decoder, uint32_t y) {
    ImageDecoder *base = &decoder->base;
    uint32_t start = y / decoder->band_height * decoder->band_height;
    uint32_t row_count = base->height - start < decoder->band_height ? base->height - start : decoder->band_height;
    ImageCodecStatus status = ImageCodecStatusOk;
    base->message[0] = 0;
    switch (decoder->access) {
        case AccessStored: status = read_stored(decoder, y); break;
        case AccessRow:
            if (tiff.read_scanline(decoder->file, decoder->band, y, 0) < 0) {
                status = failure(decoder, tiff.compute_strip(decoder->file, y, 0));
            }
            break;
        case AccessConverted: status = read_converted(decoder, start, row_count); break;
        case AccessBand: {
            uint16_t plane_count = decoder->is_separate ? decoder->sample_count : 1;
            for (uint16_t plane = 0; plane < plane_count && status == ImageCodecStatusOk; plane++) {
                uint8_t *band = decoder->band + plane * decoder->plane_bytes;
                if (decoder->is_tiled) {
                    status = read_tiles(decoder, start, plane, band, row_count);
                    continue;
                }
                uint32_t strip = tiff.compute_strip(decoder->file, start, plane);
                tmsize_t count = (tmsize_t)(decoder->band_row_bytes * row_count);
                if (tiff.read_encoded_strip(decoder->file, strip, band, count) < count) {
                    status = failure(decoder, strip);
                }
            }
            break;
        }
    }
    decoder->has_band = status == ImageCodecStatusOk;
    decoder->band_start = start;
    return status;
}

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
        for (size_t x = 0; x < base->width; x++) memcpy(target + 3 * x, decoder->palette[decoder->samples[x] & 0xFF], 3);
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
    const uint32_t *row = (const uint32_t *)decoder->band + (size_t)(row_count - 1 - (y - decoder->band_start)) * base->width;
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

// Finds the range of floating-point samples without a stated one: 0 to 1, 255 or 65535, whichever contains all of them,
// or else from the least to the greatest. Damage is left to the reading of the rows.
static void find_range(TIFFDecoder *decoder) {
    ImageDecoder *base = &decoder->base;
    double low = 0, high = 0;
    size_t plane_count = decoder->is_separate ? decoder->sample_count : 1;
    size_t sample_bytes = decoder->bits / 8;
    for (uint32_t y = 0; y < base->height; y += decoder->band_height) {
        if (read_band(decoder, y) != ImageCodecStatusOk) break;
        uint32_t left = base->height - y, row_count = left < decoder->band_height ? left : decoder->band_height;
        for (size_t plane = 0; plane < plane_count; plane++) {
            const uint8_t *bytes = decoder->band + plane * decoder->plane_bytes;
            for (size_t i = 0; i + sample_bytes <= row_count * decoder->band_row_bytes; i += sample_bytes) {
                double value = float_value(decoder, bytes + i);
                if (value < low) low = value;
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

static ImageCodecStatus read_rows(ImageDecoder *base, uint8_t *rows, size_t row_stride, uint32_t row_count) {
    TIFFDecoder *decoder = (TIFFDecoder *)base;
    if (!decoder->file) return ImageCodecStatusInvalidArgument;
    ImageCodecStatus status = decoder->band ? ImageCodecStatusOk : allocate(decoder);
    if (status == ImageCodecStatusOk && decoder->needs_range) {
        decoder->needs_range = false;
        find_range(decoder);
    }
    for (uint32_t i = 0; i < row_count && status == ImageCodecStatusOk; i++) {
        uint32_t y = base->rows_done;
        bool is_there = decoder->has_band && y >= decoder->band_start && y - decoder->band_start < decoder->band_height;
        if (!is_there) status = read_band(decoder, y);
        if (status != ImageCodecStatusOk) break;
        uint8_t *target = rows + i * row_stride;
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
        base->rows_done++;
        base->steps_done = base->rows_done;
    }
    if (decoder->clips && base->rows_done == base->height) {
        decoder_warn(base, "its samples exceed the range from black to white, and are clipped");
    }
    return status;
}

static void close_decoder(ImageDecoder *base) {
    TIFFDecoder *decoder = (TIFFDecoder *)base;
    if (decoder->file) tiff.close(decoder->file);
    free(decoder->band);
    free(decoder->tile);
    free(decoder->samples);
    free(decoder->ink);
    free(decoder->palette);
}

ImageDecoder *tiff_decoder_create(void) {
    static const DecoderOperations operations = {read_header, read_rows, close_decoder, false};
    TIFFDecoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder) return NULL;
    decoder->base.operations = &operations;
    return &decoder->base;
}
