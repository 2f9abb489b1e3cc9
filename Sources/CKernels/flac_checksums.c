#include "flac_checksums.h"

#include <pthread.h>

uint8_t percept_flac_checksum8(const uint8_t *bytes, ptrdiff_t count) {
    unsigned sum = 0;
    for (; count > 0; bytes++, count--) {
        sum ^= *bytes;
        for (int bit = 0; bit < 8; bit++) sum = sum << 1 ^ (sum & 0x80 ? 0x107 : 0);
    }
    return (uint8_t)sum;
}

// remainders[n][b] is the checksum of byte b followed by n zero bytes.
static uint16_t remainders[8][256];

static void fill_remainders(void) {
    for (unsigned byte = 0; byte < 256; byte++) {
        unsigned remainder = byte << 8;
        for (int bit = 0; bit < 8; bit++) remainder = remainder << 1 ^ (remainder & 0x8000 ? 0x8005 : 0);
        remainders[0][byte] = (uint16_t)remainder;
    }
    for (int zeros = 1; zeros < 8; zeros++) {
        for (int byte = 0; byte < 256; byte++) {
            uint16_t before = remainders[zeros - 1][byte];
            remainders[zeros][byte] = (uint16_t)(before << 8 ^ remainders[0][before >> 8]);
        }
    }
}

uint16_t percept_flac_checksum16(const uint8_t *bytes, ptrdiff_t count) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fill_remainders);
    uint16_t sum = 0;
    for (; count >= 8; bytes += 8, count -= 8) {
        sum = remainders[7][bytes[0] ^ sum >> 8] ^ remainders[6][bytes[1] ^ (sum & 0xFF)] ^ remainders[5][bytes[2]]
            ^ remainders[4][bytes[3]] ^ remainders[3][bytes[4]] ^ remainders[2][bytes[5]] ^ remainders[1][bytes[6]]
            ^ remainders[0][bytes[7]];
    }
    for (; count > 0; bytes++, count--) sum = (uint16_t)(sum << 8 ^ remainders[0][sum >> 8 ^ *bytes]);
    return sum;
}
