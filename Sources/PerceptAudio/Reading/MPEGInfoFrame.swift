import PerceptCore

/// The silent first frame that encoders write into Layer III files: Xing's, LAME's ("Info") or Fraunhofer's ("VBRI").
struct MPEGInfoFrame {
    /// The number of frames after this one; `nil` if it is not stated.
    private(set) var frameCount: Int?
    /// The size in bytes of them and of this one; `nil` if it is not stated.
    private(set) var byteCount: Int?
    /// The samples that the encoder added before and after the sound; `nil` if not stated, as by most but LAME.
    private(set) var delay: Int?
    private(set) var padding: Int?

    /// The delay of every Layer III decoder in samples: 528, and one that LAME counts too.
    static let decoderDelay = 529

    /// Parses all bytes of a frame; `nil` if it holds sound.
    init?(_ frame: ArraySlice<UInt8>, _ header: MPEGFrameHeader) {
        guard header.layer == 3 else { return nil }
        let isMono = header.channelCount == 1
        let sideLength = header.version == .mpeg1 ? (isMono ? 17 : 32) : (isMono ? 9 : 17)
        let start = frame.startIndex + MPEGFrameHeader.byteCount + sideLength
        // Only some encoders leave room for the checksum.
        for start in header.hasChecksum ? [start, start + 2] : [start] {
            if Self.matches(frame, start, "Xing") || Self.matches(frame, start, "Info") {
                readXing(frame, start + 4)
                return
            }
        }
        guard Self.matches(frame, frame.startIndex + 36, "VBRI") else { return nil }
        byteCount = Self.integer(frame, frame.startIndex + 46)
        frameCount = Self.integer(frame, frame.startIndex + 50)
    }

    private mutating func readXing(_ frame: ArraySlice<UInt8>, _ start: Int) {
        guard let flags = Self.integer(frame, start) else { return }
        var offset = start + 4
        if flags & 1 != 0 {
            frameCount = Self.integer(frame, offset)
            offset += 4
        }
        if flags & 2 != 0 {
            byteCount = Self.integer(frame, offset)
            offset += 4
        }
        if flags & 4 != 0 { offset += 100 }
        if flags & 8 != 0 { offset += 4 }
        // Nine bytes name the encoder and twelve are not needed here; then two 12-bit numbers follow.
        guard offset + 24 <= frame.endIndex, frame[offset..<offset + 4].allSatisfy({ (0x20...0x7E).contains($0) })
        else {
            return
        }
        let bytes = frame[offset + 21..<offset + 24].reduce(0) { $0 << 8 | Int($1) }
        (delay, padding) = (bytes >> 12, bytes & 0xFFF)
    }

    private static func matches(_ frame: ArraySlice<UInt8>, _ start: Int, _ text: StaticString) -> Bool {
        start + text.utf8CodeUnitCount <= frame.endIndex
            && text.withUTF8Buffer { frame[start..<start + $0.count].elementsEqual($0) }
    }

    private static func integer(_ frame: ArraySlice<UInt8>, _ start: Int) -> Int? {
        guard start + 4 <= frame.endIndex else { return nil }
        return frame[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    }
}
