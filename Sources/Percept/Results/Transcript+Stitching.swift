import PerceptAudio
import PerceptInference

extension Transcript {
    /// Joins the responses to the chunks of a recording.
    ///
    /// Where two chunks overlap, ``Seam`` keeps each spoken word once. Times refer to the source and never run
    /// backwards; missing ones are estimated. Chunks that failed become ``gaps``.
    ///
    /// - Parameters:
    ///   - levels: the level of the source over time.
    ///   - isTimed: `true` if times were requested; a chunk without times is then one piece over its own time.
    ///   - warnings: the warnings about the whole recording.
    init(
        stitching sent: [SentChunk], file: String, of source: TimeReceipt.Side, levels: LevelProfile? = nil,
        isTimed: Bool = false, gaps: [Gap] = [], warnings: [Warning]
    ) {
        let parts = sent.compactMap(\.transcribed)
        let stitched = StitchedText(parts, levels, isTimed: isTimed)
        let uploads = sent.map(\.prepared.receipt)
        self.init(
            file: file, text: stitched.text, chunks: stitched.chunks, receipt: Self.receipt(of: uploads, source),
            uploads: uploads,
            sent: SentMedia(sent.map(\.prepared)), gaps: gaps,
            warnings: warnings + sent.compactMap(\.notice) + Self.warnings(sent)
                + Self.warning(ofUntimed: stitched.untimedCount, of: parts.count))
    }

    private static func receipt(of uploads: [TimeReceipt], _ source: TimeReceipt.Side) -> TimeReceipt {
        let (first, last) = (uploads.first, uploads.last)
        let upload = TimeReceipt.Side(
            sampleRate: first?.upload.sampleRate ?? source.sampleRate,
            channelCount: first?.upload.channelCount ?? source.channelCount,
            frameCount: uploads.reduce(0) { $0 + $1.upload.frameCount })
        return TimeReceipt(
            source: source, upload: upload, sourceStartFrame: first?.sourceStartFrame ?? 0,
            sourceEndFrame: last?.sourceEndFrame, sourceChannelIndex: first?.sourceChannelIndex,
            sourceTrackIndex: first?.sourceTrackIndex, gain: first?.gain ?? 1,
            clampedSampleCount: uploads.reduce(0) { $0 + $1.clampedSampleCount },
            replacedSampleCount: first?.replacedSampleCount ?? 0)
    }

    /// Returns the warnings about chunks with their times; only the first three if there are more.
    private static func warnings(_ parts: [SentChunk]) -> [Warning] {
        let all = parts.flatMap { part in
            part.prepared.warnings.map { warning in
                let times = [part.prepared.receipt.sourceStart, part.prepared.receipt.sourceEnd].map {
                    ($0 * 10).rounded() / 10
                }
                return warning.about("at \(times[0])–\(times[1]) s")
            }
        }
        guard all.count > 3 else { return all }
        return all.prefix(3) + ["and \(all.count - 3) more such warnings about other chunks"]
    }
}
