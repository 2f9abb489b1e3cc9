#ifndef TIFF_DECODER_H
#define TIFF_DECODER_H

#include <tiffio.h>

#include "decoder.h"

// How rows come from the file.
typedef enum Access {
    // Without compression: by their offsets.
    AccessStored,
    // Compressed strips, and tiles: all rows of a band at once.
    AccessBand,
    // Large compressed strips: one row at a time.
    AccessRow,
    // Colours that the library converts to 8-bit RGBA, by bands.
    AccessConverted,
} Access;

typedef enum AlphaKind { AlphaNone, AlphaStraight, AlphaPremultiplied } AlphaKind;

// TIFF 6.0, with BigTIFF and the compressions that libtiff was built with. Rows come in bands: strips, or rows of
// tiles.
typedef struct TIFFDecoder {
    ImageDecoder base;
    TIFF *file;
    // The library's read position.
    uint64_t position;
    uint64_t byte_count;
    Access access;
    bool is_tiled;
    bool is_separate;
    uint16_t photometric;
    uint16_t sample_format;
    uint16_t bits;
    uint16_t sample_count;
    AlphaKind alpha;
    // The number of channels that are used: colours, and alpha.
    uint32_t channel_count;
    uint32_t tile_width;
    uint32_t band_height;
    // Bytes of a row in a band: of all samples, or of one plane.
    size_t band_row_bytes;
    size_t plane_bytes;
    uint8_t *band;
    uint32_t band_start;
    bool has_band;
    uint8_t *tile;
    size_t tile_bytes;
    size_t tile_row_bytes;
    // A row as 16-bit samples of the channels, and as the inks or the L*a*b* values that become RGB.
    uint16_t *samples;
    uint8_t *ink;
    // Colours of a palette, 8 bits.
    uint8_t (*palette)[3];
    // The values of floating-point samples that become black and white.
    double black;
    double white;
    bool needs_range;
    bool clips;
    bool swaps_bytes;
    bool reverses_bits;
} TIFFDecoder;

// The functions of libtiff that are used.
typedef struct TIFFLibrary {
    __typeof__(&TIFFClientOpen) client_open;
    __typeof__(&TIFFClose) close;
    __typeof__(&TIFFGetField) get_field;
    __typeof__(&TIFFGetFieldDefaulted) get_field_defaulted;
    __typeof__(&TIFFSetField) set_field;
    __typeof__(&TIFFReadEncodedStrip) read_encoded_strip;
    __typeof__(&TIFFReadEncodedTile) read_encoded_tile;
    __typeof__(&TIFFReadScanline) read_scanline;
    __typeof__(&TIFFScanlineSize64) scanline_size;
    __typeof__(&TIFFTileSize64) tile_size;
    __typeof__(&TIFFTileRowSize64) tile_row_size;
    __typeof__(&TIFFComputeStrip) compute_strip;
    __typeof__(&TIFFComputeTile) compute_tile;
    __typeof__(&TIFFIsTiled) is_tiled;
    __typeof__(&TIFFIsByteSwapped) is_byte_swapped;
    __typeof__(&TIFFIsCODECConfigured) is_codec_configured;
    __typeof__(&TIFFNumberOfDirectories) number_of_directories;
    __typeof__(&TIFFNumberOfStrips) number_of_strips;
    __typeof__(&TIFFNumberOfTiles) number_of_tiles;
    __typeof__(&TIFFReadRGBAStripExt) read_rgba_strip;
    __typeof__(&TIFFReadRGBATileExt) read_rgba_tile;
    __typeof__(&TIFFRGBAImageOK) rgba_image_ok;
    __typeof__(&TIFFReverseBits) reverse_bits;
} TIFFLibrary;
extern TIFFLibrary tiff;

// Loads libtiff once; returns false if it is not installed, or too old.
bool tiff_library_load(void);
// Opens the file; `file` remains NULL if its directory cannot be read.
void tiff_library_open(TIFFDecoder *decoder);

// Reads the first directory.
ImageCodecStatus tiff_read_directory(TIFFDecoder *decoder, ImageDecoderHeader *header);
// Allocates what bands and rows need.
ImageCodecStatus tiff_allocate(TIFFDecoder *decoder);
// Reads the band with row `y`.
ImageCodecStatus tiff_read_band(TIFFDecoder *decoder, uint32_t y);
// Finds the range of floating-point samples without a stated one: 0 to 1, 255 or 65535, whichever contains all of them,
// or else from the least to the greatest. Damage is left to the reading of the rows.
void tiff_find_range(TIFFDecoder *decoder);
// Converts row `y`, which is in the band, to the delivered layout.
void tiff_convert_row(TIFFDecoder *decoder, uint32_t y, uint8_t *target);

#endif
