#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include <CLoadedLibrary.h>

#include "codec_words.h"
#include "tiff_decoder.h"

TIFFLibrary tiff;


// Handlers of one file, since version 4.5. The handlers of older versions are common to the whole process.
typedef int (*OnMessage)(TIFF *, void *user, const char *module, const char *format, va_list);
static struct {
    void *(*options_alloc)(void);
    void (*options_free)(void *options);
    void (*set_max_allocation)(void *options, tmsize_t byte_count);
    void (*set_error_handler)(void *options, OnMessage handler, void *user);
    void (*set_warning_handler)(void *options, OnMessage handler, void *user);
    TIFF *(*client_open)(const char *name, const char *mode, thandle_t client, TIFFReadWriteProc read,
                         TIFFReadWriteProc write, TIFFSeekProc seek, TIFFCloseProc close, TIFFSizeProc size,
                         TIFFMapFileProc map, TIFFUnmapFileProc unmap, void *options);
} tiff_options;

static struct {
    __typeof__(&TIFFSetErrorHandler) set_error_handler;
    __typeof__(&TIFFSetWarningHandler) set_warning_handler;
} tiff_handlers;

static bool is_loaded = false;
static bool has_options = false;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int on_error(TIFF *file, void *user, const char *module, const char *format, va_list arguments) {
    (void)file, (void)module;
    TIFFDecoder *decoder = user;
    char message[DECODER_MESSAGE];
    if (decoder->base.message[0]) return 1;
    vsnprintf(message, sizeof message, format, arguments);
    codec_words_unknown("libtiff", message, decoder->base.message, DECODER_MESSAGE);
    return 1;
}

// Warnings are about tags, not about pixels.
static int on_warning(TIFF *file, void *user, const char *module, const char *format, va_list arguments) {
    (void)file, (void)user, (void)module, (void)format, (void)arguments;
    return 1;
}

static void load(void) {
    static const char *const paths[] = {
        "",
#ifdef __APPLE__
        "libtiff.6.dylib", "/opt/homebrew/lib/libtiff.6.dylib", "/usr/local/lib/libtiff.6.dylib",
#else
        "libtiff.so.6", "libtiff.so.5",
#endif
        NULL,
    };
    const LoadedFunction functions[] = {
        {"TIFFClientOpen", (void **)&tiff.client_open},
        {"TIFFClose", (void **)&tiff.close},
        {"TIFFGetField", (void **)&tiff.get_field},
        {"TIFFGetFieldDefaulted", (void **)&tiff.get_field_defaulted},
        {"TIFFSetField", (void **)&tiff.set_field},
        {"TIFFReadEncodedStrip", (void **)&tiff.read_encoded_strip},
        {"TIFFReadEncodedTile", (void **)&tiff.read_encoded_tile},
        {"TIFFReadScanline", (void **)&tiff.read_scanline},
        {"TIFFScanlineSize64", (void **)&tiff.scanline_size},
        {"TIFFTileSize64", (void **)&tiff.tile_size},
        {"TIFFTileRowSize64", (void **)&tiff.tile_row_size},
        {"TIFFComputeStrip", (void **)&tiff.compute_strip},
        {"TIFFComputeTile", (void **)&tiff.compute_tile},
        {"TIFFIsTiled", (void **)&tiff.is_tiled},
        {"TIFFIsByteSwapped", (void **)&tiff.is_byte_swapped},
        {"TIFFIsCODECConfigured", (void **)&tiff.is_codec_configured},
        {"TIFFNumberOfDirectories", (void **)&tiff.number_of_directories},
        {"TIFFNumberOfStrips", (void **)&tiff.number_of_strips},
        {"TIFFNumberOfTiles", (void **)&tiff.number_of_tiles},
        {"TIFFReadRGBAStripExt", (void **)&tiff.read_rgba_strip},
        {"TIFFReadRGBATileExt", (void **)&tiff.read_rgba_tile},
        {"TIFFRGBAImageOK", (void **)&tiff.rgba_image_ok},
        {"TIFFReverseBits", (void **)&tiff.reverse_bits},
        {NULL, NULL},
    };
    const LoadedFunction options[] = {
        {"TIFFOpenOptionsAlloc", (void **)&tiff_options.options_alloc},
        {"TIFFOpenOptionsFree", (void **)&tiff_options.options_free},
        {"TIFFOpenOptionsSetMaxSingleMemAlloc", (void **)&tiff_options.set_max_allocation},
        {"TIFFOpenOptionsSetErrorHandlerExtR", (void **)&tiff_options.set_error_handler},
        {"TIFFOpenOptionsSetWarningHandlerExtR", (void **)&tiff_options.set_warning_handler},
        {"TIFFClientOpenExt", (void **)&tiff_options.client_open},
        {NULL, NULL},
    };
    const LoadedFunction handlers[] = {
        {"TIFFSetErrorHandler", (void **)&tiff_handlers.set_error_handler},
        {"TIFFSetWarningHandler", (void **)&tiff_handlers.set_warning_handler},
        {NULL, NULL},
    };
    is_loaded = percept_load_functions(paths, functions);
    has_options = is_loaded && percept_load_functions(paths, options);
    if (!is_loaded || has_options || !percept_load_functions(paths, handlers)) return;
    // They print to standard error unless they are replaced.
    tiff_handlers.set_error_handler(NULL);
    tiff_handlers.set_warning_handler(NULL);
}

bool tiff_library_load(void) {
    pthread_once(&once, load);
    return is_loaded;
}

static tmsize_t on_read(thandle_t client, void *bytes, tmsize_t count) {
    TIFFDecoder *decoder = client;
    if (count <= 0) return 0;
    size_t got = byte_source_peek(&decoder->base.source, decoder->position, bytes, (size_t)count);
    decoder->position += got;
    return (tmsize_t)got;
}

static tmsize_t on_write(thandle_t client, void *bytes, tmsize_t count) {
    (void)client, (void)bytes, (void)count;
    return 0;
}

static toff_t on_seek(thandle_t client, toff_t offset, int whence) {
    TIFFDecoder *decoder = client;
    uint64_t start = whence == SEEK_CUR ? decoder->position : whence == SEEK_END ? decoder->byte_count : 0;
    decoder->position = start + offset;
    return decoder->position;
}

static int on_close(thandle_t client) {
    (void)client;
    return 0;
}

static toff_t on_size(thandle_t client) { return ((TIFFDecoder *)client)->byte_count; }

void tiff_library_open(TIFFDecoder *decoder) {
    // "m" reads instead of mapping: a mapped file that shrinks ends the process.
    static const char mode[] = "rm";
    if (!has_options) {
        decoder->file =
            tiff.client_open("image", mode, decoder, on_read, on_write, on_seek, on_close, on_size, NULL, NULL);
        return;
    }
    void *options = tiff_options.options_alloc();
    if (!options) return;
    uint64_t limit = decoder->base.limits.byte_count;
    tiff_options.set_max_allocation(options, limit > INT32_MAX ? INT32_MAX : (tmsize_t)limit);
    tiff_options.set_error_handler(options, on_error, decoder);
    tiff_options.set_warning_handler(options, on_warning, decoder);
    decoder->file = tiff_options.client_open("image", mode, decoder, on_read, on_write, on_seek, on_close, on_size,
                                             NULL, NULL, options);
    tiff_options.options_free(options);
}
