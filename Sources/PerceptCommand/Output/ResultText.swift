import Percept
import PerceptAudio
import PerceptCore
import PerceptImage

/// A result that the command prints as text.
protocol PrintableResult: PerceptResult {
    /// The result as lines for people.
    var text: String { get }
}

extension Classification: PrintableResult {
    /// One line per class: the score and the label.
    var text: String { classes.map { "\(scoreText($0.score))  \($0.label)" }.joined(separator: "\n") }
}

extension Detections: PrintableResult {
    /// The number of objects, then one line per object.
    var text: String {
        let lines = objects.map { "\(scoreText($0.score))  \($0.label)  \(boxText($0.box))" }
        let summary = "\(Console.printableLine(file)): \(counted(objects.count, "object"))\(droppedText(droppedCount))"
        return ([summary] + lines).joined(separator: "\n")
    }
}

extension Segmentation: PrintableResult {
    /// The number of segments and the files that were written, then one line per segment.
    var text: String {
        let lines = entries.map { entry in
            let file = entry.mask.map { "  \($0)" } ?? ""
            let area = entry.area.map { "  \(counted($0, "pixel"))" } ?? ""
            return "\(scoreText(entry.score))  \(entry.label)\(area)\(file)"
        }
        let summary = "\(Console.printableLine(file)): \(counted(entries.count, "segment"))\(droppedText(droppedCount))"
        return ([summary + outputText([output, overlay])] + lines).joined(separator: "\n")
    }
}

extension Preparation: PrintableResult {
    /// The path and the properties of the upload on one line.
    var text: String {
        let facts =
            switch receipt {
            case .time(let receipt):
                "\(receipt.upload.sampleRate) Hz, \(counted(receipt.upload.channelCount, "channel")), "
                    + "\(counted(receipt.upload.frameCount, "frame")) (\(decimal(receipt.upload.duration, 3)) s)"
            case .geometry(let receipt): "\(receipt.uploadSize) of \(receipt.sourceSize)"
            }
        return "\(Console.printableLine(file))\(outputText([output])): \(mediaType), \(facts), \(byteCount) bytes"
    }
}

extension Inspection: PrintableResult {
    /// One line for an image and two for a recording, then one for each of several tracks and channels, and the
    /// verdict about a service.
    var text: String {
        let facts =
            switch content {
            case .recording(let header, let frameCount, let levels): Self.facts(header, frameCount, levels)
            case .image(let header, let sampleRange): Self.facts(header, sampleRange)
            }
        return "\(Console.printableLine(file)): \(facts)" + (verdict.map { "\n\(Self.text($0))" } ?? "")
    }

    private static func text(_ verdict: ServiceProfile.Verdict) -> String {
        guard !verdict.fits else { return "  fits \(verdict.profile)" }
        let problems = verdict.problems.map { "\n    \($0.message); \($0.remedy)" }
        return "  does not fit \(verdict.profile):" + problems.joined()
    }

    private static func facts(_ header: RecordingHeader, _ frameCount: Int, _ levels: Levels) -> String {
        let duration = decimal(Double(frameCount) / Double(header.sampleRate), 3)
        func level(_ value: Double?) -> String { value.map { "\(decimal($0, 1)) dBFS" } ?? "digital silence" }
        return """
            \(header.container), \(header.codec), \(header.sampleRate) Hz, \(header.channels.name), \
            \(duration) s (\(frameCount) frames)
              peak \(level(levels.peakDecibels)), RMS \(level(levels.rmsDecibels)), \
            \(levels.integratedLoudness.map { "loudness \(decimal($0, 1)) LUFS, " } ?? "")\
            silence \(decimal(levels.silenceRatio * 100, 0)) %, \(counted(levels.clippedRunCount, "clipped run")), \
            DC \(decimal(levels.dcOffset, 5))
            """ + trackLines(header) + channelLines(header.channels, levels.channels)
    }

    private static func trackLines(_ header: RecordingHeader) -> String {
        guard header.tracks.count > 1 else { return "" }
        return header.tracks.map { track in
            let facts = [
                Console.printableLine(track.description), track.codec, track.sampleRate.map { "\($0) Hz" },
                track.channelCount.map { counted($0, "channel") }, track.index == header.trackIndex ? "read" : nil,
            ]
            return "\n  track \(facts.compactMap(\.self).joined(separator: ", "))"
        }.joined()
    }

    private static func channelLines(_ layout: ChannelLayout, _ levels: [ChannelLevels]) -> String {
        guard levels.count > 1 else { return "" }
        func level(_ value: Double?) -> String { value.map { "\(decimal($0, 1)) dBFS" } ?? "digital silence" }
        return zip(layout.positions, levels).enumerated().map { index, channel in
            "\n  channel \(index + 1) (\(channel.0.rawValue)): peak \(level(channel.1.peakDecibels)), "
                + "RMS \(level(channel.1.rmsDecibels))"
        }.joined()
    }

    private static func facts(_ header: ImageHeader, _ sampleRange: SampleRange?) -> String {
        var parts = [
            header.mediaType.name, header.size.description,
            "\(header.storedBitDepth) bit \(header.storedColorModel.rawValue)",
        ]
        if header.orientation != .upright {
            let source = header.orientationSource.map { "from \(name(of: $0)), " } ?? ""
            parts.append("orientation \(header.orientation.rawValue) (\(source)stored \(header.storedSize))")
        }
        if header.isInterlaced { parts.append("interlaced") }
        if header.isProgressive { parts.append("progressive") }
        if header.hasICCProfile { parts.append("colour profile") }
        if let sampleRange { parts.append("uses \(sampleRange) of 0…\(SampleRange.maximum)") }
        return parts.joined(separator: ", ")
    }

    private static func name(of source: OrientationSource) -> String {
        switch source {
        case .exif: "EXIF"
        case .rawProfile: "EXIF in a text chunk"
        case .xmp: "XMP"
        }
    }
}

extension Transcript: PrintableResult {}

/// Returns the text that follows a count: `, 4 dropped`; empty if none was dropped.
func droppedText(_ count: Int) -> String { count > 0 ? ", \(count) dropped" : "" }

/// Returns the paths that were written after an arrow; empty if there are none.
func outputText(_ paths: [String?]) -> String {
    let paths = paths.compactMap(\.self)
    return paths.isEmpty ? "" : " → \(Console.printableLine(paths.joined(separator: ", ")))"
}
