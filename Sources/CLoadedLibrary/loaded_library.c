#define _GNU_SOURCE // for dladdr
#include "CLoadedLibrary.h"

#include <dlfcn.h>
#include <stdio.h>

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

void *percept_find_symbol(const char *const *paths, const char *name, char *path, size_t path_size) {
    path[0] = 0;
    for (; *paths; paths++) {
        void *library = dlopen(**paths ? *paths : NULL, RTLD_NOW | RTLD_LOCAL);
        if (!library) continue;
        void *symbol = dlsym(library, name);
        if (symbol) {
            Dl_info info;
            if (dladdr(symbol, &info) && info.dli_fname) snprintf(path, path_size, "%s", info.dli_fname);
            return symbol;
        }
        dlclose(library);
    }
    return NULL;
}
