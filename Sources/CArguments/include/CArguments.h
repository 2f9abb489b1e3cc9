#ifndef PERCEPT_CARGUMENTS_H
#define PERCEPT_CARGUMENTS_H

#include <stdint.h>

/// The arguments of the process as the system passed them, including the name of the program; 0 and null where the C
/// library does not pass them to functions that run before `main`. Swift's own reads them from /proc/self/cmdline, which
/// a container or a chroot may lack.
int32_t percept_argument_count(void);
char *const *percept_arguments(void);

#endif
