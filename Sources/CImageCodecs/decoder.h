#ifndef DECODER_H
#define DECODER_H

#include <setjmp.h>

#include "CImageCodecs.h"
#include "byte_stream.h"
#include "color_transform.h"

enum { DECODER_MESSAGE = 224, DECODER_WARNINGS = 16 };

typedef struct DecoderOperations {
    ImageCodecStatus (*read_header)(ImageDecoder *decoder, ImageDecoderHeader *header);
    ImageCodecStatus (*read_rows)(ImageDecoder *decoder, uint8_t *rows, size_t row_stride, uint32_t row_count);
    void (*close)(ImageDecoder *decoder);
    bool can_reduce;
} DecoderOperations;

typedef struct ImageMetadataBlock {
    uint8_t *bytes;
    size_t count;
    bool was_tried;
} ImageMetadataBlock;

// What all decoders have in common; it stands first in each of them.
struct ImageDecoder {
    const DecoderOperations *operations;
    ImageDecoderLimits limits;
    ByteSource source;
    // Set anew at the start of each function that calls into a codec library; jumped to only from within that call.
    jmp_buf escape;
    // Why `escape` was taken.
    ImageCodecStatus failure;
    // The steps are of `unit`.
    ImageDecoderUnit unit;
    uint64_t steps_done;
    uint64_t step_count;
    uint32_t rows_done;
    // Of the rows that are delivered: the sides in the header by `reduction`.
    uint32_t width;
    uint32_t height;
    uint32_t reduction;
    // Where the unit is rows of a scan.
    int32_t scan_number;
    ImageMetadataBlock metadata[IMAGE_METADATA_COUNT];
    ColorDescription colors;
    // Of the rows as the codec gives them.
    ColorChannels channels;
    size_t row_bytes;
    bool is_deep;
    bool has_colors;
    ColorTransform *transform;
    // Samples are looked at where the file has 16 bits of them.
    bool has_samples_of_interest;
    ImageSampleRange range;
    // What each sample becomes before its colour is converted; NULL for itself.
    uint16_t *levels;
    // Whether damaged pixels are to be made up for, and what became of them.
    bool is_tolerant;
    bool is_damaged;
    // Nothing more comes from the codec.
    bool gave_up;
    // A strict decoder has found out that a tolerant one would make something of the whole.
    bool would_go_on;
    ImageDecoderDamage damage;
    char message[DECODER_MESSAGE];
    char warnings[DECODER_WARNINGS][DECODER_MESSAGE];
    size_t warning_count;
};

ImageDecoder *png_decoder_create(void);
ImageDecoder *jpeg_decoder_create(void);
ImageDecoder *webp_decoder_create(void);
#ifdef PERCEPT_HEIC
ImageDecoder *heif_decoder_create(void);
#endif

// Keeps a warning; equal ones once, and no more than there is room for.
void decoder_warn(ImageDecoder *decoder, const char *message);
// Of a colour profile beyond the limit, which is not applied.
void decoder_warn_of_large_profile(ImageDecoder *decoder);
// Of a colour profile that cannot be read.
void decoder_warn_of_damaged_profile(ImageDecoder *decoder);
// Keeps what is told of the first damage, at the step that was reached.
void decoder_note_damage(ImageDecoder *decoder, ImageCodecStatus status, const char *message);
// Rows of pixels that never came.
void decoder_fill_rows(const ImageDecoder *decoder, uint8_t *rows, size_t row_stride, uint32_t row_count);
void decoder_set_message(ImageDecoder *decoder, const char *message);
_Noreturn void decoder_fail(ImageDecoder *decoder, ImageCodecStatus status, const char *message);

#endif
