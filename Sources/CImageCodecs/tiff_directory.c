#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec_words.h"
#include "tiff_decoder.h"

enum {
    // Compressed strips above this size are decoded row by row.
    STRIP_BYTES = 16 << 20,
    SAMPLE_COUNT = 64,
    // TIFF tag DNGVersion of Adobe's specification.
    TAG_DNG_VERSION = 50706,
};

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
        tiff.get_field(decoder->file, TIFFTAG_SMAXSAMPLEVALUE, &greatest) && greatest > least &&
        greatest - least < 1e300) {
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
            return decoder_refuse(base, ImageCodecStatusMalformed, "its tiles have no size");
        }
        if ((uint64_t)decoder->tile_width * tile_height > base->limits.byte_count / 4) {
            return decoder_refuse(base, ImageCodecStatusTooManyBytes, "a tile must be held whole");
        }
        decoder->band_height = tile_height;
        decoder->tile_bytes = is_converted ? (size_t)decoder->tile_width * tile_height * 4
                                           : (size_t)tiff.tile_size(decoder->file);
        decoder->tile_row_bytes = (size_t)tiff.tile_row_size(decoder->file);
    } else {
        tiff.get_field_defaulted(decoder->file, TIFFTAG_ROWSPERSTRIP, &rows_per_strip);
        if (rows_per_strip == 0) return decoder_refuse(base, ImageCodecStatusMalformed, "its strips have no rows");
        decoder->band_height = rows_per_strip;
    }
    if (decoder->band_height > header->height) decoder->band_height = header->height;
    uint64_t samples = decoder->is_separate ? 1 : decoder->sample_count;
    uint64_t row_bytes = is_converted ? (uint64_t)header->width * 4
                                      : ((uint64_t)header->width * samples * decoder->bits + 7) / 8;
    decoder->band_row_bytes = (size_t)row_bytes;
    bool is_plain = compression == COMPRESSION_NONE && !decoder->is_tiled && !decoder->is_separate && !is_converted;
    uint64_t planes = decoder->is_separate && !is_converted ? decoder->sample_count : 1;
    uint64_t band_bytes = row_bytes * decoder->band_height * planes;
    decoder->access = is_converted ? AccessConverted : is_plain ? AccessStored : AccessBand;
    bool is_large = band_bytes > STRIP_BYTES;
    if (decoder->access == AccessBand && is_large && !decoder->is_tiled && !decoder->is_separate) {
        decoder->access = AccessRow;
    }
    if (decoder->access == AccessStored || decoder->access == AccessRow) decoder->band_height = 1;
    if (decoder->access == AccessStored || decoder->access == AccessRow) band_bytes = row_bytes;
    header->is_held_whole = decoder->band_height == header->height && header->height > 1 && is_large;
    if (band_bytes > base->limits.byte_count || decoder->tile_bytes > base->limits.byte_count) {
        return decoder_refuse(base, ImageCodecStatusTooManyBytes, "a strip or tile must be held whole");
    }
    decoder->plane_bytes = (size_t)(row_bytes * decoder->band_height);
    return ImageCodecStatusOk;
}

ImageCodecStatus tiff_read_directory(TIFFDecoder *decoder, ImageDecoderHeader *header) {
    ImageDecoder *base = &decoder->base;
    uint16_t compression = COMPRESSION_NONE, planes = PLANARCONFIG_CONTIG, fill_order = FILLORDER_MSB2LSB;
    if (!tiff.get_field(decoder->file, TIFFTAG_IMAGEWIDTH, &header->width) ||
        !tiff.get_field(decoder->file, TIFFTAG_IMAGELENGTH, &header->height) || header->width == 0 ||
        header->height == 0) {
        return decoder_refuse(base, ImageCodecStatusMalformed, "it has no size");
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
    if (is_camera_raw(decoder)) return decoder_refuse(base, ImageCodecStatusUnsupported, "a camera's raw format");
    if (!tiff.is_codec_configured(compression)) {
        char message[96];
        snprintf(message, sizeof message, "compression %u, which the installed libtiff does not decode", compression);
        return decoder_refuse(base, ImageCodecStatusUnsupported, message);
    }
    if (decoder->sample_count == 0 || decoder->sample_count > SAMPLE_COUNT || decoder->bits == 0) {
        return decoder_refuse(base, ImageCodecStatusUnsupported, "its pixels have no samples, or more than 64");
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
