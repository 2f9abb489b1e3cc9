#ifndef CTEXTLAYOUT_H
#define CTEXTLAYOUT_H

// Lines of text laid out by libraqm, and fonts found by fontconfig. Both libraries are loaded when they are first
// needed, not when the process starts: with HarfBuzz and GLib behind them they cost more than drawing does.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Scalars `start ..< start + count` of a text are set in `face`, an `FT_Face` whose size is set.
typedef struct TextLayoutRun {
    void *face;
    size_t start;
    size_t count;
} TextLayoutRun;

// Glyphs come from left to right as they are drawn. Distances are 64ths of a pixel at the size of the face, y upwards.
typedef struct TextLayoutGlyph {
    uint32_t glyph;
    // The first scalar that the glyph stands for.
    uint32_t scalar;
    int32_t advance;
    int32_t x_offset;
    int32_t y_offset;
} TextLayoutGlyph;

bool text_layout_is_available(void);

// Lays out one line, whose direction is that of its first strong scalar. The runs cover all scalars in order; `flags` are
// FreeType's for loading the glyphs that are measured. Gives an array to be freed with `text_layout_free`, or NULL when
// the library is missing or fails.
TextLayoutGlyph *text_layout_line(const uint32_t *scalars, size_t count, const TextLayoutRun *runs, size_t run_count,
                                  int32_t flags, size_t *glyph_count);

void text_layout_free(TextLayoutGlyph *glyphs);

// Fonts with outlines and without colours, the best first. May be read by several threads at once.
typedef struct FontList FontList;

bool font_search_is_available(void);

// The font of a family (in fontconfig's notation, which knows `DejaVu Sans:bold` too) or of an alias of it; NULL when
// there is none, or the library is missing.
FontList *font_list_of_family(const char *family);

// The fonts for sans-serif text, those that add no character to the ones before left out; NULL when there is none, or the
// library is missing.
FontList *font_list_of_fallbacks(void);

void font_list_free(FontList *list);
size_t font_list_count(const FontList *list);
// Valid as long as the list.
const char *font_list_path(const FontList *list, size_t index);
// Which face of the file, in FreeType's numbering.
int32_t font_list_face_index(const FontList *list, size_t index);
bool font_list_has_scalar(const FontList *list, size_t index, uint32_t scalar);

#endif
