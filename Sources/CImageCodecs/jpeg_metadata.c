#include <stdlib.h>
#include <string.h>

#include "jpeg_decoder.h"

enum {
    EXIF_PREFIX = 6,
    // What follows the first six bytes of XMP's name, with the zero at its end.
    XMP_PREFIX = 23,
    ICC_PREFIX = 12,
};

static uint8_t next_byte(j_decompress_ptr codec) {
    if (codec->src->bytes_in_buffer == 0) jpeg_source_fill(codec);
    codec->src->bytes_in_buffer--;
    return *codec->src->next_input_byte++;
}

static void skip(j_decompress_ptr codec, long count) {
    if (count > 0) jpeg_source_skip(codec, count);
}

// The length of a marker's content, and as many bytes of it as there are in `prefix`, if it has that many.
static long read_prefix(j_decompress_ptr codec, uint8_t *prefix, long prefix_count) {
    long length = (long)next_byte(codec) << 8;
    length |= next_byte(codec);
    length -= 2;
    if (length < prefix_count) return length;
    for (long i = 0; i < prefix_count; i++) prefix[i] = next_byte(codec);
    return length - prefix_count;
}

// Bytes of a marker's content; they end where the file does.
static size_t read_content(j_decompress_ptr codec, uint8_t *bytes, long count) {
    size_t done = 0;
    for (; count > 0 && !owner((j_common_ptr)codec)->end_was_made_up; count--) bytes[done++] = next_byte(codec);
    return done;
}

// Keeps the rest of a marker's content; returns what is left to be skipped.
static long keep(j_decompress_ptr codec, ImageMetadata kind, long length) {
    ImageMetadataBlock *block = &owner((j_common_ptr)codec)->base.metadata[kind];
    if (block->bytes || length <= 0 || !(block->bytes = malloc((size_t)length))) return length;
    block->count = read_content(codec, block->bytes, length);
    return 0;
}

// Keeps the first EXIF block and the first XMP packet of APP1. Whatever is not wanted is skipped, so that a file of
// many large markers costs no memory.
static boolean on_metadata_marker(j_decompress_ptr codec) {
    uint8_t prefix[EXIF_PREFIX] = {0};
    long length = read_prefix(codec, prefix, sizeof prefix);
    if (!memcmp(prefix, "Exif\0\0", sizeof prefix)) {
        length = keep(codec, ImageMetadataExif, length);
    } else if (!memcmp(prefix, "http:/", sizeof prefix) && length >= XMP_PREFIX) {
        uint8_t name[XMP_PREFIX];
        length -= (long)read_content(codec, name, sizeof name);
        if (!memcmp(name, "/ns.adobe.com/xap/1.0/", sizeof name)) length = keep(codec, ImageMetadataXmp, length);
    }
    skip(codec, length);
    return TRUE;
}

static boolean on_profile_marker(j_decompress_ptr codec) {
    JPEGDecoder *decoder = owner((j_common_ptr)codec);
    ProfileParts *profile = &decoder->profile;
    // Its name, its number from 1 on, and how many there are.
    uint8_t prefix[ICC_PREFIX + 2] = {0};
    long length = read_prefix(codec, prefix, sizeof prefix);
    if (!memcmp(prefix, "ICC_PROFILE", ICC_PREFIX) && length >= 0) {
        int number = prefix[ICC_PREFIX], part_count = prefix[ICC_PREFIX + 1];
        if (profile->part_count == 0) profile->part_count = part_count;
        if (number < 1 || number > part_count || part_count != profile->part_count || profile->parts[number]) {
            profile->is_broken = true;
        } else if ((uint64_t)length > decoder->base.limits.profile_byte_count - profile->byte_count) {
            profile->is_too_large = true;
        } else if ((profile->parts[number] = malloc(length > 0 ? (size_t)length : 1))) {
            profile->counts[number] = read_content(codec, profile->parts[number], length);
            profile->byte_count += profile->counts[number];
            length = 0;
        }
    }
    skip(codec, length);
    return TRUE;
}

static void drop_profile(ProfileParts *profile) {
    for (int i = 0; i < PROFILE_PARTS; i++) free(profile->parts[i]);
    memset(profile, 0, sizeof *profile);
}

void jpeg_metadata_join_profile(JPEGDecoder *decoder) {
    ProfileParts *profile = &decoder->profile;
    ColorDescription *colors = &decoder->base.colors;
    for (int i = 1; i <= profile->part_count; i++) {
        if (!profile->parts[i]) profile->is_broken = true;
    }
    if (profile->is_too_large) {
        decoder_warn_of_large_profile(&decoder->base);
    } else if (profile->is_broken) {
        decoder_warn(&decoder->base, "parts of the colour profile are missing: colours are taken as sRGB");
    } else if (profile->part_count > 0 && !colors->profile && (colors->profile = malloc(profile->byte_count + 1))) {
        for (int i = 1; i <= profile->part_count; i++) {
            memcpy(colors->profile + colors->profile_count, profile->parts[i], profile->counts[i]);
            colors->profile_count += profile->counts[i];
        }
    }
    drop_profile(profile);
}

void jpeg_metadata_close(JPEGDecoder *decoder) { drop_profile(&decoder->profile); }

void jpeg_metadata_keep(JPEGDecoder *decoder) {
    jpeg_set_marker_processor(&decoder->codec, JPEG_APP0 + 1, on_metadata_marker);
    jpeg_set_marker_processor(&decoder->codec, JPEG_APP0 + 2, on_profile_marker);
}
