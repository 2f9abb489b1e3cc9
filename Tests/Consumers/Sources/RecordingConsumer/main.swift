import PerceptAudio
import PerceptCore

/// Writes a second of a square wave as FLAC, prepares it for an endpoint, and reads the upload back.
func writeAndReadBack() throws -> (byteCount: Int, frameCount: Int) {
    var writer = try RecordingWriter(toMemory: 1 << 20, encoding: .flac16, sampleRate: 44_100, channelCount: 1)
    try writer.write([(0..<44_100).map { $0 / 50 % 2 == 0 ? 0.25 : -0.25 }])
    let written = try writer.finish()
    let prepared = try AudioPreparation().prepare(.bytes(written.bytes))
    var reader = try RecordingReader(.bytes(prepared.bytes))
    while try reader.readBlock() != nil {}
    return (written.byteCount, reader.framesRead)
}

let result = try writeAndReadBack()
print("RecordingConsumer: wrote \(result.byteCount) bytes of FLAC, uploads \(result.frameCount) frames")
guard result.frameCount == 16_000 else { fatalError("expected 16000 frames") }
