/// How one uncompressed sample is stored: unsigned (`u`), signed (`s`) or floating-point (`f`), its bits, and the order of
/// its bytes.
public enum PCMSampleFormat: String, Sendable, Hashable, Codable, CaseIterable {
    case u8, s8
    case s16le, s16be, s24le, s24be, s32le, s32be
    case f32le, f32be, f64le, f64be

    /// Bytes of one sample.
    public var byteCount: Int {
        switch self {
        case .u8, .s8: 1
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

    /// What people call it: `PCM 16 bit`, `float 32 bit`.
    var codecName: String {
        let bits = "\(byteCount * 8) bit"
        return holdsFloatingPoint ? "float \(bits)" : self == .u8 ? "PCM \(bits) unsigned" : "PCM \(bits)"
    }

    /// Separates `frameCount` interleaved frames into planes of full scale ±1.
    ///
    /// - Parameter bytesPerFrame: at least `channelCount·byteCount`; what lies behind the samples is skipped.
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
        /// The loop in one place, compiled for each format.
        @inline(__always) func each(_ value: (UnsafeRawPointer) -> Float) {
            for index in 0..<count { output[index] = value(start + index * step) }
        }
        switch self {
        case .u8: each { (Float($0.load(as: UInt8.self)) - 128) * 0x1p-7 }
        case .s8: each { Float($0.load(as: Int8.self)) * 0x1p-7 }
        case .s16le: each { Float(Int16(littleEndian: $0.loadUnaligned(as: Int16.self))) * 0x1p-15 }
        case .s16be: each { Float(Int16(bigEndian: $0.loadUnaligned(as: Int16.self))) * 0x1p-15 }
        case .s24le: each { Self.upper24($0, low: 0, high: 2) }
        case .s24be: each { Self.upper24($0, low: 2, high: 0) }
        case .s32le: each { Float(Int32(littleEndian: $0.loadUnaligned(as: Int32.self))) * 0x1p-31 }
        case .s32be: each { Float(Int32(bigEndian: $0.loadUnaligned(as: Int32.self))) * 0x1p-31 }
        case .f32le: each { Float(bitPattern: UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self))) }
        case .f32be: each { Float(bitPattern: UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self))) }
        case .f64le: each { Float(Double(bitPattern: UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)))) }
        case .f64be: each { Float(Double(bitPattern: UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)))) }
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
