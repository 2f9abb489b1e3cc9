#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

#include "decoder.h"

enum { EXIF_PREFIX = 6, ICC_PREFIX = 12, MARKER_BYTES = 65535 };

typedef struct JPEGDecoder {
    ImageDecoder base;
    struct jpeg_decompress_struct codec;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr input;
    struct jpeg_progress_mgr progress;
    bool created;
    bool started;
    bool has_icc_profile;
    // The bytes ended where an end marker had to be; one was made up.
    bool end_was_made_up;
    // That happened behind the size in the frame header (the components are allocated next), so it is what the file says.
    bool size_was_read;
    // One row of CMYK on its way to RGB.
    uint8_t *ink;
} JPEGDecoder;

static JPEGDecoder *owner(j_common_ptr codec) { return codec->client_data; }

static ImageCodecStatus status_of(int code) {
    switch (code) {
        case JERR_OUT_OF_MEMORY: return ImageCodecStatusOutOfMemory;
        // The memory manager asks for a file when `max_memory_to_use` is reached, and there is none.
        case JERR_NO_BACKING_STORE:
        case JERR_WIDTH_OVERFLOW: return ImageCodecStatusTooManyBytes;
        case JERR_ARITH_NOTIMPL:
        case JERR_BAD_PRECISION:
        case JERR_CCIR601_NOTIMPL:
        case JERR_CONVERSION_NOTIMPL:
        case JERR_FRACT_SAMPLE_NOTIMPL:
        case JERR_IMAGE_TOO_BIG:
        case JERR_NOTIMPL:
        case JERR_NOT_COMPILED:
        case JERR_SOF_UNSUPPORTED: return ImageCodecStatusUnsupported;
        default: return ImageCodecStatusMalformed;
    }
}

static void on_error(j_common_ptr codec) {
    char message[JMSG_LENGTH_MAX];
    codec->err->format_message(codec, message);
    JPEGDecoder *decoder = owner(codec);
    ImageCodecStatus status = status_of(codec->err->msg_code);
    if (decoder->end_was_made_up && status == ImageCodecStatusMalformed) status = ImageCodecStatusTruncated;
    decoder_fail(&decoder->base, status, message);
}

// libjpeg goes on after corrupt data with invented pixels. Whatever touches pixels is a failure here.
static void on_message(j_common_ptr codec, int level) {
    if (level >= 0) return;
    switch (codec->err->msg_code) {
        case JWRN_BOGUS_PROGRESSION:
        case JWRN_HIT_MARKER:
        case JWRN_HUFF_BAD_CODE:
        case JWRN_JPEG_EOF:
        case JWRN_MUST_RESYNC:
        case JWRN_NOT_SEQUENTIAL: on_error(codec); break;
        default: break;
    }
    char message[JMSG_LENGTH_MAX];
    codec->err->format_message(codec, message);
    decoder_warn(&owner(codec)->base, message);
}

static void print_nothing(j_common_ptr codec) { (void)codec; }

static void on_source_start(j_decompress_ptr codec) { (void)codec; }

static boolean on_fill(j_decompress_ptr codec) {
    static const JOCTET end[] = {0xFF, JPEG_EOI};
    JPEGDecoder *decoder = owner((j_common_ptr)codec);
    const uint8_t *window;
    size_t count = byte_source_next(&decoder->base.source, &window);
    if (count == 0) {
        if (decoder->base.source.system_code) {
            decoder_fail(&decoder->base, ImageCodecStatusInputOutput, "reading failed");
        }
        // The decoder looks ahead, so the end of the bytes is no failure yet: it is one when pixels are missing.
        if (!decoder->end_was_made_up) decoder->size_was_read = codec->comp_info != NULL;
        decoder->end_was_made_up = true;
        window = end;
        count = sizeof end;
    }
    codec->src->next_input_byte = window;
    codec->src->bytes_in_buffer = count;
    return TRUE;
}

static void on_skip(j_decompress_ptr codec, long count) {
    while (count > 0 && (size_t)count > codec->src->bytes_in_buffer) {
        count -= (long)codec->src->bytes_in_buffer;
        on_fill(codec);
        if (owner((j_common_ptr)codec)->end_was_made_up) return;
    }
    if (count > 0) {
        codec->src->next_input_byte += count;
        codec->src->bytes_in_buffer -= (size_t)count;
    }
}

static void on_source_end(j_decompress_ptr codec) { (void)codec; }

static void on_progress(j_common_ptr codec) {
    JPEGDecoder *decoder = owner(codec);
    decoder->base.scan_number = decoder->codec.input_scan_number;
    if (decoder->codec.input_scan_number > decoder->base.limits.scan_count) {
        decoder_fail(&decoder->base, ImageCodecStatusTooManyScans, "too many scans");
    }
}

static uint8_t next_byte(j_decompress_ptr codec) {
    if (codec->src->bytes_in_buffer == 0) on_fill(codec);
    codec->src->bytes_in_buffer--;
    return *codec->src->next_input_byte++;
}

// Keeps the first EXIF block of APP1 and notes an ICC profile in APP2; anything else is skipped, so that a file of many
// large markers costs no memory.
static boolean on_application_marker(j_decompress_ptr codec) {
    JPEGDecoder *decoder = owner((j_common_ptr)codec);
    long length = (long)next_byte(codec) << 8;
    length |= next_byte(codec);
    length -= 2;
    uint8_t prefix[ICC_PREFIX];
    int wanted = codec->unread_marker == JPEG_APP0 + 1 ? EXIF_PREFIX : ICC_PREFIX;
    if (length < wanted) {
        if (length > 0) on_skip(codec, length);
        return TRUE;
    }
    for (int i = 0; i < wanted; i++) prefix[i] = next_byte(codec);
    length -= wanted;
    if (wanted == ICC_PREFIX) {
        if (memcmp(prefix, "ICC_PROFILE", ICC_PREFIX) == 0) decoder->has_icc_profile = true;
    } else if (memcmp(prefix, "Exif\0\0", EXIF_PREFIX) == 0 && !decoder->base.exif) {
        decoder->base.exif = malloc(MARKER_BYTES);
        if (decoder->base.exif) {
            while (length > 0 && !decoder->end_was_made_up) {
                uint8_t byte = next_byte(codec);
                decoder->base.exif[decoder->base.exif_count++] = byte;
                length--;
            }
        }
    }
    if (length > 0) on_skip(codec, length);
    return TRUE;
}

static bool set_colors(j_decompress_ptr codec, ImageDecoderHeader *header) {
    header->channel_count = 3;
    codec->out_color_space = JCS_RGB;
    switch (codec->jpeg_color_space) {
        case JCS_GRAYSCALE:
            header->stored_color = ImageCodecColorGray;
            header->channel_count = 1;
            codec->out_color_space = JCS_GRAYSCALE;
            return true;
        case JCS_YCbCr: header->stored_color = ImageCodecColorYcbcr; return true;
        case JCS_RGB: header->stored_color = ImageCodecColorRgb; return true;
        case JCS_CMYK:
        case JCS_YCCK:
            header->stored_color = codec->jpeg_color_space == JCS_CMYK ? ImageCodecColorCmyk : ImageCodecColorYcck;
            codec->out_color_space = JCS_CMYK;
            return true;
        default: return false;
    }
}

static ImageCodecStatus read_header(ImageDecoder *base, ImageDecoderHeader *header) {
    JPEGDecoder *decoder = (JPEGDecoder *)base;
    j_decompress_ptr codec = &decoder->codec;
    codec->err = jpeg_std_error(&decoder->errors);
    decoder->errors.error_exit = on_error;
    decoder->errors.emit_message = on_message;
    decoder->errors.output_message = print_nothing;
    codec->client_data = decoder;
    if (setjmp(base->escape)) {
        if (decoder->size_was_read || !decoder->end_was_made_up) {
            header->width = codec->image_width;
            header->height = codec->image_height;
        }
        return base->failure;
    }
    decoder->created = true;
    jpeg_create_decompress(codec);
    codec->mem->max_memory_to_use = base->limits.byte_count > LONG_MAX ? LONG_MAX : (long)base->limits.byte_count;
    decoder->input.init_source = on_source_start;
    decoder->input.fill_input_buffer = on_fill;
    decoder->input.skip_input_data = on_skip;
    decoder->input.resync_to_restart = jpeg_resync_to_restart;
    decoder->input.term_source = on_source_end;
    codec->src = &decoder->input;
    decoder->progress.progress_monitor = on_progress;
    codec->progress = &decoder->progress;
    jpeg_set_marker_processor(codec, JPEG_APP0 + 1, on_application_marker);
    jpeg_set_marker_processor(codec, JPEG_APP0 + 2, on_application_marker);
    jpeg_read_header(codec, TRUE);

    header->width = codec->image_width;
    header->height = codec->image_height;
    header->stored_bit_depth = codec->data_precision;
    header->bit_depth = 8;
    header->is_multipass = codec->progressive_mode;
    header->has_icc_profile = decoder->has_icc_profile;
    if (!set_colors(codec, header)) {
        snprintf(base->message, DECODER_MESSAGE, "%d colour components of an unknown meaning", codec->num_components);
        return ImageCodecStatusUnsupported;
    }
    return ImageCodecStatusOk;
}

// a·b/255, rounded to nearest; exact for 8-bit values.
static uint8_t scaled(uint32_t a, uint32_t b) { return (uint8_t)((a * b + 127) / 255); }

// What light is left when white paper is printed with the inks and then with black. Adobe's software stores inks
// inverted (255 is bare paper) and says so by being the one that writes an APP14 marker.
static void light_of_ink(const uint8_t *ink, uint8_t *rgb, uint32_t width, uint8_t inversion) {
    for (uint32_t x = 0; x < width; x++, ink += 4, rgb += 3) {
        uint8_t black = ink[3] ^ inversion;
        for (int i = 0; i < 3; i++) rgb[i] = scaled(ink[i] ^ inversion, black);
    }
}

// A file cut between two scans leaves no damaged data, only coefficients that were never sent or refined. Which those are
// is known of progressive pictures alone.
static bool is_fully_refined(j_decompress_ptr codec) {
    if (!jpeg_has_multiple_scans(codec)) return true;
    if (!codec->progressive_mode || !codec->coef_bits) return false;
    for (int component = 0; component < codec->num_components; component++) {
        for (int i = 0; i < DCTSIZE2; i++) {
            if (codec->coef_bits[component][i] != 0) return false;
        }
    }
    return true;
}

static void start(JPEGDecoder *decoder) {
    j_decompress_ptr codec = &decoder->codec;
    decoder->base.step_count = codec->image_height;
    if (codec->out_color_space == JCS_CMYK) {
        decoder->ink = malloc((size_t)codec->image_width * 4);
        if (!decoder->ink) decoder_fail(&decoder->base, ImageCodecStatusOutOfMemory, "out of memory");
    }
    jpeg_start_decompress(codec);
    if (decoder->end_was_made_up && !is_fully_refined(codec)) {
        decoder_fail(&decoder->base, ImageCodecStatusTruncated, "scans are missing");
    }
}

static ImageCodecStatus read_rows(ImageDecoder *base, uint8_t *rows, size_t row_stride, uint32_t row_count) {
    JPEGDecoder *decoder = (JPEGDecoder *)base;
    j_decompress_ptr codec = &decoder->codec;
    size_t row_bytes = (size_t)codec->image_width * (codec->out_color_space == JCS_GRAYSCALE ? 1 : 3);
    if (!decoder->created || row_stride < row_bytes || row_count > codec->image_height - base->rows_done) {
        return ImageCodecStatusInvalidArgument;
    }
    if (setjmp(base->escape)) return base->failure;
    if (!decoder->started) {
        decoder->started = true;
        start(decoder);
    }
    for (uint32_t i = 0; i < row_count; i++) {
        uint8_t *row = rows + i * row_stride;
        JSAMPROW target = decoder->ink ? decoder->ink : row;
        // The source never suspends, so there is always a row.
        jpeg_read_scanlines(codec, &target, 1);
        if (decoder->ink) light_of_ink(decoder->ink, row, codec->image_width, codec->saw_Adobe_marker ? 0 : 0xFF);
        base->rows_done++;
        base->steps_done++;
    }
    if (base->rows_done == codec->image_height) {
        jpeg_finish_decompress(codec);
        if (decoder->end_was_made_up) decoder_warn(base, "the file ends without an end marker (EOI)");
    }
    return ImageCodecStatusOk;
}

static void close_decoder(ImageDecoder *base) {
    JPEGDecoder *decoder = (JPEGDecoder *)base;
    if (decoder->created) jpeg_destroy_decompress(&decoder->codec);
    free(decoder->ink);
}

ImageDecoder *jpeg_decoder_create(void) {
    static const DecoderOperations operations = {read_header, read_rows, close_decoder};
    JPEGDecoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder) return NULL;
    decoder->base.operations = &operations;
    return &decoder->base;
}
