#include "CTextLayout.h"

#include <CLoadedLibrary.h>
#include <fontconfig/fontconfig.h>
#include <pthread.h>
#include <stdlib.h>

static struct {
    __typeof__(&FcPatternCreate) pattern_create;
    __typeof__(&FcPatternDestroy) pattern_destroy;
    __typeof__(&FcPatternAddString) pattern_add_string;
    __typeof__(&FcPatternGetString) pattern_get_string;
    __typeof__(&FcPatternGetInteger) pattern_get_integer;
    __typeof__(&FcPatternGetBool) pattern_get_bool;
    __typeof__(&FcPatternGetCharSet) pattern_get_char_set;
    __typeof__(&FcPatternGetWithBinding) pattern_get_with_binding;
    __typeof__(&FcNameParse) name_parse;
    __typeof__(&FcConfigSubstitute) config_substitute;
    __typeof__(&FcDefaultSubstitute) default_substitute;
    __typeof__(&FcFontMatch) font_match;
    __typeof__(&FcFontSort) font_sort;
    __typeof__(&FcFontSetCreate) font_set_create;
    __typeof__(&FcFontSetAdd) font_set_add;
    __typeof__(&FcFontSetDestroy) font_set_destroy;
    __typeof__(&FcPatternReference) pattern_reference;
    __typeof__(&FcCharSetHasChar) char_set_has_char;
    __typeof__(&FcStrCmpIgnoreCase) compare_ignoring_case;
} fontconfig;

static bool is_loaded = false;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    static const char *const paths[] = {
        "",
#ifdef __APPLE__
        "libfontconfig.1.dylib", "/opt/homebrew/lib/libfontconfig.1.dylib", "/usr/local/lib/libfontconfig.1.dylib",
#else
        "libfontconfig.so.1",
#endif
        NULL,
    };
    const LoadedFunction functions[] = {
        {"FcPatternCreate", (void **)&fontconfig.pattern_create},
        {"FcPatternDestroy", (void **)&fontconfig.pattern_destroy},
        {"FcPatternAddString", (void **)&fontconfig.pattern_add_string},
        {"FcPatternGetString", (void **)&fontconfig.pattern_get_string},
        {"FcPatternGetInteger", (void **)&fontconfig.pattern_get_integer},
        {"FcPatternGetBool", (void **)&fontconfig.pattern_get_bool},
        {"FcPatternGetCharSet", (void **)&fontconfig.pattern_get_char_set},
        {"FcPatternGetWithBinding", (void **)&fontconfig.pattern_get_with_binding},
        {"FcNameParse", (void **)&fontconfig.name_parse},
        {"FcConfigSubstitute", (void **)&fontconfig.config_substitute},
        {"FcDefaultSubstitute", (void **)&fontconfig.default_substitute},
        {"FcFontMatch", (void **)&fontconfig.font_match},
        {"FcFontSort", (void **)&fontconfig.font_sort},
        {"FcFontSetCreate", (void **)&fontconfig.font_set_create},
        {"FcFontSetAdd", (void **)&fontconfig.font_set_add},
        {"FcFontSetDestroy", (void **)&fontconfig.font_set_destroy},
        {"FcPatternReference", (void **)&fontconfig.pattern_reference},
        {"FcCharSetHasChar", (void **)&fontconfig.char_set_has_char},
        {"FcStrCmpIgnoreCase", (void **)&fontconfig.compare_ignoring_case},
        {NULL, NULL},
    };
    is_loaded = percept_load_functions(paths, functions);
}

bool percept_font_search_is_available(void) {
    pthread_once(&once, load);
    return is_loaded;
}

struct FontList {
    FcFontSet *fonts;
};

static bool is_true(const FcPattern *font, const char *property, bool otherwise) {
    FcBool value;
    return fontconfig.pattern_get_bool(font, property, 0, &value) == FcResultMatch ? value == FcTrue : otherwise;
}

// Keeps the outline fonts without colours.
static FontList *list_of(FcPattern *const *fonts, int count) {
    FontList *list = calloc(1, sizeof(FontList));
    if (!list) return NULL;
    list->fonts = fontconfig.font_set_create();
    for (int index = 0; list->fonts && index < count; index++) {
        FcPattern *font = fonts[index];
        FcChar8 *path;
        FcCharSet *scalars;
        if (is_true(font, FC_COLOR, false) || !is_true(font, FC_OUTLINE, true)
            || fontconfig.pattern_get_string(font, FC_FILE, 0, &path) != FcResultMatch
            || fontconfig.pattern_get_char_set(font, FC_CHARSET, 0, &scalars) != FcResultMatch) {
            continue;
        }
        fontconfig.pattern_reference(font);
        if (!fontconfig.font_set_add(list->fonts, font)) fontconfig.pattern_destroy(font);
    }
    if (list->fonts && list->fonts->nfont > 0) return list;
    percept_font_list_free(list);
    return NULL;
}

static bool is_generic(const FcChar8 *family) {
    static const char *const names[] = {"sans-serif", "sans",    "serif",     "monospace", "mono",
                                        "cursive",    "fantasy", "system-ui", "math",      NULL};
    for (const char *const *name = names; *name; name++) {
        if (fontconfig.compare_ignoring_case(family, (const FcChar8 *)*name) == 0) return true;
    }
    return false;
}

// Whether `font` has one of the names that fontconfig's rules bind strongly: it finds some font for any name.
static bool is_of_family(const FcPattern *font, const FcPattern *substituted) {
    FcValue wanted;
    FcValueBinding binding;
    for (int index = 0; fontconfig.pattern_get_with_binding(substituted, FC_FAMILY, index, &wanted, &binding)
                        == FcResultMatch;
         index++) {
        if (binding == FcValueBindingWeak || wanted.type != FcTypeString) continue;
        FcChar8 *name;
        for (int other = 0; fontconfig.pattern_get_string(font, FC_FAMILY, other, &name) == FcResultMatch; other++) {
            if (fontconfig.compare_ignoring_case(name, wanted.u.s) == 0) return true;
        }
    }
    return false;
}

FontList *percept_font_list_of_family(const char *family) {
    if (!percept_font_search_is_available()) return NULL;
    FcPattern *pattern = fontconfig.name_parse((const FcChar8 *)family);
    if (!pattern) return NULL;
    FontList *list = NULL;
    FcChar8 *name;
    if (fontconfig.pattern_get_string(pattern, FC_FAMILY, 0, &name) == FcResultMatch) {
        bool any = is_generic(name);
        if (fontconfig.config_substitute(NULL, pattern, FcMatchPattern)) {
            fontconfig.default_substitute(pattern);
            FcResult result;
            FcPattern *font = fontconfig.font_match(NULL, pattern, &result);
            if (font) {
                if (any || is_of_family(font, pattern)) list = list_of(&font, 1);
                fontconfig.pattern_destroy(font);
            }
        }
    }
    fontconfig.pattern_destroy(pattern);
    return list;
}

FontList *percept_font_list_of_fallbacks(void) {
    if (!percept_font_search_is_available()) return NULL;
    FcPattern *pattern = fontconfig.pattern_create();
    if (!pattern) return NULL;
    FontList *list = NULL;
    if (fontconfig.pattern_add_string(pattern, FC_FAMILY, (const FcChar8 *)"sans-serif")
        && fontconfig.config_substitute(NULL, pattern, FcMatchPattern)) {
        fontconfig.default_substitute(pattern);
        FcResult result;
        FcFontSet *fonts = fontconfig.font_sort(NULL, pattern, FcTrue, NULL, &result);
        if (fonts) {
            list = list_of(fonts->fonts, fonts->nfont);
            fontconfig.font_set_destroy(fonts);
        }
    }
    fontconfig.pattern_destroy(pattern);
    return list;
}

void percept_font_list_free(FontList *list) {
    if (list && list->fonts) fontconfig.font_set_destroy(list->fonts);
    free(list);
}

static const FcPattern *font_at(const FontList *list, size_t index) {
    return index < percept_font_list_count(list) ? list->fonts->fonts[index] : NULL;
}

size_t percept_font_list_count(const FontList *list) {
    return (size_t)list->fonts->nfont;
}

const char *percept_font_list_path(const FontList *list, size_t index) {
    const FcPattern *font = font_at(list, index);
    FcChar8 *path;
    return font && fontconfig.pattern_get_string(font, FC_FILE, 0, &path) == FcResultMatch ? (const char *)path : NULL;
}

int32_t percept_font_list_face_index(const FontList *list, size_t index) {
    const FcPattern *font = font_at(list, index);
    int face;
    if (!font || fontconfig.pattern_get_integer(font, FC_INDEX, 0, &face) != FcResultMatch) return 0;
    // The upper half selects an instance of a variable font, or the whole font, which is FreeType's instance 0.
    const uint32_t variable = 0x80000000;
    return ((uint32_t)face & 0xFFFF0000) == variable ? face & 0xFFFF : face;
}

bool percept_font_list_has_scalar(const FontList *list, size_t index, uint32_t scalar) {
    const FcPattern *font = font_at(list, index);
    FcCharSet *scalars;
    return font && fontconfig.pattern_get_char_set(font, FC_CHARSET, 0, &scalars) == FcResultMatch
           && fontconfig.char_set_has_char(scalars, scalar);
}
