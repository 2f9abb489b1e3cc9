#ifndef CIMAGECODECS_H
#define CIMAGECODECS_H

// Decoders for PNG, JPEG, WebP, HEIF, TIFF, GIF and BMP, and encoders for the first two: row by row, with status codes,
// and with colours converted to sRGB. No function here jumps out, calls back, or prints; messages and warnings are kept
// in the handle. A handle must be used by one thread at a time. After a failure only its message and position may be
// read, and it must be closed.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_CODEC_ENUM __attribute__((enum_extensibility(closed)))

typedef enum IMAGE_CODEC_ENUM ImageCodecStatus {
    ImageCodecStatusOk,
    // The bytes violate the format.
    ImageCodecStatusMalformed,
    // The bytes end before the image does.
    ImageCodecStatusTruncated,
    // A valid file that the codec library does not support.
    ImageCodecStatusUnsupported,
    // The codec library is not installed, or in a version without a function that is needed; the message is its name.
    ImageCodecStatusLibraryMissing,
    // More pixels than `ImageDecoderLimits.pixel_count`; the header's width and height are set.
    ImageCodecStatusTooManyPixels,
    // More memory than `ImageDecoderLimits.byte_count`.
    ImageCodecStatusTooManyBytes,
    // More passes than `ImageDecoderLimits.scan_count`.
    ImageCodecStatusTooManyScans,
    ImageCodecStatusOutOfMemory,
    // A system call failed; `image_*_system_code` returns its errno.
    ImageCodecStatusInputOutput,
    ImageCodecStatusInvalidArgument,
} ImageCodecStatus;

typedef enum IMAGE_CODEC_ENUM ImageCodecFormat {
    ImageCodecFormatPng,
    ImageCodecFormatJpeg,
    // Read only, like the following formats.
    ImageCodecFormatWebp,
    // HEIC and AVIF, with libheif, which is loaded for the first file.
    ImageCodecFormatHeif,
    // With libtiff, which is loaded for the first file.
    ImageCodecFormatTiff,
    ImageCodecFormatGif,
    ImageCodecFormatBmp,
} ImageCodecFormat;

// The colour model in the file, before any conversion.
typedef enum IMAGE_CODEC_ENUM ImageCodecColor {
    ImageCodecColorGray,
    ImageCodecColorGrayAlpha,
    ImageCodecColorPalette,
    ImageCodecColorRgb,
    ImageCodecColorRgba,
    ImageCodecColorYcbcr,
    ImageCodecColorCmyk,
    ImageCodecColorYcck,
    ImageCodecColorLab,
} ImageCodecColor;

typedef struct ImageDecoderLimits {
    uint64_t pixel_count;
    uint64_t byte_count;
    // The limit on the scans of a JPEG; each costs a pass over the whole image.
    int32_t scan_count;
    // The limit on a colour profile in bytes; a larger one is not read, which is a warning.
    uint64_t profile_byte_count;
} ImageDecoderLimits;

typedef struct ImageDecoderHeader {
    uint32_t width;
    uint32_t height;
    // Bits per channel (per index, for a palette) as stored.
    int32_t stored_bit_depth;
    ImageCodecColor stored_color;
    // The layout of the delivered rows: 1 gray, 2 gray+alpha, 3 rgb, 4 rgba; 8 bits, or 16 in the machine's byte order.
    int32_t channel_count;
    int32_t bit_depth;
    // Adam7, or a progressive JPEG: such an image is held in memory while it is read.
    bool is_multipass;
    bool has_icc_profile;
    // The image is held in memory while it is read, although the file stores its rows in order.
    bool is_held_whole;
} ImageDecoderHeader;

// The unit of decoding progress.
typedef enum IMAGE_CODEC_ENUM ImageDecoderUnit {
    ImageDecoderUnitRows,
    // The rows of all interlace passes.
    ImageDecoderUnitInterlacedRows,
    // The rows of one scan of a JPEG that has several.
    ImageDecoderUnitScanRows,
    // The bytes of a file that is decoded as a whole.
    ImageDecoderUnitBytes,
    // The whole image; the position of an error in it is unknown.
    ImageDecoderUnitPicture,
} ImageDecoderUnit;

// The progress of decoding.
typedef struct ImageDecoderPlace {
    ImageDecoderUnit unit;
    // The completed fraction of the unit, 0…1.
    double fraction;
    // The number of the scan, from 1; 0 for other units.
    int32_t scan_number;
} ImageDecoderPlace;

// The first damage that a tolerant decoder skipped.
typedef struct ImageDecoderDamage {
    // Malformed or truncated.
    ImageCodecStatus status;
    // The progress before the damage.
    ImageDecoderPlace place;
    // Missing pixels are gray; otherwise they come from the coarser passes and scans.
    bool leaves_gray;
} ImageDecoderDamage;

typedef struct ImageDecoder ImageDecoder;

// A tolerant decoder replaces pixels that are damaged or missing after the first ones: with those of coarser passes or
// scans, or with opaque mid-gray. `image_decoder_damage` reports what it skipped.
//
// Opens a decoder that reads from `descriptor` (owned by the caller, read with pread, and open for the decoder's
// lifetime), or, if that is negative, from a copy of the `count` bytes at `bytes`. NULL if memory is exhausted.
ImageDecoder *image_decoder_create(ImageCodecFormat format, int32_t descriptor, const uint8_t *bytes, size_t count,
                                   ImageDecoderLimits limits, bool is_tolerant);

// Reads everything before the pixels. Must be called once, first.
ImageCodecStatus image_decoder_read_header(ImageDecoder *decoder, ImageDecoderHeader *header);

// Requests decoding at 1/`factor` scale (2, 4 or 8), which is faster than decoding and resizing all pixels. Must be
// called after the header, before any row. Returns false, without effect, for formats that do not support it, and for
// sides that are not multiples of `factor`.
bool image_decoder_reduce(ImageDecoder *decoder, uint32_t factor);

// Metadata that may state an orientation.
typedef enum IMAGE_CODEC_ENUM ImageMetadata {
    // A TIFF structure, with zero or more "Exif\0\0" prefixes.
    ImageMetadataExif,
    // Texts of a PNG: a name, a length, and hexadecimal digits of EXIF data, of an APP1 marker, of XMP.
    ImageMetadataRawExif,
    ImageMetadataRawApp1,
    ImageMetadataRawXmp,
    ImageMetadataXmp,
} ImageMetadata;
enum { IMAGE_METADATA_COUNT = 5 };

// The raw metadata, decompressed, or NULL; valid until the decoder is closed.
const uint8_t *image_decoder_metadata(const ImageDecoder *decoder, ImageMetadata kind, size_t *count);

// Stored samples of the colour channels, without those of fully transparent pixels.
typedef struct ImageSampleRange {
    uint16_t low;
    uint16_t high;
} ImageSampleRange;

// Returns the least and the greatest sample among the rows read so far of a file with 16 bits per channel. Returns
// false for other depths, and if no pixel counts.
bool image_decoder_range(const ImageDecoder *decoder, ImageSampleRange *range);

// Requests stretching of samples by a table of 65536 entries, before colour conversion. Must be called after the
// header, before any row. Returns false, without effect, if the file does not have 16 bits per channel, or memory is
// exhausted.
bool image_decoder_set_levels(ImageDecoder *decoder, ImageSampleRange range);

// Widens `range` to include 16-bit samples; with 2 or 4 channels the last is alpha. An empty range is 65535…0.
void image_samples_widen(ImageSampleRange *range, const uint8_t *pixels, size_t pixel_count, size_t channel_count);
// ((value − low) · 65535 + (high − low) / 2) / (high − low), rounded down and clamped, for each of 65536 values;
// low < high.
void image_samples_tabulate(uint16_t *table, ImageSampleRange range);
// Replaces 16-bit samples, except alpha, with their table entries.
void image_samples_map(const uint16_t *table, uint8_t *pixels, size_t pixel_count, size_t channel_count);

// Reads the next `row_count` rows, `row_stride` bytes apart. More rows than remain are an invalid argument. With the
// last row the rest of the file is read and checked too.
ImageCodecStatus image_decoder_read_rows(ImageDecoder *decoder, uint8_t *rows, size_t row_stride, uint32_t row_count);

ImageDecoderPlace image_decoder_place(const ImageDecoder *decoder);

// Returns whether damage was skipped, and describes it.
bool image_decoder_damage(const ImageDecoder *decoder, ImageDecoderDamage *damage);

// Returns whether a tolerant decoder would have continued after the failure.
bool image_decoder_would_go_on(const ImageDecoder *decoder);

// A description of the failure or damage in our own words; never NULL.
const char *image_decoder_message(const ImageDecoder *decoder);
int32_t image_decoder_system_code(const ImageDecoder *decoder);

// Returns the warning at that index, or NULL after the last. `is_about_profile_limit` becomes true if the warning
// suggests to raise `profile_byte_count`.
const char *image_decoder_warning(const ImageDecoder *decoder, size_t index, bool *is_about_profile_limit);

void image_decoder_close(ImageDecoder *decoder);

// Describes the effect of a libpng warning on the image in our own words; false if no pixel depends on it. The text is
// empty if it is added later, when all is read.
bool image_codec_png_warning(const char *message, bool has_palette, char *words, size_t count);
// Describes the effect of a libpng error likewise.
void image_codec_png_error(const char *message, char *words, size_t count);

typedef struct ImageEncoderSettings {
    uint32_t width;
    uint32_t height;
    // As in ImageDecoderHeader. JPEG takes 1 or 3 channels of 8 bits.
    int32_t channel_count;
    int32_t bit_depth;
    // JPEG only: 1…100, and whether the chroma planes keep their full size (4:4:4) or half of it both ways (4:2:0).
    int32_t quality;
    bool full_chroma;
    // PNG only: optimizes for large areas of one value, as in masks. Rows are written as differences to the row above,
    // and only runs are compressed.
    bool is_flat;
} ImageEncoderSettings;

typedef struct ImageEncoder ImageEncoder;

// Opens an encoder that writes to `descriptor` (owned by the caller), or, if that is negative, to memory. NULL if
// memory is exhausted.
ImageEncoder *image_encoder_create(ImageCodecFormat format, int32_t descriptor, ImageEncoderSettings settings);
// Makes the 8-bit values of a one-channel PNG indices into at most 256 colours of three bytes: red, green, blue. Must
// be called before the first row.
ImageCodecStatus image_encoder_set_palette(ImageEncoder *encoder, const uint8_t *colors, uint32_t color_count);
ImageCodecStatus image_encoder_write_rows(ImageEncoder *encoder, const uint8_t *rows, size_t row_stride,
                                          uint32_t row_count);
// Must be called after the last row.
ImageCodecStatus image_encoder_finish(ImageEncoder *encoder);
uint64_t image_encoder_byte_count(const ImageEncoder *encoder);
// The bytes written to memory, valid until the encoder is closed; NULL for a descriptor.
const uint8_t *image_encoder_bytes(const ImageEncoder *encoder);
const char *image_encoder_message(const ImageEncoder *encoder);
int32_t image_encoder_system_code(const ImageEncoder *encoder);
void image_encoder_close(ImageEncoder *encoder);

// The version of libjpeg-turbo's headers, or "" for another libjpeg.
const char *image_codec_jpeg_version(void);
// The version of giflib's headers.
const char *image_codec_gif_version(void);

#endif
