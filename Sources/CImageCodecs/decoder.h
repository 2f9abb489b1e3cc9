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

// The common part of all decoders, which is their first member.
struct ImageDecoder {
    const DecoderOperations *operations;
    ImageDecoderLimits limits;
    ByteSource source;
    // Set by each function that calls into a codec library; the jump happens only within that call.
    jmp_buf escape;
    // The reason for the jump to `escape`.
    ImageCodecStatus failure;
    // The steps are counted in `unit`.
    ImageDecoderUnit unit;
    uint64_t steps_done;
    uint64_t step_count;
    uint32_t rows_done;
    // The delivered size: the header's sides divided by `reduction`.
    uint32_t width;
    uint32_t height;
    uint32_t reduction;
    // The scan, if the unit is rows of a scan.
    int32_t scan_number;
    ImageMetadataBlock metadata[IMAGE_METADATA_COUNT];
    ColorDescription colors;
    // The layout of the codec's rows.
    ColorChannels channels;
    size_t row_bytes;
    bool is_deep;
    bool has_colors;
    ColorTransform *transform;
    // The sample range of a file with 16 bits per channel.
    bool has_samples_of_interest;
    ImageSampleRange range;
    // Maps each sample before colour conversion; NULL for the identity.
    uint16_t *levels;
    // The request to replace damaged pixels, and the damage that was found.
    bool is_tolerant;
    bool is_damaged;
    // The codec has no more data.
    bool gave_up;
    // A strict decoder found that a tolerant one could decode the file.
    bool would_go_on;
    ImageDecoderDamage damage;
    char message[DECODER_MESSAGE];
    char warnings[DECODER_WARNINGS][DECODER_MESSAGE];
    size_t warning_count;
    bool warns_of_profile_limit;
    // The index of the warning about a profile above the limit.
    size_t profile_limit_warning;
};

ImageDecoder *png_decoder_create(void);
ImageDecoder *jpeg_decoder_create(void);
ImageDecoder *webp_decoder_create(void);
ImageDecoder *heif_decoder_create(void);
ImageDecoder *tiff_decoder_create(void);
ImageDecoder *gif_decoder_create(void);
ImageDecoder *bmp_decoder_create(void);

// Adds a warning; duplicates are dropped, and so are warnings beyond the capacity.
void decoder_warn(ImageDecoder *decoder, const char *message);
// Warns about a colour profile above the limit, which is not applied.
void decoder_warn_of_large_profile(ImageDecoder *decoder);
// Warns about an unreadable colour profile.
void decoder_warn_of_damaged_profile(ImageDecoder *decoder);
// Records the first damage, at the current step.
void decoder_note_damage(ImageDecoder *decoder, ImageCodecStatus status, const char *message);
// Fills the rows of missing pixels.
void decoder_fill_rows(const ImageDecoder *decoder, uint8_t *rows, size_t row_stride, uint32_t row_count);
void decoder_set_message(ImageDecoder *decoder, const char *message);
// Sets the message and returns the status.
ImageCodecStatus decoder_refuse(ImageDecoder *decoder, ImageCodecStatus status, const char *message);
_Noreturn void decoder_fail(ImageDecoder *decoder, ImageCodecStatus status, const char *message);

#endif
