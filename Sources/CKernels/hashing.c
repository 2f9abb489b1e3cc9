#include "CKernelsHashing.h"

#include <stdbool.h>
#include <string.h>

#include "CKernelsSelection.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>
#endif

static inline uint32_t rotated_left(uint32_t word, int count) { return word << count | word >> (32 - count); }

static inline uint32_t rotated_right(uint32_t word, int count) { return word >> count | word << (32 - count); }

static inline uint32_t little_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static inline uint32_t big_endian(const uint8_t *bytes) { return __builtin_bswap32(little_endian(bytes)); }

// MARK: MD5

// ⌊2³² · |sin(i + 1)|⌋
static const uint32_t sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

static void md5_blocks(uint32_t *state, const uint8_t *bytes, size_t count) {
    static const int shifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    for (; count > 0; bytes += 64, count--) {
        const uint32_t before[4] = {a, b, c, d};
        // Unrolled, all indices and shifts are constants; as a loop it takes three times as long.
#pragma clang loop unroll(full)
        for (int i = 0; i < 64; i++) {
            const int round = i / 16;
            const uint32_t mixed = round == 0 ? d ^ (b & (c ^ d))
                                 : round == 1 ? c ^ (d & (b ^ c))
                                 : round == 2 ? b ^ c ^ d
                                              : c ^ (b | ~d);
            const int word = round == 0 ? i : round == 1 ? 5 * i + 1 : round == 2 ? 3 * i + 5 : 7 * i;
            const uint32_t sum = a + mixed + little_endian(bytes + 4 * (word % 16)) + sines[i];
            a = d;
            d = c;
            c = b;
            b += rotated_left(sum, shifts[round][i % 4]);
        }
        a += before[0];
        b += before[1];
        c += before[2];
        d += before[3];
    }
    state[0] = a;
    state[1] = b;
    state[2] = c;
    state[3] = d;
}

// MARK: SHA-256

// The fractional parts of the cube roots of the first 64 primes.
static const uint32_t cube_roots[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static void sha256_blocks_scalar(uint32_t *state, const uint8_t *bytes, size_t count) {
    for (; count > 0; bytes += 64, count--) {
        uint32_t schedule[64];
        for (int i = 0; i < 16; i++) schedule[i] = big_endian(bytes + 4 * i);
        for (int i = 16; i < 64; i++) {
            const uint32_t early = schedule[i - 15], late = schedule[i - 2];
            schedule[i] = schedule[i - 16] + schedule[i - 7]
                + (rotated_right(early, 7) ^ rotated_right(early, 18) ^ early >> 3)
                + (rotated_right(late, 17) ^ rotated_right(late, 19) ^ late >> 10);
        }
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
        uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
#pragma clang loop unroll_count(8)
        for (int i = 0; i < 64; i++) {
            const uint32_t first = h + (rotated_right(e, 6) ^ rotated_right(e, 11) ^ rotated_right(e, 25))
                + (g ^ (e & (f ^ g))) + cube_roots[i] + schedule[i];
            const uint32_t second = (rotated_right(a, 2) ^ rotated_right(a, 13) ^ rotated_right(a, 22))
                + ((a & b) | (c & (a | b)));
            h = g;
            g = f;
            f = e;
            e = d + first;
            d = c;
            c = b;
            b = a;
            a = first + second;
        }
        const uint32_t sums[8] = {a, b, c, d, e, f, g, h};
        for (int i = 0; i < 8; i++) state[i] += sums[i];
    }
}

#if defined(__x86_64__)

#define SHA __attribute__((target("sha,sse4.1")))

// Four rounds, two to an instruction.
SHA static inline void sha_rounds(__m128i *abef, __m128i *cdgh, __m128i words) {
    *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, words);
    *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32(words, 0x0E));
}

SHA static void sha256_blocks_sha(uint32_t *state, const uint8_t *bytes, size_t count) {
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    // The instructions want the words in the order F E B A and H G D C, from the lowest lane on.
    const __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xB1);
    const __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1B);
    __m128i abef = _mm_alignr_epi8(badc, hgfe, 8), cdgh = _mm_blend_epi16(hgfe, badc, 0xF0);
    for (; count > 0; bytes += 64, count--) {
        const __m128i abef_before = abef, cdgh_before = cdgh;
        // The last sixteen words of the schedule, four to a register.
        __m128i words[4];
#pragma clang loop unroll(full)
        for (int i = 0; i < 16; i++) {
            __m128i *next = &words[i % 4];
            if (i < 4) {
                *next = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(bytes + 16 * i)), swap);
            } else {
                const __m128i last = words[(i + 3) % 4];
                const __m128i middle = _mm_alignr_epi8(last, words[(i + 2) % 4], 4);
                *next = _mm_add_epi32(_mm_sha256msg1_epu32(*next, words[(i + 1) % 4]), middle);
                *next = _mm_sha256msg2_epu32(*next, last);
            }
            const __m128i roots = _mm_loadu_si128((const __m128i *)(cube_roots + 4 * i));
            sha_rounds(&abef, &cdgh, _mm_add_epi32(*next, roots));
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    const __m128i feba = _mm_shuffle_epi32(abef, 0x1B), dchg = _mm_shuffle_epi32(cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

// Looked up by cpuid, since older compilers do not know the name "sha" in __builtin_cpu_supports; once, since virtual
// machines trap it.
static bool has_sha(void) {
    static atomic_int known = -1;
    int has = atomic_load_explicit(&known, memory_order_relaxed);
    if (has < 0) {
        unsigned a, b, c, d;
        has = __builtin_cpu_supports("sse4.1") && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & 1u << 29) != 0;
        atomic_store_explicit(&known, has, memory_order_relaxed);
    }
    return has;
}

#endif

static void sha256_blocks(uint32_t *state, const uint8_t *bytes, size_t count) {
#if defined(__x86_64__)
    if (percept_kernel() != PerceptKernelScalar && has_sha()) return sha256_blocks_sha(state, bytes, count);
#endif
    sha256_blocks_scalar(state, bytes, count);
}

// MARK: Pieces

void percept_hash_init(HashState *state, HashAlgorithm algorithm) {
    // MD5 uses the first four words alone.
    static const uint32_t initial[2][8] = {
        [HashAlgorithmMD5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476},
        [HashAlgorithmSHA256] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
                                 0x5be0cd19},
    };
    memset(state, 0, sizeof *state);
    state->algorithm = algorithm;
    memcpy(state->words, initial[algorithm], sizeof state->words);
}

static void add_blocks(HashState *state, const uint8_t *bytes, size_t count) {
    if (state->algorithm == HashAlgorithmMD5) {
        md5_blocks(state->words, bytes, count);
    } else {
        sha256_blocks(state->words, bytes, count);
    }
}

void percept_hash_update(HashState *state, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    const size_t held = state->byte_count % 64;
    state->byte_count += count;
    if (held > 0) {
        const size_t taken = count < 64 - held ? count : 64 - held;
        if (taken > 0) memcpy(state->pending + held, next, taken);
        if (held + taken < 64) return;
        add_blocks(state, state->pending, 1);
        next += taken;
        count -= taken;
    }
    if (count >= 64) add_blocks(state, next, count / 64);
    if (count % 64 > 0) memcpy(state->pending, next + count / 64 * 64, count % 64);
}

size_t percept_hash_final(HashState *state, uint8_t digest[PerceptLargestDigest]) {
    const bool is_little_endian = state->algorithm == HashAlgorithmMD5;
    const uint64_t bit_count = state->byte_count << 3;
    // A one bit, then zeros up to the last eight bytes of a block, which state the length in bits.
    uint8_t padding[72] = {0x80};
    const size_t length = 1 + (119 - state->byte_count % 64) % 64;
    for (int i = 0; i < 8; i++) padding[length + i] = (uint8_t)(bit_count >> 8 * (is_little_endian ? i : 7 - i));
    percept_hash_update(state, padding, length + 8);
    const size_t count = is_little_endian ? 16 : 32;
    for (size_t i = 0; i < count; i++) {
        digest[i] = (uint8_t)(state->words[i / 4] >> 8 * (is_little_endian ? i % 4 : 3 - i % 4));
    }
    return count;
}
