import PerceptCore

/// The result of looking for a decoder for a recording.
enum Opening {
    case source(any SampleSource)
    /// No decoder: the name of the codec for errors, and the reason if there is more to say.
    case unreadable(codec: String, reason: String?)
    /// libsndfile should decode it but failed; another decoder may succeed.
    case refused(MediaError)
}

extension Opening {
    /// Opens a recording that is read part by part; if that fails, another decoder may succeed.
    static func joined(_ open: () throws(MediaError) -> JoinedSource) throws(MediaError) -> Opening {
        do throws(MediaError) {
            return .source(try open())
        } catch {
            guard error.kind == .malformedInput else { throw error }
            return .refused(error)
        }
    }

    /// Opens a WAV file by its chunks: uncompressed samples are converted here; libsndfile decodes the codecs that it
    /// knows, with a header that states the actual size.
    ///
    /// - Throws: `MediaError` `.malformedInput` if the chunks are invalid.
    static func wav(_ bytes: InputBytes, _ mediaType: MediaType) throws(MediaError) -> Opening {
        let layout = try RIFFLayout(bytes)
        let format = try WAVFormat(layout.format, isBigEndian: layout.isBigEndian, name: bytes.name)
        guard format.channelCount > 0, format.sampleRate > 0 else {
            throw MediaError(
                .malformedInput, source: bytes.name,
                problem: "the WAV header states \(format.channelCount) channels at \(format.sampleRate) Hz",
                remedy: "get the whole file again")
        }
        let unreadable = Opening.unreadable(codec: "\(layout.container) with \(format.codecName)", reason: nil)
        let coding = format.coding(isBigEndian: layout.isBigEndian)
        if case .stream = coding {
            return try .joined { () throws(MediaError) in
                try .mpeg(
                    InputBytes(bytes, range: layout.data), mediaType: mediaType, container: layout.container)
            }
        }
        do {
            switch coding {
            case .pcm(let samples, let bytesPerFrame):
                let frameCount = layout.data.count / bytesPerFrame
                let isPartial = !samples.holdsFloatingPoint && format.validBits < samples.byteCount * 8
                let header = RecordingHeader(
                    mediaType: mediaType, container: layout.container,
                    codec: isPartial
                        ? "PCM \(format.validBits) bit in \(samples.byteCount * 8)" : samples.codecName,
                    bitDepth: isPartial ? format.validBits : samples.byteCount * 8, sampleRate: format.sampleRate,
                    channels: format.channels, frameCount: frameCount)
                return .source(
                    PCMSource(
                        bytes, range: layout.data.prefix(frameCount * bytesPerFrame), format: samples,
                        bytesPerFrame: bytesPerFrame, header: header))
            case .soundFile(let format32, let blockAlign, let framesPerBlock):
                let blockCount = layout.data.count / blockAlign
                let most = blockCount * framesPerBlock
                // The fact chunk states where the last block ends, not how many blocks there are.
                let fact = layout.factFrameCount.flatMap { most - framesPerBlock < $0 && $0 <= most ? $0 : nil }
                let data = layout.data.prefix(blockCount * blockAlign)
                return .source(
                    try SoundFileSource(
                        VirtualFile(reading: bytes, range: data, after: header(format32, data.count, most)),
                        mediaType: mediaType, name: bytes.name, container: layout.container,
                        channels: format.channels, frameCount: fact ?? most))
            case .stream, .unreadable: return unreadable
            }
        } catch {
            return .unreadable(codec: "\(layout.container) with \(format.codecName)", reason: error.message)
        }
    }

    /// Returns a header that states exactly this format and data; RF64 if the size does not fit in 32 bits.
    private static func header(_ format: [UInt8], _ dataSize: Int, _ frameCount: Int) -> [UInt8] {
        func chunk(_ id: String, _ content: [UInt8]) -> [UInt8] {
            Array(id.utf8) + LittleEndian.bytes32(content.count) + content
        }
        let fmt = chunk("fmt ", format)
        let isLong = dataSize > 0xFFFF_0000
        let fact = chunk("fact", LittleEndian.bytes32(isLong ? 0xFFFF_FFFF : frameCount))
        let long = chunk(
            "ds64",
            LittleEndian.bytes64(dataSize + 36 + fmt.count + fact.count + 12) + LittleEndian.bytes64(dataSize)
                + LittleEndian.bytes64(frameCount) + LittleEndian.bytes32(0))
        let chunks = (isLong ? long : []) + fmt + fact
        return Array((isLong ? "RF64" : "RIFF").utf8)
            + LittleEndian.bytes32(isLong ? 0xFFFF_FFFF : 4 + chunks.count + 8 + dataSize) + Array("WAVE".utf8) + chunks
            + Array("data".utf8) + LittleEndian.bytes32(isLong ? 0xFFFF_FFFF : dataSize)
    }
}
