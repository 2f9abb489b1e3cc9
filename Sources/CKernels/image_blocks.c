#include "CKernelsImage.h"

static inline int range_of_4(int a, int b, int c, int d) {
    int low_ab = a < b ? a : b, low_cd = c < d ? c : d;
    int high_ab = a < b ? b : a, high_cd = c < d ? d : c;
    return (high_ab < high_cd ? high_cd : high_ab) - (low_ab < low_cd ? low_ab : low_cd);
}

ImageBlockCounts percept_count_blocks(const uint8_t *upper, const uint8_t *lower, size_t pixel_count) {
    ImageBlockCounts counts = {0, 0, 0};
    for (size_t block = 0; block < pixel_count / 2; block++, upper += 6, lower += 6) {
        int range = 0;
        for (int channel = 0; channel < 3; channel++) {
            int next = range_of_4(upper[channel], upper[channel + 3], lower[channel], lower[channel + 3]);
            range = range < next ? next : range;
        }
        counts.flat += range <= 8;
        counts.hard += range >= 64;
    }
    counts.soft = pixel_count / 2 - counts.flat - counts.hard;
    return counts;
}
