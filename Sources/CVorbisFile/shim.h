// Its ready-made callbacks for C streams are variables that nobody uses here.
#define OV_EXCLUDE_STATIC_CALLBACKS
#include <vorbis/vorbisfile.h>
