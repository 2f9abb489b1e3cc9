#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE  // RTLD_DEFAULT
#endif
#include "loaded_library.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

static bool find_functions(void *library, const LoadedFunction *functions) {
    for (; functions->name; functions++) {
        *functions->pointer = dlsym(library, functions->name);
        if (!*functions->pointer) return false;
    }
    return true;
}

bool load_functions(const char *const *paths, const LoadedFunction *functions) {
    if (find_functions(RTLD_DEFAULT, functions)) return true;
    for (; *paths; paths++) {
        void *library = dlopen(*paths, RTLD_NOW | RTLD_LOCAL);
        if (!library) continue;
        if (find_functions(library, functions)) return true;
        dlclose(library);
    }
    return false;
}
