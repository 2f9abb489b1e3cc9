#include "jpeg_words.h"

#include <jerror.h>

#include "CImageCodecs.h"
#include "codec_words.h"

#define QUOTED(text) #text
#define QUOTED_VALUE(macro) QUOTED(macro)

const char *image_codec_jpeg_version(void) {
#ifdef LIBJPEG_TURBO_VERSION
    return QUOTED_VALUE(LIBJPEG_TURBO_VERSION);
#else
    return "";
#endif
}

static const char *error_words(int code) {
    switch (code) {
        case JERR_BAD_HUFF_TABLE:
        case JERR_NO_HUFF_TABLE:
        case JERR_DHT_INDEX: return "a code table (DHT) is invalid or missing";
        case JERR_NO_ARITH_TABLE:
        case JERR_DAC_INDEX:
        case JERR_DAC_VALUE: return "an arithmetic coding table (DAC) is invalid or missing";
        case JERR_NO_QUANT_TABLE:
        case JERR_DQT_INDEX: return "a quantization table (DQT) is invalid or missing";
        case JERR_BAD_LENGTH: return "a segment states an invalid length";
        case JERR_EMPTY_IMAGE: return "its header states a width or height of 0";
        case JERR_BAD_COMPONENT_ID:
        case JERR_COMPONENT_COUNT:
        case JERR_BAD_MCU_SIZE:
        case JERR_BAD_SAMPLING: return "its header states invalid colour components";
        case JERR_BAD_PROGRESSION:
        case JERR_BAD_PROG_SCRIPT:
        case JWRN_BOGUS_PROGRESSION: return "its scans contradict each other";
        case JERR_NO_SOI: return "its start marker (SOI) is missing";
        case JERR_SOI_DUPLICATE: return "a second start marker (SOI) stands within it";
        case JERR_SOF_DUPLICATE: return "a second frame header (SOF) stands within it";
        case JERR_SOS_NO_SOF:
        case JERR_NO_IMAGE: return "its frame header (SOF) is missing";
        case JERR_UNKNOWN_MARKER: return "an unknown marker stands within it";
        case JERR_INPUT_EMPTY:
        case JERR_INPUT_EOF:
        case JWRN_JPEG_EOF: return "the file ends early";
        case JWRN_HIT_MARKER: return "the compressed pixels end too early";
        case JWRN_HUFF_BAD_CODE: return "the compressed pixels are damaged";
        case JWRN_MUST_RESYNC: return "a restart marker is missing or out of order";
        // What is in order, but not read.
        case JERR_SOF_UNSUPPORTED: return "it is stored lossless, hierarchical or in another rare process";
        case JERR_ARITH_NOTIMPL: return "it is stored with arithmetic coding";
        case JERR_CCIR601_NOTIMPL:
        case JERR_FRACT_SAMPLE_NOTIMPL: return "its colour planes are sampled in an unusual way";
        case JERR_CONVERSION_NOTIMPL: return "its colours are stored in an unusual way";
        case JERR_IMAGE_TOO_BIG: return "its sides are longer than the decoder supports";
        case JERR_NO_BACKING_STORE:
        case JERR_WIDTH_OVERFLOW: return "it takes more memory than allowed";
        case JERR_OUT_OF_MEMORY: return "out of memory";
        default: return NULL;
    }
}

void jpeg_error_words(j_common_ptr codec, char *words, size_t count) {
    int code = codec->err->msg_code;
    const char *known = error_words(code);
    if (known) {
        snprintf(words, count, "%s", known);
    } else if (code == JERR_BAD_PRECISION) {
        snprintf(words, count, "it has %d bits per channel", codec->err->msg_parm.i[0]);
    } else {
        char message[JMSG_LENGTH_MAX];
        codec->err->format_message(codec, message);
        codec_words_unknown("libjpeg", message, words, count);
    }
}

static bool is_restart(int marker) { return marker >= JPEG_RST0 && marker <= JPEG_RST0 + 7; }

bool jpeg_warning_words(j_common_ptr codec, char *words, size_t count) {
    const int *numbers = codec->err->msg_parm.i;
    bool is_in_header = !owner(codec)->has_header;
    switch (codec->err->msg_code) {
        // A version number.
        case JWRN_JFIF_MAJOR: return false;
        // Decoders of sequential scans have no use for these numbers; Samsung's cameras write zeros.
        case JWRN_NOT_SEQUENTIAL:
            snprintf(words, count,
                     "a scan states wrong parameters, which decoding does not need: no pixel is affected");
            return true;
        case JWRN_EXTRANEOUS_DATA:
            if (is_restart(numbers[1])) {
                snprintf(words, count, "bytes are left over before a restart marker: pixels near it may be wrong");
            } else if (is_in_header) {
                snprintf(words, count, "stray bytes in its header were skipped: no pixel is affected");
            } else {
                // libjpeg's count leaves out what it had read ahead.
                snprintf(words, count, "bytes are left over after the pixels: no pixel is missing");
            }
            return true;
        case JWRN_ADOBE_XFORM:
            snprintf(words, count, "Adobe's marker states an unknown colour transform (%d): colours may be wrong",
                     numbers[0]);
            return true;
        default: break;
    }
    char message[JMSG_LENGTH_MAX], reported[160];
    codec->err->format_message(codec, message);
    codec_words_unknown("libjpeg", message, reported, sizeof reported);
    snprintf(words, count, "%s: pixels may be affected", reported);
    return true;
}
