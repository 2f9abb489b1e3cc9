/// The storage format of one sample: unsigned (`u`), signed (`s`) or floating-point (`f`), the number of bits, and the
/// byte order; or the companded bytes of ITU-T G.711.
public enum PCMSampleFormat: String, Sendable, Hashable, Codable, CaseIterable {
    case u8, s8
    case s16le, s16be, s24le, s24be, s32le, s32be
    case f32le, f32be, f64le, f64be
    case mulaw, alaw

    /// The number of bytes of one sample.
    public var byteCount: Int {
        switch self {
        case .u8, .s8, .mulaw, .alaw: 1
        case .s16le, .s16be: 2
        case .s24le, .s24be: 3
        case .s32le, .s32be, .f32le, .f32be: 4
        case .f64le, .f64be: 8
        }
    }

    var holdsFloatingPoint: Bool {
        switch self {
        case .f32le, .f32be, .f64le, .f64be: true
        default: false
        }
    }

    /// If `true`, steps between values grow with the value (ITU-T G.711).
    public var isCompanded: Bool { self == .mulaw || self == .alaw }

    /// The common name, such as `PCM 16 bit` or `float 32 bit`.
    var codecName: String {
        if isCompanded { return self == .mulaw ? "mu-law" : "A-law" }
        let bits = "\(byteCount * 8) bit"
        return holdsFloatingPoint ? "float \(bits)" : self == .u8 ? "PCM \(bits) unsigned" : "PCM \(bits)"
    }

    /// Separates `frameCount` interleaved frames into planes with full scale at ±1.
    ///
    /// - Parameter bytesPerFrame: At least `channelCount·byteCount`; bytes after the samples are skipped.
    func planes(
        _ bytes: UnsafeRawBufferPointer, frameCount: Int, channelCount: Int, bytesPerFrame: Int
    ) -> [[Float]] {
        let last = (frameCount - 1) * bytesPerFrame + channelCount * byteCount
        guard frameCount > 0, let base = bytes.baseAddress, last <= bytes.count else { return [] }
        return (0..<channelCount).map { channel in
            let start = base + channel * byteCount
            return [Float](unsafeUninitializedCapacity: frameCount) { output, initialized in
                convert(start, step: bytesPerFrame, output, frameCount)
                initialized = frameCount
            }
        }
    }

    private func convert(
        _ start: UnsafeRawPointer, step: Int, _ output: UnsafeMutableBufferPointer<Float>, _ count: Int
    ) {
        /// The loop is written once and compiled for each format. For one and two channels the stride is a constant, so
        /// the loop uses vectors and takes a third of the time.
        @inline(__always) func each(_ size: Int, _ value: (UnsafeRawPointer) -> Float) {
            if step == size {
                for index in 0..<count { output[index] = value(start + index * size) }
            } else if step == 2 * size {
                for index in 0..<count { output[index] = value(start + index * (2 * size)) }
            } else {
                for index in 0..<count { output[index] = value(start + index * step) }
            }
        }
        switch self {
        case .u8: each(1) { (Float($0.load(as: UInt8.self)) - 128) * 0x1p-7 }
        case .s8: each(1) { Float($0.load(as: Int8.self)) * 0x1p-7 }
        case .s16le: each(2) { Float(Int16(littleEndian: $0.loadUnaligned(as: Int16.self))) * 0x1p-15 }
        case .s16be: each(2) { Float(Int16(bigEndian: $0.loadUnaligned(as: Int16.self))) * 0x1p-15 }
        case .s24le: each(3) { Self.upper24($0, low: 0, high: 2) }
        case .s24be: each(3) { Self.upper24($0, low: 2, high: 0) }
        case .s32le: each(4) { Float(Int32(littleEndian: $0.loadUnaligned(as: Int32.self))) * 0x1p-31 }
        case .s32be: each(4) { Float(Int32(bigEndian: $0.loadUnaligned(as: Int32.self))) * 0x1p-31 }
        case .f32le: each(4) { Float(bitPattern: UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self))) }
        case .f32be: each(4) { Float(bitPattern: UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self))) }
        case .f64le: each(8) { Float(Double(bitPattern: UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)))) }
        case .f64be: each(8) { Float(Double(bitPattern: UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)))) }
        case .mulaw: each(1) { G711.mulaw[Int($0.load(as: UInt8.self))] }
        case .alaw: each(1) { G711.alaw[Int($0.load(as: UInt8.self))] }
        }
    }

    @inline(__always) private static func upper24(_ bytes: UnsafeRawPointer, low: Int, high: Int) -> Float {
        let bits =
            UInt32(bytes.load(fromByteOffset: low, as: UInt8.self)) << 8
            | UInt32(bytes.load(fromByteOffset: 1, as: UInt8.self)) << 16
            | UInt32(bytes.load(fromByteOffset: high, as: UInt8.self)) << 24
        return Float(Int32(bitPattern: bits)) * 0x1p-31
    }
}

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
