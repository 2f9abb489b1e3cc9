// The body of flac_encoding.c, included once for each kind of processor: TARGET the attribute of what is compiled for it,
// NAMED(x) its names. No include guard, on purpose.

#define Doubles NAMED(Doubles)

typedef double Doubles __attribute__((vector_size(4 * sizeof(double)), aligned(8), may_alias));

// MARK: Prediction

// correlations[lag] = Σ windowed[i] · windowed[i − lag], in four partial sums each.
static TARGET void NAMED(correlate)(const int32_t *samples, int blockSize, FLACEncodingSpace *space,
                                    double *correlations) {
    double *windowed = space->windowed;
    // Silence in front makes each lag's sum as long as the others; behind, it makes whole vectors.
    memset(windowed, 0, LargestOrder * sizeof(double));
    for (int index = 0; index < blockSize; index++) {
        windowed[LargestOrder + index] = (double)samples[index] * space->window[index];
    }
    memset(windowed + LargestOrder + blockSize, 0, 4 * sizeof(double));
    Doubles sums[LargestOrder + 1] = {{0}};
    for (int index = LargestOrder; index < LargestOrder + blockSize; index += 4) {
        Doubles here = *(const Doubles *)(windowed + index);
        for (int lag = 0; lag <= LargestOrder; lag++) sums[lag] += here * *(const Doubles *)(windowed + index - lag);
    }
    for (int lag = 0; lag <= LargestOrder; lag++) {
        correlations[lag] = (sums[lag][0] + sums[lag][1]) + (sums[lag][2] + sums[lag][3]);
    }
}

INLINE TARGET void NAMED(subtract)(const Predictor *predictor, const int order, const int32_t *samples, int blockSize,
                                   int32_t *residuals) {
    for (int index = order; index < blockSize; index++) {
        int32_t sum = 0;
        for (int lag = 0; lag < order; lag++) sum += predictor->coefficients[lag] * samples[index - 1 - lag];
        residuals[index] = samples[index] - (sum >> predictor->shift);
    }
}

// What the prediction lacks, from the order on; false where it would not fit into its bits.
static TARGET bool NAMED(predict)(const Predictor *predictor, const int32_t *samples, int bitDepth, int blockSize,
                                  int32_t *residuals) {
    int64_t sum = 0;
    for (int lag = 0; lag < predictor->order; lag++) sum += llabs(predictor->coefficients[lag]);
    int64_t largest = sum << (bitDepth - 1);
    if ((largest >> predictor->shift) + (1 << (bitDepth - 1)) > INT32_MAX / 2) return false;
    if (largest > INT32_MAX) {
        for (int index = predictor->order; index < blockSize; index++) {
            int64_t wide = 0;
            for (int lag = 0; lag < predictor->order; lag++) {
                wide += (int64_t)predictor->coefficients[lag] * samples[index - 1 - lag];
            }
            residuals[index] = samples[index] - (int32_t)(wide >> predictor->shift);
        }
        return true;
    }
    // Orders that are known when this is compiled keep the coefficients in registers.
    switch (predictor->order) {
#define ORDER(order) \
    case order: NAMED(subtract)(predictor, order, samples, blockSize, residuals); break
        ORDER(1);
        ORDER(2);
        ORDER(3);
        ORDER(4);
        ORDER(5);
        ORDER(6);
        ORDER(7);
        ORDER(8);
#undef ORDER
    default: memcpy(residuals, samples, (size_t)blockSize * sizeof *residuals);
    }
    return true;
}

static TARGET bool NAMED(choose_linear)(const int32_t *samples, int bitDepth, int blockSize, FLACEncodingSpace *space,
                                        Predictor *predictor) {
    if (blockSize <= 2 * LargestOrder) return false;
    double correlations[LargestOrder + 1], errors[LargestOrder], coefficients[LargestOrder][LargestOrder];
    NAMED(correlate)(samples, blockSize, space, correlations);
    if (!(correlations[0] > 0)) return false;
    int count = solve(correlations, coefficients, errors);
    int precision = coefficient_precision(bitDepth, blockSize);
    int order = best_order(errors, count, blockSize, bitDepth + precision);
    return quantize(coefficients[order - 1], order, precision, predictor);
}

// The order whose differences are smallest on the whole.
static TARGET void NAMED(choose_fixed)(const int32_t *samples, int blockSize, Predictor *predictor) {
    static const int8_t fixed[5][4] = {{0}, {1}, {2, -1}, {3, -3, 1}, {4, -6, 4, -1}};
    uint64_t sums[5] = {0};
    for (int start = 4; start < blockSize; start += 256) {
        // Differences of 25 bits take up to 29; 256 of them stay within 64 bits, and short sums use vectors.
        int end = start + 256 < blockSize ? start + 256 : blockSize;
        for (int index = start; index < end; index++) {
            const int32_t *x = samples + index;
            sums[0] += (uint32_t)abs(x[0]);
            sums[1] += (uint32_t)abs(x[0] - x[-1]);
            sums[2] += (uint32_t)abs(x[0] - 2 * x[-1] + x[-2]);
            sums[3] += (uint32_t)abs(x[0] - 3 * x[-1] + 3 * x[-2] - x[-3]);
            sums[4] += (uint32_t)abs(x[0] - 4 * x[-1] + 6 * x[-2] - 4 * x[-3] + x[-4]);
        }
    }
    int best = 0;
    for (int order = 1; order < 5 && blockSize > 4; order++) {
        if (sums[order] < sums[best]) best = order;
    }
    predictor->isFixed = true;
    predictor->order = best;
    predictor->shift = 0;
    for (int lag = 0; lag < best; lag++) predictor->coefficients[lag] = fixed[best][lag];
}

static TARGET void NAMED(choose_rice)(const int32_t *residuals, int blockSize, int order, RiceCoding *coding) {
    int finest = 0;
    while (finest < LargestPartitionOrder && (blockSize >> finest) % 2 == 0 && blockSize >> (finest + 1) > order) finest++;
    uint64_t sums[1 << LargestPartitionOrder];
    int length = blockSize >> finest;
    for (int part = 0; part < 1 << finest; part++) {
        uint64_t sum = 0;
        for (int index = part == 0 ? order : part * length; index < (part + 1) * length; index++) {
            sum += (uint32_t)residuals[index] << 1 ^ (uint32_t)(residuals[index] >> 31);
        }
        sums[part] = sum;
    }
    choose_division(sums, blockSize, order, finest, coding);
}

// MARK: Subframes

static TARGET void NAMED(put_predicted)(BitWriter *bits, const Predictor *predictor, const RiceCoding *coding,
                                        const int32_t *samples, const int32_t *residuals, int bitDepth, int blockSize) {
    for (int index = 0; index < predictor->order; index++) put_signed(bits, samples[index], bitDepth);
    if (!predictor->isFixed) {
        put(bits, (uint64_t)(predictor->precision - 1), 4);
        put(bits, (uint64_t)predictor->shift, 5);
        for (int lag = 0; lag < predictor->order; lag++) {
            put_signed(bits, predictor->coefficients[lag], predictor->precision);
        }
    }
    put_residuals(bits, residuals, blockSize, predictor->order, coding);
}

static TARGET void NAMED(put_subframe)(BitWriter *bits, const int32_t *samples, int bitDepth, int blockSize,
                                       FLACEncodingSpace *space) {
    uint32_t all = 0;
    bool isConstant = true;
    for (int index = 0; index < blockSize; index++) {
        all |= (uint32_t)samples[index];
        isConstant &= samples[index] == samples[0];
    }
    if (isConstant) {
        put(bits, 0, 8);
        return put_signed(bits, samples[0], bitDepth);
    }
    int wasted = __builtin_ctz(all);
    if (wasted > 0) {
        for (int index = 0; index < blockSize; index++) space->shifted[index] = samples[index] >> wasted;
        samples = space->shifted;
        bitDepth -= wasted;
    }
    Predictor linear, fixed;
    RiceCoding linearCoding = {.bitCount = UINT64_MAX}, fixedCoding;
    NAMED(choose_fixed)(samples, blockSize, &fixed);
    NAMED(predict)(&fixed, samples, bitDepth, blockSize, space->residuals[0]);
    NAMED(choose_rice)(space->residuals[0], blockSize, fixed.order, &fixedCoding);
    uint64_t fixedBits = fixedCoding.bitCount + (uint64_t)(fixed.order * bitDepth), linearBits = UINT64_MAX;
    if (NAMED(choose_linear)(samples, bitDepth, blockSize, space, &linear)
        && NAMED(predict)(&linear, samples, bitDepth, blockSize, space->residuals[1])) {
        NAMED(choose_rice)(space->residuals[1], blockSize, linear.order, &linearCoding);
        linearBits = linearCoding.bitCount + (uint64_t)(9 + linear.order * (bitDepth + linear.precision));
    }
    bool isFixed = fixedBits <= linearBits;
    uint64_t fewest = isFixed ? fixedBits : linearBits;
    bool isVerbatim = fewest >= (uint64_t)blockSize * (uint64_t)bitDepth;
    int type = isVerbatim ? 1 : isFixed ? 8 + fixed.order : 31 + linear.order;
    put(bits, (uint64_t)(type << 1 | (wasted > 0)), 8);
    // One less than the bits left out, as zeros before a one.
    if (wasted > 0) put(bits, 1, wasted);
    if (isVerbatim) {
        for (int index = 0; index < blockSize; index++) put_signed(bits, samples[index], bitDepth);
    } else if (isFixed) {
        NAMED(put_predicted)(bits, &fixed, &fixedCoding, samples, space->residuals[0], bitDepth, blockSize);
    } else {
        NAMED(put_predicted)(bits, &linear, &linearCoding, samples, space->residuals[1], bitDepth, blockSize);
    }
}

// MARK: Stereo

// About what a channel takes: the size of its second differences.
static TARGET uint64_t NAMED(roughness)(const int32_t *samples, int blockSize) {
    uint64_t sum = (uint64_t)blockSize;
    for (int index = 2; index < blockSize; index++) {
        sum += (uint32_t)abs(samples[index] - 2 * samples[index - 1] + samples[index - 2]);
    }
    return sum;
}

// Both channels, one and the difference, or half the sum and the difference (RFC 9639 §9.1.3).
static TARGET int NAMED(choose_assignment)(const int32_t *left, const int32_t *right, int blockSize,
                                           FLACEncodingSpace *space) {
    for (int index = 0; index < blockSize; index++) {
        space->mixed[0][index] = (left[index] + right[index]) >> 1;
        space->mixed[1][index] = left[index] - right[index];
    }
    // Bits grow with the logarithm, so that products stand for sums.
    double l = (double)NAMED(roughness)(left, blockSize), r = (double)NAMED(roughness)(right, blockSize);
    double middle = (double)NAMED(roughness)(space->mixed[0], blockSize);
    double side = (double)NAMED(roughness)(space->mixed[1], blockSize);
    const double products[] = {l * r, l * side, side * r, middle * side};
    int best = 0;
    for (int index = 1; index < 4; index++) {
        if (products[index] < products[best]) best = index;
    }
    return best == 0 ? 1 : 7 + best;
}

static TARGET ptrdiff_t NAMED(encode)(FLACStreamFormat format, int32_t sampleRate, const int32_t *samples,
                                      int32_t blockSize, uint32_t blockNumber, FLACEncodingSpace *space,
                                      uint8_t *output) {
    BitWriter bits = {output, 0, 0};
    const int32_t *left = samples, *right = samples + blockSize;
    int assignment = format.channelCount == 2 ? NAMED(choose_assignment)(left, right, blockSize, space)
                                              : format.channelCount - 1;
    put_header(&bits, format, sampleRate, blockSize, blockNumber, assignment);
    if (assignment < 8) {
        for (int channel = 0; channel < format.channelCount; channel++) {
            NAMED(put_subframe)(&bits, samples + channel * blockSize, format.bitDepth, blockSize, space);
        }
    } else {
        const int32_t *middle = space->mixed[0], *side = space->mixed[1];
        const int32_t *first = assignment == 8 ? left : assignment == 9 ? side : middle;
        const int32_t *second = assignment == 9 ? right : side;
        NAMED(put_subframe)(&bits, first, format.bitDepth + (first == side), blockSize, space);
        NAMED(put_subframe)(&bits, second, format.bitDepth + (second == side), blockSize, space);
    }
    if (bits.count > 0) put(&bits, 0, 8 - bits.count);
    put(&bits, percept_flac_checksum16(output, bits.next - output), 16);
    return bits.next - output;
}

#undef Doubles
#undef TARGET
#undef NAMED
