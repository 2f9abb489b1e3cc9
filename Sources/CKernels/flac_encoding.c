#include "CKernelsFLACEncoding.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "CKernelsSelection.h"
#include "flac_checksums.h"

#define INLINE static inline __attribute__((always_inline))

// The same sums in the same order on every processor, so that all of them write the same bytes.
#pragma clang fp contract(off)

enum { LargestOrder = 8, LargestPartitionOrder = 5, LargestParameter = 30 };

// How a subframe's samples are predicted from those before them.
typedef struct {
    bool is_fixed;
    int order;
    int precision;
    int shift;
    // The newest sample's first.
    int32_t coefficients[LargestOrder];
} Predictor;

// How residuals are divided into partitions, and the Rice parameter of each.
typedef struct {
    int partition_order;
    uint8_t parameters[1 << LargestPartitionOrder];
    uint64_t bit_count;
} RiceCoding;

ptrdiff_t percept_flac_frame_bound(FLACStreamFormat format, int32_t block_size) {
    // No subframe is longer than its samples stored verbatim; a difference of channels takes one bit more.
    return 32 + (ptrdiff_t)format.channel_count * (((ptrdiff_t)block_size * (format.bit_depth + 1) + 7) / 8 + 8);
}

// MARK: Bits

typedef struct {
    uint8_t *next;
    // Up to seven bits, from the highest on, that are not written yet.
    uint64_t pending;
    int count;
} BitWriter;

// Writes the lowest `count` (at most 57) bits of `value`, whose other bits are zero. Stores eight bytes in any case.
INLINE void put(BitWriter *bits, uint64_t value, int count) {
    bits->pending |= value << (64 - bits->count - count);
    bits->count += count;
    uint64_t word = bits->pending;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    memcpy(bits->next, &word, sizeof word);
    bits->next += bits->count >> 3;
    bits->pending = bits->count >= 64 ? 0 : bits->pending << (bits->count & ~7);
    bits->count &= 7;
}

static void put_signed(BitWriter *bits, int32_t value, int count) {
    put(bits, (uint32_t)value & (((uint64_t)1 << count) - 1), count);
}

static void put_zeros(BitWriter *bits, uint32_t count) {
    for (; count > 32; count -= 32) put(bits, 0, 32);
    if (count > 0) put(bits, 0, (int)count);
}

// MARK: Frame headers

static int rate_code(int32_t sample_rate) {
    static const int32_t rates[] = {0,     88200, 176400, 192000, 8000,  16000,
                                    22050, 24000, 32000,  44100,  48000, 96000};
    for (int code = 1; code < 12; code++) {
        if (rates[code] == sample_rate) return code;
    }
    // As in the stream's header.
    return 0;
}

static int depth_code(int32_t bit_depth) {
    switch (bit_depth) {
    case 8: return 1;
    case 12: return 2;
    case 16: return 4;
    case 20: return 5;
    case 24: return 6;
    default: return 0;
    }
}

// Writes a number coded like UTF-8.
static void put_number(BitWriter *bits, uint32_t number) {
    if (number < 0x80) return put(bits, number, 8);
    int tail = 1;
    // Before `tail` more bytes of six bits each, the first has room for 6 − tail.
    while (number >> (6 * tail) >= 1u << (6 - tail)) tail++;
    put(bits, (0xFF00u >> (tail + 1) & 0xFF) | number >> (6 * tail), 8);
    while (tail-- > 0) put(bits, 0x80 | (number >> (6 * tail) & 0x3F), 8);
}

static void put_header(BitWriter *bits, FLACStreamFormat format, int32_t sample_rate, int32_t block_size,
                       uint32_t block_number, int assignment) {
    const uint8_t *start = bits->next;
    int size_code = 8;
    while (size_code < 16 && 256 << (size_code - 8) != block_size) size_code++;
    put(bits, 0xFFF8, 16);
    // Seven: the size follows in 16 bits.
    put(bits, size_code < 16 ? (uint64_t)size_code : 7, 4);
    put(bits, (uint64_t)rate_code(sample_rate), 4);
    put(bits, (uint64_t)assignment, 4);
    put(bits, (uint64_t)depth_code(format.bit_depth), 3);
    put(bits, 0, 1);
    put_number(bits, block_number);
    if (size_code == 16) put(bits, (uint64_t)(block_size - 1), 16);
    put(bits, percept_flac_checksum8(start, bits->next - start), 8);
}

// MARK: Rice coding

// Returns an upper bound for the bits of `count` numbers that add up to `sum`, and the parameter that reaches it.
static uint64_t rice_bits(uint64_t sum, uint64_t count, uint8_t *parameter) {
    // The best one is near log2(sum · ln 2 / count).
    uint64_t mean = sum * 45 / 64 / (count > 0 ? count : 1);
    int best = mean == 0 ? 0 : 63 - __builtin_clzll(mean);
    if (best > LargestParameter - 1) best = LargestParameter - 1;
    uint64_t lower = count * (uint64_t)(best + 1) + (sum >> best);
    uint64_t upper = count * (uint64_t)(best + 2) + (sum >> (best + 1));
    *parameter = (uint8_t)(upper < lower ? best + 1 : best);
    return upper < lower ? upper : lower;
}

// Finds the cheapest partition order from the sums of the finest one's parts, which are overwritten.
static void choose_division(uint64_t *sums, int block_size, int order, int finest, RiceCoding *coding) {
    coding->bit_count = UINT64_MAX;
    for (int partition_order = finest; partition_order >= 0; partition_order--) {
        uint8_t parameters[1 << LargestPartitionOrder];
        uint64_t total = 6;
        bool is_large = false;
        int length = block_size >> partition_order;
        for (int part = 0; part < 1 << partition_order; part++) {
            uint64_t count = (uint64_t)(part == 0 ? length - order : length);
            total += rice_bits(sums[part], count, &parameters[part]);
            is_large = is_large || parameters[part] > 14;
        }
        total += (uint64_t)(is_large ? 5 : 4) << partition_order;
        if (total < coding->bit_count) {
            coding->bit_count = total;
            coding->partition_order = partition_order;
            memcpy(coding->parameters, parameters, sizeof parameters);
        }
        for (int part = 0; part < 1 << partition_order >> 1; part++) sums[part] = sums[2 * part] + sums[2 * part + 1];
    }
}

static void put_residuals(BitWriter *bits, const int32_t *residuals, int block_size, int order,
                          const RiceCoding *coding) {
    int parts = 1 << coding->partition_order, length = block_size >> coding->partition_order;
    bool is_large = false;
    for (int part = 0; part < parts; part++) is_large = is_large || coding->parameters[part] > 14;
    put(bits, is_large, 2);
    put(bits, (uint64_t)coding->partition_order, 4);
    int index = order;
    BitWriter writer = *bits;
    for (int part = 0; part < parts; part++) {
        int parameter = coding->parameters[part], end = (part + 1) * length;
        put(&writer, (uint64_t)parameter, is_large ? 5 : 4);
        for (; index < end; index++) {
            uint32_t folded = (uint32_t)residuals[index] << 1 ^ (uint32_t)(residuals[index] >> 31);
            uint32_t quotient = folded >> parameter;
            uint64_t tail = (uint64_t)1 << parameter | (folded & (((uint32_t)1 << parameter) - 1));
            if (__builtin_expect(quotient > 24, 0)) {
                put_zeros(&writer, quotient);
                quotient = 0;
            }
            put(&writer, tail, (int)quotient + 1 + parameter);
        }
    }
    *bits = writer;
}

// MARK: Linear prediction

// Finds the coefficients of each order up to `LargestOrder`, and the energy of their residuals (Levinson and Durbin).
// Returns the number of orders.
static int solve(const double *correlations, double coefficients[LargestOrder][LargestOrder], double *errors) {
    double current[LargestOrder] = {0}, error = correlations[0];
    for (int order = 0; order < LargestOrder; order++) {
        double reflection = -correlations[order + 1];
        for (int lag = 0; lag < order; lag++) reflection -= current[lag] * correlations[order - lag];
        reflection /= error;
        current[order] = reflection;
        for (int lag = 0; lag < order / 2; lag++) {
            double before = current[lag];
            current[lag] += reflection * current[order - 1 - lag];
            current[order - 1 - lag] += reflection * before;
        }
        if (order % 2 == 1) current[order / 2] += reflection * current[order / 2];
        error *= 1 - reflection * reflection;
        for (int lag = 0; lag <= order; lag++) coefficients[order][lag] = -current[lag];
        errors[order] = error;
        if (!(error > 0)) return order + 1;
    }
    return LargestOrder;
}

// Returns the bits of a coefficient: more for longer blocks, which make up for them.
static int coefficient_precision(int bit_depth, int block_size) {
    if (bit_depth < 16) return bit_depth / 2 + 2 < 5 ? 5 : bit_depth / 2 + 2;
    if (bit_depth > 17) return block_size <= 384 ? 13 : block_size <= 1152 ? 14 : 15;
    static const int sizes[] = {192, 384, 576, 1152, 2304, 4608};
    int precision = 7;
    for (int index = 0; index < 6 && block_size > sizes[index]; index++) precision++;
    return precision;
}

static int best_order(const double *errors, int count, int block_size, int bits_per_order) {
    int best = 1;
    double fewest = INFINITY;
    for (int order = 1; order <= count; order++) {
        double variance = errors[order - 1] / (2 * (double)block_size);
        double bits_per_sample = variance > 1 ? log2(variance) / 2 : 0;
        double bit_count = bits_per_sample * (block_size - order) + (double)(order * bits_per_order);
        if (bit_count < fewest) fewest = bit_count, best = order;
    }
    return best;
}

// Rounds coefficients to integers, carrying each rounding error into the next one; false when they are too large.
static bool quantize(const double *coefficients, int order, int precision, Predictor *predictor) {
    double largest = 0;
    for (int index = 0; index < order; index++) largest = fmax(largest, fabs(coefficients[index]));
    if (!(largest > 0) || !isfinite(largest)) return false;
    int exponent;
    frexp(largest, &exponent);
    int shift = precision - 1 - exponent;
    if (shift < 0) return false;
    if (shift > 15) shift = 15;
    int32_t limit = (1 << (precision - 1)) - 1;
    double rest = 0;
    for (int index = 0; index < order; index++) {
        rest += coefficients[index] * (1 << shift);
        double rounded = fmin(limit, fmax(-limit - 1, nearbyint(rest)));
        predictor->coefficients[index] = (int32_t)rounded;
        rest -= rounded;
    }
    predictor->is_fixed = false;
    predictor->order = order;
    predictor->precision = precision;
    predictor->shift = shift;
    return true;
}

// MARK: One implementation for each kind of processor

#define TARGET
#define NAMED(name) name##_scalar
#include "flac_encoding_lanes.h"

#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt")))
#define NAMED(name) name##_avx2
#include "flac_encoding_lanes.h"
#endif

ptrdiff_t percept_flac_encode(FLACStreamFormat format, int32_t sample_rate, const int32_t *samples, int32_t block_size,
                              uint32_t block_number, FLACEncodingSpace *space, uint8_t *output) {
    if (space->window_size != block_size) {
        int slope = block_size / 4;
        for (int index = 0; index < block_size; index++) {
            int distance = index < block_size / 2 ? index : block_size - 1 - index;
            space->window[index] = distance < slope ? 0.5 - 0.5 * cos(M_PI * distance / slope) : 1;
        }
        space->window_size = block_size;
    }
#if defined(__x86_64__)
    if (percept_kernel() != PerceptKernelScalar) {
        return encode_avx2(format, sample_rate, samples, block_size, block_number, space, output);
    }
#endif
    return encode_scalar(format, sample_rate, samples, block_size, block_number, space, output);
}
