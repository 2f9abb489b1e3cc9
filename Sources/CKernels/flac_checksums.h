#ifndef PERCEPT_FLAC_CHECKSUMS_H
#define PERCEPT_FLAC_CHECKSUMS_H

#include <stddef.h>
#include <stdint.h>

// The checksums of a frame's header (RFC 9639 §9.1.8) and of the whole frame (§9.3).
uint8_t percept_flac_checksum8(const uint8_t *bytes, ptrdiff_t count);
uint16_t percept_flac_checksum16(const uint8_t *bytes, ptrdiff_t count);

#endif
