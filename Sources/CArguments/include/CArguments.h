#ifndef PERCEPT_CARGUMENTS_H
#define PERCEPT_CARGUMENTS_H

#include <stdint.h>

/// The number of arguments that the system passed to the process, including the name of the program.
///
/// 0 where the C library does not pass them to functions that run before `main`. Swift's CommandLine reads
/// /proc/self/cmdline instead, which a container or a chroot may lack.
int32_t percept_argument_count(void);
/// The arguments, or null where their number is 0.
char *const *percept_arguments(void);

#endif
