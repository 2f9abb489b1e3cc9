#include <mpg123.h>

// The header renames this function by a macro, which Swift does not see, and to another name in each version.
static inline int percept_mpg123_set(mpg123_handle *handle, enum mpg123_parms parameter, long value) {
    return mpg123_param(handle, parameter, value, 0);
}
