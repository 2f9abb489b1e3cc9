#include "codec_words.h"

#include <stdio.h>

enum { QUOTED_BYTES = 96 };

void codec_words_unknown(const char *library, const char *message, char *words, size_t count) {
    char quoted[QUOTED_BYTES + 1];
    size_t length = 0;
    for (; *message && length < QUOTED_BYTES; message++) {
        unsigned char byte = (unsigned char)*message;
        // Bytes of a file's own may stand in it: ASCII alone is printed.
        quoted[length++] = byte >= 0x20 && byte < 0x7F ? (char)byte : byte == '\n' || byte == '\t' ? ' ' : '?';
    }
    while (length > 0 && quoted[length - 1] == ' ') length--;
    quoted[length] = 0;
    snprintf(words, count, "%s reports “%s”", library, quoted);
}
