// Fourier transforms of LANES sequences side by side, included once for each width and precision after
// fourier_constants.h: a vector has LANES numbers of type Scalar, TARGET is the attribute of the functions, NAMED(x)
// makes their names. The including file undefines the macros. It has no include guard on purpose.

#define Lanes NAMED(Lanes)
#define UnalignedLanes NAMED(UnalignedLanes)
#define Point NAMED(Point)

typedef Scalar Lanes __attribute__((vector_size(LANES * sizeof(Scalar))));
typedef Scalar UnalignedLanes __attribute__((vector_size(LANES * sizeof(Scalar)), aligned(sizeof(Scalar))));
// One complex number of each lane's transform.
typedef struct {
    Lanes re, im;
} Point;

// MARK: Butterflies: transforms of a few points, in place

INLINE TARGET void NAMED(turn)(Point *point, const Scalar *factor) {
    Lanes re = point->re * factor[0] - point->im * factor[1];
    point->im = point->re * factor[1] + point->im * factor[0];
    point->re = re;
}

INLINE TARGET void NAMED(two)(Point *a, Point *b) {
    Point sum = {a->re + b->re, a->im + b->im}, difference = {a->re - b->re, a->im - b->im};
    *a = sum;
    *b = difference;
}

// Points k and radix − k share their products: half of them with the sums of opposite inputs, half with differences.
INLINE TARGET void NAMED(odd)(Point *points, const int radix, const Scalar *cosines, const Scalar *sines) {
    Point sums[4], differences[4];
    Point first = points[0], total = points[0];
    for (int p = 1; p <= radix / 2; p++) {
        sums[p] = points[p];
        differences[p] = points[radix - p];
        NAMED(two)(&sums[p], &differences[p]);
        total.re += sums[p].re;
        total.im += sums[p].im;
    }
    points[0] = total;
    for (int k = 1; k <= radix / 2; k++) {
        Point even = first;
        Point uneven = {differences[1].im * sines[k], differences[1].re * sines[k]};
        for (int p = 1; p <= radix / 2; p++) {
            even.re += sums[p].re * cosines[k * p % radix];
            even.im += sums[p].im * cosines[k * p % radix];
        }
        for (int p = 2; p <= radix / 2; p++) {
            uneven.re += differences[p].im * sines[k * p % radix];
            uneven.im += differences[p].re * sines[k * p % radix];
        }
        points[k] = (Point){even.re + uneven.re, even.im - uneven.im};
        points[radix - k] = (Point){even.re - uneven.re, even.im + uneven.im};
    }
}

INLINE TARGET void NAMED(four)(Point *a, Point *b, Point *c, Point *d) {
    NAMED(two)(a, c);
    NAMED(two)(b, d);
    Point even = *c, uneven = *d;
    NAMED(two)(a, b);
    *c = *b;
    *b = (Point){even.re + uneven.im, even.im - uneven.re};
    *d = (Point){even.re - uneven.im, even.im + uneven.re};
}

INLINE TARGET void NAMED(eight)(Point *points) {
    NAMED(four)(points, points + 2, points + 4, points + 6);
    NAMED(four)(points + 1, points + 3, points + 5, points + 7);
    Point a = points[0], b = points[2], c = points[4], d = points[6];
    Point e = points[1], f = points[3], g = points[5], h = points[7];
    // f·(1 − i), h·(1 + i), both still without √½; g needs a turn by a quarter, h by three eighths.
    f = (Point){f.re + f.im, f.im - f.re};
    h = (Point){h.re - h.im, h.im + h.re};
    points[0] = (Point){a.re + e.re, a.im + e.im};
    points[1] = (Point){b.re + f.re * root_of_half, b.im + f.im * root_of_half};
    points[2] = (Point){c.re + g.im, c.im - g.re};
    points[3] = (Point){d.re - h.re * root_of_half, d.im - h.im * root_of_half};
    points[4] = (Point){a.re - e.re, a.im - e.im};
    points[5] = (Point){b.re - f.re * root_of_half, b.im - f.im * root_of_half};
    points[6] = (Point){c.re - g.im, c.im + g.re};
    points[7] = (Point){d.re + h.re * root_of_half, d.im + h.im * root_of_half};
}

INLINE TARGET void NAMED(nine)(Point *points) {
    Point thirds[3][3];
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 3; k++) thirds[i][k] = points[i + 3 * k];
        NAMED(odd)(thirds[i], 3, cosines3, sines3);
    }
    NAMED(turn)(&thirds[1][1], ninth);
    NAMED(turn)(&thirds[1][2], two_ninths);
    NAMED(turn)(&thirds[2][1], two_ninths);
    NAMED(turn)(&thirds[2][2], four_ninths);
    for (int k = 0; k < 3; k++) {
        Point row[3] = {thirds[0][k], thirds[1][k], thirds[2][k]};
        NAMED(odd)(row, 3, cosines3, sines3);
        for (int i = 0; i < 3; i++) points[k + 3 * i] = row[i];
    }
}

// MARK: Transforms, in place

// Computes one radix of the transforms of `count` stretches of `radix · rest` points. The twiddles apply to the outputs
// of the forward transform (decimation in frequency), and to the inputs of the one that undoes its order (decimation in
// time).
INLINE TARGET void NAMED(radix)(Point *points, ptrdiff_t count, ptrdiff_t rest, const Scalar *twiddles, const int radix,
                                const int before, const int after) {
    for (ptrdiff_t stretch = 0; stretch < count; stretch++) {
        const Scalar *w = twiddles;
        for (ptrdiff_t j = 0; j < rest; j++) {
            Point *place = points + stretch * radix * rest + j;
            Point a[9];
            for (int k = 0; k < radix; k++) a[k] = place[k * rest];
            if (before) for (int k = 1; k < radix; k++) NAMED(turn)(&a[k], w + 2 * (k - 1));
            switch (radix) {
            case 2: NAMED(two)(a, a + 1); break;
            case 3: NAMED(odd)(a, 3, cosines3, sines3); break;
            case 4: NAMED(four)(a, a + 1, a + 2, a + 3); break;
            case 5: NAMED(odd)(a, 5, cosines5, sines5); break;
            case 7: NAMED(odd)(a, 7, cosines7, sines7); break;
            case 8: NAMED(eight)(a); break;
            case 9: NAMED(nine)(a); break;
            }
            if (after) for (int k = 1; k < radix; k++) NAMED(turn)(&a[k], w + 2 * (k - 1));
            for (int k = 0; k < radix; k++) place[k * rest] = a[k];
            w += 2 * (radix - 1);
        }
    }
}

#define RADICES(name, rest, before, after) \
    OUTLINE TARGET void name(Point *points, ptrdiff_t count, ptrdiff_t length, int radix, const Scalar *twiddles) { \
        (void)length; \
        switch (radix) { \
        case 2: NAMED(radix)(points, count, rest, twiddles, 2, before, after); break; \
        case 3: NAMED(radix)(points, count, rest, twiddles, 3, before, after); break; \
        case 4: NAMED(radix)(points, count, rest, twiddles, 4, before, after); break; \
        case 5: NAMED(radix)(points, count, rest, twiddles, 5, before, after); break; \
        case 7: NAMED(radix)(points, count, rest, twiddles, 7, before, after); break; \
        case 8: NAMED(radix)(points, count, rest, twiddles, 8, before, after); break; \
        case 9: NAMED(radix)(points, count, rest, twiddles, 9, before, after); break; \
        } \
    }
RADICES(NAMED(radix_forward), length / radix, 0, 1)
RADICES(NAMED(radix_last), 1, 0, 0)

// Depth first: a stretch is transformed to its end while it is still in the cache.
OUTLINE TARGET void NAMED(forward)(Point *points, ptrdiff_t count, ptrdiff_t length, const int32_t *radices,
                                   const Scalar *twiddles) {
    ptrdiff_t radix = *radices, rest = length / radix;
    if (rest == 1) return NAMED(radix_last)(points, count, length, (int)radix, twiddles);
    for (ptrdiff_t stretch = 0; stretch < count; stretch++, points += length) {
        NAMED(radix_forward)(points, 1, length, (int)radix, twiddles);
        NAMED(forward)(points, radix, rest, radices + 1, twiddles + 2 * rest * (radix - 1));
    }
}

// MARK: Rows and columns

#if LANES == 4
#define LOW_HALVES 0, 4, 1, 5
#define HIGH_HALVES 2, 6, 3, 7
#elif LANES == 8
#define LOW_HALVES 0, 8, 1, 9, 2, 10, 3, 11
#define HIGH_HALVES 4, 12, 5, 13, 6, 14, 7, 15
#else
#define LOW_HALVES 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define HIGH_HALVES 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#endif

// Interleaving the first half of the rows with the second moves each index's highest bit to the bottom.
INLINE TARGET void NAMED(transpose)(Lanes *rows) {
    for (int width = 1; width < LANES; width *= 2) {
        Lanes next[LANES];
        for (int i = 0; i < LANES / 2; i++) {
            next[2 * i] = __builtin_shufflevector(rows[i], rows[i + LANES / 2], LOW_HALVES);
            next[2 * i + 1] = __builtin_shufflevector(rows[i], rows[i + LANES / 2], HIGH_HALVES);
        }
        for (int i = 0; i < LANES; i++) rows[i] = next[i];
    }
}
#undef LOW_HALVES
#undef HIGH_HALVES
