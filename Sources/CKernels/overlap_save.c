#include "CKernelsOverlapSave.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))
#define OUTLINE static __attribute__((noinline))

ptrdiff_t percept_overlap_save_scratch_count(const OverlapSave *plan) {
    return (plan->forward.length + plan->backward.length) * PerceptOverlapSaveBlocks;
}

// MARK: Constants of the butterflies

// Cosine and sine of 2πk/r for 0 ≤ k < r.
static const float cosines3[] = {1, -0.5f, -0.5f};
static const float sines3[] = {0, 0.866025404f, -0.866025404f};
static const float cosines5[] = {1, 0.309016994f, -0.809016994f, -0.809016994f, 0.309016994f};
static const float sines5[] = {0, 0.951056516f, 0.587785252f, -0.587785252f, -0.951056516f};
static const float cosines7[] = {1, 0.623489802f, -0.222520934f, -0.900968868f, -0.900968868f, -0.222520934f, 0.623489802f};
static const float sines7[] = {0, 0.781831482f, 0.974927912f, 0.433883739f, -0.433883739f, -0.974927912f, -0.781831482f};
// e^(−2πik/9) for k = 1, 2, 4.
static const float ninth[] = {0.766044443f, -0.642787610f};
static const float twoNinths[] = {0.173648178f, -0.984807753f};
static const float fourNinths[] = {-0.939692621f, -0.342020143f};
static const float rootOfHalf = 0.707106781f;

// MARK: One implementation for each width of vector

// One register to a vector, and eight lanes with AVX-512 too: what it adds is 32 registers, enough for nine points and their sums.
// Sixteen lanes would need twice the cache and take half as long again.
#define LANES 4
#define TARGET
#define NAMED(name) name##_scalar
#include "overlap_save_lanes.h"

#if defined(__x86_64__)
#define LANES 8
#define TARGET __attribute__((target("avx2,fma")))
#define NAMED(name) name##_avx2
#include "overlap_save_lanes.h"

#define LANES 8
#define TARGET __attribute__((target("avx512f,avx512vl,avx2,fma")))
#define NAMED(name) name##_avx512
#include "overlap_save_lanes.h"
#endif

void percept_overlap_save(PerceptKernel kernel, const OverlapSave *plan, const float *input, float *scratch, float *output) {
#if defined(__x86_64__)
    if (kernel == PerceptKernelAVX512) return blocks_avx512(plan, input, scratch, output);
    if (kernel == PerceptKernelAVX2) return blocks_avx2(plan, input, scratch, output);
#else
    (void)kernel;
#endif
    blocks_scalar(plan, input, scratch, output);
}
