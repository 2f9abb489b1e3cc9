#ifndef PNG_WORDS_H
#define PNG_WORDS_H

#include <stdbool.h>
#include <stddef.h>

// What a warning of libpng is about.
typedef enum PNGRemark {
    // Nothing that a pixel depends on.
    PNGRemarkNothing,
    // The checksum of a chunk of pixels.
    PNGRemarkFileChecksum,
    // The checksum of the unpacked pixels.
    PNGRemarkPixelChecksum,
    PNGRemarkWarning,
} PNGRemark;

// What a warning means for the image, in our own words, into `words` where it is a `PNGRemarkWarning`.
PNGRemark png_warning_words(const char *message, bool has_palette, char *words, size_t count);
// What an error means: words that follow "the PNG data is damaged after 3 of 10 rows: ".
void png_error_words(const char *message, char *words, size_t count);

#endif
