#include "CKernelsFLAC.h"

#include <string.h>

#include "flac_checksums.h"

#define INLINE static inline __attribute__((always_inline))

enum { LargestOrder = 32 };

// How the samples of each lane follow from those before them, and what is known of them.
typedef struct {
    int order[PerceptFLACLanes];
    int bitDepth[PerceptFLACLanes];
    int32_t shift[PerceptFLACLanes];
    // Of the sample before, then of the one before that.
    int32_t coefficients[LargestOrder][PerceptFLACLanes];
} Predictors;

// MARK: Frame headers

typedef struct {
    int blockSize;
    int assignment;
    ptrdiff_t byteCount;
} FrameHeader;

static bool header_fits(uint8_t byte, FLACStreamFormat format) {
    static const uint8_t depths[] = {0, 8, 12, 0, 16, 20, 24, 32};
    int assignment = byte >> 4, depth = byte >> 1 & 7;
    bool hasChannels = assignment < 8 ? assignment + 1 == format.channelCount
                                      : assignment <= 10 && format.channelCount == 2;
    return hasChannels && depth != 3 && (depth == 0 || depths[depth] == format.bitDepth) && (byte & 1) == 0;
}

// The bytes behind those of a header that is cut off are zero, and no checksum.
static bool read_header(const uint8_t *bytes, FLACStreamFormat format, FrameHeader *header) {
    if (bytes[0] != 0xFF || (bytes[1] & 0xFE) != 0xF8 || !header_fits(bytes[3], format)) return false;
    int blockSizeCode = bytes[2] >> 4, rateCode = bytes[2] & 15;
    if (blockSizeCode == 0 || rateCode == 15) return false;
    // The number of the frame is coded like UTF-8: as many bytes as the first has leading ones, or one.
    int ones = 0;
    while (ones < 8 && bytes[4] >> (7 - ones) & 1) ones++;
    if (ones == 1 || ones == 8) return false;
    int length = ones == 0 ? 1 : ones;
    for (int index = 1; index < length; index++) {
        if ((bytes[4 + index] & 0xC0) != 0x80) return false;
    }
    const uint8_t *next = bytes + 4 + length;
    if (blockSizeCode == 1) {
        header->blockSize = 192;
    } else if (blockSizeCode < 6) {
        header->blockSize = 576 << (blockSizeCode - 2);
    } else if (blockSizeCode == 6) {
        header->blockSize = *next++ + 1;
    } else if (blockSizeCode == 7) {
        header->blockSize = (next[0] << 8 | next[1]) + 1;
        next += 2;
    } else {
        header->blockSize = 256 << (blockSizeCode - 8);
    }
    static const int32_t rates[] = {0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000};
    int32_t rate = rateCode < 12 ? rates[rateCode] : 0;
    if (rateCode == 12) rate = *next++ * 1000;
    if (rateCode == 13 || rateCode == 14) {
        rate = (next[0] << 8 | next[1]) * (rateCode == 14 ? 10 : 1);
        next += 2;
    }
    if (rateCode != 0 && format.sampleRate != 0 && rate != format.sampleRate) return false;
    header->assignment = bytes[3] >> 4;
    header->byteCount = next + 1 - bytes;
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

bool percept_flac_decode(PerceptKernel kernel, FLACStreamFormat format, const uint8_t *bytes, ptrdiff_t count,
                         ptrdiff_t limit, int32_t *samples, FLACFrameGroup *group) {
    group->frameCount = 0;
    group->blockSize = 0;
    if (format.channelCount < 1 || format.channelCount > PerceptFLACLanes) return false;
    if (format.bitDepth < 4 || format.bitDepth > 24) return false;
#if defined(__x86_64__)
    if (kernel != PerceptKernelScalar) return decode_avx2(format, bytes, count, limit, samples, group);
#else
    (void)kernel;
#endif
    return decode_scalar(format, bytes, count, limit, samples, group);
}

bool percept_flac_channel(PerceptKernel kernel, FLACStreamFormat format, const FLACFrameGroup *group,
                          const int32_t *samples, int32_t frame, int32_t channel, float *output) {
#if defined(__x86_64__)
    if (kernel != PerceptKernelScalar) return channel_avx2(format, group, samples, frame, channel, output);
#else
    (void)kernel;
#endif
    return channel_scalar(format, group, samples, frame, channel, output);
}
