/// The SHA-256 hash function (FIPS 180-4), for uploads on tapes and for the content security policy of pages.
///
/// It avoids a cryptography package, which would take longer to build than everything else here; no secrets depend on
/// it.
public enum SHA256 {
    fileprivate static let initialState: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]

    private static let constants: [UInt32] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]

    /// Returns the hash of `bytes` as 64 lowercase hexadecimal digits.
    public static func hexadecimalDigest(of bytes: [UInt8]) -> String {
        hexadecimal(digest(of: bytes))
    }

    /// Returns the hash of `bytes`, 32 bytes.
    public static func digest(of bytes: [UInt8]) -> [UInt8] {
        var hashing = Hashing()
        hashing.add(bytes[...])
        return hashing.finish()
    }

    static func hexadecimal(_ digest: [UInt8]) -> String {
        digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    /// The incremental hash of consecutive pieces.
    struct Hashing {
        private var state = initialState
        private var byteCount = 0
        /// An incomplete block, continued by the next piece.
        private var rest: [UInt8] = []

        mutating func add(_ piece: ArraySlice<UInt8>) {
            byteCount += piece.count
            let bytes = rest + piece
            let end = bytes.count & ~63
            for block in stride(from: 0, to: end, by: 64) { process(bytes, at: block, into: &state) }
            rest = Array(bytes[end...])
        }

        /// Returns the hash of all pieces, 32 bytes.
        consuming func finish() -> [UInt8] {
            // Padding: a one bit, zeros up to 8 bytes before the end of a block, then the length in bits.
            let bitCount = UInt64(byteCount) << 3
            var tail: [UInt8] = [0x80]
            tail.append(contentsOf: repeatElement(0, count: (119 - byteCount % 64) % 64))
            tail.append(contentsOf: (0..<8).map { UInt8(truncatingIfNeeded: bitCount >> (56 - 8 * $0)) })
            add(tail[...])
            return state.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) } }
        }
    }

    private static func rotated(_ word: UInt32, right count: UInt32) -> UInt32 {
        word >> count | word << (32 - count)
    }

    fileprivate static func process(_ bytes: [UInt8], at offset: Int, into state: inout [UInt32]) {
        var schedule = (0..<16).map { index in
            let byte = offset + 4 * index
            return UInt32(bytes[byte]) << 24 | UInt32(bytes[byte + 1]) << 16 | UInt32(bytes[byte + 2]) << 8
                | UInt32(bytes[byte + 3])
        }
        for index in 16..<64 {
            let early = schedule[index - 15]
            let late = schedule[index - 2]
            let s0 = rotated(early, right: 7) ^ rotated(early, right: 18) ^ early >> 3
            let s1 = rotated(late, right: 17) ^ rotated(late, right: 19) ^ late >> 10
            schedule.append(schedule[index - 16] &+ s0 &+ schedule[index - 7] &+ s1)
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for index in 0..<64 {
            let s1 = rotated(e, right: 6) ^ rotated(e, right: 11) ^ rotated(e, right: 25)
            let choice = e & f ^ ~e & g
            let t1 = h &+ s1 &+ choice &+ constants[index] &+ schedule[index]
            let s0 = rotated(a, right: 2) ^ rotated(a, right: 13) ^ rotated(a, right: 22)
            let majority = a & b ^ a & c ^ b & c
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ s0 &+ majority)
        }
        for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
    }
}
