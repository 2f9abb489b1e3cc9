#ifndef JPEG_DECODER_H
#define JPEG_DECODER_H

// jpeglib.h requires these headers.
#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>

#include "decoder.h"

enum {
    // The content of a marker.
    MARKER_BYTES = 65535,
    // The number of parts is one byte.
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
    // The codec knows whether there are several scans.
    bool has_header;
    bool started;
    // All rows are read; the bytes after them cannot matter.
    bool ending;
    ProfileParts profile;
    int attempt_count;
    // The bytes ended without an end marker, and one was inserted.
    bool end_was_made_up;
    // The error occurred after the size in the frame header was read (components are allocated next), so the size is
    // known.
    bool size_was_read;
    // A row of CMYK to convert to RGB.
    uint8_t *ink;
} JPEGDecoder;

static inline JPEGDecoder *owner(j_common_ptr codec) { return codec->client_data; }

// Moves to the next window of bytes, or to an inserted end marker.
boolean jpeg_source_fill(j_decompress_ptr codec);
void jpeg_source_skip(j_decompress_ptr codec, long count);

// Keeps the EXIF data and the colour profile while the header is read.
void jpeg_metadata_keep(JPEGDecoder *decoder);
// Assembles the profile from its parts. Must be called after the header.
void jpeg_metadata_join_profile(JPEGDecoder *decoder);
void jpeg_metadata_close(JPEGDecoder *decoder);

#endif
