/// Damage as it comes: one to four of a flipped bit, another byte, a length that is another, a stretch that stands
/// twice, one that is missing, a cut.
///
/// - Parameter headerLength: half of the damage is done to so many bytes at the beginning, where most can go wrong.
public func mutated(_ bytes: [UInt8], headerLength: Int, _ generator: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) where bytes.count > 16 {
        let isHeader = Bool.random(using: &generator)
        let place = Int.random(in: 0..<(isHeader ? min(headerLength, bytes.count) : bytes.count), using: &generator)
        let length = min(Int.random(in: 1...64, using: &generator), bytes.count - place)
        switch Int.random(in: 0..<8, using: &generator) {
        case 0...2: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 3: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 4:
            let extremes: [UInt32] = [0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, .max, .max - 7]
            let value = extremes.randomElement(using: &generator) ?? 0
            let stored = Bool.random(using: &generator) ? value.bigEndian : value.littleEndian
            withUnsafeBytes(of: stored) { field in
                for (offset, byte) in field.enumerated() where place + offset < bytes.count {
                    bytes[place + offset] = byte
                }
            }
        case 5: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
        case 6: bytes.removeSubrange(place..<place + length)
        default: bytes.removeLast(Int.random(in: 0..<bytes.count / 2, using: &generator))
        }
    }
    return bytes
}
