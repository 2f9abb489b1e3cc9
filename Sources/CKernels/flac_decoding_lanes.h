// The body of flac_decoding.c, included once for each kind of processor: TARGET the attribute of what is compiled for it,
// NAMED(x) its names. No include guard, on purpose.

#define Lanes NAMED(Lanes)
#define SignedLanes NAMED(SignedLanes)
#define WideLanes NAMED(WideLanes)
#define Bits NAMED(Bits)

// Sums wrap around, as unsigned numbers do.
typedef uint32_t Lanes __attribute__((vector_size(PerceptFLACLanes * sizeof(uint32_t)), may_alias));
typedef int32_t SignedLanes __attribute__((vector_size(PerceptFLACLanes * sizeof(int32_t)), may_alias));
typedef int64_t WideLanes __attribute__((vector_size(PerceptFLACLanes * sizeof(int64_t))));

// MARK: Bits

// The bits from the buffer's highest on are next in the stream; `count` of them are certain. It never reads more than eight bytes
// behind those that were used, and where these run out come the zeros of the padding.
typedef struct {
    const uint8_t *next;
    const uint8_t *end;
    uint64_t buffer;
    int count;
} Bits;

// At least 56 bits are certain afterwards.
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

// Bits that are left; below zero when more was read than there is.
INLINE TARGET ptrdiff_t NAMED(left)(const Bits *bits) { return (bits->end - bits->next) * 8 + bits->count; }

// Up to 32 bits.
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

// Zeros before the next one; false where they do not end.
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

// One number, however long.
static TARGET bool NAMED(take_long_rice)(Bits *bits, int parameter, uint64_t *folded) {
    uint32_t quotient;
    if (!NAMED(take_unary)(bits, &quotient)) return false;
    *folded = (uint64_t)quotient << parameter | NAMED(take)(bits, parameter);
    return true;
}

// `count` numbers to every eighth place from `output` on.
static TARGET bool NAMED(take_partition)(Bits *source, int parameter, int count, int32_t *output) {
    Bits bits = *source;
    uint64_t all = 0, folded;
    // Of 56 bits two numbers are taken: what reaches beyond them goes the long way.
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

static TARGET bool NAMED(take_residuals)(Bits *bits, int blockSize, int order, int32_t *output) {
    int method = (int)NAMED(take)(bits, 2);
    if (method > 1) return false;
    int parameterLength = method == 0 ? 4 : 5, escape = method == 0 ? 15 : 31;
    int partitionOrder = (int)NAMED(take)(bits, 4);
    int length = blockSize >> partitionOrder;
    if (length << partitionOrder != blockSize || length < order) return false;
    output += order * PerceptFLACLanes;
    for (int partition = 0; partition < 1 << partitionOrder; partition++) {
        int count = partition == 0 ? length - order : length;
        int parameter = (int)NAMED(take)(bits, parameterLength);
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

// Leaves the first samples as they are and behind them what the prediction lacks.
static TARGET bool NAMED(take_subframe)(Bits *bits, int bitDepth, int blockSize, Predictors *predictors, int lane,
                                        uint8_t *wastedBits, int32_t *output) {
    static const int8_t fixed[5][4] = {{0}, {1}, {2, -1}, {3, -3, 1}, {4, -6, 4, -1}};
    // Silent subframes take few bits each: without this, many of them would lead far behind the end.
    if (NAMED(left)(bits) < 0 || NAMED(take)(bits, 1) != 0) return false;
    int type = (int)NAMED(take)(bits, 6);
    *wastedBits = 0;
    if (NAMED(take)(bits, 1) != 0) {
        uint32_t zeros;
        if (!NAMED(take_unary)(bits, &zeros) || zeros + 1 >= (uint32_t)bitDepth) return false;
        *wastedBits = (uint8_t)(zeros + 1);
        bitDepth -= (int)zeros + 1;
    }
    predictors->bitDepth[lane] = bitDepth;
    predictors->order[lane] = 0;
    predictors->shift[lane] = 0;
    for (int index = 0; index < LargestOrder; index++) predictors->coefficients[index][lane] = 0;
    if (type == 0) {
        int32_t value = NAMED(take_signed)(bits, bitDepth);
        for (int index = 0; index < blockSize; index++) output[index * PerceptFLACLanes] = value;
        return true;
    }
    if (type == 1) {
        if (NAMED(left)(bits) < (ptrdiff_t)blockSize * bitDepth) return false;
        for (int index = 0; index < blockSize; index++) {
            output[index * PerceptFLACLanes] = NAMED(take_signed)(bits, bitDepth);
        }
        return true;
    }
    bool isFixed = type >= 8 && type <= 12;
    if (!isFixed && type < 32) return false;
    int order = isFixed ? type - 8 : type - 31;
    if (order > blockSize || NAMED(left)(bits) < order * bitDepth) return false;
    predictors->order[lane] = order;
    for (int index = 0; index < order; index++) {
        output[index * PerceptFLACLanes] = NAMED(take_signed)(bits, bitDepth);
    }
    if (isFixed) {
        for (int index = 0; index < order; index++) predictors->coefficients[index][lane] = fixed[order][index];
    } else if (!NAMED(take_coefficients)(bits, predictors, lane)) {
        return false;
    }
    return NAMED(take_residuals)(bits, blockSize, order, output);
}

// One frame into the lanes from `lane` on; gives the bytes that it takes, or 0.
static TARGET ptrdiff_t NAMED(take_frame)(FLACStreamFormat format, const uint8_t *bytes, ptrdiff_t count,
                                          FrameHeader header,
                                          Predictors *predictors, int lane, uint8_t *wastedBits, int32_t *samples) {
    Bits bits = {bytes + header.byteCount, bytes + count, 0, 0};
    for (int channel = 0; channel < format.channelCount; channel++) {
        // A difference of two channels takes a bit more.
        bool isDifference = (header.assignment == 8 && channel == 1) || (header.assignment == 9 && channel == 0)
            || (header.assignment == 10 && channel == 1);
        if (!NAMED(take_subframe)(&bits, format.bitDepth + isDifference, header.blockSize, predictors, lane + channel,
                                  wastedBits + lane + channel, samples + lane + channel)) {
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

// The samples of lanes of lower order up to where all can go on together.
static TARGET void NAMED(predict_beginning)(const Predictors *predictors, int largestOrder, int32_t *samples) {
    for (int lane = 0; lane < PerceptFLACLanes; lane++) {
        int order = predictors->order[lane];
        for (int index = order; index < largestOrder; index++) {
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

// Products that fit into 32 bits. The newest sample comes last, so that no more waits for it than must.
static TARGET void NAMED(predict)(const Predictors *predictors, int order, int blockSize, int32_t *samples) {
    Lanes *sample = (Lanes *)samples;
    SignedLanes shift;
    memcpy(&shift, predictors->shift, sizeof shift);
    const Lanes *coefficients = (const Lanes *)predictors->coefficients;
    Lanes newest = coefficients[0], last = sample[order - 1];
    for (int index = order; index < blockSize; index++) {
        Lanes sum = {0};
        for (int lag = 1; lag < order; lag++) sum += coefficients[lag] * sample[index - 1 - lag];
        sum += newest * last;
        last = sample[index] + (Lanes)((SignedLanes)sum >> shift);
        sample[index] = last;
    }
}

static TARGET void NAMED(predict_wide)(const Predictors *predictors, int order, int blockSize, int32_t *samples) {
    const SignedLanes *sample = (const SignedLanes *)samples;
    SignedLanes narrowShift;
    memcpy(&narrowShift, predictors->shift, sizeof narrowShift);
    WideLanes shift = __builtin_convertvector(narrowShift, WideLanes);
    const SignedLanes *coefficients = (const SignedLanes *)predictors->coefficients;
    for (int index = order; index < blockSize; index++) {
        WideLanes sum = {0};
        for (int lag = order - 1; lag >= 0; lag--) {
            sum += __builtin_convertvector(coefficients[lag], WideLanes)
                * __builtin_convertvector(sample[index - 1 - lag], WideLanes);
        }
        ((Lanes *)samples)[index] += __builtin_convertvector(sum >> shift, Lanes);
    }
}

// Whether all samples have no more bits than they may: else sums may have overflowed on the way.
static TARGET bool NAMED(are_in_range)(const Predictors *predictors, int blockSize, const int32_t *samples) {
    Lanes excess = {0};
    Lanes offset, width;
    for (int lane = 0; lane < PerceptFLACLanes; lane++) {
        offset[lane] = 1u << (predictors->bitDepth[lane] - 1);
        width[lane] = (uint32_t)predictors->bitDepth[lane];
    }
    for (int index = 0; index < blockSize; index++) excess |= (((const Lanes *)samples)[index] + offset) >> width;
    uint32_t any = 0;
    for (int lane = 0; lane < PerceptFLACLanes; lane++) any |= excess[lane];
    return any == 0;
}

static TARGET bool NAMED(restore)(const Predictors *predictors, int blockSize, int32_t *samples) {
    int largestOrder = 0;
    bool isWide = false;
    for (int lane = 0; lane < PerceptFLACLanes; lane++) {
        int64_t sum = 0;
        for (int lag = 0; lag < predictors->order[lane]; lag++) {
            int64_t coefficient = predictors->coefficients[lag][lane];
            sum += coefficient < 0 ? -coefficient : coefficient;
        }
        isWide = isWide || sum << (predictors->bitDepth[lane] - 1) > INT32_MAX;
        if (predictors->order[lane] > largestOrder) largestOrder = predictors->order[lane];
    }
    if (largestOrder > 0) {
        // A lane that is longer than the shortest block has room for was refused before.
        NAMED(predict_beginning)(predictors, largestOrder, samples);
        if (isWide) {
            NAMED(predict_wide)(predictors, largestOrder, blockSize, samples);
        } else {
            NAMED(predict)(predictors, largestOrder, blockSize, samples);
        }
    }
    return NAMED(are_in_range)(predictors, blockSize, samples);
}

// MARK: The whole

static TARGET bool NAMED(decode)(FLACStreamFormat format, const uint8_t *bytes, ptrdiff_t count, ptrdiff_t limit,
                                 int32_t *samples, FLACFrameGroup *group) {
    _Alignas(32) Predictors predictors;
    // Lanes that no frame takes stay silent.
    memset(&predictors, 0, sizeof predictors);
    for (int lane = 0; lane < PerceptFLACLanes; lane++) predictors.bitDepth[lane] = format.bitDepth;
    ptrdiff_t start = 0;
    int lane = 0;
    for (; lane + format.channelCount <= PerceptFLACLanes && start < limit && start < count; lane += format.channelCount) {
        FrameHeader header;
        if (!read_header(bytes + start, format, &header) || header.blockSize > PerceptFLACLargestBlock) break;
        if (group->frameCount == 0) {
            group->blockSize = header.blockSize;
            memset(samples, 0, (size_t)header.blockSize * sizeof(Lanes));
        } else if (group->blockSize != header.blockSize) {
            break;
        }
        ptrdiff_t length = NAMED(take_frame)(format, bytes + start, count - start, header, &predictors, lane,
                                             group->wastedBits, samples);
        if (length == 0) {
            // What was taken of it is silenced again, lest it be out of range.
            for (int unused = lane; unused < lane + format.channelCount; unused++) {
                predictors.order[unused] = 0;
                predictors.bitDepth[unused] = format.bitDepth;
                for (int index = 0; index < LargestOrder; index++) predictors.coefficients[index][unused] = 0;
                for (int index = 0; index < group->blockSize; index++) samples[index * PerceptFLACLanes + unused] = 0;
            }
            break;
        }
        start += length;
        group->assignments[group->frameCount] = (uint8_t)header.assignment;
        group->ends[group->frameCount++] = start;
    }
    if (group->frameCount == 0 || !NAMED(restore)(&predictors, group->blockSize, samples)) {
        group->frameCount = 0;
        return false;
    }
    return true;
}

static TARGET bool NAMED(channel)(FLACStreamFormat format, const FLACFrameGroup *group, const int32_t *samples,
                                  int32_t frame, int32_t channel, float *output) {
    const float scale = 1.0f / (float)(1 << (format.bitDepth - 1));
    int assignment = group->assignments[frame];
    int lane = frame * format.channelCount + (assignment < 8 ? channel : 0);
    const int32_t *first = samples + lane;
    int wasted = group->wastedBits[lane], blockSize = group->blockSize;
    if (assignment < 8) {
        for (int index = 0; index < blockSize; index++) {
            output[index] = (float)(int32_t)((uint32_t)first[index * PerceptFLACLanes] << wasted) * scale;
        }
        return true;
    }
    // Two channels that are in range may make one that is not.
    uint32_t excess = 0;
    int secondWasted = group->wastedBits[lane + 1];
#define EACH(value)                                                                              \
    for (int index = 0; index < blockSize; index++) {                                            \
        int32_t a = (int32_t)((uint32_t)first[index * PerceptFLACLanes] << wasted);              \
        int32_t b = (int32_t)((uint32_t)first[index * PerceptFLACLanes + 1] << secondWasted);    \
        (void)a, (void)b;                                                                        \
        int32_t sample = (value);                                                                \
        excess |= ((uint32_t)sample + (1u << (format.bitDepth - 1))) >> format.bitDepth;         \
        output[index] = (float)sample * scale;                                                   \
    }
    switch (assignment * 2 + channel) {
    case 16: EACH(a) break;
    case 17: EACH(a - b) break;
    case 18: EACH(a + b) break;
    case 19: EACH(b) break;
    // The middle lost its last bit, which is that of the difference.
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
