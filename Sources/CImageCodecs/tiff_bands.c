#include <stdlib.h>
#include <string.h>

#include "tiff_decoder.h"

// The reason why a part of the file cannot be decoded: it may lie beyond the end.
static ImageCodecStatus failure(TIFFDecoder *decoder, uint32_t part) {
    ImageDecoder *base = &decoder->base;
    if (base->source.system_code) return ImageCodecStatusInputOutput;
    uint64_t *offsets = NULL, *counts = NULL;
    bool is_tiled = decoder->is_tiled;
    uint32_t part_count = is_tiled ? tiff.number_of_tiles(decoder->file) : tiff.number_of_strips(decoder->file);
    bool has_both =
        part < part_count &&
        tiff.get_field(decoder->file, is_tiled ? TIFFTAG_TILEOFFSETS : TIFFTAG_STRIPOFFSETS, &offsets) &&
        tiff.get_field(decoder->file, is_tiled ? TIFFTAG_TILEBYTECOUNTS : TIFFTAG_STRIPBYTECOUNTS, &counts);
    if (has_both && offsets && counts &&
        (offsets[part] > decoder->byte_count || counts[part] > decoder->byte_count - offsets[part])) {
        return decoder_refuse(base, ImageCodecStatusTruncated, "the file ends early");
    }
    if (!base->message[0]) decoder_set_message(base, "the compressed pixels are damaged");
    return ImageCodecStatusMalformed;
}

ImageCodecStatus tiff_allocate(TIFFDecoder *decoder) {
    ImageDecoder *base = &decoder->base;
    size_t planes = decoder->is_separate && decoder->access == AccessBand ? decoder->sample_count : 1;
    // Zeroed, so that damage cannot expose old memory.
    decoder->band = calloc(decoder->plane_bytes, planes);
    if (decoder->is_tiled) decoder->tile = calloc(decoder->tile_bytes, 1);
    decoder->samples = calloc((size_t)base->width * (decoder->channel_count + 1), sizeof *decoder->samples);
    if (base->channels >= ColorChannelsInk) decoder->ink = malloc((size_t)base->width * 4);
    bool has_all = decoder->band && decoder->samples && (decoder->tile || !decoder->is_tiled) &&
                   (decoder->ink || base->channels < ColorChannelsInk);
    base->step_count = base->height;
    return has_all ? ImageCodecStatusOk : decoder_refuse(base, ImageCodecStatusOutOfMemory, "out of memory");
}

// Reads the tiles of one plane into the band.
static ImageCodecStatus read_tiles(TIFFDecoder *decoder, uint32_t y, uint16_t plane, uint8_t *band,
                                   uint32_t row_count) {
    size_t pixel_bits = (size_t)decoder->bits * (decoder->is_separate ? 1 : decoder->sample_count);
    for (uint32_t x = 0; x < decoder->base.width; x += decoder->tile_width) {
        uint32_t tile = tiff.compute_tile(decoder->file, x, y, 0, plane);
        if (tiff.read_encoded_tile(decoder->file, tile, decoder->tile, (tmsize_t)decoder->tile_bytes) < 0) {
            return failure(decoder, tile);
        }
        // Tiles are multiples of 16 pixels wide, so they begin with whole bytes.
        size_t offset = x * pixel_bits / 8;
        size_t count = decoder->band_row_bytes - offset;
        if (count > decoder->tile_row_bytes) count = decoder->tile_row_bytes;
        for (uint32_t row = 0; row < row_count; row++) {
            memcpy(band + row * decoder->band_row_bytes + offset, decoder->tile + row * decoder->tile_row_bytes, count);
        }
    }
    return ImageCodecStatusOk;
}

// Reads a band that the library converts to RGBA, from bottom to top.
static ImageCodecStatus read_converted(TIFFDecoder *decoder, uint32_t y, uint32_t row_count) {
    ImageDecoder *base = &decoder->base;
    uint32_t *pixels = (uint32_t *)decoder->band;
    if (!decoder->is_tiled) {
        if (!tiff.read_rgba_strip(decoder->file, y, pixels, !base->is_tolerant)) {
            return failure(decoder, tiff.compute_strip(decoder->file, y, 0));
        }
        return ImageCodecStatusOk;
    }
    for (uint32_t x = 0; x < base->width; x += decoder->tile_width) {
        uint32_t *tile = (uint32_t *)decoder->tile;
        if (!tiff.read_rgba_tile(decoder->file, x, y, tile, !base->is_tolerant)) {
            return failure(decoder, tiff.compute_tile(decoder->file, x, y, 0, 0));
        }
        uint32_t width = base->width - x < decoder->tile_width ? base->width - x : decoder->tile_width;
        uint32_t tile_height = (uint32_t)(decoder->tile_bytes / 4 / decoder->tile_width);
        for (uint32_t row = 0; row < row_count; row++) {
            memcpy(pixels + (size_t)(row_count - 1 - row) * base->width + x,
                   tile + (size_t)(tile_height - 1 - row) * decoder->tile_width, (size_t)width * 4);
        }
    }
    return ImageCodecStatusOk;
}

static void swap_samples(uint8_t *bytes, size_t count, size_t width) {
    for (size_t i = 0; i + width <= count; i += width) {
        for (size_t j = 0; j < width / 2; j++) {
            uint8_t byte = bytes[i + j];
            bytes[i + j] = bytes[i + width - 1 - j];
            bytes[i + width - 1 - j] = byte;
        }
    }
}

// Reads an uncompressed row from where it lies in its strip.
static ImageCodecStatus read_stored(TIFFDecoder *decoder, uint32_t y) {
    ImageDecoder *base = &decoder->base;
    uint64_t *offsets = NULL;
    uint32_t rows_per_strip = base->height;
    tiff.get_field_defaulted(decoder->file, TIFFTAG_ROWSPERSTRIP, &rows_per_strip);
    if (rows_per_strip > base->height) rows_per_strip = base->height;
    bool has_offset = y / rows_per_strip < tiff.number_of_strips(decoder->file);
    if (!has_offset || !tiff.get_field(decoder->file, TIFFTAG_STRIPOFFSETS, &offsets) || !offsets) {
        return decoder_refuse(base, ImageCodecStatusMalformed, "the offsets of its strips are missing");
    }
    uint64_t offset = offsets[y / rows_per_strip] + (uint64_t)(y % rows_per_strip) * decoder->band_row_bytes;
    size_t count = byte_source_peek(&base->source, offset, decoder->band, decoder->band_row_bytes);
    if (base->source.system_code) return decoder_refuse(base, ImageCodecStatusInputOutput, "reading failed");
    if (count < decoder->band_row_bytes) return decoder_refuse(base, ImageCodecStatusTruncated, "the file ends early");
    if (decoder->reverses_bits) tiff.reverse_bits(decoder->band, (tmsize_t)count);
    if (decoder->swaps_bytes && decoder->bits > 8 && decoder->bits % 8 == 0) {
        swap_samples(decoder->band, count, decoder->bits / 8);
    }
    return ImageCodecStatusOk;
}

ImageCodecStatus tiff_read_band(TIFFDecoder *decoder, uint32_t y) {
    ImageDecoder *base = &decoder->base;
    uint32_t start = y / decoder->band_height * decoder->band_height;
    uint32_t row_count = base->height - start < decoder->band_height ? base->height - start : decoder->band_height;
    ImageCodecStatus status = ImageCodecStatusOk;
    base->message[0] = 0;
    switch (decoder->access) {
        case AccessStored: status = read_stored(decoder, y); break;
        case AccessRow:
            if (tiff.read_scanline(decoder->file, decoder->band, y, 0) < 0) {
                status = failure(decoder, tiff.compute_strip(decoder->file, y, 0));
            }
            break;
        case AccessConverted: status = read_converted(decoder, start, row_count); break;
        case AccessBand: {
            uint16_t plane_count = decoder->is_separate ? decoder->sample_count : 1;
            for (uint16_t plane = 0; plane < plane_count && status == ImageCodecStatusOk; plane++) {
                uint8_t *band = decoder->band + plane * decoder->plane_bytes;
                if (decoder->is_tiled) {
                    status = read_tiles(decoder, start, plane, band, row_count);
                    continue;
                }
                uint32_t strip = tiff.compute_strip(decoder->file, start, plane);
                tmsize_t count = (tmsize_t)(decoder->band_row_bytes * row_count);
                if (tiff.read_encoded_strip(decoder->file, strip, band, count) < count) {
                    status = failure(decoder, strip);
                }
            }
            break;
        }
    }
    decoder->has_band = status == ImageCodecStatusOk;
    decoder->band_start = start;
    return status;
}
