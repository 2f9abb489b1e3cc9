#ifndef LOADED_LIBRARY_H
#define LOADED_LIBRARY_H

// Where a function of a library that is loaded at run time stands in a table of pointers.
typedef struct LoadedFunction {
    const char *name;
    void **pointer;
} LoadedFunction;

// Fills the pointers from what the process has linked already, else from the first of `paths` that can be loaded; false
// when one function is missing. The library stays loaded.
_Bool load_functions(const char *const *paths, const LoadedFunction *functions);

#endif
