#include "encoder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ImageEncoder *image_encoder_create(ImageCodecFormat format, int32_t descriptor, ImageEncoderSettings settings) {
    ImageEncoder *encoder = format == ImageCodecFormatPng ? png_encoder_create() : jpeg_encoder_create();
    if (!encoder) return NULL;
    encoder->settings = settings;
    if (!byte_sink_open(&encoder->sink, descriptor)) {
        image_encoder_close(encoder);
        return NULL;
    }
    return encoder;
}

ImageCodecStatus image_encoder_set_palette(ImageEncoder *encoder, const uint8_t *colors, uint32_t color_count) {
    if (color_count > ENCODER_COLORS || encoder->rows_done > 0) return ImageCodecStatusInvalidArgument;
    memcpy(encoder->colors, colors, color_count * sizeof encoder->colors[0]);
    encoder->color_count = color_count;
    return ImageCodecStatusOk;
}

ImageCodecStatus image_encoder_write_rows(ImageEncoder *encoder, const uint8_t *rows, size_t row_stride,
                                          uint32_t row_count) {
    if (row_count > encoder->settings.height - encoder->rows_done) return ImageCodecStatusInvalidArgument;
    return row_count == 0 ? ImageCodecStatusOk : encoder->operations->write_rows(encoder, rows, row_stride, row_count);
}

static ImageCodecStatus sink_status(const ImageEncoder *encoder) {
    return encoder->sink.system_code == ENOMEM && encoder->sink.descriptor < 0 ? ImageCodecStatusOutOfMemory
                                                                               : ImageCodecStatusInputOutput;
}

ImageCodecStatus image_encoder_finish(ImageEncoder *encoder) {
    if (encoder->rows_done != encoder->settings.height) return ImageCodecStatusInvalidArgument;
    ImageCodecStatus status = encoder->operations->finish(encoder);
    if (status != ImageCodecStatusOk) return status;
    return byte_sink_flush(&encoder->sink) ? ImageCodecStatusOk : sink_status(encoder);
}

uint64_t image_encoder_byte_count(const ImageEncoder *encoder) {
    return encoder->sink.flushed + encoder->sink.count;
}

const uint8_t *image_encoder_bytes(const ImageEncoder *encoder) {
    return encoder->sink.descriptor < 0 ? encoder->sink.bytes : NULL;
}

const char *image_encoder_message(const ImageEncoder *encoder) { return encoder->message; }

int32_t image_encoder_system_code(const ImageEncoder *encoder) { return encoder->sink.system_code; }

void image_encoder_close(ImageEncoder *encoder) {
    if (!encoder) return;
    encoder->operations->close(encoder);
    byte_sink_close(&encoder->sink);
    free(encoder);
}

_Noreturn void encoder_fail(ImageEncoder *encoder, ImageCodecStatus status, const char *message) {
    encoder->failure = status;
    snprintf(encoder->message, ENCODER_MESSAGE, "%s", message);
    longjmp(encoder->escape, 1);
}

void encoder_put(ImageEncoder *encoder, const uint8_t *bytes, size_t count) {
    if (!byte_sink_write(&encoder->sink, bytes, count)) encoder_fail(encoder, sink_status(encoder), "writing failed");
}
