#include "decoder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ImageDecoder *image_decoder_create(ImageCodecFormat format, int32_t descriptor, const uint8_t *bytes, size_t count,
                                   ImageDecoderLimits limits) {
    ImageDecoder *decoder = format == ImageCodecFormatPng ? png_decoder_create() : jpeg_decoder_create();
    if (!decoder) return NULL;
    decoder->limits = limits;
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
    return status;
}

const uint8_t *image_decoder_exif(const ImageDecoder *decoder, size_t *count) {
    *count = decoder->exif_count;
    return decoder->exif;
}

ImageCodecStatus image_decoder_read_rows(ImageDecoder *decoder, uint8_t *rows, size_t row_stride, uint32_t row_count) {
    return row_count == 0 ? ImageCodecStatusOk : decoder->operations->read_rows(decoder, rows, row_stride, row_count);
}

double image_decoder_fraction(const ImageDecoder *decoder) {
    return decoder->step_count > 0 ? (double)decoder->steps_done / (double)decoder->step_count : 0;
}

int32_t image_decoder_scan_number(const ImageDecoder *decoder) { return decoder->scan_number; }

const char *image_decoder_message(const ImageDecoder *decoder) { return decoder->message; }

int32_t image_decoder_system_code(const ImageDecoder *decoder) { return decoder->source.system_code; }

const char *image_decoder_warning(const ImageDecoder *decoder, size_t index) {
    return index < decoder->warning_count ? decoder->warnings[index] : NULL;
}

void image_decoder_close(ImageDecoder *decoder) {
    if (!decoder) return;
    decoder->operations->close(decoder);
    byte_source_close(&decoder->source);
    free(decoder->exif);
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

void decoder_set_message(ImageDecoder *decoder, const char *message) {
    snprintf(decoder->message, DECODER_MESSAGE, "%s", message);
}

_Noreturn void decoder_fail(ImageDecoder *decoder, ImageCodecStatus status, const char *message) {
    decoder->failure = status;
    decoder_set_message(decoder, message);
    longjmp(decoder->escape, 1);
}
