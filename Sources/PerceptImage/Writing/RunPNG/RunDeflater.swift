/// Compresses runs of equal bytes to a zlib stream (RFC 1950), at a cost proportional to the number of runs, not their
/// lengths.
///
/// A run becomes a literal and matches of distance 1, in blocks with prefix codes of their own (RFC 1951, 3.2.7). The
/// checksum is computed from the value and length of each run.
struct RunDeflater {
    private var bits = BitStream()
    /// Literals 0…255, and 256 + length for matches.
    private var tokens: [UInt16] = []
    private var symbolCounts = [Int](repeating: 0, count: symbolCount)
    /// The current run, which may continue.
    private var pending: (value: UInt8, count: Int) = (0, 0)
    private var adler = RunAdler32()

    private static let symbolCount = 286
    private static let endOfBlock = 256
    private static let longestMatch = 258
    private static let shortestMatch = 3
    private static let tokensPerBlock = 1 << 15

    init() {
        // Deflate with a window of 32 KB, the fastest level, no dictionary.
        bits.append(0x0178, count: 16)
    }

    /// Adds `count` bytes of `value`.
    mutating func append(_ value: UInt8, count: Int) {
        if pending.count > 0, pending.value != value { flushRun() }
        pending = (value, pending.count + count)
    }

    /// Ends the stream.
    consuming func finish() -> [UInt8] {
        flushRun()
        writeBlock(isLast: true)
        bits.alignToByte()
        for byte in adler.bigEndianBytes { bits.append(UInt64(byte), count: 8) }
        return bits.bytes
    }

    private mutating func flushRun() {
        guard pending.count > 0 else { return }
        adler.append(pending.value, count: pending.count)
        add(literal: pending.value)
        var rest = pending.count - 1
        while rest >= Self.shortestMatch {
            let length = min(rest, Self.longestMatch)
            add(match: length)
            rest -= length
        }
        for _ in 0..<rest { add(literal: pending.value) }
        pending.count = 0
    }

    private mutating func add(literal value: UInt8) {
        tokens.append(UInt16(value))
        symbolCounts[Int(value)] += 1
        if tokens.count >= Self.tokensPerBlock { writeBlock(isLast: false) }
    }

    private mutating func add(match length: Int) {
        tokens.append(UInt16(256 + length))
        symbolCounts[Int(LengthCode.table[length].symbol)] += 1
        if tokens.count >= Self.tokensPerBlock { writeBlock(isLast: false) }
    }

    private mutating func writeBlock(isLast: Bool) {
        symbolCounts[Self.endOfBlock] = 1
        let literals = PrefixCode(counts: symbolCounts, longest: 15)
        bits.append(isLast ? 1 : 0, count: 1)
        bits.append(2, count: 2)
        writeCodes(literals.lengths)
        for token in tokens {
            if token < 256 {
                bits.append(UInt64(literals.codes[Int(token)]), count: literals.lengths[Int(token)])
            } else {
                let length = LengthCode.table[Int(token) - 256]
                let symbol = Int(length.symbol)
                bits.append(UInt64(literals.codes[symbol]), count: literals.lengths[symbol])
                bits.append(UInt64(length.extra), count: Int(length.extraCount))
                // Distance 1.
                bits.append(0, count: 1)
            }
        }
        bits.append(UInt64(literals.codes[Self.endOfBlock]), count: literals.lengths[Self.endOfBlock])
        tokens.removeAll(keepingCapacity: true)
        for index in symbolCounts.indices { symbolCounts[index] = 0 }
    }

    /// Writes the code lengths, which are coded themselves. There are two distance codes of one bit, since a single
    /// code is incomplete and rejected by some readers.
    private mutating func writeCodes(_ literalLengths: [Int]) {
        let used = (literalLengths.lastIndex { $0 > 0 } ?? Self.endOfBlock) + 1
        let lengths = literalLengths[..<used] + [1, 1]
        var items: [(symbol: Int, extra: Int, extraCount: Int)] = []
        var index = 0
        while index < lengths.count {
            let length = lengths[index]
            var count = 1
            while index + count < lengths.count, lengths[index + count] == length { count += 1 }
            index += count
            if length == 0 {
                while count >= 11 {
                    let part = min(count, 138)
                    items.append((18, part - 11, 7))
                    count -= part
                }
                if count >= 3 {
                    items.append((17, count - 3, 3))
                    count = 0
                }
            }
            for _ in 0..<count { items.append((length, 0, 0)) }
        }
        var counts = [Int](repeating: 0, count: 19)
        for item in items { counts[item.symbol] += 1 }
        let code = PrefixCode(counts: counts, longest: 7)
        let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
        let sent = max(4, (order.lastIndex { code.lengths[$0] > 0 } ?? 0) + 1)
        bits.append(UInt64(used - 257), count: 5)
        bits.append(1, count: 5)
        bits.append(UInt64(sent - 4), count: 4)
        for symbol in order[..<sent] { bits.append(UInt64(code.lengths[symbol]), count: 3) }
        for item in items {
            bits.append(UInt64(code.codes[item.symbol]), count: code.lengths[item.symbol])
            bits.append(UInt64(item.extra), count: item.extraCount)
        }
    }
}

/// The encoding of the length of a match (RFC 1951, 3.2.5).
private struct LengthCode {
    let symbol: UInt16
    let extra: UInt16
    let extraCount: UInt8

    /// The codes by length, 0…258; unused for lengths below 3.
    static let table: [LengthCode] = {
        var table = [LengthCode](repeating: LengthCode(symbol: 0, extra: 0, extraCount: 0), count: 259)
        var length = 3
        for symbol in 257..<285 {
            let extraCount = symbol < 265 ? 0 : (symbol - 261) / 4
            for extra in 0..<1 << extraCount where length < 258 {
                table[length] = LengthCode(
                    symbol: UInt16(symbol), extra: UInt16(extra), extraCount: UInt8(extraCount))
                length += 1
            }
        }
        table[258] = LengthCode(symbol: 285, extra: 0, extraCount: 0)
        return table
    }()
}

/// The checksum of RFC 1950, 8.2, over runs.
struct RunAdler32 {
    private var low: UInt64 = 1
    private var high: UInt64 = 0
    private static let modulus: UInt64 = 65521

    /// Adds n bytes of v: low grows by n·v, and high by n times the old low and by v·n(n + 1)/2.
    mutating func append(_ value: UInt8, count: Int) {
        let count = UInt64(count)
        let (value, rest) = (UInt64(value), count % Self.modulus)
        // One of the two is even.
        let (even, odd) = count % 2 == 0 ? (count / 2, count + 1) : ((count + 1) / 2, count)
        let triangle = (even % Self.modulus) * (odd % Self.modulus) % Self.modulus
        high = (high + rest * low + value * triangle) % Self.modulus
        low = (low + rest * value) % Self.modulus
    }

    var bigEndianBytes: [UInt8] {
        [UInt8(high >> 8), UInt8(high & 255), UInt8(low >> 8), UInt8(low & 255)]
    }
}

/// A bit stream that fills each byte from the lowest bit up.
private struct BitStream {
    private(set) var bytes: [UInt8] = []
    private var buffer: UInt64 = 0
    private var bufferCount = 0

    /// Appends bits.
    ///
    /// - Parameter count: The number of bits, at most 32; higher bits of `value` must be 0.
    @inline(__always)
    mutating func append(_ value: UInt64, count: Int) {
        buffer |= value << UInt64(bufferCount)
        bufferCount += count
        while bufferCount >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: buffer))
            buffer >>= 8
            bufferCount -= 8
        }
    }

    mutating func alignToByte() {
        if bufferCount > 0 { append(0, count: 8 - bufferCount) }
    }
}
