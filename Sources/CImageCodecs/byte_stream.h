#ifndef BYTE_STREAM_H
#define BYTE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BYTE_STREAM_BUFFER = 65536 };

// Bytes of a descriptor (by pread) or of memory, handed out window by window.
typedef struct ByteSource {
    int descriptor;
    int64_t offset;
    // The assumed end of the bytes, if earlier than the real one.
    int64_t limit;
    uint8_t *bytes;
    size_t count;
    bool reached_end;
    int system_code;
} ByteSource;

bool byte_source_open(ByteSource *source, int descriptor, const uint8_t *bytes, size_t count);
void byte_source_close(ByteSource *source);
// The next window, valid until the next call; 0 at the end or when `system_code` is set.
size_t byte_source_next(ByteSource *source, const uint8_t **window);
// Starts over, and ends at `limit`.
void byte_source_restart(ByteSource *source, int64_t limit);
// Returns the total number of bytes; 0 if unknown.
uint64_t byte_source_size(const ByteSource *source);
// Reads at an absolute offset without moving the position; fewer than `count` bytes only at the end or on failure.
size_t byte_source_peek(ByteSource *source, uint64_t offset, uint8_t *buffer, size_t count);

// Writes bytes to a descriptor (buffered) or to growing memory.
typedef struct ByteSink {
    int descriptor;
    uint8_t *bytes;
    size_t count;
    size_t capacity;
    uint64_t flushed;
    int system_code;
} ByteSink;

bool byte_sink_open(ByteSink *sink, int descriptor);
void byte_sink_close(ByteSink *sink);
// False on failure, with `system_code` set (ENOMEM when memory cannot grow).
bool byte_sink_write(ByteSink *sink, const uint8_t *bytes, size_t count);
bool byte_sink_flush(ByteSink *sink);

#endif
