#ifndef PERCEPT_CKERNELS_FLAC_ENCODING_H
#define PERCEPT_CKERNELS_FLAC_ENCODING_H

#include <stddef.h>
#include <stdint.h>

#include "CKernelsFLAC.h"

/// Samples of the longest block that is encoded.
enum { PerceptFLACLargestEncodedBlock = 4608 };

/// What encoding works in; not to be shared by threads.
typedef struct {
    /// Of `windowSize` samples: flat in the middle half, cosine slopes beside it (Tukey).
    double window[PerceptFLACLargestEncodedBlock];
    double windowed[PerceptFLACLargestEncodedBlock + 32];
    int32_t windowSize;
    /// Half the sum and the difference of two channels.
    int32_t mixed[2][PerceptFLACLargestEncodedBlock];
    int32_t shifted[PerceptFLACLargestEncodedBlock];
    int32_t residuals[2][PerceptFLACLargestEncodedBlock];
} FLACEncodingSpace;

/// Bytes that a frame takes at most.
ptrdiff_t percept_flac_frame_bound(FLACStreamFormat format, int32_t blockSize);

/// Encodes one frame (RFC 9639 §9) of a stream of fixed block size and gives its bytes.
///
/// `samples` holds `blockSize` (1…4608) samples of the first channel, then those of the next; each has no more than
/// `format.bitDepth` (4…24) bits. `blockNumber` counts frames from 0. All kernels give the same bytes; one that the processor lacks
/// must not be asked for.
ptrdiff_t percept_flac_encode(PerceptKernel kernel, FLACStreamFormat format, int32_t sampleRate, const int32_t *samples,
                              int32_t blockSize, uint32_t blockNumber, FLACEncodingSpace *space, uint8_t *output);

#endif
