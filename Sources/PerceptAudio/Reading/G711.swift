/// The values of the bytes of ITU-T G.711, with full scale at ±1.
enum G711 {
    /// The values of mu-law: 14 bits, here in the upper bits of 16.
    static let mulaw: [Float] = (0..<256).map { code in
        let bits = ~code & 0xFF
        let magnitude = (((bits & 0xF) << 3) + 0x84) << (bits >> 4 & 7) - 0x84
        return Float(bits & 0x80 != 0 ? -magnitude : magnitude) * 0x1p-15
    }

    /// The values of A-law: 13 bits, here in the upper bits of 16.
    static let alaw: [Float] = (0..<256).map { code in
        let bits = code ^ 0x55
        let (step, segment) = (bits & 0xF, bits >> 4 & 7)
        let magnitude = segment == 0 ? step << 4 + 8 : (step << 4 + 0x108) << (segment - 1)
        return Float(bits & 0x80 != 0 ? magnitude : -magnitude) * 0x1p-15
    }
}
