#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <CLoadedLibrary.h>
#include <libheif/heif.h>

#include "codec_words.h"
#include "decoder.h"

enum {
    // The maximum number of top-level boxes; an image has four.
    BOX_COUNT = 1024,
    // The maximum side that the library accepts in the header; the decoder's own limits are checked after it.
    ANY_SIDE = INT32_MAX,
};

// ISO 23008-12 (HEIF) with HEVC (HEIC) or AV1 (AVIF) images. The library applies the file's rotation, mirroring and
// cropping properties; the EXIF orientation repeats them and is ignored (§A.2.3).
typedef struct HEIFDecoder {
    ImageDecoder base;
    struct heif_context *context;
    struct heif_image_handle *handle;
    struct heif_image *image;
    const uint8_t *pixels;
    size_t stride;
    // The largest value of a sample.
    uint32_t maximum;
    bool has_alpha;
    bool is_premultiplied;
    // The library's read position.
    uint64_t position;
    uint64_t byte_count;
} HEIFDecoder;

static struct {
    __typeof__(&heif_context_alloc) context_alloc;
    __typeof__(&heif_context_free) context_free;
    __typeof__(&heif_context_get_primary_image_handle) context_get_primary_image_handle;
    __typeof__(&heif_context_read_from_reader) context_read_from_reader;
    __typeof__(&heif_context_set_maximum_image_size_limit) context_set_maximum_image_size_limit;
    __typeof__(&heif_decode_image) decode_image;
    __typeof__(&heif_decoding_options_alloc) decoding_options_alloc;
    __typeof__(&heif_decoding_options_free) decoding_options_free;
    __typeof__(&heif_image_get_bits_per_pixel_range) image_get_bits_per_pixel_range;
    __typeof__(&heif_image_get_decoding_warnings) image_get_decoding_warnings;
    __typeof__(&heif_image_get_plane_readonly) image_get_plane_readonly;
    __typeof__(&heif_image_get_primary_height) image_get_primary_height;
    __typeof__(&heif_image_get_primary_width) image_get_primary_width;
    __typeof__(&heif_image_handle_get_height) image_handle_get_height;
    __typeof__(&heif_image_handle_get_luma_bits_per_pixel) image_handle_get_luma_bits_per_pixel;
    __typeof__(&heif_image_handle_get_nclx_color_profile) image_handle_get_nclx_color_profile;
    __typeof__(&heif_image_handle_get_raw_color_profile) image_handle_get_raw_color_profile;
    __typeof__(&heif_image_handle_get_raw_color_profile_size) image_handle_get_raw_color_profile_size;
    __typeof__(&heif_image_handle_get_width) image_handle_get_width;
    __typeof__(&heif_image_handle_has_alpha_channel) image_handle_has_alpha_channel;
    __typeof__(&heif_image_handle_is_premultiplied_alpha) image_handle_is_premultiplied_alpha;
    __typeof__(&heif_image_handle_release) image_handle_release;
    __typeof__(&heif_image_release) image_release;
    __typeof__(&heif_nclx_color_profile_free) nclx_color_profile_free;
} heif;

static bool is_loaded = false;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    static const char *const paths[] = {
        "",
#ifdef __APPLE__
        "libheif.1.dylib", "/opt/homebrew/lib/libheif.1.dylib", "/usr/local/lib/libheif.1.dylib",
#else
        "libheif.so.1",
#endif
        NULL,
    };
    const LoadedFunction functions[] = {
        {"heif_context_alloc", (void **)&heif.context_alloc},
        {"heif_context_free", (void **)&heif.context_free},
        {"heif_context_get_primary_image_handle", (void **)&heif.context_get_primary_image_handle},
        {"heif_context_read_from_reader", (void **)&heif.context_read_from_reader},
        {"heif_context_set_maximum_image_size_limit", (void **)&heif.context_set_maximum_image_size_limit},
        {"heif_decode_image", (void **)&heif.decode_image},
        {"heif_decoding_options_alloc", (void **)&heif.decoding_options_alloc},
        {"heif_decoding_options_free", (void **)&heif.decoding_options_free},
        {"heif_image_get_bits_per_pixel_range", (void **)&heif.image_get_bits_per_pixel_range},
        {"heif_image_get_decoding_warnings", (void **)&heif.image_get_decoding_warnings},
        {"heif_image_get_plane_readonly", (void **)&heif.image_get_plane_readonly},
        {"heif_image_get_primary_height", (void **)&heif.image_get_primary_height},
        {"heif_image_get_primary_width", (void **)&heif.image_get_primary_width},
        {"heif_image_handle_get_height", (void **)&heif.image_handle_get_height},
        {"heif_image_handle_get_luma_bits_per_pixel", (void **)&heif.image_handle_get_luma_bits_per_pixel},
        {"heif_image_handle_get_nclx_color_profile", (void **)&heif.image_handle_get_nclx_color_profile},
        {"heif_image_handle_get_raw_color_profile", (void **)&heif.image_handle_get_raw_color_profile},
        {"heif_image_handle_get_raw_color_profile_size", (void **)&heif.image_handle_get_raw_color_profile_size},
        {"heif_image_handle_get_width", (void **)&heif.image_handle_get_width},
        {"heif_image_handle_has_alpha_channel", (void **)&heif.image_handle_has_alpha_channel},
        {"heif_image_handle_is_premultiplied_alpha", (void **)&heif.image_handle_is_premultiplied_alpha},
        {"heif_image_handle_release", (void **)&heif.image_handle_release},
        {"heif_image_release", (void **)&heif.image_release},
        {"heif_nclx_color_profile_free", (void **)&heif.nclx_color_profile_free},
        {NULL, NULL},
    };
    is_loaded = percept_load_functions(paths, functions);
}

static int64_t on_position(void *user) { return (int64_t)((HEIFDecoder *)user)->position; }

static int on_read(void *bytes, size_t count, void *user) {
    HEIFDecoder *decoder = user;
    if (byte_source_peek(&decoder->base.source, decoder->position, bytes, count) != count) return 1;
    decoder->position += count;
    return 0;
}

static int on_seek(int64_t position, void *user) {
    if (position < 0) return 1;
    ((HEIFDecoder *)user)->position = (uint64_t)position;
    return 0;
}

static enum heif_reader_grow_status on_wait(int64_t end, void *user) {
    bool is_there = end >= 0 && (uint64_t)end <= ((HEIFDecoder *)user)->byte_count;
    return is_there ? heif_reader_grow_status_size_reached : heif_reader_grow_status_size_beyond_eof;
}

static uint64_t big_endian(const uint8_t *bytes, int count) {
    uint64_t value = 0;
    for (int i = 0; i < count; i++) value = value << 8 | bytes[i];
    return value;
}

// Returns where the boxes of the file end according to their sizes (ISO 14496-12 §4.2).
static uint64_t announced_end(HEIFDecoder *decoder) {
    uint64_t offset = 0;
    uint8_t head[16] = {0};
    for (int i = 0; i < BOX_COUNT && offset < decoder->byte_count; i++) {
        size_t count = byte_source_peek(&decoder->base.source, offset, head, sizeof head);
        if (count < 8) return offset + 8;
        uint64_t size = big_endian(head, 4);
        if (size == 1) size = big_endian(head + 8, 8);
        if (size == 0) return decoder->byte_count;
        if (size < 8 || size > INT64_MAX - offset) break;
        offset += size;
    }
    return offset;
}

static ImageCodecStatus fail(HEIFDecoder *decoder, struct heif_error error) {
    ImageDecoder *base = &decoder->base;
    codec_words_unknown("libheif", error.message, base->message, DECODER_MESSAGE);
    base->unit = ImageDecoderUnitPicture;
    if (base->source.system_code) return ImageCodecStatusInputOutput;
    if (error.code == heif_error_Memory_allocation_error) {
        bool is_limit = error.subcode == heif_suberror_Security_limit_exceeded;
        return is_limit ? ImageCodecStatusTooManyBytes : ImageCodecStatusOutOfMemory;
    }
    if (error.code == heif_error_Unsupported_filetype || error.code == heif_error_Unsupported_feature) {
        return ImageCodecStatusUnsupported;
    }
    uint64_t end = announced_end(decoder);
    if (end > decoder->byte_count) {
        base->unit = ImageDecoderUnitBytes;
        base->steps_done = decoder->byte_count;
        base->step_count = end;
        return ImageCodecStatusTruncated;
    }
    // Cut between two boxes.
    bool is_cut = error.subcode == heif_suberror_End_of_data || error.subcode == heif_suberror_No_meta_box;
    return is_cut ? ImageCodecStatusTruncated : ImageCodecStatusMalformed;
}

static void keep_profile(HEIFDecoder *decoder) {
    ImageDecoder *base = &decoder->base;
    size_t count = heif.image_handle_get_raw_color_profile_size(decoder->handle);
    if (count == 0) return;
    if (count > base->limits.profile_byte_count) {
        decoder_warn_of_large_profile(base);
        return;
    }
    base->colors.profile = malloc(count);
    if (!base->colors.profile) return;
    if (heif.image_handle_get_raw_color_profile(decoder->handle, base->colors.profile).code == heif_error_Ok) {
        base->colors.profile_count = count;
    } else {
        free(base->colors.profile);
        base->colors.profile = NULL;
    }
}

// A profile overrides code points (ISO 23000-22 §7.3.6.4); unspecified code points mean sRGB's. The matrix and the
// range no longer matter, since the library returns RGB.
static void keep_colors(HEIFDecoder *decoder) {
    keep_profile(decoder);
    struct heif_color_profile_nclx *nclx = NULL;
    if (decoder->base.colors.profile) return;
    if (heif.image_handle_get_nclx_color_profile(decoder->handle, &nclx).code != heif_error_Ok || !nclx) return;
    enum { UNSPECIFIED = 2, BT709 = 1, SRGB = 13 };
    ColorDescription *colors = &decoder->base.colors;
    colors->has_code_points = true;
    colors->code_points[0] = nclx->color_primaries == UNSPECIFIED ? BT709 : (uint8_t)nclx->color_primaries;
    colors->code_points[1] =
        nclx->transfer_characteristics == UNSPECIFIED ? SRGB : (uint8_t)nclx->transfer_characteristics;
    colors->code_points[3] = 1;
    heif.nclx_color_profile_free(nclx);
}

static ImageCodecStatus read_header(ImageDecoder *base, ImageDecoderHeader *header) {
    static const struct heif_reader reader = {1, on_position, on_read, on_seek, on_wait};
    HEIFDecoder *decoder = (HEIFDecoder *)base;
    pthread_once(&once, load);
    if (!is_loaded) {
        decoder_set_message(base, "libheif");
        return ImageCodecStatusLibraryMissing;
    }
    decoder->byte_count = byte_source_size(&base->source);
    decoder->context = heif.context_alloc();
    if (!decoder->context) return ImageCodecStatusOutOfMemory;
    heif.context_set_maximum_image_size_limit(decoder->context, ANY_SIDE);
    struct heif_error error = heif.context_read_from_reader(decoder->context, &reader, decoder, NULL);
    if (error.code == heif_error_Ok) {
        error = heif.context_get_primary_image_handle(decoder->context, &decoder->handle);
    }
    if (error.code != heif_error_Ok) return fail(decoder, error);
    int width = heif.image_handle_get_width(decoder->handle), height = heif.image_handle_get_height(decoder->handle);
    int depth = heif.image_handle_get_luma_bits_per_pixel(decoder->handle);
    if (width <= 0 || height <= 0 || depth <= 0 || depth > 16) {
        decoder_set_message(base, "no size or depth");
        return ImageCodecStatusMalformed;
    }
    header->width = (uint32_t)width;
    header->height = (uint32_t)height;
    decoder->has_alpha = heif.image_handle_has_alpha_channel(decoder->handle);
    decoder->is_premultiplied = decoder->has_alpha && heif.image_handle_is_premultiplied_alpha(decoder->handle);
    header->stored_bit_depth = depth;
    header->stored_color = ImageCodecColorYcbcr;
    header->channel_count = decoder->has_alpha ? 4 : 3;
    header->bit_depth = depth > 8 ? 16 : 8;
    header->is_held_whole = true;
    keep_colors(decoder);
    return ImageCodecStatusOk;
}

static enum heif_chroma chroma_of(const HEIFDecoder *decoder) {
    if (!decoder->base.is_deep) {
        return decoder->has_alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB;
    }
    const uint16_t probe = 1;
    if (*(const uint8_t *)&probe == 1) {
        return decoder->has_alpha ? heif_chroma_interleaved_RRGGBBAA_LE : heif_chroma_interleaved_RRGGBB_LE;
    }
    return decoder->has_alpha ? heif_chroma_interleaved_RRGGBBAA_BE : heif_chroma_interleaved_RRGGBB_BE;
}

// Errors that the library conceals silently unless it is strict.
static void note_warnings(HEIFDecoder *decoder) {
    struct heif_error warning;
    if (heif.image_get_decoding_warnings(decoder->image, 0, &warning, 1) != 1) return;
    decoder->base.unit = ImageDecoderUnitPicture;
    char words[DECODER_MESSAGE];
    codec_words_unknown("libheif", warning.message, words, sizeof words);
    decoder_note_damage(&decoder->base, ImageCodecStatusMalformed, words);
}

static ImageCodecStatus decode(HEIFDecoder *decoder) {
    ImageDecoder *base = &decoder->base;
    // Besides the returned pixels the library holds the planes they are converted from.
    if (2 * (uint64_t)base->row_bytes > base->limits.byte_count / base->height) {
        decoder_set_message(base, "the image must be held whole");
        return ImageCodecStatusTooManyBytes;
    }
    // The sizes of tiles and grids may differ from that of the image.
    uint32_t longest = base->width > base->height ? base->width : base->height;
    heif.context_set_maximum_image_size_limit(decoder->context, (int)longest + 64);
    struct heif_decoding_options *options = heif.decoding_options_alloc();
    if (!options) return ImageCodecStatusOutOfMemory;
    options->strict_decoding = !base->is_tolerant;
    // libheif prefers dav1d for AV1, which prints to standard error about damaged images and cannot be silenced from
    // here. libaom is silent. The name has no effect for HEVC, or if libheif lacks libaom.
#if LIBHEIF_HAVE_VERSION(1, 15, 0)
    if (options->version >= 3) options->decoder_id = "aom";
#endif
    struct heif_error error =
        heif.decode_image(decoder->handle, &decoder->image, heif_colorspace_RGB, chroma_of(decoder), options);
    bool is_refused = error.code != heif_error_Ok;
    ImageCodecStatus status = is_refused ? fail(decoder, error) : ImageCodecStatusOk;
    if (is_refused && !base->is_tolerant && status == ImageCodecStatusMalformed) {
        // Only another attempt shows whether the library would conceal the error.
        options->strict_decoding = false;
        error = heif.decode_image(decoder->handle, &decoder->image, heif_colorspace_RGB, chroma_of(decoder), options);
        base->would_go_on = error.code == heif_error_Ok;
    }
    heif.decoding_options_free(options);
    if (is_refused) return status;
    int stride = 0;
    decoder->pixels = heif.image_get_plane_readonly(decoder->image, heif_channel_interleaved, &stride);
    decoder->stride = (size_t)stride;
    int depth = heif.image_get_bits_per_pixel_range(decoder->image, heif_channel_interleaved);
    bool fits = (uint32_t)heif.image_get_primary_width(decoder->image) == base->width &&
                (uint32_t)heif.image_get_primary_height(decoder->image) == base->height && decoder->pixels &&
                stride > 0 && decoder->stride >= base->row_bytes && depth > 0 && depth <= 16 &&
                (depth > 8) == base->is_deep;
    if (!fits) {
        base->unit = ImageDecoderUnitPicture;
        decoder_set_message(base, "its header and its image data differ");
        return ImageCodecStatusMalformed;
    }
    decoder->maximum = (1u << depth) - 1;
    note_warnings(decoder);
    if (announced_end(decoder) > decoder->byte_count) decoder_warn(base, "the file ends early, after the image");
    return ImageCodecStatusOk;
}

static uint32_t rounded(uint32_t value, uint32_t numerator, uint32_t denominator) {
    return (uint32_t)(((uint64_t)value * numerator + denominator / 2) / denominator);
}

static uint32_t sample(const uint8_t *row, size_t index, bool is_deep) {
    if (!is_deep) return row[index];
    uint16_t value;
    memcpy(&value, row + 2 * index, sizeof value);
    return value;
}

static void set_sample(uint8_t *row, size_t index, bool is_deep, uint32_t value) {
    if (!is_deep) {
        row[index] = (uint8_t)value;
        return;
    }
    const uint16_t word = (uint16_t)value;
    memcpy(row + 2 * index, &word, sizeof word);
}

static void copy_row(const HEIFDecoder *decoder, uint32_t y, uint8_t *target) {
    const ImageDecoder *base = &decoder->base;
    const uint8_t *row = decoder->pixels + y * decoder->stride;
    bool is_deep = base->is_deep;
    if (!is_deep && !decoder->is_premultiplied) {
        memcpy(target, row, base->row_bytes);
        return;
    }
    size_t channel_count = decoder->has_alpha ? 4 : 3;
    uint32_t maximum = decoder->maximum, full = is_deep ? 65535 : 255;
    for (size_t i = 0; i < base->width * channel_count; i += channel_count) {
        uint32_t alpha = decoder->has_alpha ? sample(row, i + 3, is_deep) : maximum;
        for (size_t channel = 0; channel < channel_count; channel++) {
            uint32_t value = sample(row, i + channel, is_deep);
            if (decoder->is_premultiplied && channel < 3) value = alpha > 0 ? rounded(value, maximum, alpha) : 0;
            if (value > maximum) value = maximum;
            set_sample(target, i + channel, is_deep, rounded(value, full, maximum));
        }
    }
}

static ImageCodecStatus read_rows(ImageDecoder *base, uint8_t *rows, size_t row_stride, uint32_t row_count) {
    HEIFDecoder *decoder = (HEIFDecoder *)base;
    if (!decoder->handle) return ImageCodecStatusInvalidArgument;
    if (!decoder->image) {
        ImageCodecStatus status = decode(decoder);
        if (status != ImageCodecStatusOk) return status;
    }
    for (uint32_t i = 0; i < row_count; i++) copy_row(decoder, base->rows_done++, rows + i * row_stride);
    return ImageCodecStatusOk;
}

static void close_decoder(ImageDecoder *base) {
    HEIFDecoder *decoder = (HEIFDecoder *)base;
    if (decoder->image) heif.image_release(decoder->image);
    if (decoder->handle) heif.image_handle_release(decoder->handle);
    if (decoder->context) heif.context_free(decoder->context);
}

ImageDecoder *heif_decoder_create(void) {
    static const DecoderOperations operations = {read_header, read_rows, close_decoder, false};
    HEIFDecoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder) return NULL;
    decoder->base.operations = &operations;
    return &decoder->base;
}
