#include "png_words.h"

#include <stdio.h>
#include <string.h>

#include "CImageCodecs.h"
#include "codec_words.h"

// A message about a chunk begins with its four letters and a colon, except where libpng escapes odd ones.
static bool is_about(const char *message, const char *type) {
    return strncmp(message, type, 4) == 0 && message[4] == ':';
}

static bool has_chunk_name(const char *message) {
    for (int i = 0; i < 4; i++) {
        bool is_letter = (message[i] >= 'A' && message[i] <= 'Z') || (message[i] >= 'a' && message[i] <= 'z');
        if (!is_letter) return false;
    }
    return message[4] == ':';
}

static bool mentions(const char *message, const char *part) { return strstr(message, part) != NULL; }

typedef struct Words {
    const char *part;
    const char *words;
} Words;

static bool look_up(const Words *table, const char *message, char *words, size_t count) {
    for (; table->part; table++) {
        if (!mentions(message, table->part)) continue;
        snprintf(words, count, "%s", table->words);
        return true;
    }
    return false;
}

// By parts of messages that stand in the source of libpng 1.6, the more special ones first.
static const Words error_table[] = {
    {"IDAT: CRC error", "the checksum of the pixels is wrong"},
    {"IDAT: incorrect data check", "the checksum of the pixels is wrong"},
    {"IHDR: CRC error", "the checksum of its header is wrong"},
    {"PLTE: CRC error", "the checksum of its palette is wrong"},
    {"IDAT: out of place", "its chunks are not in order"},
    {"IDAT:", "the compressed pixels are damaged"},
    {"Not enough image data", "the compressed pixels end before the image does"},
    {"bad adaptive filter value", "a row states a filter that does not exist"},
    {"Missing PLTE", "its palette is missing"},
    {"PLTE:", "its palette is invalid"},
    {"Missing IHDR", "its header is missing"},
    {"missing IHDR", "its header is missing"},
    {"IHDR", "its header is invalid"},
    {"unhandled critical chunk", "it needs a chunk of an unknown kind"},
    {"invalid chunk type", "other bytes stand where a chunk should begin"},
    {"PNG unsigned integer out of range", "other bytes stand where a chunk should begin"},
    {"ASCII conversion", "its line ends were changed, as a transfer in text mode does"},
    {"Not a PNG file", "its signature is damaged"},
    {NULL, NULL},
};

void png_error_words(const char *message, char *words, size_t count) {
    if (!look_up(error_table, message, words, count)) codec_words_unknown("libpng", message, words, count);
}

// Without a chunk's name: about times and sizes on paper, extra bytes, and chunks too long to be kept.
static const char *const harmless[] = {
    "chunk data is too large", "Extra compress", "extra compress", "Too much image data", "invalid time value",
    "chunk cache",             "unknown chunk",  NULL,
};

static PNGRemark warning(const char *text, char *words, size_t count) {
    snprintf(words, count, "%s", text);
    return PNGRemarkWarning;
}

PNGRemark png_warning_words(const char *message, bool has_palette, char *words, size_t count) {
    if (is_about(message, "IDAT")) {
        if (mentions(message, "CRC error")) return PNGRemarkFileChecksum;
        bool is_extra = mentions(message, "xtra compressed data") || mentions(message, "Too much image data");
        return is_extra ? PNGRemarkNothing : PNGRemarkPixelChecksum;
    }
    if (is_about(message, "tRNS")) {
        // The first one counts; and alpha of its own needs none.
        if (mentions(message, "duplicate") || mentions(message, "with alpha channel")) return PNGRemarkNothing;
        return warning("its transparency is damaged and not applied: the image is taken as opaque", words, count);
    }
    if (is_about(message, "PLTE")) {
        if (!has_palette || mentions(message, "duplicate")) return PNGRemarkNothing;
        return warning("its palette is damaged: colours may be wrong", words, count);
    }
    if (is_about(message, "IHDR")) return warning("its header is damaged: pixels may be wrong", words, count);
    static const char *const colors[] = {"cICP", "sRGB", "gAMA", "cHRM", NULL};
    for (const char *const *type = colors; *type; type++) {
        if (!is_about(message, *type)) continue;
        snprintf(words, count, "what the file says about its colours (%s) is damaged and not applied", *type);
        return PNGRemarkWarning;
    }
    // All other chunks say nothing about pixels; what is kept of them is read and judged elsewhere.
    if (has_chunk_name(message)) return PNGRemarkNothing;
    for (const char *const *part = harmless; *part; part++) {
        if (mentions(message, *part)) return PNGRemarkNothing;
    }
    char reported[160];
    codec_words_unknown("libpng", message, reported, sizeof reported);
    snprintf(words, count, "%s: pixels may be affected", reported);
    return PNGRemarkWarning;
}

bool image_codec_png_warning(const char *message, bool has_palette, char *words, size_t count) {
    words[0] = 0;
    return png_warning_words(message, has_palette, words, count) != PNGRemarkNothing;
}

void image_codec_png_error(const char *message, char *words, size_t count) { png_error_words(message, words, count); }
