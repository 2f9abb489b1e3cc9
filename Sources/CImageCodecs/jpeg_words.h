#ifndef JPEG_WORDS_H
#define JPEG_WORDS_H

#include "jpeg_decoder.h"

// Describes the effect of the library's current message on the image, to follow "the JPEG data is damaged: ".
void jpeg_error_words(j_common_ptr codec, char *words, size_t count);
// Describes a message that does not concern pixel data; false if no pixel depends on it and it can be ignored.
bool jpeg_warning_words(j_common_ptr codec, char *words, size_t count);

#endif
