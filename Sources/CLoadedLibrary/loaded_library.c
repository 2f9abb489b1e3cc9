#include "CLoadedLibrary.h"

#include <dlfcn.h>
#include <stddef.h>

static bool find_functions(void *library, const LoadedFunction *functions) {
    for (; functions->name; functions++) {
        *functions->pointer = dlsym(library, functions->name);
        if (!*functions->pointer) return false;
    }
    return true;
}

bool percept_load_functions(const char *const *paths, const LoadedFunction *functions) {
    for (; *paths; paths++) {
        void *library = dlopen(**paths ? *paths : NULL, RTLD_NOW | RTLD_LOCAL);
        if (!library) continue;
        if (find_functions(library, functions)) return true;
        dlclose(library);
    }
    return false;
}
