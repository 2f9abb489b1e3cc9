#ifndef CIMAGECODECS_H
#define CIMAGECODECS_H

// PNG, JPEG, WebP and, where it is built with it, HEIF row by row behind status codes, colours turned to sRGB. No function
// here jumps out, calls back, or prints; messages and warnings are kept in the handle. A handle belongs to one thread at a
// time, and after a failure it may only be asked for its message and place, and closed.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_CODEC_ENUM __attribute__((enum_extensibility(closed)))

typedef enum IMAGE_CODEC_ENUM ImageCodecStatus {
    ImageCodecStatusOk,
    // The bytes break the rules of the format.
    ImageCodecStatusMalformed,
    // The bytes end before the picture does.
    ImageCodecStatusTruncated,
    // In order, but the codec library does not read it.
    ImageCodecStatusUnsupported,
    // More pixels than `ImageDecoderLimits.pixel_count`; width and height of the header are set.
    ImageCodecStatusTooManyPixels,
    // More memory than `ImageDecoderLimits.byte_count`.
    ImageCodecStatusTooManyBytes,
    // More passes than `ImageDecoderLimits.scan_count`.
    ImageCodecStatusTooManyScans,
    ImageCodecStatusOutOfMemory,
    // A system call failed; `image_*_system_code` tells its errno.
    ImageCodecStatusInputOutput,
    ImageCodecStatusInvalidArgument,
} ImageCodecStatus;

typedef enum IMAGE_CODEC_ENUM ImageCodecFormat {
    ImageCodecFormatPng,
    ImageCodecFormatJpeg,
    // Is read only, as what follows is.
    ImageCodecFormatWebp,
    // HEIC and AVIF; not in every build.
    ImageCodecFormatHeif,
} ImageCodecFormat;

// How colours are stored in the file, before any conversion.
typedef enum IMAGE_CODEC_ENUM ImageCodecColor {
    ImageCodecColorGray,
    ImageCodecColorGrayAlpha,
    ImageCodecColorPalette,
    ImageCodecColorRgb,
    ImageCodecColorRgba,
    ImageCodecColorYcbcr,
    ImageCodecColorCmyk,
    ImageCodecColorYcck,
} ImageCodecColor;

typedef struct ImageDecoderLimits {
    uint64_t pixel_count;
    uint64_t byte_count;
    // Scans of one JPEG; each costs a pass over the whole picture.
    int32_t scan_count;
    // Of a colour profile; a larger one is not read, which is a warning.
    uint64_t profile_byte_count;
} ImageDecoderLimits;

typedef struct ImageDecoderHeader {
    uint32_t width;
    uint32_t height;
    // Bits per channel (per index, for a palette) as stored.
    int32_t stored_bit_depth;
    ImageCodecColor stored_color;
    // Of the rows that are delivered: 1 gray, 2 gray+alpha, 3 rgb, 4 rgba; 8 bits, or 16 in the machine's byte order.
    int32_t channel_count;
    int32_t bit_depth;
    // Adam7, or a progressive JPEG: such a picture is held whole while it is read.
    bool is_multipass;
    bool has_icc_profile;
    // The picture is held whole while it is read, though the file is in the order of the rows.
    bool is_held_whole;
} ImageDecoderHeader;

// What a picture is counted in while it is decoded.
typedef enum IMAGE_CODEC_ENUM ImageDecoderUnit {
    ImageDecoderUnitRows,
    // The rows of all interlace passes.
    ImageDecoderUnitInterlacedRows,
    // The rows of one scan of a JPEG that has several.
    ImageDecoderUnitScanRows,
    // The bytes of a file that comes as a whole or not at all.
    ImageDecoderUnitBytes,
    // The whole of such a picture; where in it something went wrong is not known.
    ImageDecoderUnitPicture,
} ImageDecoderUnit;

// How far decoding came.
typedef struct ImageDecoderPlace {
    ImageDecoderUnit unit;
    // Of those units, 0…1.
    double fraction;
    // From 1 on; 0 for other units than rows of a scan.
    int32_t scan_number;
} ImageDecoderPlace;

// The first damage that a tolerant decoder passed over.
typedef struct ImageDecoderDamage {
    // Malformed or truncated.
    ImageCodecStatus status;
    // What came before it.
    ImageDecoderPlace place;
    // Pixels that never came are gray; else they are what the coarser passes and scans give.
    bool leaves_gray;
} ImageDecoderDamage;

typedef struct ImageDecoder ImageDecoder;

// Whether files of that format are read in this build.
bool image_decoder_reads(ImageCodecFormat format);

// A tolerant decoder makes up for pixels that are damaged or missing behind the first: with those of coarser passes or
// scans, or with mid-gray, opaque. What it passed over is told by `image_decoder_damage`.
//
// A decoder reading from `descriptor` (which stays the caller's, is read with pread and must outlive the decoder), or,
// when that is negative, from a copy of the `count` bytes at `bytes`. NULL when there is no memory.
ImageDecoder *image_decoder_create(ImageCodecFormat format, int32_t descriptor, const uint8_t *bytes, size_t count,
                                   ImageDecoderLimits limits, bool is_tolerant);

// Reads everything up to the pixels. To be called once, first.
ImageCodecStatus image_decoder_read_header(ImageDecoder *decoder, ImageDecoderHeader *header);

// Has rows delivered of a picture that is smaller by `factor` (2, 4 or 8) both ways, which takes less time than all pixels and
// making them smaller. To be called behind the header, before any row. False, and nothing changed, for a format that
// cannot, and for sides that are no multiples of `factor`.
bool image_decoder_reduce(ImageDecoder *decoder, uint32_t factor);

// Metadata that may state an orientation.
typedef enum IMAGE_CODEC_ENUM ImageMetadata {
    // A TIFF structure, after "Exif\0\0" once or several times, or at once.
    ImageMetadataExif,
    // Texts of a PNG: a name, a length, and hexadecimal digits of EXIF data, of an APP1 marker, of XMP.
    ImageMetadataRawExif,
    ImageMetadataRawApp1,
    ImageMetadataRawXmp,
    ImageMetadataXmp,
} ImageMetadata;
enum { IMAGE_METADATA_COUNT = 5 };

// As the file has it, unpacked, or NULL; valid until the decoder is closed.
const uint8_t *image_decoder_metadata(const ImageDecoder *decoder, ImageMetadata kind, size_t *count);

// Samples of the colour channels, as they are stored; those of pixels that are fully transparent do not count.
typedef struct ImageSampleRange {
    uint16_t low;
    uint16_t high;
} ImageSampleRange;

// The least and the greatest sample among the rows that were read of a file with 16 bits per channel. False where the file
// has other depths, and where no pixel counts.
bool image_decoder_range(const ImageDecoder *decoder, ImageSampleRange *range);

// Has samples stretched, before their colours are converted, by a table of 65536; to be called after the header, before any
// row. False, and nothing changed, where the file does not have 16 bits per channel, or there is no memory.
bool image_decoder_set_levels(ImageDecoder *decoder, ImageSampleRange range);

// Widens `range` by 16-bit samples, of which the last channel is alpha where there are 2 or 4. A range of none is 65535…0.
void image_samples_widen(ImageSampleRange *range, const uint8_t *pixels, size_t pixel_count, size_t channel_count);
// ((value − low) · 65535 + (high − low) / 2) / (high − low), rounded down and clamped, for each of 65536 values; low < high.
void image_samples_tabulate(uint16_t *table, ImageSampleRange range);
// Replaces 16-bit samples, but alpha, by their entry.
void image_samples_map(const uint16_t *table, uint8_t *pixels, size_t pixel_count, size_t channel_count);

// Reads the next `row_count` rows, `row_stride` bytes apart. Asking for more rows than are left is an invalid argument.
// With the last row the rest of the file is read and checked as well.
ImageCodecStatus image_decoder_read_rows(ImageDecoder *decoder, uint8_t *rows, size_t row_stride, uint32_t row_count);

ImageDecoderPlace image_decoder_place(const ImageDecoder *decoder);

// Whether damage was passed over, and which.
bool image_decoder_damage(const ImageDecoder *decoder, ImageDecoderDamage *damage);

// Whether a tolerant decoder would have gone on after the failure.
bool image_decoder_would_go_on(const ImageDecoder *decoder);

// What the failure, or the damage, is about, in our own words; never NULL.
const char *image_decoder_message(const ImageDecoder *decoder);
int32_t image_decoder_system_code(const ImageDecoder *decoder);

// The warning of that index, or NULL behind the last.
const char *image_decoder_warning(const ImageDecoder *decoder, size_t index);

void image_decoder_close(ImageDecoder *decoder);

// What a warning of libpng means for the image, in our own words; false when no pixel depends on it. Empty where its words
// follow when all is read.
bool image_codec_png_warning(const char *message, bool has_palette, char *words, size_t count);
// The same for an error.
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
    // PNG only: whether large areas have one value, as in masks. Rows are then written as differences to the row above,
    // and of those runs alone are looked for.
    bool is_flat;
} ImageEncoderSettings;

typedef struct ImageEncoder ImageEncoder;

// An encoder writing to `descriptor` (which stays the caller's), or, when that is negative, to memory. NULL when there
// is no memory.
ImageEncoder *image_encoder_create(ImageCodecFormat format, int32_t descriptor, ImageEncoderSettings settings);
// Makes the 8-bit values of a PNG of one channel indices into at most 256 colours of three bytes: red, green, blue.
// Must be called before the first row.
ImageCodecStatus image_encoder_set_palette(ImageEncoder *encoder, const uint8_t *colors, uint32_t color_count);
ImageCodecStatus image_encoder_write_rows(ImageEncoder *encoder, const uint8_t *rows, size_t row_stride,
                                          uint32_t row_count);
// To be called after the last row.
ImageCodecStatus image_encoder_finish(ImageEncoder *encoder);
uint64_t image_encoder_byte_count(const ImageEncoder *encoder);
// The bytes written to memory, valid until the encoder is closed; NULL for a descriptor.
const uint8_t *image_encoder_bytes(const ImageEncoder *encoder);
const char *image_encoder_message(const ImageEncoder *encoder);
int32_t image_encoder_system_code(const ImageEncoder *encoder);
void image_encoder_close(ImageEncoder *encoder);

#endif
