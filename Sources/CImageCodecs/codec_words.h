#ifndef CODEC_WORDS_H
#define CODEC_WORDS_H

#include <stddef.h>

// Quotes an unknown message of a codec library in one line without control bytes.
void codec_words_unknown(const char *library, const char *message, char *words, size_t count);

#endif
