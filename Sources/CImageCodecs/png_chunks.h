#ifndef PNG_CHUNKS_H
#define PNG_CHUNKS_H

#include "decoder.h"

enum {
    // The memory limit for an ancillary chunk other than the colour profile, compressed and decompressed.
    PNG_CHUNK_BYTES = 1 << 20,
};

uint32_t png_big_endian(const uint8_t *bytes);

// Walks the chunks by their lengths, keeps the colour profile, EXIF data, raw profiles and XMP, and returns whether the
// file reaches its end marker. EXIF data and texts may follow the pixels, but the orientation is needed before them.
bool png_chunks_look_ahead(ImageDecoder *base);

#endif
