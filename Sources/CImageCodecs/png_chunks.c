#include "png_chunks.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <zlib.h>

enum {
    PNG_LENGTH_MAX = 0x7FFFFFFF,
    // Of a keyword and the zero after it (ISO 15948 §11.3.4).
    KEYWORD_BYTES = 80,
    // The first piece of unpacked data, which tells how much is worth unpacking.
    FIRST_BYTES = 4096,
};

typedef struct Chunk {
    uint64_t offset;
    uint32_t length;
    uint8_t type[4];
} Chunk;

uint32_t png_big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// The content of a chunk in memory of its own; NULL when it is too large, not all there, or its checksum is wrong.
static uint8_t *read_content(ImageDecoder *base, const Chunk *chunk, uint64_t limit) {
    if (chunk->length > limit) return NULL;
    // Type, data, checksum.
    size_t count = (size_t)chunk->length + 8;
    uint8_t *bytes = malloc(count);
    if (!bytes) return NULL;
    if (byte_source_peek(&base->source, chunk->offset + 4, bytes, count) != count
        || crc32(0, bytes, (uInt)(count - 4)) != png_big_endian(bytes + count - 4)) {
        free(bytes);
        return NULL;
    }
    memmove(bytes, bytes + 4, chunk->length);
    return bytes;
}

// What zlib makes of `packed`, up to `limit` bytes; the buffer grows with what comes, so that a claim costs nothing.
static uint8_t *unpacked(const uint8_t *packed, size_t packed_count, size_t limit, size_t *count) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (inflateInit(&stream) != Z_OK) return NULL;
    stream.next_in = (Bytef *)packed;
    stream.avail_in = (uInt)packed_count;
    uint8_t *bytes = NULL;
    size_t capacity = 0;
    int status = Z_OK;
    *count = 0;
    while (status == Z_OK && *count < limit) {
        if (*count == capacity) {
            capacity = capacity == 0 ? FIRST_BYTES : capacity * 2;
            if (capacity > limit) capacity = limit;
            uint8_t *grown = realloc(bytes, capacity);
            if (!grown) break;
            bytes = grown;
        }
        stream.next_out = bytes + *count;
        stream.avail_out = (uInt)(capacity - *count);
        status = inflate(&stream, Z_NO_FLUSH);
        *count = capacity - stream.avail_out;
    }
    inflateEnd(&stream);
    return bytes;
}

static void keep(ImageDecoder *base, ImageMetadata kind, const uint8_t *bytes, size_t count, bool is_packed) {
    ImageMetadataBlock *block = &base->metadata[kind];
    if (block->bytes || count == 0) return;
    if (is_packed) {
        block->bytes = unpacked(bytes, count, PNG_CHUNK_BYTES, &block->count);
    } else if ((block->bytes = malloc(count))) {
        memcpy(block->bytes, bytes, count);
        block->count = count;
    }
}

static void keep_exif(ImageDecoder *base, const Chunk *chunk) {
    if (base->metadata[ImageMetadataExif].bytes) return;
    uint8_t *bytes = read_content(base, chunk, PNG_CHUNK_BYTES);
    if (!bytes) {
        decoder_warn(base, "its EXIF data is damaged or too large: an orientation in it is not applied");
        return;
    }
    keep(base, ImageMetadataExif, bytes, chunk->length, false);
    free(bytes);
}

// ImageMagick's names for metadata in hexadecimal digits, and Adobe's for XMP.
static const struct {
    const char *keyword;
    ImageMetadata kind;
} metadata_texts[] = {
    {"Raw profile type exif", ImageMetadataRawExif},
    {"Raw profile type APP1", ImageMetadataRawApp1},
    {"Raw profile type xmp", ImageMetadataRawXmp},
    {"XML:com.adobe.xmp", ImageMetadataXmp},
};

// The text after the keyword of a tEXt, zTXt or iTXt chunk (ISO 15948 §11.3.4).
static void keep_text(ImageDecoder *base, const uint8_t *type, ImageMetadata kind, const uint8_t *bytes, size_t count) {
    if (type[0] == 't') {
        keep(base, kind, bytes, count, false);
    } else if (type[0] == 'z') {
        // A method, which is 0.
        if (count > 1) keep(base, kind, bytes + 1, count - 1, true);
    } else if (count > 2) {
        // Whether it is packed, a method, and a language and a translated keyword, which end in zeros.
        bool is_packed = bytes[0] != 0;
        size_t offset = 2;
        for (int i = 0; i < 2; i++) {
            const uint8_t *end = memchr(bytes + offset, 0, count - offset);
            if (!end) return;
            offset = (size_t)(end - bytes) + 1;
        }
        keep(base, kind, bytes + offset, count - offset, is_packed);
    }
}

static void look_at_text(ImageDecoder *base, const Chunk *chunk) {
    char keyword[KEYWORD_BYTES + 1] = {0};
    size_t count = chunk->length < KEYWORD_BYTES ? chunk->length : KEYWORD_BYTES;
    if (byte_source_peek(&base->source, chunk->offset + 8, (uint8_t *)keyword, count) != count) return;
    for (size_t i = 0; i < sizeof metadata_texts / sizeof *metadata_texts; i++) {
        ImageMetadata kind = metadata_texts[i].kind;
        if (strcasecmp(keyword, metadata_texts[i].keyword) != 0) continue;
        size_t start = strlen(keyword) + 1;
        // One of each kind, so that many of them cost no more.
        if (base->metadata[kind].bytes || base->metadata[kind].was_tried || start >= chunk->length) return;
        base->metadata[kind].was_tried = true;
        uint8_t *bytes = read_content(base, chunk, PNG_CHUNK_BYTES);
        if (bytes) keep_text(base, chunk->type, kind, bytes + start, chunk->length - start);
        free(bytes);
    }
}

// A profile tells its size in its first four bytes (ICC.1:2022 §7.2.2), which is looked at before it is unpacked.
static void unpack_profile(ImageDecoder *base, const uint8_t *packed, size_t packed_count) {
    size_t count = 0;
    uint8_t *start = unpacked(packed, packed_count, 4, &count);
    uint64_t stated = start && count == 4 ? png_big_endian(start) : 0;
    free(start);
    if (stated > base->limits.profile_byte_count) {
        decoder_warn_of_large_profile(base);
        return;
    }
    uint8_t *bytes = stated > 0 ? unpacked(packed, packed_count, (size_t)stated, &count) : NULL;
    if (!bytes || count < stated) {
        free(bytes);
        decoder_warn_of_damaged_profile(base);
        return;
    }
    base->colors.profile = bytes;
    base->colors.profile_count = count;
}

static void keep_profile(ImageDecoder *base, const Chunk *chunk) {
    uint64_t limit = base->limits.profile_byte_count;
    // Packed, it may be a little longer than unpacked.
    if (chunk->length > limit + limit / 1000 + 1024) {
        decoder_warn_of_large_profile(base);
        return;
    }
    uint8_t *bytes = read_content(base, chunk, UINT32_MAX);
    const uint8_t *name_end = bytes ? memchr(bytes, 0, chunk->length) : NULL;
    // A name that ends in a zero, and a method.
    size_t start = name_end ? (size_t)(name_end - bytes) + 2 : 0;
    if (start == 0 || start >= chunk->length) {
        decoder_warn_of_damaged_profile(base);
    } else {
        unpack_profile(base, bytes + start, chunk->length - start);
    }
    free(bytes);
}

bool png_chunks_look_ahead(ImageDecoder *base) {
    uint8_t head[8];
    bool has_pixels = false, has_profile = false;
    Chunk chunk = {8, 0, {0}};
    while (byte_source_peek(&base->source, chunk.offset, head, sizeof head) == sizeof head) {
        chunk.length = png_big_endian(head);
        memcpy(chunk.type, head + 4, sizeof chunk.type);
        if (memcmp(chunk.type, "IEND", 4) == 0) return true;
        if (chunk.length > PNG_LENGTH_MAX) return false;
        if (memcmp(chunk.type, "IDAT", 4) == 0) {
            has_pixels = true;
        } else if (memcmp(chunk.type, "eXIf", 4) == 0) {
            keep_exif(base, &chunk);
        } else if (memcmp(chunk.type, "iCCP", 4) == 0 && !has_pixels && !has_profile) {
            has_profile = true;
            keep_profile(base, &chunk);
        } else if (memcmp(chunk.type + 1, "TXt", 3) == 0 || memcmp(chunk.type, "tEXt", 4) == 0) {
            look_at_text(base, &chunk);
        }
        chunk.offset += 12 + (uint64_t)chunk.length;
    }
    return false;
}
