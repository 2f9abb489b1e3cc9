#include "CArguments.h"

#include <stddef.h>
#include <stdlib.h> // defines __GLIBC__

static int count = 0;
static char **arguments = NULL;

// glibc and macOS pass the arguments of main to constructors; musl does not.
#if defined(__GLIBC__) || defined(__APPLE__)
__attribute__((constructor)) static void keep_arguments(int argument_count, char **argument_values) {
    count = argument_count;
    arguments = argument_values;
}
#endif

int32_t percept_argument_count(void) {
    return count;
}

char *const *percept_arguments(void) {
    return arguments;
}
