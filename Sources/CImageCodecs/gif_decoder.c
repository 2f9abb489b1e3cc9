#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gif_lib.h>

#include "decoder.h"

#define QUOTED(text) #text
#define VERSION(major, minor, release) QUOTED(major) "." QUOTED(minor) "." QUOTED(release)

enum {
    NO_INDEX = -1,
    // The maximum number of blocks that are looked at before the first image, and after it.
    BLOCK_COUNT = 1 << 20,
};

// GIF 87a and 89a. The first image is placed on the canvas: what it leaves free is transparent if the image has a
// transparent colour, and has the background colour otherwise, as in Pillow.
typedef struct GIFDecoder {
    ImageDecoder base;
    GifFileType *file;
    uint64_t position;
    // The image on the canvas.
    uint32_t left;
    uint32_t top;
    uint32_t width;
    uint32_t height;
    bool is_interlaced;
    int transparent_index;
    int background_index;
    uint8_t palette[256][4];
    uint32_t color_count;
    bool has_unknown_index;
    // One row of indices; of an interlaced image all rows.
    uint8_t *indices;
    uint32_t rows_decoded;
} GIFDecoder;

const char *image_codec_gif_version(void) { return VERSION(GIFLIB_MAJOR, GIFLIB_MINOR, GIFLIB_RELEASE); }

static int on_read(GifFileType *file, GifByteType *bytes, int count) {
    GIFDecoder *decoder = file->UserData;
    if (count <= 0) return 0;
    size_t got = byte_source_peek(&decoder->base.source, decoder->position, bytes, (size_t)count);
    decoder->position += got;
    return (int)got;
}

static ImageCodecStatus failure(GIFDecoder *decoder, int code) {
    ImageDecoder *base = &decoder->base;
    if (base->source.system_code) return ImageCodecStatusInputOutput;
    // The library reports a code size that it rejects as a failed reading.
    bool is_at_end = decoder->position >= byte_source_size(&base->source);
    switch (code) {
        case D_GIF_ERR_NOT_ENOUGH_MEM: return decoder_refuse(base, ImageCodecStatusOutOfMemory, "out of memory");
        case D_GIF_ERR_READ_FAILED:
        case D_GIF_ERR_EOF_TOO_SOON:
            if (is_at_end) return decoder_refuse(base, ImageCodecStatusTruncated, "the file ends early");
            return decoder_refuse(base, ImageCodecStatusMalformed,
                                  "its compressed data begins with an invalid code size");
        case D_GIF_ERR_NOT_GIF_FILE: return decoder_refuse(base, ImageCodecStatusMalformed, "no GIF signature");
        case D_GIF_ERR_NO_IMAG_DSCR: return decoder_refuse(base, ImageCodecStatusMalformed, "it has no image");
        case D_GIF_ERR_NO_COLOR_MAP: return decoder_refuse(base, ImageCodecStatusMalformed, "it has no colours");
        case D_GIF_ERR_WRONG_RECORD: return decoder_refuse(base, ImageCodecStatusMalformed,
                                                           "a block of an unknown kind");
        default: return decoder_refuse(base, ImageCodecStatusMalformed, "the compressed pixels are damaged");
    }
}

static bool skip_extension(GIFDecoder *decoder) {
    int kind = 0;
    GifByteType *bytes = NULL;
    if (DGifGetExtension(decoder->file, &kind, &bytes) == GIF_ERROR) return false;
    while (bytes) {
        GraphicsControlBlock control;
        if (kind == GRAPHICS_EXT_FUNC_CODE && DGifExtensionToGCB(bytes[0], bytes + 1, &control) == GIF_OK) {
            decoder->transparent_index = control.TransparentColor;
        }
        if (DGifGetExtensionNext(decoder->file, &bytes) == GIF_ERROR) return false;
    }
    return true;
}

// Without a palette the indices are grays, as in other readers; the format leaves their meaning open.
static void read_palette(GIFDecoder *decoder, const ColorMapObject *map) {
    decoder->color_count = map ? (uint32_t)map->ColorCount : 256;
    for (uint32_t i = 0; i < 256; i++) {
        uint8_t *color = decoder->palette[i];
        color[0] = color[1] = color[2] = map ? 0 : (uint8_t)i;
        color[3] = 255;
        if (!map || i >= decoder->color_count) continue;
        color[0] = map->Colors[i].Red;
        color[1] = map->Colors[i].Green;
        color[2] = map->Colors[i].Blue;
    }
    if (decoder->transparent_index != NO_INDEX) decoder->palette[decoder->transparent_index & 0xFF][3] = 0;
}

// Reads up to the first image.
static ImageCodecStatus find_image(GIFDecoder *decoder) {
    for (int i = 0; i < BLOCK_COUNT; i++) {
        GifRecordType kind = UNDEFINED_RECORD_TYPE;
        if (DGifGetRecordType(decoder->file, &kind) == GIF_ERROR) return failure(decoder, decoder->file->Error);
        if (kind == IMAGE_DESC_RECORD_TYPE) {
            return DGifGetImageDesc(decoder->file) == GIF_OK ? ImageCodecStatusOk
                                                             : failure(decoder, decoder->file->Error);
        }
        if (kind == TERMINATE_RECORD_TYPE) break;
        if (kind == EXTENSION_RECORD_TYPE && !skip_extension(decoder)) return failure(decoder, decoder->file->Error);
    }
    return decoder_refuse(&decoder->base, ImageCodecStatusMalformed, "it has no image");
}

static ImageCodecStatus read_header(ImageDecoder *base, ImageDecoderHeader *header) {
    GIFDecoder *decoder = (GIFDecoder *)base;
    int code = 0;
    decoder->file = DGifOpen(decoder, on_read, &code);
    if (!decoder->file) return failure(decoder, code);
    ImageCodecStatus status = find_image(decoder);
    if (status != ImageCodecStatusOk) return status;
    const GifImageDesc *image = &decoder->file->Image;
    if (image->Width <= 0 || image->Height <= 0) return decoder_refuse(base, ImageCodecStatusMalformed,
                                                                       "its image has no size");
    decoder->left = (uint32_t)image->Left;
    decoder->top = (uint32_t)image->Top;
    decoder->width = (uint32_t)image->Width;
    decoder->height = (uint32_t)image->Height;
    decoder->is_interlaced = image->Interlace;
    decoder->background_index = decoder->file->SBackGroundColor;
    // A canvas that is too small grows.
    uint32_t right = decoder->left + decoder->width, bottom = decoder->top + decoder->height;
    header->width = (uint32_t)decoder->file->SWidth > right ? (uint32_t)decoder->file->SWidth : right;
    header->height = (uint32_t)decoder->file->SHeight > bottom ? (uint32_t)decoder->file->SHeight : bottom;
    const ColorMapObject *map = image->ColorMap ? image->ColorMap : decoder->file->SColorMap;
    if (!map) decoder_warn(base, "the file has no palette: its values are taken as grays");
    read_palette(decoder, map);
    header->stored_bit_depth = map ? map->BitsPerPixel : 8;
    header->stored_color = ImageCodecColorPalette;
    header->channel_count = decoder->transparent_index == NO_INDEX ? 3 : 4;
    header->bit_depth = 8;
    header->is_held_whole = decoder->is_interlaced;
    return ImageCodecStatusOk;
}

static ImageCodecStatus read_line(GIFDecoder *decoder, uint8_t *target) {
    bool is_read = DGifGetLine(decoder->file, target, (int)decoder->width) == GIF_OK;
    return is_read ? ImageCodecStatusOk : failure(decoder, decoder->file->Error);
}

static ImageCodecStatus start(GIFDecoder *decoder) {
    ImageDecoder *base = &decoder->base;
    size_t row_count = decoder->is_interlaced ? decoder->height : 1;
    if ((uint64_t)decoder->width * row_count > base->limits.byte_count) {
        return decoder_refuse(base, ImageCodecStatusTooManyBytes, "an interlaced image must be held whole");
    }
    decoder->indices = calloc(row_count, decoder->width);
    base->step_count = base->height;
    if (!decoder->indices) return decoder_refuse(base, ImageCodecStatusOutOfMemory, "out of memory");
    if (!decoder->is_interlaced) return ImageCodecStatusOk;
    // GIF89a appendix E.
    static const uint32_t starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
    for (int pass = 0; pass < 4; pass++) {
        for (uint32_t y = starts[pass]; y < decoder->height; y += steps[pass]) {
            ImageCodecStatus status = read_line(decoder, decoder->indices + (size_t)y * decoder->width);
            if (status == ImageCodecStatusOk) continue;
            bool is_damage = status == ImageCodecStatusMalformed || status == ImageCodecStatusTruncated;
            if (!is_damage || !base->is_tolerant) return status;
            base->unit = ImageDecoderUnitInterlacedRows;
            base->steps_done = 0;
            decoder_note_damage(base, status, base->message);
            return ImageCodecStatusOk;
        }
    }
    return ImageCodecStatusOk;
}

// Writes a row of the canvas; `indices` is NULL above and below the image.
static void paint(GIFDecoder *decoder, const uint8_t *indices, uint8_t *target) {
    ImageDecoder *base = &decoder->base;
    size_t channel_count = decoder->transparent_index == NO_INDEX ? 3 : 4;
    int free_index =
        decoder->transparent_index == NO_INDEX ? decoder->background_index : decoder->transparent_index;
    for (uint32_t x = 0; x < base->width; x++, target += channel_count) {
        bool is_inside = indices && x >= decoder->left && x - decoder->left < decoder->width;
        int index = is_inside ? indices[x - decoder->left] : free_index;
        if (is_inside && (uint32_t)index >= decoder->color_count && index != decoder->transparent_index) {
            decoder->has_unknown_index = true;
        }
        memcpy(target, decoder->palette[index & 0xFF], channel_count);
    }
}

// Counts the images that follow, whose pixels are not decoded.
static void check_rest(GIFDecoder *decoder) {
    ImageDecoder *base = &decoder->base;
    unsigned image_count = 1;
    bool has_end = false;
    for (int i = 0; i < BLOCK_COUNT; i++) {
        GifRecordType kind = UNDEFINED_RECORD_TYPE;
        int size = 0;
        GifByteType *bytes = NULL;
        if (DGifGetRecordType(decoder->file, &kind) == GIF_ERROR) break;
        if (kind == TERMINATE_RECORD_TYPE) {
            has_end = true;
            break;
        }
        if (kind == EXTENSION_RECORD_TYPE && !skip_extension(decoder)) break;
        if (kind != IMAGE_DESC_RECORD_TYPE) continue;
        if (DGifGetImageDesc(decoder->file) == GIF_ERROR) break;
        image_count++;
        if (DGifGetCode(decoder->file, &size, &bytes) == GIF_ERROR) break;
        while (bytes && DGifGetCodeNext(decoder->file, &bytes) == GIF_OK) continue;
    }
    if (image_count > 1) {
        char message[96];
        snprintf(message, sizeof message, "the file is an animation of %u images: the first is used", image_count);
        decoder_warn(base, message);
    }
    if (!has_end) decoder_warn(base, "the file ends without an end marker; no pixel is missing");
    if (decoder->has_unknown_index) decoder_warn(base, "pixels without a colour in the palette are black");
}

static ImageCodecStatus read_rows(ImageDecoder *base, uint8_t *rows, size_t row_stride, uint32_t row_count) {
    GIFDecoder *decoder = (GIFDecoder *)base;
    if (!decoder->file) return ImageCodecStatusInvalidArgument;
    ImageCodecStatus status = decoder->indices ? ImageCodecStatusOk : start(decoder);
    for (uint32_t i = 0; i < row_count && status == ImageCodecStatusOk; i++) {
        uint32_t y = base->rows_done;
        bool is_inside = y >= decoder->top && y - decoder->top < decoder->height;
        const uint8_t *indices = is_inside ? decoder->indices : NULL;
        if (is_inside && decoder->is_interlaced) indices += (size_t)(y - decoder->top) * decoder->width;
        if (is_inside && !decoder->is_interlaced) status = read_line(decoder, decoder->indices);
        if (status != ImageCodecStatusOk) return status;
        paint(decoder, indices, rows + i * row_stride);
        base->rows_done++;
        base->steps_done = base->rows_done;
    }
    if (status == ImageCodecStatusOk && base->rows_done == base->height) check_rest(decoder);
    return status;
}

static void close_decoder(ImageDecoder *base) {
    GIFDecoder *decoder = (GIFDecoder *)base;
    int code = 0;
    if (decoder->file) DGifCloseFile(decoder->file, &code);
    free(decoder->indices);
}

ImageDecoder *gif_decoder_create(void) {
    static const DecoderOperations operations = {read_header, read_rows, close_decoder, false};
    GIFDecoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder) return NULL;
    decoder->base.operations = &operations;
    decoder->transparent_index = NO_INDEX;
    return &decoder->base;
}
