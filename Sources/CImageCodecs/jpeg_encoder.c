#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <jerror.h>
#include <jpeglib.h>

#include "encoder.h"

typedef struct JPEGEncoder {
    ImageEncoder base;
    struct jpeg_compress_struct codec;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr output;
    bool created;
    JOCTET buffer[16384];
} JPEGEncoder;

static JPEGEncoder *owner(j_common_ptr codec) { return codec->client_data; }

static void on_error(j_common_ptr codec) {
    char message[JMSG_LENGTH_MAX];
    codec->err->format_message(codec, message);
    encoder_fail(&owner(codec)->base,
                 codec->err->msg_code == JERR_OUT_OF_MEMORY ? ImageCodecStatusOutOfMemory
                                                            : ImageCodecStatusInvalidArgument,
                 message);
}

static void on_message(j_common_ptr codec, int level) {
    (void)codec;
    (void)level;
}

static void print_nothing(j_common_ptr codec) { (void)codec; }

static void on_start(j_compress_ptr codec) {
    JPEGEncoder *encoder = owner((j_common_ptr)codec);
    encoder->output.next_output_byte = encoder->buffer;
    encoder->output.free_in_buffer = sizeof encoder->buffer;
}

static boolean on_full(j_compress_ptr codec) {
    JPEGEncoder *encoder = owner((j_common_ptr)codec);
    encoder_put(&encoder->base, encoder->buffer, sizeof encoder->buffer);
    on_start(codec);
    return TRUE;
}

static void on_end(j_compress_ptr codec) {
    JPEGEncoder *encoder = owner((j_common_ptr)codec);
    encoder_put(&encoder->base, encoder->buffer, sizeof encoder->buffer - encoder->output.free_in_buffer);
}

static void start(JPEGEncoder *encoder) {
    const ImageEncoderSettings *settings = &encoder->base.settings;
    j_compress_ptr codec = &encoder->codec;
    bool is_known = (settings->channel_count == 1 || settings->channel_count == 3) && settings->bit_depth == 8;
    if (!is_known) encoder_fail(&encoder->base, ImageCodecStatusInvalidArgument, "JPEG holds 8-bit gray or RGB");
    codec->err = jpeg_std_error(&encoder->errors);
    encoder->errors.error_exit = on_error;
    encoder->errors.emit_message = on_message;
    encoder->errors.output_message = print_nothing;
    codec->client_data = encoder;
    encoder->created = true;
    jpeg_create_compress(codec);
    encoder->output.init_destination = on_start;
    encoder->output.empty_output_buffer = on_full;
    encoder->output.term_destination = on_end;
    codec->dest = &encoder->output;
    codec->image_width = settings->width;
    codec->image_height = settings->height;
    codec->input_components = settings->channel_count;
    codec->in_color_space = settings->channel_count == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(codec);
    jpeg_set_quality(codec, settings->quality, TRUE);
    int sampling = settings->channel_count == 3 && !settings->full_chroma ? 2 : 1;
    codec->comp_info[0].h_samp_factor = codec->comp_info[0].v_samp_factor = sampling;
    jpeg_start_compress(codec, TRUE);
}

static ImageCodecStatus write_rows(ImageEncoder *base, const uint8_t *rows, size_t row_stride, uint32_t row_count) {
    JPEGEncoder *encoder = (JPEGEncoder *)base;
    if (setjmp(base->escape)) return base->failure;
    if (!encoder->created) start(encoder);
    for (uint32_t i = 0; i < row_count; i++) {
        JSAMPROW row = (JSAMPROW)(rows + i * row_stride);
        jpeg_write_scanlines(&encoder->codec, &row, 1);
        base->rows_done++;
    }
    return ImageCodecStatusOk;
}

static ImageCodecStatus finish(ImageEncoder *base) {
    JPEGEncoder *encoder = (JPEGEncoder *)base;
    if (setjmp(base->escape)) return base->failure;
    jpeg_finish_compress(&encoder->codec);
    return ImageCodecStatusOk;
}

static void close_encoder(ImageEncoder *base) {
    JPEGEncoder *encoder = (JPEGEncoder *)base;
    if (encoder->created) jpeg_destroy_compress(&encoder->codec);
}

ImageEncoder *jpeg_encoder_create(void) {
    static const EncoderOperations operations = {write_rows, finish, close_encoder};
    JPEGEncoder *encoder = calloc(1, sizeof *encoder);
    if (!encoder) return NULL;
    encoder->base.operations = &operations;
    return &encoder->base;
}
