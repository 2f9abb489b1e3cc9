#ifndef PERCEPT_CKERNELS_FLAC_H
#define PERCEPT_CKERNELS_FLAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CKernelsResampling.h"

/// Subframes (one channel of one frame) that are decoded side by side, one in each lane.
enum { PerceptFLACLanes = 8 };
/// Samples of the longest block that is decoded here.
enum { PerceptFLACLargestBlock = 16384 };
/// Zero bytes that must stand behind those that are decoded.
enum { PerceptFLACPadding = 32 };

/// What is the same for all frames of a stream. Depths from 4 to 24 bits are decoded here.
typedef struct {
    int32_t channelCount;
    int32_t bitDepth;
    /// In Hz; frames that state another are refused. 0 takes any.
    int32_t sampleRate;
} FLACStreamFormat;

/// Frames of one length that were decoded together.
typedef struct {
    int32_t frameCount;
    /// Samples of each channel.
    int32_t blockSize;
    /// The byte behind each frame.
    ptrdiff_t ends[PerceptFLACLanes];
    /// How the channels of each frame are stored (RFC 9639 §9.1.3).
    uint8_t assignments[PerceptFLACLanes];
    /// Zero bits that were left out at the end of each lane's samples.
    uint8_t wastedBits[PerceptFLACLanes];
} FLACFrameGroup;

/// The first of `count` bytes where a frame header stands that fits the stream; −1 when there is none. `PerceptFLACPadding` zero
/// bytes stand behind them.
///
/// By chance one byte in eight millions looks like one, so what is found still has to prove a frame.
ptrdiff_t percept_flac_find(FLACStreamFormat format, const uint8_t *bytes, ptrdiff_t count);

/// Decodes frames that follow one another from `bytes` on: as many as lanes have room for, as long as they have one length and begin
/// before `limit`.
///
/// `samples` takes 8 · 16384 numbers and is aligned to 32 bytes; the lanes are interleaved. `bytes` holds `count` bytes, and
/// `PerceptFLACPadding` zero bytes behind them.
///
/// Only what is beyond doubt is decoded: the first frame that is cut off, breaks a rule, has another format or a checksum that does
/// not fit ends the group. No input reads or writes out of bounds. A kernel that the processor lacks must not be asked for; all
/// give the same numbers.
///
/// Returns whether there is any frame.
bool percept_flac_decode(PerceptKernel kernel, FLACStreamFormat format, const uint8_t *bytes, ptrdiff_t count,
                         ptrdiff_t limit, int32_t *samples, FLACFrameGroup *group);

/// One channel of one of the frames as floating-point numbers: `output` takes `blockSize` of them, full scale ±1. False when one
/// goes beyond its bits.
bool percept_flac_channel(PerceptKernel kernel, FLACStreamFormat format, const FLACFrameGroup *group,
                          const int32_t *samples, int32_t frame, int32_t channel, float *output);

#endif
