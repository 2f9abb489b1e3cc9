// The body of flac_encoding.c, included once for each kind of processor: TARGET is the attribute of the functions
// compiled for it, NAMED(x) makes their names. It has no include guard on purpose.

#define Doubles NAMED(Doubles)

typedef double Doubles __attribute__((vector_size(4 * sizeof(double)), aligned(8), may_alias));

// MARK: Prediction

// correlations[lag] = Σ windowed[i] · windowed[i − lag], in four partial sums each.
static TARGET void NAMED(correlate)(const int32_t *samples, int block_size, FLACEncodingSpace *space,
                                    double *correlations) {
    double *windowed = space->windowed;
    // Silence before the samples makes all lags' sums equally long; after them, it fills the last vector.
    memset(windowed, 0, LargestOrder * sizeof(double));
    for (int index = 0; index < block_size; index++) {
        windowed[LargestOrder + index] = (double)samples[index] * space->window[index];
    }
    memset(windowed + LargestOrder + block_size, 0, 4 * sizeof(double));
    Doubles sums[LargestOrder + 1] = {{0}};
    for (int index = LargestOrder; index < LargestOrder + block_size; index += 4) {
        Doubles here = *(const Doubles *)(windowed + index);
        for (int lag = 0; lag <= LargestOrder; lag++) sums[lag] += here * *(const Doubles *)(windowed + index - lag);
    }
    for (int lag = 0; lag <= LargestOrder; lag++) {
        correlations[lag] = (sums[lag][0] + sums[lag][1]) + (sums[lag][2] + sums[lag][3]);
    }
}

INLINE TARGET void NAMED(subtract)(const Predictor *predictor, const int order, const int32_t *samples, int block_size,
                                   int32_t *residuals) {
    for (int index = order; index < block_size; index++) {
        int32_t sum = 0;
        for (int lag = 0; lag < order; lag++) sum += predictor->coefficients[lag] * samples[index - 1 - lag];
        residuals[index] = samples[index] - (sum >> predictor->shift);
    }
}

// Computes the residuals from the order on; false when one does not fit its bits.
static TARGET bool NAMED(predict)(const Predictor *predictor, const int32_t *samples, int bit_depth, int block_size,
                                  int32_t *residuals) {
    int64_t sum = 0;
    for (int lag = 0; lag < predictor->order; lag++) sum += llabs(predictor->coefficients[lag]);
    int64_t largest = sum << (bit_depth - 1);
    if ((largest >> predictor->shift) + (1 << (bit_depth - 1)) > INT32_MAX / 2) return false;
    if (largest > INT32_MAX) {
        for (int index = predictor->order; index < block_size; index++) {
            int64_t wide = 0;
            for (int lag = 0; lag < predictor->order; lag++) {
                wide += (int64_t)predictor->coefficients[lag] * samples[index - 1 - lag];
            }
            residuals[index] = samples[index] - (int32_t)(wide >> predictor->shift);
        }
        return true;
    }
    // Constant orders let the compiler keep the coefficients in registers.
    switch (predictor->order) {
#define ORDER(order) \
    case order: NAMED(subtract)(predictor, order, samples, block_size, residuals); break
        ORDER(1);
        ORDER(2);
        ORDER(3);
        ORDER(4);
        ORDER(5);
        ORDER(6);
        ORDER(7);
        ORDER(8);
#undef ORDER
    default: memcpy(residuals, samples, (size_t)block_size * sizeof *residuals);
    }
    return true;
}

static TARGET bool NAMED(choose_linear)(const int32_t *samples, int bit_depth, int block_size, FLACEncodingSpace *space,
                                        Predictor *predictor) {
    if (block_size <= 2 * LargestOrder) return false;
    double correlations[LargestOrder + 1], errors[LargestOrder], coefficients[LargestOrder][LargestOrder];
    NAMED(correlate)(samples, block_size, space, correlations);
    if (!(correlations[0] > 0)) return false;
    int count = solve(correlations, coefficients, errors);
    int precision = coefficient_precision(bit_depth, block_size);
    int order = best_order(errors, count, block_size, bit_depth + precision);
    return quantize(coefficients[order - 1], order, precision, predictor);
}

// Returns the order whose differences have the smallest sum.
static TARGET void NAMED(choose_fixed)(const int32_t *samples, int block_size, Predictor *predictor) {
    static const int8_t fixed[5][4] = {{0}, {1}, {2, -1}, {3, -3, 1}, {4, -6, 4, -1}};
    uint64_t sums[5] = {0};
    for (int start = 4; start < block_size; start += 256) {
        // Differences of 25-bit samples take up to 29 bits. Short sums can use vectors.
        int end = start + 256 < block_size ? start + 256 : block_size;
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
    for (int order = 1; order < 5 && block_size > 4; order++) {
        if (sums[order] < sums[best]) best = order;
    }
    predictor->is_fixed = true;
    predictor->order = best;
    predictor->shift = 0;
    for (int lag = 0; lag < best; lag++) predictor->coefficients[lag] = fixed[best][lag];
}

static TARGET void NAMED(choose_rice)(const int32_t *residuals, int block_size, int order, RiceCoding *coding) {
    int finest = 0;
    while (finest < LargestPartitionOrder && (block_size >> finest) % 2 == 0 && block_size >> (finest + 1) > order) {
        finest++;
    }
    uint64_t sums[1 << LargestPartitionOrder];
    int length = block_size >> finest;
    for (int part = 0; part < 1 << finest; part++) {
        uint64_t sum = 0;
        for (int index = part == 0 ? order : part * length; index < (part + 1) * length; index++) {
            sum += (uint32_t)residuals[index] << 1 ^ (uint32_t)(residuals[index] >> 31);
        }
        sums[part] = sum;
    }
    choose_division(sums, block_size, order, finest, coding);
}

// MARK: Subframes

static TARGET void NAMED(put_predicted)(BitWriter *bits, const Predictor *predictor, const RiceCoding *coding,
                                        const int32_t *samples, const int32_t *residuals, int bit_depth,
                                        int block_size) {
    for (int index = 0; index < predictor->order; index++) put_signed(bits, samples[index], bit_depth);
    if (!predictor->is_fixed) {
        put(bits, (uint64_t)(predictor->precision - 1), 4);
        put(bits, (uint64_t)predictor->shift, 5);
        for (int lag = 0; lag < predictor->order; lag++) {
            put_signed(bits, predictor->coefficients[lag], predictor->precision);
        }
    }
    put_residuals(bits, residuals, block_size, predictor->order, coding);
}

static TARGET void NAMED(put_subframe)(BitWriter *bits, const int32_t *samples, int bit_depth, int block_size,
                                       FLACEncodingSpace *space) {
    uint32_t all = 0;
    bool is_constant = true;
    for (int index = 0; index < block_size; index++) {
        all |= (uint32_t)samples[index];
        is_constant &= samples[index] == samples[0];
    }
    if (is_constant) {
        put(bits, 0, 8);
        return put_signed(bits, samples[0], bit_depth);
    }
    int wasted = __builtin_ctz(all);
    if (wasted > 0) {
        for (int index = 0; index < block_size; index++) space->shifted[index] = samples[index] >> wasted;
        samples = space->shifted;
        bit_depth -= wasted;
    }
    Predictor linear, fixed;
    RiceCoding linear_coding = {.bit_count = UINT64_MAX}, fixed_coding;
    NAMED(choose_fixed)(samples, block_size, &fixed);
    NAMED(predict)(&fixed, samples, bit_depth, block_size, space->residuals[0]);
    NAMED(choose_rice)(space->residuals[0], block_size, fixed.order, &fixed_coding);
    uint64_t fixed_bits = fixed_coding.bit_count + (uint64_t)(fixed.order * bit_depth), linear_bits = UINT64_MAX;
    if (NAMED(choose_linear)(samples, bit_depth, block_size, space, &linear)
        && NAMED(predict)(&linear, samples, bit_depth, block_size, space->residuals[1])) {
        NAMED(choose_rice)(space->residuals[1], block_size, linear.order, &linear_coding);
        linear_bits = linear_coding.bit_count + (uint64_t)(9 + linear.order * (bit_depth + linear.precision));
    }
    bool is_fixed = fixed_bits <= linear_bits;
    uint64_t fewest = is_fixed ? fixed_bits : linear_bits;
    bool is_verbatim = fewest >= (uint64_t)block_size * (uint64_t)bit_depth;
    int type = is_verbatim ? 1 : is_fixed ? 8 + fixed.order : 31 + linear.order;
    put(bits, (uint64_t)(type << 1 | (wasted > 0)), 8);
    // The number of wasted bits minus one, in unary: zeros before a one.
    if (wasted > 0) put(bits, 1, wasted);
    if (is_verbatim) {
        for (int index = 0; index < block_size; index++) put_signed(bits, samples[index], bit_depth);
    } else if (is_fixed) {
        NAMED(put_predicted)(bits, &fixed, &fixed_coding, samples, space->residuals[0], bit_depth, block_size);
    } else {
        NAMED(put_predicted)(bits, &linear, &linear_coding, samples, space->residuals[1], bit_depth, block_size);
    }
}

// MARK: Stereo

// Estimates a channel's length by its second differences.
static TARGET uint64_t NAMED(roughness)(const int32_t *samples, int block_size) {
    uint64_t sum = (uint64_t)block_size;
    for (int index = 2; index < block_size; index++) {
        sum += (uint32_t)abs(samples[index] - 2 * samples[index - 1] + samples[index - 2]);
    }
    return sum;
}

// Chooses left and right, one of them and their difference, or mid and difference (RFC 9639 §9.1.3).
static TARGET int NAMED(choose_assignment)(const int32_t *left, const int32_t *right, int block_size,
                                           FLACEncodingSpace *space) {
    for (int index = 0; index < block_size; index++) {
        space->mixed[0][index] = (left[index] + right[index]) >> 1;
        space->mixed[1][index] = left[index] - right[index];
    }
    // Bits grow with the logarithm, so products are compared instead of sums.
    double l = (double)NAMED(roughness)(left, block_size), r = (double)NAMED(roughness)(right, block_size);
    double middle = (double)NAMED(roughness)(space->mixed[0], block_size);
    double side = (double)NAMED(roughness)(space->mixed[1], block_size);
    const double products[] = {l * r, l * side, side * r, middle * side};
    int best = 0;
    for (int index = 1; index < 4; index++) {
        if (products[index] < products[best]) best = index;
    }
    return best == 0 ? 1 : 7 + best;
}

static TARGET ptrdiff_t NAMED(encode)(FLACStreamFormat format, int32_t sample_rate, const int32_t *samples,
                                      int32_t block_size, uint32_t block_number, FLACEncodingSpace *space,
                                      uint8_t *output) {
    BitWriter bits = {output, 0, 0};
    const int32_t *left = samples, *right = samples + block_size;
    int assignment = format.channel_count == 2 ? NAMED(choose_assignment)(left, right, block_size, space)
                                              : format.channel_count - 1;
    put_header(&bits, format, sample_rate, block_size, block_number, assignment);
    if (assignment < 8) {
        for (int channel = 0; channel < format.channel_count; channel++) {
            NAMED(put_subframe)(&bits, samples + channel * block_size, format.bit_depth, block_size, space);
        }
    } else {
        const int32_t *middle = space->mixed[0], *side = space->mixed[1];
        const int32_t *first = assignment == 8 ? left : assignment == 9 ? side : middle;
        const int32_t *second = assignment == 9 ? right : side;
        NAMED(put_subframe)(&bits, first, format.bit_depth + (first == side), block_size, space);
        NAMED(put_subframe)(&bits, second, format.bit_depth + (second == side), block_size, space);
    }
    if (bits.count > 0) put(&bits, 0, 8 - bits.count);
    put(&bits, percept_flac_checksum16(output, bits.next - output), 16);
    return bits.next - output;
}

#undef Doubles
#undef TARGET
#undef NAMED
