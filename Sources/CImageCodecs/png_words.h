#ifndef PNG_WORDS_H
#define PNG_WORDS_H

#include <stdbool.h>
#include <stddef.h>

// The subject of a libpng warning.
typedef enum PNGRemark {
    // Data that no pixel depends on.
    PNGRemarkNothing,
    // The checksum of a chunk of pixels.
    PNGRemarkFileChecksum,
    // The checksum of the decompressed pixels.
    PNGRemarkPixelChecksum,
    PNGRemarkWarning,
} PNGRemark;

// Describes the effect of a warning on the image in `words` if it is a `PNGRemarkWarning`.
PNGRemark png_warning_words(const char *message, bool has_palette, char *words, size_t count);
// Describes the effect of an error, to follow "the PNG data is damaged after 3 of 10 rows: ".
void png_error_words(const char *message, char *words, size_t count);

#endif
