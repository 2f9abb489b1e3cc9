#ifndef PERCEPT_CKERNELS_HASHING_H
#define PERCEPT_CKERNELS_HASHING_H

#include <stddef.h>
#include <stdint.h>

typedef enum HashAlgorithm {
    /// RFC 1321, 16 bytes. FLAC stores it in its header; it protects against damage, not against an attacker.
    HashAlgorithmMD5,
    /// FIPS 180-4, 32 bytes.
    HashAlgorithmSHA256,
} HashAlgorithm;

/// Bytes of the longest digest.
enum { PerceptLargestDigest = 32 };

/// The hash of the bytes so far.
typedef struct HashState {
    HashAlgorithm algorithm;
    uint32_t words[8];
    uint64_t byte_count;
    /// The last `byte_count % 64` bytes, which wait for the rest of their block.
    uint8_t pending[64];
} HashState;

void percept_hash_init(HashState *state, HashAlgorithm algorithm);

/// Adds `count` bytes; the pieces may have any length.
void percept_hash_update(HashState *state, const void *bytes, size_t count);

/// Writes the digest and returns its length in bytes. `state` cannot be updated afterwards.
size_t percept_hash_final(HashState *state, uint8_t digest[PerceptLargestDigest]);

#endif
