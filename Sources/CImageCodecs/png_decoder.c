#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decoder.h"
#include "png_chunks.h"
#include "png_words.h"

enum {
    // Of the kinds that libpng keeps a list of.
    CHUNK_COUNT = 128,
    PNG_PASSES = 7,
    // An incomplete window of compressed data is lost as a whole, so truncated files use small ones.
    SMALL_WINDOW = 64,
};

typedef struct PNGDecoder {
    ImageDecoder base;
    png_structp png;
    png_infop info;
    const uint8_t *window;
    size_t window_count;
    bool started;
    bool ending;
    bool interlaced;
    // The whole image, if it is interlaced.
    uint8_t *picture;
    // Pixels have two checksums: one over the bytes of the file, one over the decompressed bytes.
    bool has_wrong_file_checksum;
    bool has_wrong_pixel_checksum;
} PNGDecoder;

static void on_error(png_structp png, png_const_charp message) {
    ImageDecoder *base = png_get_error_ptr(png);
    char words[DECODER_MESSAGE];
    png_error_words(message, words, sizeof words);
    decoder_fail(base, strstr(message, "emory") ? ImageCodecStatusOutOfMemory : ImageCodecStatusMalformed, words);
}

static void on_warning(png_structp png, png_const_charp message) {
    PNGDecoder *decoder = png_get_error_ptr(png);
    bool has_palette = decoder->info && png_get_color_type(png, decoder->info) == PNG_COLOR_TYPE_PALETTE;
    char words[DECODER_MESSAGE];
    switch (png_warning_words(message, has_palette, words, sizeof words)) {
        case PNGRemarkNothing: break;
        case PNGRemarkFileChecksum: decoder->has_wrong_file_checksum = true; break;
        case PNGRemarkPixelChecksum: decoder->has_wrong_pixel_checksum = true; break;
        case PNGRemarkWarning: decoder_warn(&decoder->base, words); break;
    }
}

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

static ImageCodecColor stored_color(int color_type) {
    switch (color_type) {
        case PNG_COLOR_TYPE_GRAY: return ImageCodecColorGray;
        case PNG_COLOR_TYPE_GRAY_ALPHA: return ImageCodecColorGrayAlpha;
        case PNG_COLOR_TYPE_PALETTE: return ImageCodecColorPalette;
        case PNG_COLOR_TYPE_RGB: return ImageCodecColorRgb;
        default: return ImageCodecColorRgba;
    }
}

// This decoder reads texts, the profile and EXIF data itself, within its own limits, and skips all other chunks that do
// not affect pixels, so that none can be a decompression bomb. Numeric colours are kept as stored: libpng would compare
// them with each other, and older versions do not know cICP.
static void choose_chunks(png_structp png) {
    static const uint8_t unread[] =
        "tEXt\0zTXt\0iTXt\0eXIf\0iCCP\0sPLT\0hIST\0pCAL\0sCAL\0sBIT\0tIME\0pHYs\0oFFs\0bKGD";
    static const uint8_t kept[] = "cICP\0sRGB\0gAMA\0cHRM\0acTL";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, unread, (int)(sizeof unread / 5));
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_ALWAYS, kept, (int)(sizeof kept / 5));
}

static void keep_chunks(PNGDecoder *decoder) {
    ColorDescription *colors = &decoder->base.colors;
    png_unknown_chunkp chunks = NULL;
    int count = png_get_unknown_chunks(decoder->png, decoder->info, &chunks);
    for (int i = 0; i < count; i++) {
        const png_unknown_chunk *chunk = &chunks[i];
        const char *name = (const char *)chunk->name;
        if (!strcmp(name, "cICP") && chunk->size == 4) {
            colors->has_code_points = true;
            memcpy(colors->code_points, chunk->data, 4);
        } else if (!strcmp(name, "sRGB")) {
            colors->is_srgb = true;
        } else if (!strcmp(name, "gAMA") && chunk->size == 4) {
            colors->has_gamma = true;
            colors->gamma = png_big_endian(chunk->data);
        } else if (!strcmp(name, "cHRM") && chunk->size == 32) {
            colors->has_chromaticities = true;
            for (int n = 0; n < 8; n++) colors->chromaticities[n] = png_big_endian(chunk->data + 4 * n);
        } else if (!strcmp(name, "acTL") && chunk->size == 8 && png_big_endian(chunk->data) > 1) {
            decoder_warn(&decoder->base, "the file is an animation: its default image is used");
        }
    }
}

static ImageCodecStatus read_header(ImageDecoder *base, ImageDecoderHeader *header) {
    PNGDecoder *decoder = (PNGDecoder *)base;
    // The size is checked first, so that a too large image is rejected before anything else is read.
    uint8_t start[24];
    if (byte_source_peek(&base->source, 0, start, sizeof start) == sizeof start && !memcmp(start + 12, "IHDR", 4)) {
        uint32_t width = png_big_endian(start + 16), height = png_big_endian(start + 20);
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
    png_set_chunk_malloc_max(png, PNG_CHUNK_BYTES);
    png_set_crc_action(png, base->is_tolerant ? PNG_CRC_WARN_USE : PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
    choose_chunks(png);
    png_read_info(png, decoder->info);

    int bit_depth, color_type, interlace;
    png_get_IHDR(png, decoder->info, &header->width, &header->height, &bit_depth, &color_type, &interlace, NULL, NULL);
    bool has_transparency = png_get_valid(png, decoder->info, PNG_INFO_tRNS) != 0;
    bool has_alpha = (color_type & PNG_COLOR_MASK_ALPHA) || has_transparency;
    header->stored_bit_depth = bit_depth;
    header->stored_color = stored_color(color_type);
    header->channel_count = (color_type & PNG_COLOR_MASK_COLOR ? 3 : 1) + (has_alpha ? 1 : 0);
    header->bit_depth = bit_depth == 16 ? 16 : 8;
    header->is_multipass = decoder->interlaced = interlace != PNG_INTERLACE_NONE;
    keep_chunks(decoder);

    bool is_whole = png_chunks_look_ahead(base);
    if (base->is_tolerant || !is_whole) png_set_compression_buffer_size(png, SMALL_WINDOW);
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
    if (png_get_rowbytes(png, decoder->info) != decoder->base.row_bytes) {
        decoder_fail(&decoder->base, ImageCodecStatusMalformed, "rows are of an unexpected length");
    }
    ImageDecoder *base = &decoder->base;
    base->unit = decoder->interlaced ? ImageDecoderUnitInterlacedRows : ImageDecoderUnitRows;
    base->step_count = decoder->interlaced ? interlaced_row_count(base->width, base->height) : base->height;
}

// Rows of coarser passes replace missing rows of finer ones.
static void read_interlaced_picture(PNGDecoder *decoder) {
    ImageDecoder *base = &decoder->base;
    if (base->row_bytes > base->limits.byte_count / base->height) {
        decoder_fail(base, ImageCodecStatusTooManyBytes, "the interlaced image must be held whole");
    }
    // The system zeroes pages on first write, so missing rows take no memory.
    decoder->picture = calloc(base->height, base->row_bytes);
    if (!decoder->picture) decoder_fail(base, ImageCodecStatusOutOfMemory, "out of memory");
    if (base->is_tolerant) decoder_fill_rows(base, decoder->picture, base->row_bytes, base->height);
    for (int pass = 0; pass < PNG_PASSES; pass++) {
        for (uint32_t y = 0; y < base->height; y++) {
            uint8_t *row = decoder->picture + y * base->row_bytes;
            png_read_row(decoder->png, base->is_tolerant ? NULL : row, base->is_tolerant ? row : NULL);
            bool is_in_pass = PNG_ROW_IN_INTERLACE_PASS(y, pass) && PNG_PASS_COLS(base->width, pass) > 0;
            if (is_in_pass) base->steps_done++;
        }
    }
}

// Zlib's checksum comes last, so only the end of the pixels shows whether the other one matters.
static void note_checksums(PNGDecoder *decoder) {
    bool is_one_wrong = decoder->has_wrong_file_checksum != decoder->has_wrong_pixel_checksum;
    if (is_one_wrong) {
        decoder_warn(&decoder->base,
                     "one of the two checksums of the pixels is wrong, but the other is right: "
                     "the pixels are unharmed");
    } else if (decoder->has_wrong_file_checksum) {
        decoder_warn(&decoder->base, "the checksums of the pixels are wrong: some pixels may be wrong");
    }
}

// Returns whether, after a failure of libpng, the rows or replacements for them are available.
static bool recovers(PNGDecoder *decoder) {
    ImageDecoder *base = &decoder->base;
    bool is_damage = base->failure == ImageCodecStatusMalformed || base->failure == ImageCodecStatusTruncated;
    // If only what follows the pixels is missing or damaged, the image is complete and its checksums matched.
    if (decoder->ending && is_damage &&
        ((png_get_io_state(decoder->png) & PNG_IO_MASK_LOC) == PNG_IO_CHUNK_HDR ||
         png_get_io_chunk_type(decoder->png) != 0x49444154)) {
        bool is_cut = base->failure == ImageCodecStatusTruncated;
        decoder_warn(base, is_cut ? "the file ends without an end marker (IEND); no pixel is missing"
                                  : "what follows the pixels in the file is damaged; no pixel is affected");
        note_checksums(decoder);
        return true;
    }
    // Zlib's checksum is no longer reached.
    decoder->has_wrong_pixel_checksum |= decoder->has_wrong_file_checksum;
    note_checksums(decoder);
    if (!decoder->picture || !base->is_tolerant || !is_damage || base->steps_done == 0) return false;
    decoder_note_damage(base, base->failure, base->message);
    base->damage.leaves_gray = base->steps_done < (uint64_t)PNG_PASS_ROWS(base->height, 0);
    return true;
}

static void read_end(PNGDecoder *decoder) {
    decoder->ending = true;
    png_read_end(decoder->png, NULL);
    note_checksums(decoder);
}

static void read_from_codec(PNGDecoder *decoder, uint8_t *rows, size_t row_stride, uint32_t row_count) {
    ImageDecoder *base = &decoder->base;
    if (!decoder->started) {
        decoder->started = true;
        start(decoder);
        if (decoder->interlaced) {
            read_interlaced_picture(decoder);
            read_end(decoder);
        }
    }
    if (decoder->interlaced) return;
    for (uint32_t i = 0; i < row_count; i++) {
        png_read_row(decoder->png, rows + i * row_stride, NULL);
        base->steps_done++;
        base->rows_done++;
    }
    if (base->rows_done == base->height) read_end(decoder);
}

static ImageCodecStatus read_rows(ImageDecoder *base, uint8_t *rows, size_t row_stride, uint32_t row_count) {
    PNGDecoder *decoder = (PNGDecoder *)base;
    if (!decoder->png) return ImageCodecStatusInvalidArgument;
    if (setjmp(base->escape)) {
        if (!recovers(decoder)) return base->failure;
    } else {
        read_from_codec(decoder, rows, row_stride, row_count);
    }
    if (decoder->interlaced) {
        for (uint32_t i = 0; i < row_count; i++) {
            memcpy(rows + i * row_stride, decoder->picture + base->rows_done * base->row_bytes, base->row_bytes);
            base->rows_done++;
        }
    }
    return ImageCodecStatusOk;
}

static void close_decoder(ImageDecoder *base) {
    PNGDecoder *decoder = (PNGDecoder *)base;
    if (decoder->png) png_destroy_read_struct(&decoder->png, &decoder->info, NULL);
    free(decoder->picture);
}

ImageDecoder *png_decoder_create(void) {
    static const DecoderOperations operations = {read_header, read_rows, close_decoder, false};
    PNGDecoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder) return NULL;
    decoder->base.operations = &operations;
    return &decoder->base;
}
