#ifndef JPEG_WORDS_H
#define JPEG_WORDS_H

#include "jpeg_decoder.h"

// What the library's current message means for the image, in our own words: what follows "the JPEG data is damaged: ".
void jpeg_error_words(j_common_ptr codec, char *words, size_t count);
// The same for what is no damage in the data of pixels; false when no pixel depends on it and nobody has to know.
bool jpeg_warning_words(j_common_ptr codec, char *words, size_t count);

#endif
