#ifndef PERCEPT_CKERNELS_FLAC_ENCODING_H
#define PERCEPT_CKERNELS_FLAC_ENCODING_H

#include <stddef.h>
#include <stdint.h>

#include "CKernelsFLAC.h"

/// Samples of the longest block that can be encoded.
enum { PerceptFLACLargestEncodedBlock = 4608 };

/// Working memory of an encoder, used by one thread at a time. Zeroed before its first use.
typedef struct {
    /// A Tukey window of `window_size` samples: flat in the middle half, with cosine slopes on both sides.
    double window[PerceptFLACLargestEncodedBlock];
    double windowed[PerceptFLACLargestEncodedBlock + 32];
    int32_t window_size;
    /// Half the sum and the difference of two channels.
    int32_t mixed[2][PerceptFLACLargestEncodedBlock];
    int32_t shifted[PerceptFLACLargestEncodedBlock];
    int32_t residuals[2][PerceptFLACLargestEncodedBlock];
} FLACEncodingSpace;

/// Returns the largest number of bytes that a frame can take.
ptrdiff_t percept_flac_frame_bound(FLACStreamFormat format, int32_t block_size);

/// Encodes one frame (RFC 9639 §9) of a stream of fixed block size, and returns its length in bytes.
///
/// `samples` holds `block_size` (1…4608) samples of the first channel, then those of the next, each within
/// `format.bit_depth` (4…24) bits. `block_number` counts frames from 0. All kernels write the same bytes.
ptrdiff_t percept_flac_encode(FLACStreamFormat format, int32_t sample_rate, const int32_t *samples, int32_t block_size,
                              uint32_t block_number, FLACEncodingSpace *space, uint8_t *output);

#endif
