#include "jpeg_decoder.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>

#include "jpeg_words.h"

enum {
    // The maximum number of attempts to decode the data before damaged markers.
    ATTEMPTS = 8,
};

static ImageCodecStatus status_of(int code) {
    switch (code) {
        case JERR_OUT_OF_MEMORY: return ImageCodecStatusOutOfMemory;
        // The memory manager asks for a file when `max_memory_to_use` is reached; there is none.
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

// Until the rows of a multi-scan image are output, progress is counted in rows of scans.
static void keep_scan(JPEGDecoder *decoder) {
    j_decompress_ptr codec = &decoder->codec;
    ImageDecoder *base = &decoder->base;
    if (base->rows_done > 0 || !decoder->has_header || !jpeg_has_multiple_scans(codec)) return;
    base->unit = ImageDecoderUnitScanRows;
    base->scan_number = codec->input_scan_number;
    base->steps_done = codec->input_iMCU_row;
    base->step_count = codec->total_iMCU_rows;
}

static void on_error(j_common_ptr codec) {
    char message[DECODER_MESSAGE];
    jpeg_error_words(codec, message, sizeof message);
    JPEGDecoder *decoder = owner(codec);
    keep_scan(decoder);
    ImageCodecStatus status = status_of(codec->err->msg_code);
    if (decoder->end_was_made_up && status == ImageCodecStatusMalformed) status = ImageCodecStatusTruncated;
    decoder_fail(&decoder->base, status, message);
}

// Records the position of damage in the scans; `is_cut` if nothing follows it.
static void note_damage(JPEGDecoder *decoder, bool is_cut, const char *message) {
    ImageDecoder *base = &decoder->base;
    if (base->is_damaged) return;
    keep_scan(decoder);
    decoder_note_damage(base, is_cut ? ImageCodecStatusTruncated : ImageCodecStatusMalformed, message);
    bool is_in_scans = base->unit == ImageDecoderUnitScanRows;
    base->damage.leaves_gray =
        is_in_scans ? base->scan_number <= 1 && base->steps_done < base->step_count : is_cut;
}

// Reports damage in pixel data, which may be skipped if any data preceded it.
static void on_damage(j_common_ptr common) {
    JPEGDecoder *decoder = owner(common);
    j_decompress_ptr codec = &decoder->codec;
    ImageDecoder *base = &decoder->base;
    bool has_scans = decoder->has_header && jpeg_has_multiple_scans(codec);
    bool is_cut = decoder->end_was_made_up;
    bool has_pixels = has_scans ? codec->input_scan_number > 1 || codec->input_iMCU_row > 0 : base->rows_done > 0;
    if (!base->is_tolerant || (is_cut && !has_pixels)) on_error(common);
    char message[DECODER_MESSAGE];
    jpeg_error_words(common, message, sizeof message);
    note_damage(decoder, is_cut, message);
}

// libjpeg continues after corrupt data with invented pixels.
static void on_message(j_common_ptr codec, int level) {
    if (level >= 0) return;
    switch (codec->err->msg_code) {
        case JWRN_BOGUS_PROGRESSION:
        case JWRN_HIT_MARKER:
        case JWRN_HUFF_BAD_CODE:
        case JWRN_JPEG_EOF:
        case JWRN_MUST_RESYNC: on_damage(codec); return;
        default: break;
    }
    char words[DECODER_MESSAGE];
    if (jpeg_warning_words(codec, words, sizeof words)) decoder_warn(&owner(codec)->base, words);
}

static void print_nothing(j_common_ptr codec) { (void)codec; }

static void on_source_start(j_decompress_ptr codec) { (void)codec; }

boolean jpeg_source_fill(j_decompress_ptr codec) {
    static const JOCTET end[] = {0xFF, JPEG_EOI};
    JPEGDecoder *decoder = owner((j_common_ptr)codec);
    const uint8_t *window;
    size_t count = byte_source_next(&decoder->base.source, &window);
    if (count == 0) {
        if (decoder->base.source.system_code) {
            decoder_fail(&decoder->base, ImageCodecStatusInputOutput, "reading failed");
        }
        // The decoder reads ahead, so the end of the bytes is not a failure until pixels are missing.
        if (!decoder->end_was_made_up) decoder->size_was_read = codec->comp_info != NULL;
        decoder->end_was_made_up = true;
        window = end;
        count = sizeof end;
    }
    codec->src->next_input_byte = window;
    codec->src->bytes_in_buffer = count;
    return TRUE;
}

void jpeg_source_skip(j_decompress_ptr codec, long count) {
    while (count > 0 && (size_t)count > codec->src->bytes_in_buffer) {
        count -= (long)codec->src->bytes_in_buffer;
        jpeg_source_fill(codec);
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
    if (decoder->codec.input_scan_number > decoder->base.limits.scan_count) {
        decoder_fail(&decoder->base, ImageCodecStatusTooManyScans, "too many scans");
    }
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

static void open_codec(JPEGDecoder *decoder) {
    j_decompress_ptr codec = &decoder->codec;
    codec->err = jpeg_std_error(&decoder->errors);
    decoder->errors.error_exit = on_error;
    decoder->errors.emit_message = on_message;
    decoder->errors.output_message = print_nothing;
    codec->client_data = decoder;
    decoder->created = true;
    jpeg_create_decompress(codec);
    uint64_t byte_count = decoder->base.limits.byte_count;
    codec->mem->max_memory_to_use = byte_count > LONG_MAX ? LONG_MAX : (long)byte_count;
    decoder->input.init_source = on_source_start;
    decoder->input.fill_input_buffer = jpeg_source_fill;
    decoder->input.skip_input_data = jpeg_source_skip;
    decoder->input.resync_to_restart = jpeg_resync_to_restart;
    decoder->input.term_source = on_source_end;
    codec->src = &decoder->input;
    decoder->progress.progress_monitor = on_progress;
    codec->progress = &decoder->progress;
}

static ImageCodecStatus read_header(ImageDecoder *base, ImageDecoderHeader *header) {
    JPEGDecoder *decoder = (JPEGDecoder *)base;
    j_decompress_ptr codec = &decoder->codec;
    if (setjmp(base->escape)) {
        if (decoder->size_was_read || !decoder->end_was_made_up) {
            header->width = codec->image_width;
            header->height = codec->image_height;
        }
        return base->failure;
    }
    open_codec(decoder);
    jpeg_metadata_keep(decoder);
    jpeg_read_header(codec, TRUE);
    decoder->has_header = true;

    header->width = codec->image_width;
    header->height = codec->image_height;
    header->stored_bit_depth = codec->data_precision;
    header->bit_depth = 8;
    header->is_multipass = codec->progressive_mode;
    if (!set_colors(codec, header)) {
        snprintf(base->message, DECODER_MESSAGE, "it has %d colour components of an unknown meaning",
                 codec->num_components);
        return ImageCodecStatusUnsupported;
    }
    base->channels = codec->saw_Adobe_marker ? ColorChannelsInvertedInk : ColorChannelsInk;
    jpeg_metadata_join_profile(decoder);
    return ImageCodecStatusOk;
}

// A file cut between two scans has no damaged data, only coefficients that were never sent or refined. They are known
// only for progressive images.
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
    // Blocks of 8×8 frequencies become blocks of 4×4, 2×2 or 1 pixel.
    codec->scale_num = 1;
    codec->scale_denom = decoder->base.reduction;
    if (codec->out_color_space == JCS_CMYK && !decoder->ink) {
        decoder->ink = malloc((size_t)codec->image_width * 4);
        if (!decoder->ink) decoder_fail(&decoder->base, ImageCodecStatusOutOfMemory, "out of memory");
    }
    jpeg_start_decompress(codec);
    if (decoder->end_was_made_up && !is_fully_refined(codec)) {
        codec->err->msg_code = JWRN_HIT_MARKER;
        on_damage((j_common_ptr)codec);
    }
    decoder->base.unit = ImageDecoderUnitRows;
    decoder->base.steps_done = 0;
    decoder->base.step_count = decoder->base.height;
}

// Returns where the last marker outside the entropy-coded data begins before `end`; 0 if there is none near.
static int64_t last_marker(ByteSource *source, int64_t end) {
    uint8_t bytes[4096 + 1];
    int64_t stop = end > 2 * MARKER_BYTES ? end - 2 * MARKER_BYTES : 0;
    while (end > stop) {
        int64_t start = end > 4096 ? end - 4096 : 0;
        size_t count = byte_source_peek(source, (uint64_t)start, bytes, (size_t)(end - start) + 1);
        for (size_t i = count; i-- > 1;) {
            uint8_t marker = bytes[i];
            bool is_of_data = marker == 0 || marker == 0xFF || (marker >= JPEG_RST0 && marker <= JPEG_RST0 + 7);
            if (bytes[i - 1] == 0xFF && !is_of_data) return start + (int64_t)i - 1;
        }
        end = start;
    }
    return 0;
}

// Starts over with the bytes before a fatal error between the scans.
static bool opens_again(JPEGDecoder *decoder) {
    ImageDecoder *base = &decoder->base;
    j_decompress_ptr codec = &decoder->codec;
    bool is_damage = base->failure == ImageCodecStatusMalformed || base->failure == ImageCodecStatusTruncated;
    if (!base->is_tolerant || !is_damage || base->rows_done > 0 || decoder->attempt_count == ATTEMPTS) return false;
    if (!decoder->has_header || !jpeg_has_multiple_scans(codec)) return false;
    int64_t position = base->source.offset;
    if (!decoder->end_was_made_up) position -= (int64_t)codec->src->bytes_in_buffer;
    int64_t limit = last_marker(&base->source, position - 1);
    if (limit <= 0 || limit >= base->source.limit) return false;
    decoder->attempt_count++;
    note_damage(decoder, base->failure == ImageCodecStatusTruncated, base->message);
    jpeg_destroy_decompress(codec);
    memset(codec, 0, sizeof *codec);
    memset(&decoder->input, 0, sizeof decoder->input);
    decoder->created = decoder->has_header = decoder->started = false;
    decoder->end_was_made_up = decoder->size_was_read = false;
    byte_source_restart(&base->source, limit);
    return true;
}

static void open_again(JPEGDecoder *decoder) {
    ImageDecoderHeader header;
    open_codec(decoder);
    jpeg_read_header(&decoder->codec, TRUE);
    decoder->has_header = true;
    set_colors(&decoder->codec, &header);
    const ImageDecoder *base = &decoder->base;
    if (decoder->codec.image_width != base->width * base->reduction
        || decoder->codec.image_height != base->height * base->reduction) {
        decoder_fail(&decoder->base, ImageCodecStatusMalformed, decoder->base.message);
    }
}

static void read_from_codec(JPEGDecoder *decoder, uint8_t *rows, size_t row_stride, uint32_t row_count) {
    ImageDecoder *base = &decoder->base;
    j_decompress_ptr codec = &decoder->codec;
    if (!decoder->created) open_again(decoder);
    if (!decoder->started) {
        start(decoder);
        decoder->started = true;
    }
    for (uint32_t i = 0; i < row_count; i++) {
        uint8_t *row = rows + i * row_stride;
        JSAMPROW target = decoder->ink ? decoder->ink : row;
        // The source never suspends, so there is always a row.
        jpeg_read_scanlines(codec, &target, 1);
        if (decoder->ink && base->transform) {
            color_transform_apply(base->transform, decoder->ink, row, codec->output_width);
        } else if (decoder->ink) {
            color_light_of_ink(decoder->ink, row, codec->output_width, codec->saw_Adobe_marker ? 0 : 0xFF);
        }
        base->rows_done++;
        base->steps_done++;
    }
    if (base->rows_done == codec->output_height) {
        decoder->ending = true;
        jpeg_finish_decompress(codec);
        if (decoder->end_was_made_up && !base->is_damaged) {
            decoder_warn(base, "the file ends without an end marker (EOI); no pixel is missing");
        }
    }
}

static ImageCodecStatus read_rows(ImageDecoder *base, uint8_t *rows, size_t row_stride, uint32_t row_count) {
    JPEGDecoder *decoder = (JPEGDecoder *)base;
    if (!decoder->created) return ImageCodecStatusInvalidArgument;
    if (setjmp(base->escape)) {
        bool is_damage = base->failure == ImageCodecStatusMalformed || base->failure == ImageCodecStatusTruncated;
        if (decoder->ending && is_damage) {
            decoder_warn(base, "what follows the pixels in the file is damaged; no pixel is affected");
            return ImageCodecStatusOk;
        }
        if (!opens_again(decoder)) return base->failure;
    }
    read_from_codec(decoder, rows, row_stride, row_count);
    return ImageCodecStatusOk;
}

static void close_decoder(ImageDecoder *base) {
    JPEGDecoder *decoder = (JPEGDecoder *)base;
    if (decoder->created) jpeg_destroy_decompress(&decoder->codec);
    jpeg_metadata_close(decoder);
    free(decoder->ink);
}

ImageDecoder *jpeg_decoder_create(void) {
    static const DecoderOperations operations = {read_header, read_rows, close_decoder, true};
    JPEGDecoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder) return NULL;
    decoder->base.operations = &operations;
    return &decoder->base;
}
