#ifndef PERCEPT_CLOADED_LIBRARY_H
#define PERCEPT_CLOADED_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

/// A function of a library that is loaded at run time, and the pointer to store its address in.
typedef struct LoadedFunction {
    const char *name;
    void **pointer;
} LoadedFunction;

/// Sets the pointers to the functions of the first library that has all of them.
///
/// `paths` are tried in order; "" stands for the libraries that the process is linked with. Both lists end with a null
/// pointer or name. The library stays loaded. Returns false when no library has all functions.
bool percept_load_functions(const char *const *paths, const LoadedFunction *functions);

/// Returns the address of a function or variable in the first library that has it, or null, and writes the path of that
/// library, or an empty one if it is unknown.
///
/// `paths` is as for `percept_load_functions`. The library stays loaded. `path` has room for `path_size` bytes, which
/// must be at least 1.
void *percept_find_symbol(const char *const *paths, const char *name, char *path, size_t path_size);

#endif
