// Encoding and decoding FLAC, on one thread, beside libFLAC at its usual level: medians of runs in turns.
//
//     sox talk.wav -t raw -e signed -b 16 -c 1 -r 16000 talk.raw
//     K=Sources/CKernels
//     clang -O2 -I$K/include Benchmarks/flac.c $K/flac_*.c $K/selection.c -lFLAC -lm -lpthread -o /tmp/flac_bench
//     /tmp/flac_bench talk.raw CHANNELS RATE BLOCK
//
// Needs libFLAC's headers. libFLAC computes the MD5 as it encodes, which cannot be switched off; Percept does so on
// another thread.

#include <FLAC/stream_decoder.h>
#include <FLAC/stream_encoder.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "CKernels.h"

enum { Runs = 9 };

typedef struct {
    uint8_t *bytes;
    size_t count, capacity, offset;
} Buffer;

static void append(Buffer *buffer, const void *bytes, size_t count) {
    while (buffer->count + count > buffer->capacity) {
        buffer->capacity = buffer->capacity * 2 + 4096;
        buffer->bytes = realloc(buffer->bytes, buffer->capacity);
    }
    memcpy(buffer->bytes + buffer->count, bytes, count);
    buffer->count += count;
}

static FLAC__StreamEncoderWriteStatus on_encoded(const FLAC__StreamEncoder *encoder, const FLAC__byte bytes[],
                                                 size_t count, uint32_t samples, uint32_t frame, void *buffer) {
    (void)encoder, (void)samples, (void)frame;
    append(buffer, bytes, count);
    return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
}

static FLAC__StreamDecoderReadStatus on_read(const FLAC__StreamDecoder *decoder, FLAC__byte bytes[], size_t *count,
                                             void *client) {
    (void)decoder;
    Buffer *buffer = client;
    if (*count > buffer->count - buffer->offset) *count = buffer->count - buffer->offset;
    memcpy(bytes, buffer->bytes + buffer->offset, *count);
    buffer->offset += *count;
    return *count > 0 ? FLAC__STREAM_DECODER_READ_STATUS_CONTINUE : FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM;
}

static long sample_sum;

static FLAC__StreamDecoderWriteStatus on_decoded(const FLAC__StreamDecoder *decoder, const FLAC__Frame *frame,
                                                 const FLAC__int32 *const channels[], void *client) {
    (void)decoder, (void)client;
    for (uint32_t channel = 0; channel < frame->header.channels; channel++) {
        for (uint32_t i = 0; i < frame->header.blocksize; i++) sample_sum += channels[channel][i];
    }
    return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

static void on_error(const FLAC__StreamDecoder *decoder, FLAC__StreamDecoderErrorStatus status, void *client) {
    (void)decoder, (void)client;
    fprintf(stderr, "libFLAC: error %d\n", status);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b) {
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

static double median(double *values) {
    qsort(values, Runs, sizeof *values, compare);
    return values[Runs / 2];
}

typedef struct {
    const int16_t *samples;
    long frame_count;
    int channel_count, rate, block_size;
} Sound;

// Frames only, followed by padding.
static void encode(Sound sound, FLACEncodingSpace *space, Buffer *output) {
    FLACStreamFormat format = {sound.channel_count, 16};
    int32_t *block = malloc(sizeof *block * (size_t)(sound.channel_count * sound.block_size));
    uint8_t *frame = malloc((size_t)percept_flac_frame_bound(format, sound.block_size));
    uint32_t number = 0;
    output->count = 0;
    for (long start = 0; start < sound.frame_count; start += sound.block_size) {
        int length = sound.frame_count - start < sound.block_size ? (int)(sound.frame_count - start) : sound.block_size;
        for (int channel = 0; channel < sound.channel_count; channel++) {
            for (int i = 0; i < length; i++) {
                block[channel * length + i] = sound.samples[(start + i) * sound.channel_count + channel];
            }
        }
        ptrdiff_t count = percept_flac_encode(format, sound.rate, block, length, number++, space, frame);
        append(output, frame, (size_t)count);
    }
    free(block);
    free(frame);
}

static void encode_with_library(Sound sound, Buffer *output) {
    FLAC__StreamEncoder *encoder = FLAC__stream_encoder_new();
    FLAC__stream_encoder_set_channels(encoder, (uint32_t)sound.channel_count);
    FLAC__stream_encoder_set_bits_per_sample(encoder, 16);
    FLAC__stream_encoder_set_sample_rate(encoder, (uint32_t)sound.rate);
    FLAC__stream_encoder_set_compression_level(encoder, 5);
    output->count = 0;
    FLAC__stream_encoder_init_stream(encoder, on_encoded, NULL, NULL, NULL, output);
    int32_t piece[4096];
    long frames = (long)(sizeof piece / sizeof *piece) / sound.channel_count;
    for (long start = 0; start < sound.frame_count; start += frames) {
        long count = sound.frame_count - start < frames ? sound.frame_count - start : frames;
        const long offset = start * sound.channel_count;
        for (long i = 0; i < count * sound.channel_count; i++) piece[i] = sound.samples[offset + i];
        FLAC__stream_encoder_process_interleaved(encoder, piece, (uint32_t)count);
    }
    FLAC__stream_encoder_finish(encoder);
    FLAC__stream_encoder_delete(encoder);
}

static void decode(Sound sound, const uint8_t *bytes, ptrdiff_t count) {
    static int32_t samples[PerceptFLACLanes * PerceptFLACLargestBlock] __attribute__((aligned(64)));
    static float plane[PerceptFLACLargestBlock];
    FLACStreamFormat format = {sound.channel_count, 16};
    FLACFrameGroup group;
    long frame_count = 0;
    ptrdiff_t start = 0;
    while (percept_flac_decode(format, bytes + start, count - start, count - start, samples, &group)) {
        for (int frame = 0; frame < group.frame_count; frame++) {
            for (int channel = 0; channel < sound.channel_count; channel++) {
                percept_flac_channel(format, &group, samples, frame, channel, plane);
            }
        }
        frame_count += (long)group.frame_count * group.block_size;
        start += group.ends[group.frame_count - 1];
    }
    if (frame_count != sound.frame_count) {
        fprintf(stderr, "decoded %ld of %ld frames\n", frame_count, sound.frame_count);
    }
}

static void decode_with_library(Buffer *input) {
    FLAC__StreamDecoder *decoder = FLAC__stream_decoder_new();
    input->offset = 0;
    FLAC__stream_decoder_init_stream(decoder, on_read, NULL, NULL, NULL, NULL, on_decoded, NULL, on_error, input);
    FLAC__stream_decoder_process_until_end_of_stream(decoder);
    FLAC__stream_decoder_delete(decoder);
}

int main(int argument_count, char **arguments) {
    if (argument_count != 5) return fprintf(stderr, "usage: flac_bench SAMPLES.raw CHANNELS RATE BLOCK\n"), 64;
    FILE *file = fopen(arguments[1], "rb");
    if (!file) return fprintf(stderr, "%s cannot be read\n", arguments[1]), 66;
    Buffer raw = {0};
    uint8_t piece[65536];
    for (size_t count; (count = fread(piece, 1, sizeof piece, file)) > 0;) append(&raw, piece, count);
    fclose(file);
    Sound sound = {(const int16_t *)raw.bytes, 0, atoi(arguments[2]), atoi(arguments[3]), atoi(arguments[4])};
    sound.frame_count = (long)raw.count / 2 / sound.channel_count;

    FLACEncodingSpace *space = calloc(1, sizeof *space);
    PerceptKernel kernels[] = {PerceptKernelScalar, PerceptKernelAVX2};
    const char *names[] = {"plain C", "AVX2"};
    int kernel_count = percept_kernel() == PerceptKernelScalar ? 1 : 2;
    double encoding[3][Runs], decoding[3][Runs];
    Buffer ours = {0}, theirs = {0};
    encode_with_library(sound, &theirs);
    // STREAMINFO and the vendor's comment stand before libFLAC's frames.
    FLACStreamFormat format = {sound.channel_count, 16};
    size_t end = theirs.count;
    append(&theirs, (uint8_t[PerceptFLACPadding]){0}, PerceptFLACPadding);
    ptrdiff_t first = percept_flac_find(format, theirs.bytes + 42, (ptrdiff_t)end - 42) + 42;
    Buffer frames = {0};
    append(&frames, theirs.bytes, theirs.count);
    for (int run = 0; run < Runs; run++) {
        for (int kernel = 0; kernel < kernel_count; kernel++) {
            percept_kernel_limit(kernels[kernel]);
            double start = now();
            encode(sound, space, &ours);
            encoding[kernel][run] = now() - start;
            start = now();
            decode(sound, frames.bytes + first, (ptrdiff_t)end - first);
            decoding[kernel][run] = now() - start;
        }
        double start = now();
        encode_with_library(sound, &theirs);
        encoding[2][run] = now() - start;
        start = now();
        decode_with_library(&theirs);
        decoding[2][run] = now() - start;
    }
    double encoding_peer = median(encoding[2]), decoding_peer = median(decoding[2]);
    printf("| | encoding | libFLAC / it | bytes | decoding libFLAC's file | libFLAC / it |\n");
    printf("|---|---|---|---|---|---|\n");
    for (int kernel = 0; kernel < kernel_count; kernel++) {
        double encoded = median(encoding[kernel]), decoded = median(decoding[kernel]);
        printf("| %s | %.3f s | %.2f | %zu | %.3f s | %.2f |\n", names[kernel], encoded, encoding_peer / encoded,
               ours.count, decoded, decoding_peer / decoded);
    }
    printf("| libFLAC | %.3f s | 1.00 | %zu | %.3f s | 1.00 |\n", encoding_peer, theirs.count, decoding_peer);
    return 0;
}
