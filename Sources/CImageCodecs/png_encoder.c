#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "encoder.h"

typedef struct PNGEncoder {
    ImageEncoder base;
    png_structp png;
    png_infop info;
    bool started;
} PNGEncoder;

static void on_error(png_structp png, png_const_charp message) {
    encoder_fail(png_get_error_ptr(png),
                 strstr(message, "emory") ? ImageCodecStatusOutOfMemory : ImageCodecStatusInvalidArgument, message);
}

static void on_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void on_write(png_structp png, png_bytep bytes, size_t count) { encoder_put(png_get_io_ptr(png), bytes, count); }

static void on_flush(png_structp png) { (void)png; }

static void set_palette(PNGEncoder *encoder) {
    png_color palette[ENCODER_COLORS];
    const uint32_t color_count = encoder->base.color_count;
    for (uint32_t i = 0; i < color_count; i++) {
        const uint8_t *color = encoder->base.colors[i];
        palette[i] = (png_color){color[0], color[1], color[2]};
    }
    png_set_PLTE(encoder->png, encoder->info, palette, (int)color_count);
}

static void start(PNGEncoder *encoder) {
    static const int color_types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                      PNG_COLOR_TYPE_RGBA};
    const ImageEncoderSettings *settings = &encoder->base.settings;
    bool is_known = settings->channel_count >= 1 && settings->channel_count <= 4 &&
                    (settings->bit_depth == 8 || settings->bit_depth == 16);
    const uint32_t color_count = encoder->base.color_count;
    if (color_count > 0 && (settings->channel_count != 1 || settings->bit_depth != 8)) is_known = false;
    if (!is_known) encoder_fail(&encoder->base, ImageCodecStatusInvalidArgument, "no such layout of pixels");
    encoder->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &encoder->base, on_error, on_warning);
    if (encoder->png) encoder->info = png_create_info_struct(encoder->png);
    if (!encoder->info) encoder_fail(&encoder->base, ImageCodecStatusOutOfMemory, "out of memory");
    png_set_write_fn(encoder->png, &encoder->base, on_write, on_flush);
    png_set_user_limits(encoder->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(encoder->png, encoder->info, settings->width, settings->height,
                 settings->bit_depth,
                 color_count > 0 ? PNG_COLOR_TYPE_PALETTE : color_types[settings->channel_count - 1],
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
    if (color_count > 0) set_palette(encoder);
    if (settings->is_flat) {
        png_set_filter(encoder->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
        png_set_compression_strategy(encoder->png, Z_RLE);
        // With runs alone to look for, a higher level takes longer for the same bytes.
        png_set_compression_level(encoder->png, 1);
    }
    png_write_info(encoder->png, encoder->info);
    const uint16_t probe = 1;
    if (settings->bit_depth == 16 && *(const uint8_t *)&probe == 1) png_set_swap(encoder->png);
}

static ImageCodecStatus write_rows(ImageEncoder *base, const uint8_t *rows, size_t row_stride, uint32_t row_count) {
    PNGEncoder *encoder = (PNGEncoder *)base;
    if (setjmp(base->escape)) return base->failure;
    if (!encoder->started) {
        encoder->started = true;
        start(encoder);
    }
    for (uint32_t i = 0; i < row_count; i++) {
        png_write_row(encoder->png, rows + i * row_stride);
        base->rows_done++;
    }
    return ImageCodecStatusOk;
}

static ImageCodecStatus finish(ImageEncoder *base) {
    PNGEncoder *encoder = (PNGEncoder *)base;
    if (setjmp(base->escape)) return base->failure;
    png_write_end(encoder->png, NULL);
    return ImageCodecStatusOk;
}

static void close_encoder(ImageEncoder *base) {
    PNGEncoder *encoder = (PNGEncoder *)base;
    if (encoder->png) png_destroy_write_struct(&encoder->png, &encoder->info);
}

ImageEncoder *png_encoder_create(void) {
    static const EncoderOperations operations = {write_rows, finish, close_encoder};
    PNGEncoder *encoder = calloc(1, sizeof *encoder);
    if (!encoder) return NULL;
    encoder->base.operations = &operations;
    return &encoder->base;
}
