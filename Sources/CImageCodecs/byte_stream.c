#include "byte_stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool byte_source_open(ByteSource *source, int descriptor, const uint8_t *bytes, size_t count) {
    memset(source, 0, sizeof *source);
    source->descriptor = descriptor;
    source->limit = INT64_MAX;
    size_t capacity = descriptor >= 0 ? BYTE_STREAM_BUFFER : count;
    source->bytes = malloc(capacity > 0 ? capacity : 1);
    if (!source->bytes) return false;
    if (descriptor < 0 && count > 0) memcpy(source->bytes, bytes, count);
    source->count = descriptor < 0 ? count : 0;
    return true;
}

void byte_source_close(ByteSource *source) {
    free(source->bytes);
    source->bytes = NULL;
}

static size_t read_fully(ByteSource *source, uint64_t offset, uint8_t *buffer, size_t count) {
    size_t done = 0;
    while (done < count) {
        ssize_t got = pread(source->descriptor, buffer + done, count - done, (off_t)(offset + done));
        if (got < 0) {
            if (errno == EINTR) continue;
            source->system_code = errno;
            break;
        }
        if (got == 0) break;
        done += (size_t)got;
    }
    return done;
}

size_t byte_source_next(ByteSource *source, const uint8_t **window) {
    *window = source->bytes;
    size_t count;
    if (source->descriptor >= 0) {
        count = read_fully(source, (uint64_t)source->offset, source->bytes, BYTE_STREAM_BUFFER);
    } else {
        count = source->offset == 0 ? source->count : 0;
    }
    if ((int64_t)count > source->limit - source->offset) count = (size_t)(source->limit - source->offset);
    source->offset += (int64_t)count;
    if (count == 0) source->reached_end = true;
    return count;
}

void byte_source_restart(ByteSource *source, int64_t limit) {
    source->offset = 0;
    source->limit = limit;
    source->reached_end = false;
}

uint64_t byte_source_size(const ByteSource *source) {
    if (source->descriptor < 0) return source->count;
    struct stat status;
    return fstat(source->descriptor, &status) == 0 && status.st_size > 0 ? (uint64_t)status.st_size : 0;
}

size_t byte_source_peek(ByteSource *source, uint64_t offset, uint8_t *buffer, size_t count) {
    if (source->descriptor >= 0) return offset > INT64_MAX - count ? 0 : read_fully(source, offset, buffer, count);
    if (offset >= source->count) return 0;
    size_t left = source->count - (size_t)offset;
    if (count > left) count = left;
    memcpy(buffer, source->bytes + offset, count);
    return count;
}

bool byte_sink_open(ByteSink *sink, int descriptor) {
    memset(sink, 0, sizeof *sink);
    sink->descriptor = descriptor;
    sink->capacity = BYTE_STREAM_BUFFER;
    sink->bytes = malloc(sink->capacity);
    return sink->bytes != NULL;
}

void byte_sink_close(ByteSink *sink) {
    free(sink->bytes);
    sink->bytes = NULL;
}

static bool write_fully(ByteSink *sink, const uint8_t *bytes, size_t count) {
    while (count > 0) {
        ssize_t put = write(sink->descriptor, bytes, count);
        if (put < 0) {
            if (errno == EINTR) continue;
            sink->system_code = errno;
            return false;
        }
        bytes += put;
        count -= (size_t)put;
        sink->flushed += (uint64_t)put;
    }
    return true;
}

static bool grow(ByteSink *sink, size_t count) {
    size_t capacity = sink->capacity;
    while (capacity - sink->count < count) {
        if (capacity > SIZE_MAX / 2) {
            sink->system_code = ENOMEM;
            return false;
        }
        capacity *= 2;
    }
    uint8_t *bytes = realloc(sink->bytes, capacity);
    if (!bytes) {
        sink->system_code = ENOMEM;
        return false;
    }
    sink->bytes = bytes;
    sink->capacity = capacity;
    return true;
}

bool byte_sink_write(ByteSink *sink, const uint8_t *bytes, size_t count) {
    if (sink->capacity - sink->count < count) {
        if (sink->descriptor < 0) {
            if (!grow(sink, count)) return false;
        } else {
            if (!byte_sink_flush(sink)) return false;
            if (count >= sink->capacity) return write_fully(sink, bytes, count);
        }
    }
    memcpy(sink->bytes + sink->count, bytes, count);
    sink->count += count;
    return true;
}

bool byte_sink_flush(ByteSink *sink) {
    if (sink->descriptor < 0) return true;
    if (!write_fully(sink, sink->bytes, sink->count)) return false;
    sink->count = 0;
    return true;
}
