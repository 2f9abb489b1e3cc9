#ifndef PERCEPT_CTEXTLAYOUT_H
#define PERCEPT_CTEXTLAYOUT_H

// Lines of text laid out by libraqm, and fonts found by fontconfig. Both libraries are loaded when they are first
// needed: they bring HarfBuzz and GLib along, which take longer to load than drawing takes.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A face for the scalars `start ..< start + count` of a text.
typedef struct TextLayoutRun {
    /// An `FT_Face` whose size is set.
    void *face;
    size_t start;
    size_t count;
} TextLayoutRun;

/// A glyph, in visual order from left to right. Distances are 64ths of a pixel at the size of the face, y upwards.
typedef struct TextLayoutGlyph {
    uint32_t glyph;
    /// The index of the first scalar that the glyph represents.
    uint32_t scalar;
    int32_t advance;
    int32_t x_offset;
    int32_t y_offset;
} TextLayoutGlyph;

bool percept_text_layout_is_available(void);

/// Lays out one line in the direction of its first strong scalar. The runs cover all scalars in order; `flags` are
/// FreeType's for loading the glyphs to measure. Returns an array to free with `percept_text_layout_free`, or null when
/// the library is missing or fails.
TextLayoutGlyph *percept_text_layout_line(const uint32_t *scalars, size_t count, const TextLayoutRun *runs,
                                          size_t run_count, int32_t flags, size_t *glyph_count);

void percept_text_layout_free(TextLayoutGlyph *glyphs);

/// Outline fonts without colours, the best first. Several threads may read a list at once.
typedef struct FontList FontList;

bool percept_font_search_is_available(void);

/// Returns the font of a family or of an alias of it, or null when there is none or the library is missing. `family` is
/// in fontconfig's notation, such as `DejaVu Sans:bold`.
FontList *percept_font_list_of_family(const char *family);

/// Returns the fonts for sans-serif text without those that add no character to the ones before, or null when there is
/// none or the library is missing.
FontList *percept_font_list_of_fallbacks(void);

void percept_font_list_free(FontList *list);
size_t percept_font_list_count(const FontList *list);
/// Returns a path that is valid as long as the list.
const char *percept_font_list_path(const FontList *list, size_t index);
/// Returns the index of the face in its file, in FreeType's numbering.
int32_t percept_font_list_face_index(const FontList *list, size_t index);
bool percept_font_list_has_scalar(const FontList *list, size_t index, uint32_t scalar);

#endif
