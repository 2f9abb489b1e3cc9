#include "CTextLayout.h"

#include <CLoadedLibrary.h>
#include <pthread.h>
#include <raqm.h>
#include <stdlib.h>

static struct {
    __typeof__(&raqm_create) create;
    __typeof__(&raqm_destroy) destroy;
    __typeof__(&raqm_set_text) set_text;
    __typeof__(&raqm_set_par_direction) set_par_direction;
    __typeof__(&raqm_set_freetype_face_range) set_freetype_face_range;
    __typeof__(&raqm_set_freetype_load_flags) set_freetype_load_flags;
    __typeof__(&raqm_layout) layout;
    __typeof__(&raqm_get_glyphs) get_glyphs;
} raqm;

static bool is_loaded = false;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    static const char *const paths[] = {
        "",
#ifdef __APPLE__
        "libraqm.0.dylib", "/opt/homebrew/lib/libraqm.0.dylib", "/usr/local/lib/libraqm.0.dylib",
#else
        "libraqm.so.0",
#endif
        NULL,
    };
    const LoadedFunction functions[] = {
        {"raqm_create", (void **)&raqm.create},
        {"raqm_destroy", (void **)&raqm.destroy},
        {"raqm_set_text", (void **)&raqm.set_text},
        {"raqm_set_par_direction", (void **)&raqm.set_par_direction},
        {"raqm_set_freetype_face_range", (void **)&raqm.set_freetype_face_range},
        {"raqm_set_freetype_load_flags", (void **)&raqm.set_freetype_load_flags},
        {"raqm_layout", (void **)&raqm.layout},
        {"raqm_get_glyphs", (void **)&raqm.get_glyphs},
        {NULL, NULL},
    };
    is_loaded = percept_load_functions(paths, functions);
}

bool percept_text_layout_is_available(void) {
    pthread_once(&once, load);
    return is_loaded;
}

static bool prepare(raqm_t *line, const uint32_t *scalars, size_t count, const TextLayoutRun *runs, size_t run_count,
                    int32_t flags) {
    if (!raqm.set_text(line, scalars, count)) return false;
    if (!raqm.set_par_direction(line, RAQM_DIRECTION_DEFAULT)) return false;
    if (!raqm.set_freetype_load_flags(line, flags)) return false;
    for (size_t run = 0; run < run_count; run++) {
        FT_Face face = (FT_Face)runs[run].face;
        if (!raqm.set_freetype_face_range(line, face, runs[run].start, runs[run].count)) return false;
    }
    return raqm.layout(line);
}

TextLayoutGlyph *percept_text_layout_line(const uint32_t *scalars, size_t count, const TextLayoutRun *runs,
                                          size_t run_count, int32_t flags, size_t *glyph_count) {
    *glyph_count = 0;
    if (count == 0 || !percept_text_layout_is_available()) return NULL;
    raqm_t *line = raqm.create();
    if (!line) return NULL;
    TextLayoutGlyph *result = NULL;
    if (prepare(line, scalars, count, runs, run_count, flags)) {
        size_t found = 0;
        const raqm_glyph_t *glyphs = raqm.get_glyphs(line, &found);
        // One more than needed, so that a line without glyphs is not a null pointer.
        if (glyphs || found == 0) result = calloc(found + 1, sizeof(TextLayoutGlyph));
        for (size_t index = 0; result && index < found; index++) {
            result[index] = (TextLayoutGlyph){glyphs[index].index, glyphs[index].cluster, glyphs[index].x_advance,
                                              glyphs[index].x_offset, glyphs[index].y_offset};
        }
        if (result) *glyph_count = found;
    }
    raqm.destroy(line);
    return result;
}

void percept_text_layout_free(TextLayoutGlyph *glyphs) {
    free(glyphs);
}
