#include "tiff_decoder.h"

#include <stdlib.h>

static ImageCodecStatus read_header(ImageDecoder *base, ImageDecoderHeader *header) {
    TIFFDecoder *decoder = (TIFFDecoder *)base;
    if (!tiff_library_load()) return decoder_refuse(base, ImageCodecStatusLibraryMissing, "libtiff");
    decoder->byte_count = byte_source_size(&base->source);
    tiff_library_open(decoder);
    if (!decoder->file) {
        if (base->source.system_code) return ImageCodecStatusInputOutput;
        uint8_t head[8] = {0};
        byte_source_peek(&base->source, 0, head, sizeof head);
        bool is_little = head[0] == 'I';
        uint64_t directory = is_little ? head[4] | head[5] << 8 | head[6] << 16 | (uint64_t)head[7] << 24
                                       : (uint64_t)head[4] << 24 | head[5] << 16 | head[6] << 8 | head[7];
        if (decoder->byte_count < 8 || directory > decoder->byte_count) {
            return decoder_refuse(base, ImageCodecStatusTruncated, "its directory is missing");
        }
        if (!base->message[0]) decoder_set_message(base, "its directory cannot be read");
        return ImageCodecStatusMalformed;
    }
    return tiff_read_directory(decoder, header);
}

static ImageCodecStatus read_rows(ImageDecoder *base, uint8_t *rows, size_t row_stride, uint32_t row_count) {
    TIFFDecoder *decoder = (TIFFDecoder *)base;
    if (!decoder->file) return ImageCodecStatusInvalidArgument;
    ImageCodecStatus status = decoder->band ? ImageCodecStatusOk : tiff_allocate(decoder);
    if (status == ImageCodecStatusOk && decoder->needs_range) {
        decoder->needs_range = false;
        tiff_find_range(decoder);
    }
    for (uint32_t i = 0; i < row_count && status == ImageCodecStatusOk; i++) {
        uint32_t y = base->rows_done;
        bool is_there = decoder->has_band && y >= decoder->band_start && y - decoder->band_start < decoder->band_height;
        if (!is_there) status = tiff_read_band(decoder, y);
        if (status != ImageCodecStatusOk) break;
        tiff_convert_row(decoder, y, rows + i * row_stride);
        base->rows_done++;
        base->steps_done = base->rows_done;
    }
    if (decoder->clips && base->rows_done == base->height) {
        decoder_warn(base, "its samples exceed the range from black to white, and are clipped");
    }
    return status;
}

static void close_decoder(ImageDecoder *base) {
    TIFFDecoder *decoder = (TIFFDecoder *)base;
    if (decoder->file) tiff.close(decoder->file);
    free(decoder->band);
    free(decoder->tile);
    free(decoder->samples);
    free(decoder->ink);
    free(decoder->palette);
}

ImageDecoder *tiff_decoder_create(void) {
    static const DecoderOperations operations = {read_header, read_rows, close_decoder, false};
    TIFFDecoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder) return NULL;
    decoder->base.operations = &operations;
    return &decoder->base;
}
