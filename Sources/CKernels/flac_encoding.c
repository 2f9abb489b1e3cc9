#include "CKernelsFLACEncoding.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "flac_checksums.h"

#define INLINE static inline __attribute__((always_inline))

// The same sums in the same order whatever the processor, so that the same bytes come out.
#pragma clang fp contract(off)

enum { LargestOrder = 8, LargestPartitionOrder = 5, LargestParameter = 30 };

// How a subframe's samples are told from those before them.
typedef struct {
    bool isFixed;
    int order;
    int precision;
    int shift;
    // Of the sample before, then of the one before that.
    int32_t coefficients[LargestOrder];
} Predictor;

// How residuals are divided, and what each part's numbers are shifted by.
typedef struct {
    int partitionOrder;
    uint8_t parameters[1 << LargestPartitionOrder];
    uint64_t bitCount;
} RiceCoding;

ptrdiff_t percept_flac_frame_bound(FLACStreamFormat format, int32_t blockSize) {
    // No subframe is longer than its samples as they are; a difference of channels takes a bit more.
    return 32 + (ptrdiff_t)format.channelCount * (((ptrdiff_t)blockSize * (format.bitDepth + 1) + 7) / 8 + 8);
}

// MARK: Bits

typedef struct {
    uint8_t *next;
    // Fewer than eight bits, from the highest on, are not written yet.
    uint64_t pending;
    int count;
} BitWriter;

// Up to 57 bits; `value` has no others. Eight bytes are written whatever the count.
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

static int rate_code(int32_t sampleRate) {
    static const int32_t rates[] = {0,     88200, 176400, 192000, 8000,  16000,
                                    22050, 24000, 32000,  44100,  48000, 96000};
    for (int code = 1; code < 12; code++) {
        if (rates[code] == sampleRate) return code;
    }
    // The stream's header tells.
    return 0;
}

static int depth_code(int32_t bitDepth) {
    switch (bitDepth) {
    case 8: return 1;
    case 12: return 2;
    case 16: return 4;
    case 20: return 5;
    case 24: return 6;
    default: return 0;
    }
}

// A number coded like UTF-8.
static void put_number(BitWriter *bits, uint32_t number) {
    if (number < 0x80) return put(bits, number, 8);
    int tail = 1;
    // Behind `tail` more bytes of six bits each, the first has room for 6 − tail.
    while (number >> (6 * tail) >= 1u << (6 - tail)) tail++;
    put(bits, (0xFF00u >> (tail + 1) & 0xFF) | number >> (6 * tail), 8);
    while (tail-- > 0) put(bits, 0x80 | (number >> (6 * tail) & 0x3F), 8);
}

static void put_header(BitWriter *bits, FLACStreamFormat format, int32_t sampleRate, int32_t blockSize,
                       uint32_t blockNumber, int assignment) {
    const uint8_t *start = bits->next;
    int sizeCode = 8;
    while (sizeCode < 16 && 256 << (sizeCode - 8) != blockSize) sizeCode++;
    put(bits, 0xFFF8, 16);
    // Seven says that the size follows in 16 bits.
    put(bits, sizeCode < 16 ? (uint64_t)sizeCode : 7, 4);
    put(bits, (uint64_t)rate_code(sampleRate), 4);
    put(bits, (uint64_t)assignment, 4);
    put(bits, (uint64_t)depth_code(format.bitDepth), 3);
    put(bits, 0, 1);
    put_number(bits, blockNumber);
    if (sizeCode == 16) put(bits, (uint64_t)(blockSize - 1), 16);
    put(bits, percept_flac_checksum8(start, bits->next - start), 8);
}

// MARK: Rice coding

// What `count` numbers that add up to `sum` take at most, and the parameter with which they do.
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

// The cheapest division, given the sums of the finest one's parts, which are lost.
static void choose_division(uint64_t *sums, int blockSize, int order, int finest, RiceCoding *coding) {
    coding->bitCount = UINT64_MAX;
    for (int partitionOrder = finest; partitionOrder >= 0; partitionOrder--) {
        uint8_t parameters[1 << LargestPartitionOrder];
        uint64_t total = 6;
        bool isLarge = false;
        int length = blockSize >> partitionOrder;
        for (int part = 0; part < 1 << partitionOrder; part++) {
            uint64_t count = (uint64_t)(part == 0 ? length - order : length);
            total += rice_bits(sums[part], count, &parameters[part]);
            isLarge = isLarge || parameters[part] > 14;
        }
        total += (uint64_t)(isLarge ? 5 : 4) << partitionOrder;
        if (total < coding->bitCount) {
            coding->bitCount = total;
            coding->partitionOrder = partitionOrder;
            memcpy(coding->parameters, parameters, sizeof parameters);
        }
        for (int part = 0; part < 1 << partitionOrder >> 1; part++) sums[part] = sums[2 * part] + sums[2 * part + 1];
    }
}

static void put_residuals(BitWriter *bits, const int32_t *residuals, int blockSize, int order, const RiceCoding *coding) {
    int parts = 1 << coding->partitionOrder, length = blockSize >> coding->partitionOrder;
    bool isLarge = false;
    for (int part = 0; part < parts; part++) isLarge = isLarge || coding->parameters[part] > 14;
    put(bits, isLarge, 2);
    put(bits, (uint64_t)coding->partitionOrder, 4);
    int index = order;
    BitWriter writer = *bits;
    for (int part = 0; part < parts; part++) {
        int parameter = coding->parameters[part], end = (part + 1) * length;
        put(&writer, (uint64_t)parameter, isLarge ? 5 : 4);
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

// The coefficients of each order up to `LargestOrder` and the energy that they leave (Levinson and Durbin). Gives the number of orders.
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

// Bits of a coefficient, by how far a longer block makes up for them.
static int coefficient_precision(int bitDepth, int blockSize) {
    if (bitDepth < 16) return bitDepth / 2 + 2 < 5 ? 5 : bitDepth / 2 + 2;
    if (bitDepth > 17) return blockSize <= 384 ? 13 : blockSize <= 1152 ? 14 : 15;
    static const int sizes[] = {192, 384, 576, 1152, 2304, 4608};
    int precision = 7;
    for (int index = 0; index < 6 && blockSize > sizes[index]; index++) precision++;
    return precision;
}

static int best_order(const double *errors, int count, int blockSize, int bitsPerOrder) {
    int best = 1;
    double fewest = INFINITY;
    for (int order = 1; order <= count; order++) {
        double variance = errors[order - 1] / (2 * (double)blockSize);
        double bitsPerSample = variance > 1 ? log2(variance) / 2 : 0;
        double bitCount = bitsPerSample * (blockSize - order) + (double)(order * bitsPerOrder);
        if (bitCount < fewest) fewest = bitCount, best = order;
    }
    return best;
}

// Rounds to integers, what rounding leaves going into the next coefficient; false when they would be too large.
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
    predictor->isFixed = false;
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

ptrdiff_t percept_flac_encode(PerceptKernel kernel, FLACStreamFormat format, int32_t sampleRate, const int32_t *samples,
                              int32_t blockSize, uint32_t blockNumber, FLACEncodingSpace *space, uint8_t *output) {
    if (space->windowSize != blockSize) {
        int slope = blockSize / 4;
        for (int index = 0; index < blockSize; index++) {
            int distance = index < blockSize / 2 ? index : blockSize - 1 - index;
            space->window[index] = distance < slope ? 0.5 - 0.5 * cos(M_PI * distance / slope) : 1;
        }
        space->windowSize = blockSize;
    }
#if defined(__x86_64__)
    if (kernel != PerceptKernelScalar) {
        return encode_avx2(format, sampleRate, samples, blockSize, blockNumber, space, output);
    }
#else
    (void)kernel;
#endif
    return encode_scalar(format, sampleRate, samples, blockSize, blockNumber, space, output);
}
