#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decoder.h"

enum {
    // One ancillary chunk (an ICC profile, EXIF data) may take this much memory when unpacked.
    CHUNK_BYTES = 8 << 20,
    // Of the kinds that libpng keeps a list of.
    CHUNK_COUNT = 128,
    EXIF_BYTES = 1 << 20,
    PNG_PASSES = 7,
};

typedef struct PNGDecoder {
    ImageDecoder base;
    png_structp png;
    png_infop info;
    const uint8_t *window;
    size_t window_count;
    uint32_t width;
    uint32_t height;
    size_t row_bytes;
    bool started;
    bool ending;
    bool interlaced;
    // The whole picture, when it is interlaced.
    uint8_t *picture;
} PNGDecoder;

static void on_error(png_structp png, png_const_charp message) {
    ImageDecoder *base = png_get_error_ptr(png);
    ImageCodecStatus status = ImageCodecStatusMalformed;
    if (strstr(message, "emory")) status = ImageCodecStatusOutOfMemory;
    decoder_fail(base, status, message);
}

static void on_warning(png_structp png, png_const_charp message) { decoder_warn(png_get_error_ptr(png), message); }

static void on_read(png_structp png, png_bytep bytes, size_t count) {
    PNGDecoder *decoder = png_get_io_ptr(png);
    while (count > 0) {
        if (decoder->window_count == 0) {
            decoder->window_count = byte_source_next(&decoder->base.source, &decoder->window);
            if (decoder->window_count == 0) {
                if (decoder->base.source.system_code) {
                    decoder_fail(&decoder->base, ImageCodecStatusInputOutput, "reading failed");
                }
                decoder_fail(&decoder->base, ImageCodecStatusTruncated, "the file ends early");
            }
        }
        size_t part = count < decoder->window_count ? count : decoder->window_count;
        memcpy(bytes, decoder->window, part);
        decoder->window += part;
        decoder->window_count -= part;
        bytes += part;
        count -= part;
    }
}

static uint32_t big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void keep_exif(ImageDecoder *base, const uint8_t *bytes, size_t count) {
    base->exif = malloc(count > 0 ? count : 1);
    if (!base->exif) return;
    memcpy(base->exif, bytes, count);
    base->exif_count = count;
}

// The checksum of a chunk's type and data (ISO 15948 annex D).
static uint32_t chunk_checksum(const uint8_t *bytes, size_t count) {
    uint32_t checksum = 0xFFFFFFFFu;
    for (size_t i = 0; i < count; i++) {
        checksum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) checksum = checksum >> 1 ^ (checksum & 1 ? 0xEDB88320u : 0);
    }
    return ~checksum;
}

// eXIf may stand behind the pixels, but the orientation is wanted before them: the chunks are walked by their lengths.
static void find_exif_behind_pixels(ImageDecoder *base) {
    uint8_t head[8];
    uint64_t offset = 8;
    while (byte_source_peek(&base->source, offset, head, sizeof head) == sizeof head) {
        uint32_t length = big_endian(head);
        if (length > PNG_UINT_31_MAX || memcmp(head + 4, "IEND", 4) == 0) return;
        if (memcmp(head + 4, "eXIf", 4) == 0 && length <= EXIF_BYTES) {
            size_t count = (size_t)length + 8;
            uint8_t *chunk = malloc(count);
            if (!chunk) return;
            // Type, data, checksum.
            if (byte_source_peek(&base->source, offset + 4, chunk, count) == count &&
                chunk_checksum(chunk, count - 4) == big_endian(chunk + count - 4)) {
                keep_exif(base, chunk + 4, length);
            }
            free(chunk);
            return;
        }
        offset += 12 + (uint64_t)length;
    }
}

static ImageCodecColor stored_color(int color_type) {
    switch (color_type) {
        case PNG_COLOR_TYPE_GRAY: return ImageCodecColorGray;
        case PNG_COLOR_TYPE_GRAY_ALPHA: return ImageCodecColorGrayAlpha;
        case PNG_COLOR_TYPE_PALETTE: return ImageCodecColorPalette;
        case PNG_COLOR_TYPE_RGB: return ImageCodecColorRgb;
        default: return ImageCodecColorRgba;
    }
}

// Texts and the like are of no use here; left unread they cannot be bombs.
static void skip_texts(png_structp png) {
    static const uint8_t names[] = "tEXt\0zTXt\0iTXt\0sPLT\0hIST\0pCAL\0sCAL";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, names, (int)(sizeof names / 5));
}

static ImageCodecStatus read_header(ImageDecoder *base, ImageDecoderHeader *header) {
    PNGDecoder *decoder = (PNGDecoder *)base;
    // The size is looked at first, so that a picture that is too large is refused before anything else is read.
    uint8_t start[24];
    if (byte_source_peek(&base->source, 0, start, sizeof start) == sizeof start && !memcmp(start + 12, "IHDR", 4)) {
        uint32_t width = big_endian(start + 16), height = big_endian(start + 20);
        if (width == 0 || height == 0) {
            snprintf(base->message, DECODER_MESSAGE, "its header says %u×%u pixels", width, height);
            return ImageCodecStatusMalformed;
        }
        if ((uint64_t)width * height > base->limits.pixel_count && width <= PNG_UINT_31_MAX &&
            height <= PNG_UINT_31_MAX) {
            header->width = width;
            header->height = height;
            return ImageCodecStatusTooManyPixels;
        }
    }
    if (setjmp(base->escape)) return base->failure;
    decoder->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, base, on_error, on_warning);
    if (!decoder->png) return ImageCodecStatusOutOfMemory;
    decoder->info = png_create_info_struct(decoder->png);
    if (!decoder->info) return ImageCodecStatusOutOfMemory;
    png_structp png = decoder->png;
    png_set_read_fn(png, decoder, on_read);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_cache_max(png, CHUNK_COUNT);
    png_set_chunk_malloc_max(png, CHUNK_BYTES);
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
    skip_texts(png);
    png_read_info(png, decoder->info);

    int bit_depth, color_type, interlace;
    png_get_IHDR(png, decoder->info, &decoder->width, &decoder->height, &bit_depth, &color_type, &interlace, NULL, NULL);
    bool has_transparency = png_get_valid(png, decoder->info, PNG_INFO_tRNS) != 0;
    bool has_alpha = (color_type & PNG_COLOR_MASK_ALPHA) || has_transparency;
    header->width = decoder->width;
    header->height = decoder->height;
    header->stored_bit_depth = bit_depth;
    header->stored_color = stored_color(color_type);
    header->channel_count = (color_type & PNG_COLOR_MASK_COLOR ? 3 : 1) + (has_alpha ? 1 : 0);
    header->bit_depth = bit_depth == 16 ? 16 : 8;
    header->is_multipass = decoder->interlaced = interlace != PNG_INTERLACE_NONE;
    header->has_icc_profile = png_get_valid(png, decoder->info, PNG_INFO_iCCP) != 0;
    decoder->row_bytes = (size_t)decoder->width * (size_t)(header->channel_count * header->bit_depth / 8);

    png_uint_32 exif_count = 0;
    png_bytep exif = NULL;
    if (png_get_eXIf_1(png, decoder->info, &exif_count, &exif) && exif) {
        keep_exif(base, exif, exif_count);
    } else {
        find_exif_behind_pixels(base);
    }
    return ImageCodecStatusOk;
}

static uint64_t interlaced_row_count(uint32_t width, uint32_t height) {
    uint64_t count = 0;
    for (int pass = 0; pass < PNG_PASSES; pass++) {
        if (PNG_PASS_COLS(width, pass) > 0) count += PNG_PASS_ROWS(height, pass);
    }
    return count;
}

static void start(PNGDecoder *decoder) {
    png_structp png = decoder->png;
    png_set_expand(png);
    if (png_get_bit_depth(png, decoder->info) == 16) {
        const uint16_t probe = 1;
        if (*(const uint8_t *)&probe == 1) png_set_swap(png);
    }
    png_set_interlace_handling(png);
    png_read_update_info(png, decoder->info);
    if (png_get_rowbytes(png, decoder->info) != decoder->row_bytes) {
        decoder_fail(&decoder->base, ImageCodecStatusMalformed, "rows are of an unexpected length");
    }
    decoder->base.step_count =
        decoder->interlaced ? interlaced_row_count(decoder->width, decoder->height) : decoder->height;
}

static void read_interlaced_picture(PNGDecoder *decoder) {
    if (decoder->row_bytes > decoder->base.limits.byte_count / decoder->height) {
        decoder_fail(&decoder->base, ImageCodecStatusTooManyBytes, "the interlaced picture must be held whole");
    }
    // Zeroed, so that pixels which a damaged file leaves out are not old memory.
    decoder->picture = calloc(decoder->height, decoder->row_bytes);
    if (!decoder->picture) decoder_fail(&decoder->base, ImageCodecStatusOutOfMemory, "out of memory");
    for (int pass = 0; pass < PNG_PASSES; pass++) {
        for (uint32_t y = 0; y < decoder->height; y++) {
            png_read_row(decoder->png, decoder->picture + y * decoder->row_bytes, NULL);
            bool is_in_pass = PNG_ROW_IN_INTERLACE_PASS(y, pass) && PNG_PASS_COLS(decoder->width, pass) > 0;
            if (is_in_pass) decoder->base.steps_done++;
        }
    }
}

static ImageCodecStatus read_rows(ImageDecoder *base, uint8_t *rows, size_t row_stride, uint32_t row_count) {
    PNGDecoder *decoder = (PNGDecoder *)base;
    if (!decoder->png || row_stride < decoder->row_bytes || row_count > decoder->height - base->rows_done) {
        return ImageCodecStatusInvalidArgument;
    }
    if (setjmp(base->escape)) {
        // When only what follows the pixels is missing, the picture is whole and its checksums were right.
        bool pixels_are_checked = decoder->ending && base->failure == ImageCodecStatusTruncated &&
                                  ((png_get_io_state(decoder->png) & PNG_IO_MASK_LOC) == PNG_IO_CHUNK_HDR ||
                                   png_get_io_chunk_type(decoder->png) != 0x49444154);
        if (!pixels_are_checked) return base->failure;
        decoder_warn(base, "the file ends without an end marker (IEND)");
        return ImageCodecStatusOk;
    }
    if (!decoder->started) {
        decoder->started = true;
        start(decoder);
        if (decoder->interlaced) read_interlaced_picture(decoder);
    }
    for (uint32_t i = 0; i < row_count; i++) {
        uint8_t *row = rows + i * row_stride;
        if (decoder->interlaced) {
            memcpy(row, decoder->picture + base->rows_done * decoder->row_bytes, decoder->row_bytes);
        } else {
            png_read_row(decoder->png, row, NULL);
            base->steps_done++;
        }
        base->rows_done++;
    }
    if (base->rows_done == decoder->height) {
        decoder->ending = true;
        png_read_end(decoder->png, NULL);
    }
    return ImageCodecStatusOk;
}

static void close_decoder(ImageDecoder *base) {
    PNGDecoder *decoder = (PNGDecoder *)base;
    if (decoder->png) png_destroy_read_struct(&decoder->png, &decoder->info, NULL);
    free(decoder->picture);
}

ImageDecoder *png_decoder_create(void) {
    static const DecoderOperations operations = {read_header, read_rows, close_decoder};
    PNGDecoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder) return NULL;
    decoder->base.operations = &operations;
    return &decoder->base;
}
