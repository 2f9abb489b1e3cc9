#ifndef PNG_CHUNKS_H
#define PNG_CHUNKS_H

#include "decoder.h"

enum {
    // Ancillary chunks other than the colour profile may take this much memory, and unpack to as much.
    PNG_CHUNK_BYTES = 1 << 20,
};

uint32_t png_big_endian(const uint8_t *bytes);

// Walks the chunks by their lengths, keeps the colour profile, EXIF data, raw profiles and XMP, and returns whether the file
// goes on to its end marker. EXIF data and texts may stand after the pixels, but the orientation is wanted before them.
bool png_chunks_look_ahead(ImageDecoder *base);

#endif
