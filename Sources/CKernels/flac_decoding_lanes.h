// The body of flac_decoding.c, included once for each kind of processor: TARGET is the attribute of the functions
// compiled for it, NAMED(x) makes their names. It has no include guard on purpose.

#define Lanes NAMED(Lanes)
#define SignedLanes NAMED(SignedLanes)
#define WideLanes NAMED(WideLanes)
#define Bits NAMED(Bits)

// Sums wrap around, as unsigned numbers do.
typedef uint32_t Lanes __attribute__((vector_size(PerceptFLACLanes * sizeof(uint32_t)), may_alias));
typedef int32_t SignedLanes __attribute__((vector_size(PerceptFLACLanes * sizeof(int32_t)), may_alias));
typedef int64_t WideLanes __attribute__((vector_size(PerceptFLACLanes * sizeof(int64_t))));

// MARK: Bits

// The buffer's highest bits are next in the stream; `count` of them are valid. At most eight bytes beyond those that
// were used are read, and after the last byte come the zeros of the padding.
typedef struct {
    const uint8_t *next;
    const uint8_t *end;
    uint64_t buffer;
    int count;
} Bits;

// At least 56 bits are valid afterwards.
INLINE TARGET void NAMED(refill)(Bits *bits) {
    uint64_t word;
    memcpy(&word, bits->next, sizeof word);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    bits->buffer |= word >> bits->count;
    bits->next += (63 - bits->count) >> 3;
    bits->count |= 56;
}

INLINE TARGET void NAMED(skip)(Bits *bits, int count) {
    bits->buffer <<= count;
    bits->count -= count;
}

// Returns the bits that are left: below zero when more were read than there are.
INLINE TARGET ptrdiff_t NAMED(left)(const Bits *bits) { return (bits->end - bits->next) * 8 + bits->count; }

// Takes up to 32 bits.
INLINE TARGET uint32_t NAMED(take)(Bits *bits, int count) {
    NAMED(refill)(bits);
    uint32_t value = (uint32_t)(bits->buffer >> 1 >> (63 - count));
    NAMED(skip)(bits, count);
    return value;
}

INLINE TARGET int32_t NAMED(take_signed)(Bits *bits, int count) {
    if (count == 0) return 0;
    return (int32_t)(NAMED(take)(bits, count) << (32 - count)) >> (32 - count);
}

// Counts the zeros before the next one bit; false when there is none.
static TARGET bool NAMED(take_unary)(Bits *bits, uint32_t *zeros) {
    for (*zeros = 0;;) {
        NAMED(refill)(bits);
        int run = bits->buffer == 0 ? 64 : __builtin_clzll(bits->buffer);
        if (run < bits->count) {
            *zeros += (uint32_t)run;
            NAMED(skip)(bits, run + 1);
            return true;
        }
        *zeros += (uint32_t)bits->count;
        NAMED(skip)(bits, bits->count);
        if (NAMED(left)(bits) < 0) return false;
    }
}

// MARK: Residuals (RFC 9639 §9.2.7)

// Takes one number of any length.
static TARGET bool NAMED(take_long_rice)(Bits *bits, int parameter, uint64_t *folded) {
    uint32_t quotient;
    if (!NAMED(take_unary)(bits, &quotient)) return false;
    *folded = (uint64_t)quotient << parameter | NAMED(take)(bits, parameter);
    return true;
}

// Writes `count` numbers to every eighth element of `output`.
static TARGET bool NAMED(take_partition)(Bits *source, int parameter, int count, int32_t *output) {
    Bits bits = *source;
    uint64_t all = 0, folded;
    // Two numbers are taken from 56 bits; longer ones take the slow path.
    while (count > 1) {
        NAMED(refill)(&bits);
        int first = __builtin_clzll(bits.buffer | 1) + 1 + parameter;
        if (__builtin_expect(first > 28, 0)) {
            if (!NAMED(take_long_rice)(&bits, parameter, &folded)) return false;
            all |= folded;
            *output = (int32_t)(folded >> 1) ^ -(int32_t)(folded & 1);
            output += PerceptFLACLanes;
            count--;
            continue;
        }
        uint64_t rest = bits.buffer << (first - parameter);
        folded = (uint64_t)(first - 1 - parameter) << parameter | rest >> 1 >> (63 - parameter);
        output[0] = (int32_t)(folded >> 1) ^ -(int32_t)(folded & 1);
        rest <<= parameter;
        int second = __builtin_clzll(rest | 1) + 1 + parameter;
        if (__builtin_expect(second > 28, 0)) {
            NAMED(skip)(&bits, first);
            output += PerceptFLACLanes;
            count--;
            continue;
        }
        rest <<= second - parameter;
        folded = (uint64_t)(second - 1 - parameter) << parameter | rest >> 1 >> (63 - parameter);
        output[PerceptFLACLanes] = (int32_t)(folded >> 1) ^ -(int32_t)(folded & 1);
        bits.buffer = rest << parameter;
        bits.count -= first + second;
        output += 2 * PerceptFLACLanes;
        count -= 2;
    }
    if (count > 0) {
        if (!NAMED(take_long_rice)(&bits, parameter, &folded)) return false;
        all |= folded;
        *output = (int32_t)(folded >> 1) ^ -(int32_t)(folded & 1);
    }
    *source = bits;
    return all >> 32 == 0 && NAMED(left)(&bits) >= 0;
}

static TARGET bool NAMED(take_residuals)(Bits *bits, int block_size, int order, int32_t *output) {
    int method = (int)NAMED(take)(bits, 2);
    if (method > 1) return false;
    int parameter_length = method == 0 ? 4 : 5, escape = method == 0 ? 15 : 31;
    int partition_order = (int)NAMED(take)(bits, 4);
    int length = block_size >> partition_order;
    if (length << partition_order != block_size || length < order) return false;
    output += order * PerceptFLACLanes;
    for (int partition = 0; partition < 1 << partition_order; partition++) {
        int count = partition == 0 ? length - order : length;
        int parameter = (int)NAMED(take)(bits, parameter_length);
        if (parameter != escape) {
            if (!NAMED(take_partition)(bits, parameter, count, output)) return false;
        } else {
            int width = (int)NAMED(take)(bits, 5);
            if (NAMED(left)(bits) < (ptrdiff_t)count * width) return false;
            for (int index = 0; index < count; index++) {
                output[index * PerceptFLACLanes] = NAMED(take_signed)(bits, width);
            }
        }
        output += count * PerceptFLACLanes;
    }
    return true;
}

// MARK: Subframes (RFC 9639 §9.2)

static TARGET bool NAMED(take_coefficients)(Bits *bits, Predictors *predictors, int lane) {
    int precision = (int)NAMED(take)(bits, 4) + 1;
    int shift = NAMED(take_signed)(bits, 5);
    if (precision > 15 || shift < 0 || NAMED(left)(bits) < predictors->order[lane] * precision) return false;
    predictors->shift[lane] = shift;
    for (int index = 0; index < predictors->order[lane]; index++) {
        predictors->coefficients[index][lane] = NAMED(take_signed)(bits, precision);
    }
    return true;
}

// Leaves the first samples as they are, followed by the residuals of the prediction.
static TARGET bool NAMED(take_subframe)(Bits *bits, int bit_depth, int block_size, Predictors *predictors, int lane,
                                        uint8_t *wasted_bits, int32_t *output) {
    static const int8_t fixed[5][4] = {{0}, {1}, {2, -1}, {3, -3, 1}, {4, -6, 4, -1}};
    // Silent subframes take few bits each: without this check, many of them would run far beyond the end.
    if (NAMED(left)(bits) < 0 || NAMED(take)(bits, 1) != 0) return false;
    int type = (int)NAMED(take)(bits, 6);
    *wasted_bits = 0;
    if (NAMED(take)(bits, 1) != 0) {
        uint32_t zeros;
        if (!NAMED(take_unary)(bits, &zeros) || zeros + 1 >= (uint32_t)bit_depth) return false;
        *wasted_bits = (uint8_t)(zeros + 1);
        bit_depth -= (int)zeros + 1;
    }
    predictors->bit_depth[lane] = bit_depth;
    predictors->order[lane] = 0;
    predictors->shift[lane] = 0;
    for (int index = 0; index < LargestOrder; index++) predictors->coefficients[index][lane] = 0;
    if (type == 0) {
        int32_t value = NAMED(take_signed)(bits, bit_depth);
        for (int index = 0; index < block_size; index++) output[index * PerceptFLACLanes] = value;
        return true;
    }
    if (type == 1) {
        if (NAMED(left)(bits) < (ptrdiff_t)block_size * bit_depth) return false;
        for (int index = 0; index < block_size; index++) {
            output[index * PerceptFLACLanes] = NAMED(take_signed)(bits, bit_depth);
        }
        return true;
    }
    bool is_fixed = type >= 8 && type <= 12;
    if (!is_fixed && type < 32) return false;
    int order = is_fixed ? type - 8 : type - 31;
    if (order > block_size || NAMED(left)(bits) < order * bit_depth) return false;
    predictors->order[lane] = order;
    for (int index = 0; index < order; index++) {
        output[index * PerceptFLACLanes] = NAMED(take_signed)(bits, bit_depth);
    }
    if (is_fixed) {
        for (int index = 0; index < order; index++) predictors->coefficients[index][lane] = fixed[order][index];
    } else if (!NAMED(take_coefficients)(bits, predictors, lane)) {
        return false;
    }
    return NAMED(take_residuals)(bits, block_size, order, output);
}

// Decodes one frame into the lanes from `lane` on. Returns its length in bytes, or 0.
static TARGET ptrdiff_t NAMED(take_frame)(FLACStreamFormat format, const uint8_t *bytes, ptrdiff_t count,
                                          FrameHeader header,
                                          Predictors *predictors, int lane, uint8_t *wasted_bits, int32_t *samples) {
    Bits bits = {bytes + header.byte_count, bytes + count, 0, 0};
    for (int channel = 0; channel < format.channel_count; channel++) {
        // A difference of two channels takes a bit more.
        bool is_difference = (header.assignment == 8 && channel == 1) || (header.assignment == 9 && channel == 0)
            || (header.assignment == 10 && channel == 1);
        const int place = lane + channel;
        if (!NAMED(take_subframe)(&bits, format.bit_depth + is_difference, header.block_size, predictors, place,
                                  wasted_bits + place, samples + place)) {
            return 0;
        }
    }
    if (NAMED(take)(&bits, bits.count & 7) != 0) return 0;
    const uint8_t *end = bits.next - bits.count / 8;
    if (end + 2 > bytes + count) return 0;
    uint16_t stated = (uint16_t)(end[0] << 8 | end[1]);
    return percept_flac_checksum16(bytes, end - bytes) == stated ? end + 2 - bytes : 0;
}

// MARK: Prediction, all lanes at once

// Computes the samples of lanes of lower order, up to where all lanes can continue together.
static TARGET void NAMED(predict_beginning)(const Predictors *predictors, int largest_order, int32_t *samples) {
    for (int lane = 0; lane < PerceptFLACLanes; lane++) {
        int order = predictors->order[lane];
        for (int index = order; index < largest_order; index++) {
            int64_t sum = 0;
            for (int lag = 0; lag < order; lag++) {
                int32_t before = samples[(index - 1 - lag) * PerceptFLACLanes + lane];
                sum += (int64_t)predictors->coefficients[lag][lane] * before;
            }
            int32_t *sample = samples + index * PerceptFLACLanes + lane;
            *sample = (int32_t)((uint32_t)*sample + (uint32_t)(sum >> predictors->shift[lane]));
        }
    }
}

// For products that fit into 32 bits. The newest sample is added last, so that as little as possible waits for it.
static TARGET void NAMED(predict)(const Predictors *predictors, int order, int block_size, int32_t *samples) {
    Lanes *sample = (Lanes *)samples;
    SignedLanes shift;
    memcpy(&shift, predictors->shift, sizeof shift);
    const Lanes *coefficients = (const Lanes *)predictors->coefficients;
    Lanes newest = coefficients[0], last = sample[order - 1];
    for (int index = order; index < block_size; index++) {
        Lanes sum = {0};
        for (int lag = 1; lag < order; lag++) sum += coefficients[lag] * sample[index - 1 - lag];
        sum += newest * last;
        last = sample[index] + (Lanes)((SignedLanes)sum >> shift);
        sample[index] = last;
    }
}

static TARGET void NAMED(predict_wide)(const Predictors *predictors, int order, int block_size, int32_t *samples) {
    const SignedLanes *sample = (const SignedLanes *)samples;
    SignedLanes narrow_shift;
    memcpy(&narrow_shift, predictors->shift, sizeof narrow_shift);
    WideLanes shift = __builtin_convertvector(narrow_shift, WideLanes);
    const SignedLanes *coefficients = (const SignedLanes *)predictors->coefficients;
    for (int index = order; index < block_size; index++) {
        WideLanes sum = {0};
        for (int lag = order - 1; lag >= 0; lag--) {
            sum += __builtin_convertvector(coefficients[lag], WideLanes)
                * __builtin_convertvector(sample[index - 1 - lag], WideLanes);
        }
        ((Lanes *)samples)[index] += __builtin_convertvector(sum >> shift, Lanes);
    }
}

// Whether all samples fit their bit depth; otherwise sums may have overflowed.
static TARGET bool NAMED(are_in_range)(const Predictors *predictors, int block_size, const int32_t *samples) {
    Lanes excess = {0};
    Lanes offset, width;
    for (int lane = 0; lane < PerceptFLACLanes; lane++) {
        offset[lane] = 1u << (predictors->bit_depth[lane] - 1);
        width[lane] = (uint32_t)predictors->bit_depth[lane];
    }
    for (int index = 0; index < block_size; index++) excess |= (((const Lanes *)samples)[index] + offset) >> width;
    uint32_t any = 0;
    for (int lane = 0; lane < PerceptFLACLanes; lane++) any |= excess[lane];
    return any == 0;
}

static TARGET bool NAMED(restore)(const Predictors *predictors, int block_size, int32_t *samples) {
    int largest_order = 0;
    bool is_wide = false;
    for (int lane = 0; lane < PerceptFLACLanes; lane++) {
        int64_t sum = 0;
        for (int lag = 0; lag < predictors->order[lane]; lag++) {
            int64_t coefficient = predictors->coefficients[lag][lane];
            sum += coefficient < 0 ? -coefficient : coefficient;
        }
        is_wide = is_wide || sum << (predictors->bit_depth[lane] - 1) > INT32_MAX;
        if (predictors->order[lane] > largest_order) largest_order = predictors->order[lane];
    }
    if (largest_order > 0) {
        // A lane whose order exceeds the block size was rejected before.
        NAMED(predict_beginning)(predictors, largest_order, samples);
        if (is_wide) {
            NAMED(predict_wide)(predictors, largest_order, block_size, samples);
        } else {
            NAMED(predict)(predictors, largest_order, block_size, samples);
        }
    }
    return NAMED(are_in_range)(predictors, block_size, samples);
}

// MARK: Groups of frames

static TARGET bool NAMED(decode)(FLACStreamFormat format, const uint8_t *bytes, ptrdiff_t count, ptrdiff_t limit,
                                 int32_t *samples, FLACFrameGroup *group) {
    _Alignas(32) Predictors predictors;
    // Lanes without a frame stay silent.
    memset(&predictors, 0, sizeof predictors);
    for (int lane = 0; lane < PerceptFLACLanes; lane++) predictors.bit_depth[lane] = format.bit_depth;
    ptrdiff_t start = 0;
    int lane = 0;
    const int32_t channels = format.channel_count;
    for (; lane + channels <= PerceptFLACLanes && start < limit && start < count; lane += channels) {
        FrameHeader header;
        if (!read_header(bytes + start, format, &header) || header.block_size > PerceptFLACLargestBlock) break;
        if (group->frame_count == 0) {
            group->block_size = header.block_size;
            memset(samples, 0, (size_t)header.block_size * sizeof(Lanes));
        } else if (group->block_size != header.block_size) {
            break;
        }
        ptrdiff_t length = NAMED(take_frame)(format, bytes + start, count - start, header, &predictors, lane,
                                             group->wasted_bits, samples);
        if (length == 0) {
            // Samples decoded before the failure may be out of range.
            for (int unused = lane; unused < lane + format.channel_count; unused++) {
                predictors.order[unused] = 0;
                predictors.bit_depth[unused] = format.bit_depth;
                for (int index = 0; index < LargestOrder; index++) predictors.coefficients[index][unused] = 0;
                for (int index = 0; index < group->block_size; index++) samples[index * PerceptFLACLanes + unused] = 0;
            }
            break;
        }
        start += length;
        group->assignments[group->frame_count] = (uint8_t)header.assignment;
        group->ends[group->frame_count++] = start;
    }
    if (group->frame_count == 0 || !NAMED(restore)(&predictors, group->block_size, samples)) {
        group->frame_count = 0;
        return false;
    }
    return true;
}

static TARGET bool NAMED(channel)(FLACStreamFormat format, const FLACFrameGroup *group, const int32_t *samples,
                                  int32_t frame, int32_t channel, float *output) {
    const float scale = 1.0f / (float)(1 << (format.bit_depth - 1));
    int assignment = group->assignments[frame];
    int lane = frame * format.channel_count + (assignment < 8 ? channel : 0);
    const int32_t *first = samples + lane;
    int wasted = group->wasted_bits[lane], block_size = group->block_size;
    if (assignment < 8) {
        for (int index = 0; index < block_size; index++) {
            output[index] = (float)(int32_t)((uint32_t)first[index * PerceptFLACLanes] << wasted) * scale;
        }
        return true;
    }
    // Two channels in range can combine into one that is not.
    uint32_t excess = 0;
    int second_wasted = group->wasted_bits[lane + 1];
#define EACH(value)                                                                              \
    for (int index = 0; index < block_size; index++) {                                            \
        int32_t a = (int32_t)((uint32_t)first[index * PerceptFLACLanes] << wasted);              \
        int32_t b = (int32_t)((uint32_t)first[index * PerceptFLACLanes + 1] << second_wasted);    \
        (void)a, (void)b;                                                                        \
        int32_t sample = (value);                                                                \
        excess |= ((uint32_t)sample + (1u << (format.bit_depth - 1))) >> format.bit_depth;         \
        output[index] = (float)sample * scale;                                                   \
    }
    switch (assignment * 2 + channel) {
    case 16: EACH(a) break;
    case 17: EACH(a - b) break;
    case 18: EACH(a + b) break;
    case 19: EACH(b) break;
    // The mid channel lost its last bit, which equals that of the difference.
    case 20: EACH((a * 2 + (b & 1) + b) >> 1) break;
    default: EACH((a * 2 + (b & 1) - b) >> 1) break;
    }
#undef EACH
    return excess == 0;
}

#undef Lanes
#undef SignedLanes
#undef WideLanes
#undef Bits
#undef TARGET
#undef NAMED
