// What fourier_lanes.h needs once for each Scalar. No include guard, on purpose.

#define INLINE static inline __attribute__((always_inline))
#define OUTLINE static __attribute__((noinline))

// Cosine and sine of 2πk/r for 0 ≤ k < r.
static const Scalar cosines3[] = {1, -0.5, -0.5};
static const Scalar sines3[] = {0, 0.8660254037844386, -0.8660254037844386};
static const Scalar cosines5[] = {
    1, 0.30901699437494745, -0.8090169943749475, -0.8090169943749475, 0.30901699437494745,
};
static const Scalar sines5[] = {0, 0.9510565162951535, 0.5877852522924731, -0.5877852522924731, -0.9510565162951535};
static const Scalar cosines7[] = {
    1, 0.6234898018587335, -0.2225209339563144, -0.9009688679024191, -0.9009688679024191, -0.2225209339563144,
    0.6234898018587335,
};
static const Scalar sines7[] = {
    0, 0.7818314824680298, 0.9749279121818236, 0.4338837391175581, -0.4338837391175581, -0.9749279121818236,
    -0.7818314824680298,
};
// e^(−2πik/9) for k = 1, 2, 4.
static const Scalar ninth[] = {0.766044443118978, -0.6427876096865394};
static const Scalar two_ninths[] = {0.17364817766693036, -0.984807753012208};
static const Scalar four_ninths[] = {-0.9396926207859084, -0.3420201433256687};
static const Scalar root_of_half = 0.7071067811865476;
