// The body of overlap_save.c, included once for each width: a vector has LANES floats, TARGET is the attribute of the
// functions, NAMED(x) makes their names. It has no include guard on purpose.

#include "fourier_lanes.h"

RADICES(NAMED(radix_backward), length / radix, 1, 0)

OUTLINE TARGET void NAMED(backward)(Point *points, ptrdiff_t count, ptrdiff_t length, const int32_t *radices,
                                    const float *twiddles) {
    ptrdiff_t radix = *radices, rest = length / radix;
    if (rest == 1) return NAMED(radix_last)(points, count, length, (int)radix, twiddles);
    for (ptrdiff_t stretch = 0; stretch < count; stretch++, points += length) {
        NAMED(backward)(points, radix, rest, radices + 1, twiddles + 2 * rest * (radix - 1));
        NAMED(radix_backward)(points, 1, length, (int)radix, twiddles);
    }
}

// MARK: Blocks

OUTLINE TARGET void NAMED(load_blocks)(const OverlapSave *plan, const float *input, Point *points) {
    ptrdiff_t length = plan->forward.length;
    for (ptrdiff_t t = 0; t < length; t += LANES) {
        ptrdiff_t width = length - t < LANES ? length - t : LANES;
        for (int part = 0; part < 2; part++) {
            Lanes rows[LANES];
            for (int j = 0; j < LANES; j++) {
                const float *place = input + (2 * j + part) * plan->input_hop + t;
                if (width == LANES) rows[j] = *(const UnalignedLanes *)place;
                else rows[j] = (Lanes){0}, memcpy(&rows[j], place, (size_t)width * sizeof(float));
            }
            NAMED(transpose)(rows);
            for (int i = 0; i < width; i++) *(part ? &points[t + i].im : &points[t + i].re) = rows[i];
        }
    }
}

// Swaps real and imaginary parts: a forward transform then computes the inverse one, and store_blocks swaps them back.
OUTLINE TARGET void NAMED(filter)(const OverlapSave *plan, const Point *spectrum, Point *points) {
    for (ptrdiff_t place = 0; place < plan->backward.length; place++) {
        Point point = {{0}, {0}};
        if (plan->sources[place] >= 0) {
            point = spectrum[plan->sources[place]];
            NAMED(turn)(&point, plan->response + 2 * place);
        }
        points[place] = (Point){point.im, point.re};
    }
}

OUTLINE TARGET void NAMED(store_blocks)(const OverlapSave *plan, const Point *points, float *output) {
    for (ptrdiff_t n = 0; n < plan->output_hop; n += LANES) {
        ptrdiff_t width = plan->output_hop - n < LANES ? plan->output_hop - n : LANES;
        for (int part = 0; part < 2; part++) {
            Lanes rows[LANES];
            for (int i = 0; i < LANES; i++) rows[i] = (Lanes){0};
            for (int i = 0; i < width; i++) rows[i] = part ? points[n + i].re : points[n + i].im;
            NAMED(transpose)(rows);
            for (int j = 0; j < LANES; j++) {
                float *place = output + (2 * j + part) * plan->output_hop + n;
                if (width == LANES) *(UnalignedLanes *)place = rows[j];
                else memcpy(place, &rows[j], (size_t)width * sizeof(float));
            }
        }
    }
}

TARGET static void NAMED(blocks)(const OverlapSave *plan, const float *input, float *scratch, float *output) {
    Point *spectrum = (Point *)scratch;
    Point *points = spectrum + plan->forward.length;
    for (ptrdiff_t block = 0; block < PerceptOverlapSaveBlocks; block += 2 * LANES) {
        NAMED(load_blocks)(plan, input + block * plan->input_hop, spectrum);
        NAMED(forward)(spectrum, 1, plan->forward.length, plan->forward.radices, plan->forward.twiddles);
        NAMED(filter)(plan, spectrum, points);
        NAMED(backward)(points, 1, plan->backward.length, plan->backward.radices, plan->backward.twiddles);
        NAMED(store_blocks)(plan, points, output + block * plan->output_hop);
    }
}

#undef Lanes
#undef UnalignedLanes
#undef Point
#undef LANES
#undef TARGET
#undef NAMED
#undef RADICES
