#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>

#include "decoder.h"

enum {
    // The maximum number of chunks; a still image has seven kinds.
    CHUNK_COUNT = 1024,
    METADATA_BYTES = 1 << 20,
    // The start of the image data, which contains its size.
    SIZE_BYTES = 10,
    // The part of an animation's frame before its chunks.
    FRAME_BYTES = 16,
};

typedef struct WebPDecoder {
    ImageDecoder base;
    WebPDecoderConfig config;
    WebPIDecoder *codec;
    bool is_lossless;
    bool has_alpha;
    // The image on the canvas: all of it, except in an animation.
    uint32_t left;
    uint32_t top;
    uint32_t width;
    uint32_t height;
    uint32_t frame_count;
    // The image data, from the header of its first chunk (alpha or colours).
    uint64_t data_offset;
    uint64_t data_end;
    uint64_t data_read;
    // The whole image without the rest of the canvas, which the library fills from the top.
    uint8_t *picture;
    uint32_t rows_decoded;
} WebPDecoder;

static uint32_t little_endian(const uint8_t *bytes, int count) {
    uint32_t value = 0;
    while (count-- > 0) value = value << 8 | bytes[count];
    return value;
}

// Copies the content of a chunk to memory; NULL if it is incomplete.
static uint8_t *read_chunk(ImageDecoder *base, uint64_t offset, size_t count) {
    uint8_t *bytes = malloc(count > 0 ? count : 1);
    if (bytes && byte_source_peek(&base->source, offset, bytes, count) != count) {
        free(bytes);
        bytes = NULL;
    }
    return bytes;
}

static void keep_metadata(ImageDecoder *base, ImageMetadata kind, uint64_t offset, uint32_t count) {
    ImageMetadataBlock *block = &base->metadata[kind];
    if (block->bytes || count > METADATA_BYTES || !(block->bytes = read_chunk(base, offset, count))) return;
    block->count = count;
}

static void keep_profile(ImageDecoder *base, uint64_t offset, uint32_t count) {
    if (base->colors.profile) return;
    if (count > base->limits.profile_byte_count) {
        decoder_warn_of_large_profile(base);
        return;
    }
    base->colors.profile = read_chunk(base, offset, count);
    if (base->colors.profile) base->colors.profile_count = count;
}

// The size stands at the start of the data (RFC 6386 §9.1, RFC 9649 §3.4).
static ImageCodecStatus read_size(WebPDecoder *decoder, uint64_t offset) {
    uint8_t start[SIZE_BYTES] = {0};
    size_t count = byte_source_peek(&decoder->base.source, offset, start, sizeof start);
    if (decoder->is_lossless) {
        if (count < 5) return decoder_refuse(&decoder->base, ImageCodecStatusTruncated, "no image data");
        if (start[0] != 0x2F) return decoder_refuse(&decoder->base, ImageCodecStatusMalformed, "no VP8L signature");
        uint32_t bits = little_endian(start + 1, 4);
        decoder->width = (bits & 0x3FFF) + 1;
        decoder->height = (bits >> 14 & 0x3FFF) + 1;
        decoder->has_alpha = bits >> 28 & 1;
        return ImageCodecStatusOk;
    }
    if (count < SIZE_BYTES) return decoder_refuse(&decoder->base, ImageCodecStatusTruncated, "no image data");
    bool is_key_frame = (start[0] & 1) == 0 && start[3] == 0x9D && start[4] == 0x01 && start[5] == 0x2A;
    decoder->width = little_endian(start + 6, 2) & 0x3FFF;
    decoder->height = little_endian(start + 8, 2) & 0x3FFF;
    if (!is_key_frame || decoder->width == 0 || decoder->height == 0) {
        return decoder_refuse(&decoder->base, ImageCodecStatusMalformed, "no VP8 key frame");
    }
    return ImageCodecStatusOk;
}

// Checks that the image fits the canvas, which it is without one.
static ImageCodecStatus place(WebPDecoder *decoder, ImageDecoderHeader *header) {
    ImageDecoder *base = &decoder->base;
    if (header->width == 0) {
        header->width = decoder->width;
        header->height = decoder->height;
    }
    bool is_whole = decoder->width == header->width && decoder->height == header->height;
    if (is_whole && decoder->left == 0 && decoder->top == 0) return ImageCodecStatusOk;
    if (decoder->frame_count == 0) {
        return decoder_refuse(base, ImageCodecStatusMalformed, "its canvas and its image differ in size");
    }
    if ((uint64_t)decoder->left + decoder->width > header->width ||
        (uint64_t)decoder->top + decoder->height > header->height) {
        return decoder_refuse(base, ImageCodecStatusMalformed, "its first frame exceeds the canvas");
    }
    // The rest of the canvas is transparent.
    decoder->has_alpha = true;
    return ImageCodecStatusOk;
}

// Walks the chunks of the RIFF file (RFC 9649 §2.3); metadata follows the image.
static ImageCodecStatus read_chunks(WebPDecoder *decoder, ImageDecoderHeader *header) {
    ImageDecoder *base = &decoder->base;
    uint8_t head[12];
    bool has_picture = false, is_complete = false;
    if (byte_source_peek(&base->source, 0, head, sizeof head) != sizeof head) {
        return decoder_refuse(base, ImageCodecStatusTruncated, "no chunks");
    }
    uint64_t end = (uint64_t)little_endian(head + 4, 4) + 8, offset = 12;
    for (int i = 0; i < CHUNK_COUNT && offset < end; i++) {
        if (byte_source_peek(&base->source, offset, head, 8) != 8) break;
        uint32_t count = little_endian(head + 4, 4);
        uint64_t content = offset + 8;
        if (!memcmp(head, "VP8X", 4) && i == 0) {
            uint8_t flags[10] = {0};
            byte_source_peek(&base->source, content, flags, sizeof flags);
            // The canvas of a player; it is checked against the limits by its stated size, before anything else is
            // read.
            if (count >= 10) {
                header->width = little_endian(flags + 4, 3) + 1;
                header->height = little_endian(flags + 7, 3) + 1;
                if ((uint64_t)header->width * header->height > base->limits.pixel_count) {
                    return ImageCodecStatusTooManyPixels;
                }
            }
        } else if (!memcmp(head, "ANMF", 4)) {
            // The chunks of the first frame follow as if they were the file's; those of the others are skipped.
            if (decoder->frame_count++ == 0) {
                uint8_t frame[FRAME_BYTES] = {0};
                if (byte_source_peek(&base->source, content, frame, sizeof frame) != sizeof frame) break;
                decoder->left = 2 * little_endian(frame, 3);
                decoder->top = 2 * little_endian(frame + 3, 3);
                offset = content + FRAME_BYTES;
                continue;
            }
        } else if (!memcmp(head, "ICCP", 4)) {
            keep_profile(base, content, count);
        } else if (!memcmp(head, "EXIF", 4)) {
            keep_metadata(base, ImageMetadataExif, content, count);
        } else if (!memcmp(head, "XMP ", 4)) {
            keep_metadata(base, ImageMetadataXmp, content, count);
        } else if (!memcmp(head, "ALPH", 4) && !has_picture) {
            decoder->has_alpha = true;
            if (!decoder->data_offset) decoder->data_offset = offset;
        } else if (!has_picture && (!memcmp(head, "VP8 ", 4) || !memcmp(head, "VP8L", 4))) {
            has_picture = true;
            decoder->is_lossless = head[3] == 'L';
            ImageCodecStatus status = read_size(decoder, content);
            if (status != ImageCodecStatusOk) {
                header->width = header->height = 0;
                return status;
            }
            status = place(decoder, header);
            if (status != ImageCodecStatusOk) return status;
            if (!decoder->data_offset) decoder->data_offset = offset;
            decoder->data_end = content + count;
            is_complete = true;
        }
        offset = content + count + (count & 1);
    }
    if (base->source.system_code) return decoder_refuse(base, ImageCodecStatusInputOutput, "reading failed");
    if (is_complete && decoder->frame_count > 1) {
        char message[96];
        snprintf(message, sizeof message, "the file is an animation of %u images: the first is used",
                 decoder->frame_count);
        decoder_warn(base, message);
    }
    return is_complete ? ImageCodecStatusOk : decoder_refuse(base, ImageCodecStatusTruncated, "no image data");
}

static ImageCodecStatus read_header(ImageDecoder *base, ImageDecoderHeader *header) {
    WebPDecoder *decoder = (WebPDecoder *)base;
    ImageCodecStatus status = read_chunks(decoder, header);
    header->stored_bit_depth = header->bit_depth = 8;
    header->channel_count = decoder->has_alpha ? 4 : 3;
    header->is_held_whole = true;
    if (decoder->is_lossless) {
        header->stored_color = decoder->has_alpha ? ImageCodecColorRgba : ImageCodecColorRgb;
    } else {
        header->stored_color = ImageCodecColorYcbcr;
    }
    return status;
}

static ImageCodecStatus start(WebPDecoder *decoder) {
    ImageDecoder *base = &decoder->base;
    // For lossless data, which includes most alpha, the library holds a second copy with four bytes per pixel.
    size_t channel_count = base->row_bytes / base->width, row_bytes = decoder->width * channel_count;
    uint64_t pixel_bytes = channel_count + (decoder->is_lossless ? 4 : decoder->has_alpha ? 1 : 0);
    if (pixel_bytes * decoder->width > base->limits.byte_count / decoder->height) {
        return decoder_refuse(base, ImageCodecStatusTooManyBytes, "the image must be held whole");
    }
    if (!WebPInitDecoderConfig(&decoder->config)) return decoder_refuse(base, ImageCodecStatusUnsupported,
                                                                        "another libwebp");
    size_t byte_count = row_bytes * decoder->height;
    // Zeroed, so that damage cannot expose old memory.
    decoder->picture = calloc(byte_count, 1);
    if (!decoder->picture) return decoder_refuse(base, ImageCodecStatusOutOfMemory, "out of memory");
    WebPDecBuffer *output = &decoder->config.output;
    output->colorspace = decoder->has_alpha ? MODE_RGBA : MODE_RGB;
    output->is_external_memory = 1;
    output->u.RGBA.rgba = decoder->picture;
    output->u.RGBA.stride = (int)row_bytes;
    output->u.RGBA.size = byte_count;
    decoder->codec = WebPINewDecoder(output);
    if (!decoder->codec) return decoder_refuse(base, ImageCodecStatusOutOfMemory, "out of memory");
    base->step_count = base->height;
    return ImageCodecStatusOk;
}

// Decodes the next window of bytes.
static ImageCodecStatus decode_window(WebPDecoder *decoder) {
    ImageDecoder *base = &decoder->base;
    uint8_t bytes[16384];
    uint64_t offset = decoder->data_offset + decoder->data_read;
    uint64_t left = decoder->data_end - offset;
    size_t count = byte_source_peek(&base->source, offset, bytes, left < sizeof bytes ? (size_t)left : sizeof bytes);
    if (base->source.system_code) return decoder_refuse(base, ImageCodecStatusInputOutput, "reading failed");
    decoder->data_read += count;
    VP8StatusCode status = WebPIAppend(decoder->codec, bytes, count);
    int row_count = 0;
    if (WebPIDecGetRGB(decoder->codec, &row_count, NULL, NULL, NULL) && row_count > 0) {
        decoder->rows_decoded = (uint32_t)row_count;
        base->steps_done = decoder->top + decoder->rows_decoded;
    }
    switch (status) {
        case VP8_STATUS_OK:
            if (decoder->rows_decoded == decoder->height) return ImageCodecStatusOk;
            return decoder_refuse(base, ImageCodecStatusMalformed, "rows are missing");
        case VP8_STATUS_OUT_OF_MEMORY: return decoder_refuse(base, ImageCodecStatusOutOfMemory, "out of memory");
        case VP8_STATUS_UNSUPPORTED_FEATURE: return decoder_refuse(base, ImageCodecStatusUnsupported,
                                                                   "a feature of its own");
        case VP8_STATUS_SUSPENDED:
            if (count > 0) return ImageCodecStatusOk;
            // The chunk may be complete while its image data continues.
            return offset < decoder->data_end
                       ? decoder_refuse(base, ImageCodecStatusTruncated, "the file ends early")
                       : decoder_refuse(base, ImageCodecStatusMalformed,
                                        "the compressed pixels end before the image does");
        default: return decoder_refuse(base, ImageCodecStatusMalformed, "the compressed pixels are damaged");
    }
}

// The number of rows of the canvas that are known.
static uint32_t known_row_count(const WebPDecoder *decoder) {
    bool is_done = decoder->rows_decoded == decoder->height;
    return is_done ? decoder->base.height : decoder->top + decoder->rows_decoded;
}

static void copy_row(const WebPDecoder *decoder, uint32_t y, uint8_t *target) {
    const ImageDecoder *base = &decoder->base;
    size_t channel_count = base->row_bytes / base->width, row_bytes = decoder->width * channel_count;
    bool is_inside = y >= decoder->top && y - decoder->top < decoder->height;
    if (row_bytes < base->row_bytes || !is_inside) memset(target, 0, base->row_bytes);
    if (!is_inside) return;
    memcpy(target + decoder->left * channel_count, decoder->picture + (size_t)(y - decoder->top) * row_bytes,
           row_bytes);
}

static ImageCodecStatus read_rows(ImageDecoder *base, uint8_t *rows, size_t row_stride, uint32_t row_count) {
    WebPDecoder *decoder = (WebPDecoder *)base;
    ImageCodecStatus status = decoder->codec ? ImageCodecStatusOk : start(decoder);
    uint32_t end = base->rows_done + row_count;
    while (status == ImageCodecStatusOk && known_row_count(decoder) < end) status = decode_window(decoder);
    while (base->rows_done < end && base->rows_done < known_row_count(decoder)) {
        copy_row(decoder, base->rows_done, rows);
        rows += row_stride;
        base->rows_done++;
    }
    return status;
}

static void close_decoder(ImageDecoder *base) {
    WebPDecoder *decoder = (WebPDecoder *)base;
    if (decoder->codec) WebPIDelete(decoder->codec);
    free(decoder->picture);
}

ImageDecoder *webp_decoder_create(void) {
    static const DecoderOperations operations = {read_header, read_rows, close_decoder, false};
    WebPDecoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder) return NULL;
    decoder->base.operations = &operations;
    return &decoder->base;
}
