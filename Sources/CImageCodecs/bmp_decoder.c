#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decoder.h"

enum {
    FILE_HEADER_BYTES = 14,
    HEADER_BYTES = 124,
    // Compressions of the header.
    COMPRESSION_NONE = 0,
    COMPRESSION_RLE8 = 1,
    COMPRESSION_RLE4 = 2,
    COMPRESSION_MASKS = 3,
    COMPRESSION_JPEG = 4,
    COMPRESSION_PNG = 5,
    COMPRESSION_ALPHA_MASKS = 6,
    // Kinds of headers, by their size.
    HEADER_OS2_1 = 12,
    HEADER_OS2_2 = 64,
    HEADER_OS2_2_SHORT = 16,
    HEADER_INFO = 40,
    HEADER_V2 = 52,
    HEADER_V3 = 56,
    HEADER_V4 = 108,
    HEADER_V5 = 124,
    // The colour space of a V5 header with an embedded profile: "MBED".
    EMBEDDED_PROFILE = 0x4D424544,
};

// One channel of pixels with masks.
typedef struct BitField {
    uint32_t mask;
    int shift;
    uint32_t maximum;
} BitField;

// Windows and OS/2 bitmaps: every header from OS/2 1.x to Windows V5, 1 to 32 bits, masks, RLE4 and RLE8.
// Rows are stored from bottom to top unless the height is negative.
typedef struct BMPDecoder {
    ImageDecoder base;
    // Where the header begins: 0 for a bitmap of the clipboard, which has no file header.
    uint32_t header_offset;
    uint32_t header_bytes;
    uint32_t bits;
    uint32_t compression;
    uint64_t data_offset;
    uint64_t file_bytes;
    bool is_top_down;
    uint64_t stride;
    BitField fields[4];
    bool has_fields;
    uint8_t palette[256][3];
    uint32_t color_count;
    bool has_unknown_index;
    // A stored row; with RLE, the indices of all pixels.
    uint8_t *data;
} BMPDecoder;

static uint32_t u16(const uint8_t *bytes) { return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8; }
static uint32_t u32(const uint8_t *bytes) { return u16(bytes) | u16(bytes + 2) << 16; }

static ImageCodecStatus cut(ImageDecoder *base) {
    if (base->source.system_code) return decoder_refuse(base, ImageCodecStatusInputOutput, "reading failed");
    return decoder_refuse(base, ImageCodecStatusTruncated, "the file ends early");
}

static bool is_rle(const BMPDecoder *decoder) {
    return decoder->compression == COMPRESSION_RLE8 || decoder->compression == COMPRESSION_RLE4;
}

static bool set_field(BitField *field, uint32_t mask) {
    field->mask = mask;
    field->shift = 0;
    field->maximum = 0;
    if (mask == 0) return true;
    while (!(mask & 1)) {
        mask >>= 1;
        field->shift++;
    }
    field->maximum = mask;
    // The bits of a channel are adjacent.
    return (mask & (mask + 1)) == 0;
}

// Sets the masks of 16 and 32 bits: those of the file, or five and eight bits a channel.
static bool set_fields(BMPDecoder *decoder, const uint8_t *header, bool has_masks) {
    uint32_t masks[4] = {0};
    if (has_masks) {
        for (int i = 0; i < 4; i++) masks[i] = u32(header + 40 + 4 * i);
        bool has_alpha = decoder->compression == COMPRESSION_ALPHA_MASKS || decoder->header_bytes >= HEADER_V3;
        if (!has_alpha) masks[3] = 0;
    } else if (decoder->bits == 16) {
        masks[0] = 0x7C00, masks[1] = 0x03E0, masks[2] = 0x001F;
    } else {
        masks[0] = 0xFF0000, masks[1] = 0xFF00, masks[2] = 0xFF;
    }
    decoder->has_fields = true;
    for (int i = 0; i < 4; i++) {
        if (!set_field(&decoder->fields[i], masks[i])) return false;
    }
    return true;
}

static ImageCodecStatus read_palette(BMPDecoder *decoder, const uint8_t *header, uint64_t offset) {
    ImageDecoder *base = &decoder->base;
    bool is_os2_1 = decoder->header_bytes == HEADER_OS2_1;
    uint32_t entry_bytes = is_os2_1 ? 3 : 4, largest = 1u << decoder->bits;
    uint32_t stated = is_os2_1 || decoder->header_bytes < 36 ? 0 : u32(header + 32);
    uint32_t count = stated == 0 || stated > largest ? largest : stated;
    // Some writers state the end of the header as the position of the pixels.
    if (decoder->data_offset == offset && count > 0) {
        decoder->data_offset = offset + (uint64_t)count * entry_bytes;
        bool is_stated = decoder->header_offset > 0;
        if (is_stated) {
            decoder_warn(base, "the stated position of its pixels is wrong: they are read after the palette");
        }
    }
    // Palettes without a stated length may be cut short by the pixels.
    if (decoder->data_offset > offset && stated == 0) {
        uint64_t room = (decoder->data_offset - offset) / entry_bytes;
        if (room < count) count = (uint32_t)room;
    }
    uint8_t entries[256 * 4];
    if (byte_source_peek(&base->source, offset, entries, (size_t)count * entry_bytes) != count * entry_bytes) {
        return cut(base);
    }
    decoder->color_count = count;
    for (uint32_t i = 0; i < count; i++) {
        for (int channel = 0; channel < 3; channel++) {
            decoder->palette[i][channel] = entries[i * entry_bytes + 2 - (uint32_t)channel];
        }
    }
    return ImageCodecStatusOk;
}

static void keep_profile(BMPDecoder *decoder, const uint8_t *header) {
    ImageDecoder *base = &decoder->base;
    if (decoder->header_bytes < HEADER_V5 || u32(header + 56) != EMBEDDED_PROFILE) return;
    uint64_t offset = decoder->header_offset + (uint64_t)u32(header + 112);
    uint32_t count = u32(header + 116);
    if (count == 0) return;
    if (count > base->limits.profile_byte_count) {
        decoder_warn_of_large_profile(base);
        return;
    }
    base->colors.profile = malloc(count);
    if (!base->colors.profile) return;
    if (byte_source_peek(&base->source, offset, base->colors.profile, count) == count) {
        base->colors.profile_count = count;
        return;
    }
    free(base->colors.profile);
    base->colors.profile = NULL;
    decoder_warn_of_damaged_profile(base);
}

static ImageCodecStatus read_size(BMPDecoder *decoder, const uint8_t *header, ImageDecoderHeader *target) {
    ImageDecoder *base = &decoder->base;
    if (decoder->header_bytes == HEADER_OS2_1) {
        target->width = u16(header + 4);
        target->height = u16(header + 6);
        decoder->bits = u16(header + 10);
    } else {
        int32_t width = (int32_t)u32(header + 4), height = (int32_t)u32(header + 8);
        decoder->is_top_down = height < 0;
        if (width < 0 || height == INT32_MIN) return decoder_refuse(base, ImageCodecStatusMalformed,
                                                                    "its size is negative");
        target->width = (uint32_t)width;
        target->height = (uint32_t)(height < 0 ? -height : height);
        decoder->bits = u16(header + 14);
        decoder->compression = decoder->header_bytes >= 20 ? u32(header + 16) : COMPRESSION_NONE;
    }
    bool has_size = target->width > 0 && target->height > 0;
    return has_size ? ImageCodecStatusOk : decoder_refuse(base, ImageCodecStatusMalformed, "it has no size");
}

static ImageCodecStatus check_compression(BMPDecoder *decoder) {
    ImageDecoder *base = &decoder->base;
    bool is_os2 = decoder->header_bytes == HEADER_OS2_2;
    const char *refusal = NULL;
    switch (decoder->compression) {
        case COMPRESSION_NONE: break;
        case COMPRESSION_RLE8:
        case COMPRESSION_RLE4:
            if (decoder->bits != (decoder->compression == COMPRESSION_RLE8 ? 8u : 4u)) {
                return decoder_refuse(base, ImageCodecStatusMalformed, "its run lengths do not fit its depth");
            }
            break;
        case COMPRESSION_MASKS:
            refusal = is_os2 ? "fax compression of OS/2" : NULL;
            if (!is_os2 && decoder->bits != 16 && decoder->bits != 32) {
                return decoder_refuse(base, ImageCodecStatusMalformed, "its masks do not fit its depth");
            }
            break;
        case COMPRESSION_ALPHA_MASKS: break;
        case COMPRESSION_JPEG: refusal = is_os2 ? "run lengths of 24 bits" : "a JPEG inside"; break;
        case COMPRESSION_PNG: refusal = "a PNG inside"; break;
        default: refusal = "an unknown compression"; break;
    }
    return refusal ? decoder_refuse(base, ImageCodecStatusUnsupported, refusal) : ImageCodecStatusOk;
}

static ImageCodecStatus read_colors(BMPDecoder *decoder, const uint8_t *header, ImageDecoderHeader *target) {
    ImageDecoder *base = &decoder->base;
    uint64_t end = decoder->header_offset + (uint64_t)decoder->header_bytes;
    bool has_masks = decoder->compression == COMPRESSION_MASKS || decoder->compression == COMPRESSION_ALPHA_MASKS;
    if (decoder->header_offset == 0) {
        uint32_t mask_bytes = decoder->header_bytes != HEADER_INFO || !has_masks ? 0
                              : decoder->compression == COMPRESSION_MASKS          ? 12
                                                                                   : 16;
        decoder->data_offset = end + mask_bytes;
        if (decoder->bits > 8) decoder->data_offset += 4 * (uint64_t)u32(header + 32);
    }
    target->bit_depth = 8;
    target->channel_count = 3;
    target->stored_color = ImageCodecColorRgb;
    target->stored_bit_depth = 8;
    switch (decoder->bits) {
        case 1:
        case 2:
        case 4:
        case 8:
            target->stored_color = ImageCodecColorPalette;
            target->stored_bit_depth = (int32_t)decoder->bits;
            return read_palette(decoder, header, end);
        case 24: return ImageCodecStatusOk;
        case 16:
        case 32:
            if (!set_fields(decoder, header, has_masks)) {
                return decoder_refuse(base, ImageCodecStatusMalformed, "its masks make no sense");
            }
            if (decoder->fields[3].mask != 0) {
                target->channel_count = 4;
                target->stored_color = ImageCodecColorRgba;
            }
            return ImageCodecStatusOk;
        default: {
            char message[64];
            snprintf(message, sizeof message, "%u bits per pixel", decoder->bits);
            return decoder_refuse(base, ImageCodecStatusMalformed, message);
        }
    }
}

static ImageCodecStatus read_header(ImageDecoder *base, ImageDecoderHeader *target) {
    BMPDecoder *decoder = (BMPDecoder *)base;
    uint8_t file[FILE_HEADER_BYTES], header[HEADER_BYTES] = {0};
    decoder->file_bytes = byte_source_size(&base->source);
    if (byte_source_peek(&base->source, 0, file, sizeof file) != sizeof file) return cut(base);
    bool has_file_header = file[0] == 'B' && file[1] == 'M';
    decoder->header_offset = has_file_header ? FILE_HEADER_BYTES : 0;
    decoder->data_offset = has_file_header ? u32(file + 10) : 0;
    size_t count = byte_source_peek(&base->source, decoder->header_offset, header, sizeof header);
    if (count < 4) return cut(base);
    decoder->header_bytes = u32(header);
    static const uint32_t known[] = {HEADER_OS2_1, HEADER_OS2_2_SHORT, HEADER_INFO, HEADER_V2,
                                     HEADER_V3,    HEADER_OS2_2,       HEADER_V4,   HEADER_V5};
    bool is_known = false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) is_known = is_known || known[i] == decoder->header_bytes;
    if (!is_known) return decoder_refuse(base, ImageCodecStatusMalformed, "its header has an unknown size");
    if (count < decoder->header_bytes) return cut(base);
    // What lies after the header is not part of it, except the masks of an old one.
    if (decoder->header_bytes < HEADER_INFO) {
        memset(header + decoder->header_bytes, 0, sizeof header - decoder->header_bytes);
    }
    ImageCodecStatus status = read_size(decoder, header, target);
    if (status != ImageCodecStatusOk) return status;
    if ((uint64_t)target->width * target->height > base->limits.pixel_count) return ImageCodecStatusTooManyPixels;
    status = check_compression(decoder);
    if (status == ImageCodecStatusOk) status = read_colors(decoder, header, target);
    if (status != ImageCodecStatusOk) return status;
    keep_profile(decoder, header);
    decoder->stride = ((uint64_t)target->width * decoder->bits + 31) / 32 * 4;
    target->is_held_whole = is_rle(decoder);
    return ImageCodecStatusOk;
}

// Decodes all run lengths into indices, in the order of the file. Pixels that are skipped keep index 0.
static ImageCodecStatus decode_runs(BMPDecoder *decoder) {
    ImageDecoder *base = &decoder->base;
    uint64_t offset = decoder->data_offset;
    uint32_t x = 0, y = 0, width = base->width, height = base->height;
    bool is_four = decoder->compression == COMPRESSION_RLE4;
    uint8_t bytes[256];
    while (y < height) {
        if (byte_source_peek(&base->source, offset, bytes, 2) != 2) return cut(base);
        offset += 2;
        uint32_t count = bytes[0], value = bytes[1];
        uint8_t *row = decoder->data + (size_t)y * width;
        if (count > 0) {
            for (uint32_t i = 0; i < count && x < width; i++, x++) {
                row[x] = (uint8_t)(is_four ? (i % 2 == 0 ? value >> 4 : value & 0xF) : value);
            }
        } else if (value == 0) {
            x = 0;
            y++;
            base->steps_done = y;
        } else if (value == 1) {
            return ImageCodecStatusOk;
        } else if (value == 2) {
            if (byte_source_peek(&base->source, offset, bytes, 2) != 2) return cut(base);
            offset += 2;
            x += bytes[0];
            y += bytes[1];
            if (x > width) x = width;
        } else {
            uint32_t byte_count = is_four ? (value + 1) / 2 : value;
            byte_count += byte_count & 1;
            if (byte_source_peek(&base->source, offset, bytes, byte_count) != byte_count) return cut(base);
            offset += byte_count;
            for (uint32_t i = 0; i < value && x < width; i++, x++) {
                row[x] = is_four ? (uint8_t)(i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 0xF) : bytes[i];
            }
        }
    }
    return ImageCodecStatusOk;
}

static ImageCodecStatus start(BMPDecoder *decoder) {
    ImageDecoder *base = &decoder->base;
    uint64_t byte_count = is_rle(decoder) ? (uint64_t)base->width * base->height : decoder->stride;
    if (byte_count > base->limits.byte_count) {
        return decoder_refuse(base, ImageCodecStatusTooManyBytes, "the image must be held whole");
    }
    decoder->data = calloc((size_t)byte_count, 1);
    base->step_count = base->height;
    if (!decoder->data) return decoder_refuse(base, ImageCodecStatusOutOfMemory, "out of memory");
    if (!is_rle(decoder)) return ImageCodecStatusOk;
    ImageCodecStatus status = decode_runs(decoder);
    if (status == ImageCodecStatusTruncated && base->is_tolerant) {
        decoder_note_damage(base, status, base->message);
        status = ImageCodecStatusOk;
    }
    base->steps_done = 0;
    return status;
}

static void write_index(BMPDecoder *decoder, uint32_t index, uint8_t *target) {
    if (index >= decoder->color_count) decoder->has_unknown_index = true;
    memcpy(target, decoder->palette[index & 0xFF], 3);
}

static void write_fields(const BMPDecoder *decoder, uint32_t pixel, uint8_t *target, int channel_count) {
    for (int channel = 0; channel < channel_count; channel++) {
        const BitField *field = &decoder->fields[channel];
        uint64_t value = (pixel & field->mask) >> field->shift;
        target[channel] = field->maximum == 0 ? 0 : (uint8_t)((value * 255 + field->maximum / 2) / field->maximum);
    }
}

static void write_row(BMPDecoder *decoder, const uint8_t *row, uint8_t *target) {
    uint32_t width = decoder->base.width;
    int channel_count = (int)decoder->base.channels;
    for (uint32_t x = 0; x < width; x++, target += channel_count) {
        switch (decoder->bits) {
            case 24:
                target[0] = row[3 * (size_t)x + 2];
                target[1] = row[3 * (size_t)x + 1];
                target[2] = row[3 * (size_t)x];
                break;
            case 16: write_fields(decoder, u16(row + 2 * (size_t)x), target, channel_count); break;
            case 32: write_fields(decoder, u32(row + 4 * (size_t)x), target, channel_count); break;
            default: {
                uint32_t shift = 8 - decoder->bits - x * decoder->bits % 8;
                uint32_t index = row[(size_t)x * decoder->bits / 8] >> shift & ((1u << decoder->bits) - 1);
                write_index(decoder, index, target);
                break;
            }
        }
    }
}

static ImageCodecStatus read_rows(ImageDecoder *base, uint8_t *rows, size_t row_stride, uint32_t row_count) {
    BMPDecoder *decoder = (BMPDecoder *)base;
    if (decoder->bits == 0) return ImageCodecStatusInvalidArgument;
    ImageCodecStatus status = decoder->data ? ImageCodecStatusOk : start(decoder);
    if (status != ImageCodecStatusOk) return status;
    for (uint32_t i = 0; i < row_count; i++) {
        uint64_t y = decoder->is_top_down ? base->rows_done : base->height - 1 - base->rows_done;
        uint8_t *target = rows + i * row_stride;
        if (is_rle(decoder)) {
            const uint8_t *indices = decoder->data + (size_t)y * base->width;
            for (uint32_t x = 0; x < base->width; x++) write_index(decoder, indices[x], target + 3 * (size_t)x);
        } else {
            uint64_t offset = decoder->data_offset + y * decoder->stride;
            // Some writers omit the padding of the last row.
            size_t needed = (size_t)(((uint64_t)base->width * decoder->bits + 7) / 8);
            if (byte_source_peek(&base->source, offset, decoder->data, needed) == needed) {
                write_row(decoder, decoder->data, target);
            } else {
                // Stored from bottom to top, the last bytes are the first rows.
                ImageCodecStatus failure = cut(base);
                base->would_go_on = decoder->file_bytes > decoder->data_offset + decoder->stride;
                if (failure != ImageCodecStatusTruncated || !base->is_tolerant || !base->would_go_on) return failure;
                decoder_note_damage(base, failure, base->message);
                decoder_fill_rows(base, target, row_stride, 1);
                base->damage.leaves_gray = true;
            }
        }
        base->rows_done++;
        base->steps_done = base->rows_done;
    }
    if (base->rows_done == base->height && decoder->has_unknown_index) {
        decoder_warn(base, "pixels without a colour in the palette are black");
    }
    return ImageCodecStatusOk;
}

static void close_decoder(ImageDecoder *base) { free(((BMPDecoder *)base)->data); }

ImageDecoder *bmp_decoder_create(void) {
    static const DecoderOperations operations = {read_header, read_rows, close_decoder, false};
    BMPDecoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder) return NULL;
    decoder->base.operations = &operations;
    return &decoder->base;
}
