#ifndef PERCEPT_CKERNELS_FLAC_H
#define PERCEPT_CKERNELS_FLAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Subframes (one channel of one frame) that are decoded side by side, one per lane.
enum { PerceptFLACLanes = 8 };
/// Samples of the longest block that can be decoded.
enum { PerceptFLACLargestBlock = 16384 };
/// Zero bytes that must follow the input.
enum { PerceptFLACPadding = 32 };

/// The properties that all frames of a stream share. Depths of 4 to 24 bits can be decoded.
typedef struct {
    int32_t channel_count;
    int32_t bit_depth;
    /// In Hz; frames that state another rate are rejected. 0 accepts any rate.
    int32_t sample_rate;
} FLACStreamFormat;

/// Frames of the same length that were decoded together.
typedef struct {
    int32_t frame_count;
    /// Samples per channel.
    int32_t block_size;
    /// The offset of the byte after each frame.
    ptrdiff_t ends[PerceptFLACLanes];
    /// How the channels of each frame are stored (RFC 9639 §9.1.3).
    uint8_t assignments[PerceptFLACLanes];
    /// Zero bits that were omitted at the end of each lane's samples.
    uint8_t wasted_bits[PerceptFLACLanes];
} FLACFrameGroup;

/// Returns the offset of the first frame header among `count` bytes that fits the stream, or −1. `PerceptFLACPadding`
/// zero bytes must follow the input.
///
/// About one byte in eight million looks like a header by chance, so the frame must still be validated.
ptrdiff_t percept_flac_find(FLACStreamFormat format, const uint8_t *bytes, ptrdiff_t count);

/// Decodes consecutive frames from `bytes` on: as many as the lanes have room for, as long as they have the same length
/// and begin before `limit`.
///
/// `samples` holds `PerceptFLACLanes` · `PerceptFLACLargestBlock` numbers, is aligned to 32 bytes, and interleaves the
/// lanes. `bytes` holds `count` bytes followed by `PerceptFLACPadding` zero bytes.
///
/// The group ends at the first frame that is truncated, breaks a rule, has another format or fails its checksum. No
/// input reads or writes out of bounds. All kernels return the same numbers.
///
/// Returns whether the group has a frame.
bool percept_flac_decode(FLACStreamFormat format, const uint8_t *bytes, ptrdiff_t count, ptrdiff_t limit,
                         int32_t *samples, FLACFrameGroup *group);

/// Converts one channel of a decoded frame to floating point, full scale ±1. `output` holds `block_size` numbers.
///
/// Returns false when a sample exceeds its bit depth.
bool percept_flac_channel(FLACStreamFormat format, const FLACFrameGroup *group, const int32_t *samples, int32_t frame,
                          int32_t channel, float *output);

#endif
