#include "decoder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ImageDecoder *create(ImageCodecFormat format) {
    switch (format) {
        case ImageCodecFormatPng: return png_decoder_create();
        case ImageCodecFormatJpeg: return jpeg_decoder_create();
        case ImageCodecFormatWebp: return webp_decoder_create();
        case ImageCodecFormatHeif: return heif_decoder_create();
        case ImageCodecFormatTiff: return tiff_decoder_create();
        case ImageCodecFormatGif: return gif_decoder_create();
        case ImageCodecFormatBmp: return bmp_decoder_create();
    }
    return NULL;
}

ImageDecoder *image_decoder_create(ImageCodecFormat format, int32_t descriptor, const uint8_t *bytes, size_t count,
                                   ImageDecoderLimits limits, bool is_tolerant) {
    ImageDecoder *decoder = create(format);
    if (!decoder) return NULL;
    decoder->limits = limits;
    decoder->is_tolerant = is_tolerant;
    if (!byte_source_open(&decoder->source, descriptor, bytes, count)) {
        image_decoder_close(decoder);
        return NULL;
    }
    return decoder;
}

ImageCodecStatus image_decoder_read_header(ImageDecoder *decoder, ImageDecoderHeader *header) {
    memset(header, 0, sizeof *header);
    ImageCodecStatus status = decoder->operations->read_header(decoder, header);
    bool has_size = header->width > 0 && header->height > 0;
    if (has_size && (uint64_t)header->width * header->height > decoder->limits.pixel_count) {
        return ImageCodecStatusTooManyPixels;
    }
    bool is_ink = header->stored_color == ImageCodecColorCmyk || header->stored_color == ImageCodecColorYcck ||
                  header->stored_color == ImageCodecColorLab;
    // Only the decoder knows whether inks are inverted.
    if (!is_ink) decoder->channels = (ColorChannels)header->channel_count;
    decoder->is_deep = header->bit_depth == 16;
    decoder->reduction = 1;
    decoder->width = header->width;
    decoder->height = header->height;
    decoder->row_bytes = (size_t)header->width * (size_t)(header->channel_count * header->bit_depth / 8);
    header->has_icc_profile = decoder->colors.profile != NULL;
    // Samples of HEIF and some of TIFF are scaled up from fewer bits.
    decoder->has_samples_of_interest = header->stored_bit_depth == 16 && decoder->is_deep;
    decoder->range = (ImageSampleRange){65535, 0};
    return status;
}

bool image_decoder_reduce(ImageDecoder *decoder, uint32_t factor) {
    bool is_possible = factor == 2 || factor == 4 || factor == 8;
    if (!is_possible || !decoder->operations->can_reduce) return false;
    if (decoder->rows_done > 0 || decoder->reduction != 1) return false;
    if (decoder->width % factor != 0 || decoder->height % factor != 0) return false;
    decoder->reduction = factor;
    decoder->width /= factor;
    decoder->height /= factor;
    decoder->row_bytes /= factor;
    return true;
}

const uint8_t *image_decoder_metadata(const ImageDecoder *decoder, ImageMetadata kind, size_t *count) {
    *count = decoder->metadata[kind].count;
    return decoder->metadata[kind].bytes;
}

bool image_decoder_range(const ImageDecoder *decoder, ImageSampleRange *range) {
    *range = decoder->range;
    return decoder->has_samples_of_interest && range->low <= range->high;
}

bool image_decoder_set_levels(ImageDecoder *decoder, ImageSampleRange range) {
    if (!decoder->has_samples_of_interest || decoder->rows_done > 0 || range.low >= range.high) return false;
    if (!decoder->levels) decoder->levels = malloc(65536 * sizeof *decoder->levels);
    if (!decoder->levels) return false;
    image_samples_tabulate(decoder->levels, range);
    return true;
}

static void prepare_colors(ImageDecoder *decoder) {
    char complaint[DECODER_MESSAGE];
    decoder->transform =
        color_transform_create(&decoder->colors, decoder->channels, decoder->is_deep, complaint, sizeof complaint);
    if (complaint[0]) decoder_warn(decoder, complaint);
}

// Opaque mid-gray, which libjpeg uses for missing blocks too.
void decoder_fill_rows(const ImageDecoder *decoder, uint8_t *rows, size_t row_stride, uint32_t row_count) {
    bool has_alpha = decoder->channels == ColorChannelsGrayAlpha || decoder->channels == ColorChannelsRgba;
    size_t channel_bytes = decoder->is_deep ? 2 : 1;
    size_t pixel_bytes = decoder->row_bytes / decoder->width;
    for (uint32_t y = 0; y < row_count; y++) {
        uint8_t *row = rows + y * row_stride;
        memset(row, 0x80, decoder->row_bytes);
        if (!has_alpha) continue;
        for (size_t end = pixel_bytes; end <= decoder->row_bytes; end += pixel_bytes) {
            memset(row + end - channel_bytes, 0xFF, channel_bytes);
        }
    }
}

// A 16-bit file has no inks, so each of its channels is a colour or alpha.
static void look_at_samples(ImageDecoder *decoder, uint8_t *rows, size_t row_stride, uint32_t row_count) {
    if (!decoder->has_samples_of_interest) return;
    size_t channel_count = (size_t)decoder->channels;
    for (uint32_t y = 0; y < row_count; y++) {
        uint8_t *row = rows + y * row_stride;
        image_samples_widen(&decoder->range, row, decoder->width, channel_count);
        if (decoder->levels) image_samples_map(decoder->levels, row, decoder->width, channel_count);
    }
}

// Returns the codec's rows, and replacement rows after a failure that may be skipped.
static ImageCodecStatus read_or_fill(ImageDecoder *decoder, uint8_t *rows, size_t row_stride, uint32_t row_count) {
    uint32_t first = decoder->rows_done;
    ImageCodecStatus status = ImageCodecStatusOk;
    if (!decoder->gave_up) status = decoder->operations->read_rows(decoder, rows, row_stride, row_count);
    bool is_damage = status == ImageCodecStatusMalformed || status == ImageCodecStatusTruncated;
    if (is_damage && decoder->is_tolerant && decoder->rows_done > 0) {
        decoder->gave_up = true;
        decoder_note_damage(decoder, status, decoder->message);
        status = ImageCodecStatusOk;
    }
    uint32_t row_count_read = decoder->rows_done - first;
    look_at_samples(decoder, rows, row_stride, row_count_read);
    bool is_ink = decoder->channels >= ColorChannelsInk;
    if (decoder->transform && !is_ink) {
        for (uint32_t y = 0; y < row_count_read; y++) {
            uint8_t *row = rows + y * row_stride;
            color_transform_apply(decoder->transform, row, row, decoder->width);
        }
    }
    if (status == ImageCodecStatusOk && row_count_read < row_count) {
        decoder_fill_rows(decoder, rows + row_count_read * row_stride, row_stride, row_count - row_count_read);
        decoder->rows_done = first + row_count;
        decoder->damage.leaves_gray = true;
    }
    return status;
}

ImageCodecStatus image_decoder_read_rows(ImageDecoder *decoder, uint8_t *rows, size_t row_stride, uint32_t row_count) {
    if (row_count == 0) return ImageCodecStatusOk;
    if (row_stride < decoder->row_bytes || row_count > decoder->height - decoder->rows_done) {
        return ImageCodecStatusInvalidArgument;
    }
    if (!decoder->has_colors) {
        decoder->has_colors = true;
        prepare_colors(decoder);
    }
    return read_or_fill(decoder, rows, row_stride, row_count);
}

ImageDecoderPlace image_decoder_place(const ImageDecoder *decoder) {
    ImageDecoderPlace place = {decoder->unit, 0, 0};
    if (decoder->step_count > 0) place.fraction = (double)decoder->steps_done / (double)decoder->step_count;
    if (decoder->unit == ImageDecoderUnitScanRows) place.scan_number = decoder->scan_number;
    return place;
}

bool image_decoder_would_go_on(const ImageDecoder *decoder) {
    if (decoder->is_tolerant || decoder->unit == ImageDecoderUnitBytes) return false;
    return decoder->would_go_on || decoder->rows_done > 0 || decoder->steps_done > 0 || decoder->scan_number > 1;
}

bool image_decoder_damage(const ImageDecoder *decoder, ImageDecoderDamage *damage) {
    *damage = decoder->damage;
    return decoder->is_damaged;
}

const char *image_decoder_message(const ImageDecoder *decoder) { return decoder->message; }

int32_t image_decoder_system_code(const ImageDecoder *decoder) { return decoder->source.system_code; }

const char *image_decoder_warning(const ImageDecoder *decoder, size_t index, bool *is_about_profile_limit) {
    *is_about_profile_limit = decoder->warns_of_profile_limit && index == decoder->profile_limit_warning;
    return index < decoder->warning_count ? decoder->warnings[index] : NULL;
}

void image_decoder_close(ImageDecoder *decoder) {
    if (!decoder) return;
    decoder->operations->close(decoder);
    byte_source_close(&decoder->source);
    color_transform_close(decoder->transform);
    free(decoder->colors.profile);
    for (int kind = 0; kind < IMAGE_METADATA_COUNT; kind++) free(decoder->metadata[kind].bytes);
    free(decoder->levels);
    free(decoder);
}

void decoder_warn(ImageDecoder *decoder, const char *message) {
    if (decoder->warning_count == DECODER_WARNINGS) return;
    char *slot = decoder->warnings[decoder->warning_count];
    snprintf(slot, DECODER_MESSAGE, "%s", message);
    for (size_t i = 0; i < decoder->warning_count; i++) {
        if (strcmp(decoder->warnings[i], slot) == 0) return;
    }
    decoder->warning_count++;
}

void decoder_warn_of_large_profile(ImageDecoder *decoder) {
    char message[DECODER_MESSAGE];
    snprintf(message, sizeof message,
             "the colour profile is larger than the limit of %" PRIu64
             " bytes (colorProfileByteCount): colours are taken as sRGB; to have it applied, raise the limit",
             decoder->limits.profile_byte_count);
    if (decoder->warns_of_profile_limit) return;
    decoder->warns_of_profile_limit = true;
    decoder->profile_limit_warning = decoder->warning_count;
    decoder_warn(decoder, message);
}

void decoder_warn_of_damaged_profile(ImageDecoder *decoder) {
    decoder_warn(decoder, "the colour profile is damaged: colours are taken as sRGB");
}

void decoder_note_damage(ImageDecoder *decoder, ImageCodecStatus status, const char *message) {
    if (decoder->is_damaged) return;
    decoder->is_damaged = true;
    decoder->damage.status = status;
    decoder->damage.place = image_decoder_place(decoder);
    if (message != decoder->message) decoder_set_message(decoder, message);
}

void decoder_set_message(ImageDecoder *decoder, const char *message) {
    snprintf(decoder->message, DECODER_MESSAGE, "%s", message);
}

ImageCodecStatus decoder_refuse(ImageDecoder *decoder, ImageCodecStatus status, const char *message) {
    decoder_set_message(decoder, message);
    return status;
}

_Noreturn void decoder_fail(ImageDecoder *decoder, ImageCodecStatus status, const char *message) {
    decoder->failure = status;
    decoder_set_message(decoder, message);
    longjmp(decoder->escape, 1);
}
