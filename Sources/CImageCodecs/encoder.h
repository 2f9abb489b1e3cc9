#ifndef ENCODER_H
#define ENCODER_H

#include <setjmp.h>

#include "CImageCodecs.h"
#include "byte_stream.h"

enum { ENCODER_MESSAGE = 224, ENCODER_COLORS = 256 };

typedef struct EncoderOperations {
    ImageCodecStatus (*write_rows)(ImageEncoder *encoder, const uint8_t *rows, size_t row_stride, uint32_t row_count);
    ImageCodecStatus (*finish)(ImageEncoder *encoder);
    void (*close)(ImageEncoder *encoder);
} EncoderOperations;

// The common part of both encoders, which is their first member.
struct ImageEncoder {
    const EncoderOperations *operations;
    ImageEncoderSettings settings;
    ByteSink sink;
    // Set by each function that calls into a codec library; the jump happens only within that call.
    jmp_buf escape;
    ImageCodecStatus failure;
    uint32_t rows_done;
    uint32_t color_count;
    uint8_t colors[ENCODER_COLORS][3];
    char message[ENCODER_MESSAGE];
};

ImageEncoder *png_encoder_create(void);
ImageEncoder *jpeg_encoder_create(void);

_Noreturn void encoder_fail(ImageEncoder *encoder, ImageCodecStatus status, const char *message);
// Writes the bytes, or jumps on failure.
void encoder_put(ImageEncoder *encoder, const uint8_t *bytes, size_t count);

#endif
