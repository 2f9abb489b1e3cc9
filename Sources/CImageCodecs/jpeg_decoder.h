#ifndef JPEG_DECODER_H
#define JPEG_DECODER_H

// jpeglib.h needs them.
#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>

#include "decoder.h"

enum {
    // Of one marker's content.
    MARKER_BYTES = 65535,
    // Their number is one byte.
    PROFILE_PARTS = 256,
};

// An ICC profile in parts, each in an APP2 marker of its own (ICC.1:2022 annex B.4).
typedef struct ProfileParts {
    uint8_t *parts[PROFILE_PARTS];
    size_t counts[PROFILE_PARTS];
    int part_count;
    size_t byte_count;
    bool is_broken;
    bool is_too_large;
} ProfileParts;

typedef struct JPEGDecoder {
    ImageDecoder base;
    struct jpeg_decompress_struct codec;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr input;
    struct jpeg_progress_mgr progress;
    bool created;
    // The codec may be asked whether there are several scans.
    bool has_header;
    bool started;
    // All rows came; what follows them cannot matter.
    bool ending;
    ProfileParts profile;
    int attempt_count;
    // The bytes ended where an end marker had to be; one was made up.
    bool end_was_made_up;
    // That happened behind the size in the frame header (the components are allocated next), so it is what the file says.
    bool size_was_read;
    // One row of CMYK on its way to RGB.
    uint8_t *ink;
} JPEGDecoder;

static inline JPEGDecoder *owner(j_common_ptr codec) { return codec->client_data; }

// Moves on to the next window of bytes, or to a made up end marker.
boolean jpeg_source_fill(j_decompress_ptr codec);
void jpeg_source_skip(j_decompress_ptr codec, long count);

// Has the EXIF data and the colour profile kept while the header is read.
void jpeg_metadata_keep(JPEGDecoder *decoder);
// The profile of the parts that came; to be called behind the header.
void jpeg_metadata_join_profile(JPEGDecoder *decoder);
void jpeg_metadata_close(JPEGDecoder *decoder);

#endif
