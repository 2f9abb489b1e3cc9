#include "CKernelsFLAC.h"

#include <string.h>

#include "CKernelsSelection.h"
#include "flac_checksums.h"

#define INLINE static inline __attribute__((always_inline))

enum { LargestOrder = 32 };

// How each lane's samples are predicted from those before them.
typedef struct {
    int order[PerceptFLACLanes];
    int bit_depth[PerceptFLACLanes];
    int32_t shift[PerceptFLACLanes];
    // The newest sample's first.
    int32_t coefficients[LargestOrder][PerceptFLACLanes];
} Predictors;

// MARK: Frame headers

typedef struct {
    int block_size;
    int assignment;
    ptrdiff_t byte_count;
} FrameHeader;

static bool header_fits(uint8_t byte, FLACStreamFormat format) {
    static const uint8_t depths[] = {0, 8, 12, 0, 16, 20, 24, 32};
    int assignment = byte >> 4, depth = byte >> 1 & 7;
    bool has_channels = assignment < 8 ? assignment + 1 == format.channel_count
                                      : assignment <= 10 && format.channel_count == 2;
    return has_channels && depth != 3 && (depth == 0 || depths[depth] == format.bit_depth) && (byte & 1) == 0;
}

// After a truncated header come zero bytes, which are not its checksum.
static bool read_header(const uint8_t *bytes, FLACStreamFormat format, FrameHeader *header) {
    if (bytes[0] != 0xFF || (bytes[1] & 0xFE) != 0xF8 || !header_fits(bytes[3], format)) return false;
    int block_size_code = bytes[2] >> 4, rate_code = bytes[2] & 15;
    if (block_size_code == 0 || rate_code == 15) return false;
    // The frame number is coded like UTF-8: as many bytes as the first has leading ones, or one.
    int ones = 0;
    while (ones < 8 && bytes[4] >> (7 - ones) & 1) ones++;
    if (ones == 1 || ones == 8) return false;
    int length = ones == 0 ? 1 : ones;
    for (int index = 1; index < length; index++) {
        if ((bytes[4 + index] & 0xC0) != 0x80) return false;
    }
    const uint8_t *next = bytes + 4 + length;
    if (block_size_code == 1) {
        header->block_size = 192;
    } else if (block_size_code < 6) {
        header->block_size = 576 << (block_size_code - 2);
    } else if (block_size_code == 6) {
        header->block_size = *next++ + 1;
    } else if (block_size_code == 7) {
        header->block_size = (next[0] << 8 | next[1]) + 1;
        next += 2;
    } else {
        header->block_size = 256 << (block_size_code - 8);
    }
    static const int32_t rates[] = {0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000};
    int32_t rate = rate_code < 12 ? rates[rate_code] : 0;
    if (rate_code == 12) rate = *next++ * 1000;
    if (rate_code == 13 || rate_code == 14) {
        rate = (next[0] << 8 | next[1]) * (rate_code == 14 ? 10 : 1);
        next += 2;
    }
    if (rate_code != 0 && format.sample_rate != 0 && rate != format.sample_rate) return false;
    header->assignment = bytes[3] >> 4;
    header->byte_count = next + 1 - bytes;
    return percept_flac_checksum8(bytes, next - bytes) == *next;
}

// MARK: One implementation for each kind of processor

#define TARGET
#define NAMED(name) name##_scalar
#include "flac_decoding_lanes.h"

#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt,fma")))
#define NAMED(name) name##_avx2
#include "flac_decoding_lanes.h"
#endif

ptrdiff_t percept_flac_find(FLACStreamFormat format, const uint8_t *bytes, ptrdiff_t count) {
    FrameHeader header;
    for (const uint8_t *next = bytes; (next = memchr(next, 0xFF, (size_t)(bytes + count - next))) != NULL; next++) {
        if (read_header(next, format, &header)) return next - bytes;
    }
    return -1;
}

bool percept_flac_decode(FLACStreamFormat format, const uint8_t *bytes, ptrdiff_t count, ptrdiff_t limit,
                         int32_t *samples, FLACFrameGroup *group) {
    group->frame_count = 0;
    group->block_size = 0;
    if (format.channel_count < 1 || format.channel_count > PerceptFLACLanes) return false;
    if (format.bit_depth < 4 || format.bit_depth > 24) return false;
#if defined(__x86_64__)
    if (percept_kernel() != PerceptKernelScalar) return decode_avx2(format, bytes, count, limit, samples, group);
#endif
    return decode_scalar(format, bytes, count, limit, samples, group);
}

bool percept_flac_channel(FLACStreamFormat format, const FLACFrameGroup *group, const int32_t *samples, int32_t frame,
                          int32_t channel, float *output) {
#if defined(__x86_64__)
    if (percept_kernel() != PerceptKernelScalar) return channel_avx2(format, group, samples, frame, channel, output);
#endif
    return channel_scalar(format, group, samples, frame, channel, output);
}
