/// The MD5 digest (RFC 1321), for which FLAC has a place in its header; of no use against anyone who means harm.
struct MD5 {
    private var state: (UInt32, UInt32, UInt32, UInt32) = (0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476)
    private var byteCount: UInt64 = 0
    /// Fewer than 64 bytes that wait for more.
    private var pending: [UInt8] = []

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        byteCount += UInt64(bytes.count)
        var rest = bytes[...]
        if !pending.isEmpty {
            let missing = min(64 - pending.count, rest.count)
            pending.append(contentsOf: rest.prefix(missing))
            rest = rest.dropFirst(missing)
            guard pending.count == 64 else { return }
            pending.withUnsafeBytes { mix($0) }
            pending.removeAll(keepingCapacity: true)
        }
        let whole = rest.count & ~63
        mix(UnsafeRawBufferPointer(rebasing: rest.prefix(whole)))
        pending.append(contentsOf: rest.dropFirst(whole))
    }

    consuming func finish() -> [UInt8] {
        let bitCount = byteCount &* 8
        var tail: [UInt8] = [0x80]
        tail += [UInt8](repeating: 0, count: (119 - pending.count) % 64)
        tail += withUnsafeBytes(of: bitCount.littleEndian) { Array($0) }
        tail.withUnsafeBytes { update($0) }
        return [state.0, state.1, state.2, state.3].flatMap { word in
            withUnsafeBytes(of: word.littleEndian) { Array($0) }
        }
    }

    /// `blocks` holds whole blocks of 64 bytes.
    private mutating func mix(_ blocks: UnsafeRawBufferPointer) {
        guard let base = blocks.baseAddress else { return }
        var (a, b, c, d) = state
        for start in stride(from: 0, to: blocks.count, by: 64) {
            let (a0, b0, c0, d0) = (a, b, c, d)
            @inline(__always) func word(_ index: Int) -> UInt32 {
                UInt32(littleEndian: base.loadUnaligned(fromByteOffset: start + 4 * index, as: UInt32.self))
            }
            // RFC 1321 section 3.4, written out: looping over tables takes three times as long.
            Self.f(&a, b, c, d, word(0), 0xD76A_A478, 7)
            Self.f(&d, a, b, c, word(1), 0xE8C7_B756, 12)
            Self.f(&c, d, a, b, word(2), 0x2420_70DB, 17)
            Self.f(&b, c, d, a, word(3), 0xC1BD_CEEE, 22)
            Self.f(&a, b, c, d, word(4), 0xF57C_0FAF, 7)
            Self.f(&d, a, b, c, word(5), 0x4787_C62A, 12)
            Self.f(&c, d, a, b, word(6), 0xA830_4613, 17)
            Self.f(&b, c, d, a, word(7), 0xFD46_9501, 22)
            Self.f(&a, b, c, d, word(8), 0x6980_98D8, 7)
            Self.f(&d, a, b, c, word(9), 0x8B44_F7AF, 12)
            Self.f(&c, d, a, b, word(10), 0xFFFF_5BB1, 17)
            Self.f(&b, c, d, a, word(11), 0x895C_D7BE, 22)
            Self.f(&a, b, c, d, word(12), 0x6B90_1122, 7)
            Self.f(&d, a, b, c, word(13), 0xFD98_7193, 12)
            Self.f(&c, d, a, b, word(14), 0xA679_438E, 17)
            Self.f(&b, c, d, a, word(15), 0x49B4_0821, 22)
            Self.g(&a, b, c, d, word(1), 0xF61E_2562, 5)
            Self.g(&d, a, b, c, word(6), 0xC040_B340, 9)
            Self.g(&c, d, a, b, word(11), 0x265E_5A51, 14)
            Self.g(&b, c, d, a, word(0), 0xE9B6_C7AA, 20)
            Self.g(&a, b, c, d, word(5), 0xD62F_105D, 5)
            Self.g(&d, a, b, c, word(10), 0x0244_1453, 9)
            Self.g(&c, d, a, b, word(15), 0xD8A1_E681, 14)
            Self.g(&b, c, d, a, word(4), 0xE7D3_FBC8, 20)
            Self.g(&a, b, c, d, word(9), 0x21E1_CDE6, 5)
            Self.g(&d, a, b, c, word(14), 0xC337_07D6, 9)
            Self.g(&c, d, a, b, word(3), 0xF4D5_0D87, 14)
            Self.g(&b, c, d, a, word(8), 0x455A_14ED, 20)
            Self.g(&a, b, c, d, word(13), 0xA9E3_E905, 5)
            Self.g(&d, a, b, c, word(2), 0xFCEF_A3F8, 9)
            Self.g(&c, d, a, b, word(7), 0x676F_02D9, 14)
            Self.g(&b, c, d, a, word(12), 0x8D2A_4C8A, 20)
            Self.h(&a, b, c, d, word(5), 0xFFFA_3942, 4)
            Self.h(&d, a, b, c, word(8), 0x8771_F681, 11)
            Self.h(&c, d, a, b, word(11), 0x6D9D_6122, 16)
            Self.h(&b, c, d, a, word(14), 0xFDE5_380C, 23)
            Self.h(&a, b, c, d, word(1), 0xA4BE_EA44, 4)
            Self.h(&d, a, b, c, word(4), 0x4BDE_CFA9, 11)
            Self.h(&c, d, a, b, word(7), 0xF6BB_4B60, 16)
            Self.h(&b, c, d, a, word(10), 0xBEBF_BC70, 23)
            Self.h(&a, b, c, d, word(13), 0x289B_7EC6, 4)
            Self.h(&d, a, b, c, word(0), 0xEAA1_27FA, 11)
            Self.h(&c, d, a, b, word(3), 0xD4EF_3085, 16)
            Self.h(&b, c, d, a, word(6), 0x0488_1D05, 23)
            Self.h(&a, b, c, d, word(9), 0xD9D4_D039, 4)
            Self.h(&d, a, b, c, word(12), 0xE6DB_99E5, 11)
            Self.h(&c, d, a, b, word(15), 0x1FA2_7CF8, 16)
            Self.h(&b, c, d, a, word(2), 0xC4AC_5665, 23)
            Self.i(&a, b, c, d, word(0), 0xF429_2244, 6)
            Self.i(&d, a, b, c, word(7), 0x432A_FF97, 10)
            Self.i(&c, d, a, b, word(14), 0xAB94_23A7, 15)
            Self.i(&b, c, d, a, word(5), 0xFC93_A039, 21)
            Self.i(&a, b, c, d, word(12), 0x655B_59C3, 6)
            Self.i(&d, a, b, c, word(3), 0x8F0C_CC92, 10)
            Self.i(&c, d, a, b, word(10), 0xFFEF_F47D, 15)
            Self.i(&b, c, d, a, word(1), 0x8584_5DD1, 21)
            Self.i(&a, b, c, d, word(8), 0x6FA8_7E4F, 6)
            Self.i(&d, a, b, c, word(15), 0xFE2C_E6E0, 10)
            Self.i(&c, d, a, b, word(6), 0xA301_4314, 15)
            Self.i(&b, c, d, a, word(13), 0x4E08_11A1, 21)
            Self.i(&a, b, c, d, word(4), 0xF753_7E82, 6)
            Self.i(&d, a, b, c, word(11), 0xBD3A_F235, 10)
            Self.i(&c, d, a, b, word(2), 0x2AD7_D2BB, 15)
            Self.i(&b, c, d, a, word(9), 0xEB86_D391, 21)
            (a, b, c, d) = (a &+ a0, b &+ b0, c &+ c0, d &+ d0)
        }
        state = (a, b, c, d)
    }

    @inline(__always) private static func step(
        _ a: inout UInt32, _ b: UInt32, _ mixed: UInt32, _ word: UInt32, _ sine: UInt32, _ shift: UInt32
    ) {
        let sum = a &+ mixed &+ word &+ sine
        a = b &+ (sum &<< shift | sum &>> (32 - shift))
    }

    @inline(__always) private static func f(
        _ a: inout UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ word: UInt32, _ sine: UInt32, _ shift: UInt32
    ) { step(&a, b, d ^ (b & (c ^ d)), word, sine, shift) }

    @inline(__always) private static func g(
        _ a: inout UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ word: UInt32, _ sine: UInt32, _ shift: UInt32
    ) { step(&a, b, c ^ (d & (b ^ c)), word, sine, shift) }

    @inline(__always) private static func h(
        _ a: inout UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ word: UInt32, _ sine: UInt32, _ shift: UInt32
    ) { step(&a, b, b ^ c ^ d, word, sine, shift) }

    @inline(__always) private static func i(
        _ a: inout UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ word: UInt32, _ sine: UInt32, _ shift: UInt32
    ) { step(&a, b, c ^ (b | ~d), word, sine, shift) }
}
