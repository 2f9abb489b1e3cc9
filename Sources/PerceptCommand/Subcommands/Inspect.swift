import ArgumentParser
import Percept
import PerceptAudio
import PerceptCore
import PerceptImage
import PerceptInference

struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Describe a recording or image.")

    @OptionGroup var input: InputOptions
    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "Check whether a service accepts the file unchanged: \(Self.profileNames).", valueName: "profile"))
    var profile: String?

    @Option(
        help: ArgumentHelp(
            "Draw the waveform to this file; with several inputs, a folder. The same path as --spectrogram draws both "
                + "into one image.",
            valueName: "out.png"))
    var waveform: String?
    @Option(
        help: ArgumentHelp(
            "Draw the spectrogram to this file; with several inputs, a folder.", valueName: "out.png"))
    var spectrogram: String?
    @Option(
        help: ArgumentHelp(
            "Draw a saved transcript, or events with label, start and end in seconds, above the waveform or "
                + "spectrogram.",
            valueName: "file.json"))
    var spans: String?
    @OptionGroup var pictures: SoundPictureOptions

    @OptionGroup(title: "Recordings") var reading: ReadingOptionGroup
    @OptionGroup var leniency: LeniencyOption
    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup var general: GeneralOptions

    private static var profileNames: String { ServiceProfile.all.map(\.name).joined(separator: ", ") }

    func validate() throws {
        if let profile, ServiceProfile.named(profile) == nil {
            throw ValidationError("unknown profile “\(profile)”: choose one of \(Self.profileNames)")
        }
        if spans != nil, input.files.count > 1 { throw ValidationError("--spans accepts only one input") }
        if spans != nil, waveform == nil, spectrogram == nil {
            throw ValidationError("--spans requires --waveform or --spectrogram")
        }
    }

    func run() async throws {
        let console = Console(general)
        let profile = profile.flatMap(ServiceProfile.named)
        let (options, limits) = (reading.options(isLenient: leniency.lenient), resources.limits)
        var output = SoundPictureOutput(
            waveform: waveform, spectrogram: spectrogram, inputs: input.files,
            otherInputs: [spans].compactMap(\.self), style: pictures.style)
        let planning = { (source: MediaSource) in
            (pictures: try output.plan(for: source, limits: limits), spans: try spans.map(SoundSpan.saved) ?? [])
        }
        try await Batch.runSideBySide(input.files, console, planning: planning) { source, plan, console in
            let (inspection, analysis) = try await MediaInspection.inspecting(
                source, reading: options, limits: limits, parts: plan.pictures.parts,
                columnCount: plan.pictures.columnCount)
            if let analysis {
                try plan.pictures.write(analysis, spans: plan.spans, limits: limits)
            } else if !plan.pictures.parts.isEmpty {
                console.warning("\(source.name): not a recording; there is no sound to draw")
            }
            let mediaType: MediaType
            if case .recording(let header, _, _, _) = inspection {
                mediaType = header.mediaType
            } else {
                mediaType = try source.mediaType()
            }
            let byteCount = try source.byteCount()
            let verdict = profile?.check(inspection, mediaType: mediaType, byteCount: byteCount)
            var (text, json): (String, JSONObject) =
                switch inspection {
                case .recording(let header, let frameCount, let levels, _):
                    (
                        Self.text(source.printableName, header, frameCount, levels),
                        Self.json(source.name, header, frameCount, levels)
                    )
                case .picture(let header, let sampleRange, _):
                    (
                        Self.text(source.printableName, header, sampleRange),
                        Self.json(source.name, mediaType, header, sampleRange)
                    )
                }
            json["byteCount"] = .integer(byteCount)
            if analysis != nil {
                for (key, path) in plan.pictures.named { json[key] = .string(path) }
            }
            let warnings =
                switch inspection {
                case .recording(_, _, _, let warnings), .picture(_, _, let warnings): warnings
                }
            for warning in warnings { console.warning("\(source.name): \(warning)") }
            if let verdict {
                text += "\n" + Self.text(verdict)
                json["verdict"] = Self.json(verdict)
            }
            try console.result(text, json: json)
        }
    }

    private static func text(_ verdict: ServiceProfile.Verdict) -> String {
        guard !verdict.fits else { return "  fits \(verdict.profile)" }
        let problems = verdict.problems.map { "\n    \($0.message); \(ParameterFlags.adding(to: $0.remedy))" }
        return "  does not fit \(verdict.profile):" + problems.joined()
    }

    private static func json(_ verdict: ServiceProfile.Verdict) -> JSONValue {
        let problems = verdict.problems.map { problem -> JSONValue in
            [
                "kind": .string(problem.kind.rawValue), "found": .number(problem.found),
                "limit": .number(problem.limit),
                "excess": .number(problem.excess), "message": .string(problem.message),
                "remedy": .string(ParameterFlags.adding(to: problem.remedy)),
            ]
        }
        return [
            "profile": .string(verdict.profile), "fits": .bool(verdict.fits), "problems": .array(problems),
        ]
    }

    private static func text(
        _ name: String, _ header: RecordingHeader, _ frameCount: Int, _ levels: Levels
    ) -> String {
        let duration = decimal(Double(frameCount) / Double(header.sampleRate), 3)
        func level(_ value: Double?) -> String { value.map { "\(decimal($0, 1)) dBFS" } ?? "digital silence" }
        return """
            \(name): \(header.container), \(header.codec), \(header.sampleRate) Hz, \(header.channels.name), \
            \(duration) s (\(frameCount) frames)
              peak \(level(levels.peakDecibels)), RMS \(level(levels.rmsDecibels)), \
            \(levels.integratedLoudness.map { "loudness \(decimal($0, 1)) LUFS, " } ?? "")\
            silence \(decimal(levels.silenceRatio * 100, 0)) %, \(counted(levels.clippedRunCount, "clipped run")), \
            DC \(decimal(levels.dcOffset, 5))
            """
    }

    private static func json(
        _ name: String, _ header: RecordingHeader, _ frameCount: Int, _ levels: Levels
    ) -> JSONObject {
        [
            "file": .string(name), "kind": "audio", "mediaType": .string(header.mediaType.rawValue),
            "sampleRate": .integer(header.sampleRate), "channelCount": .integer(header.channelCount),
            "frameCount": .integer(frameCount), "duration": .double(Double(frameCount) / Double(header.sampleRate)),
            "container": .string(header.container), "codec": .string(header.codec),
            "bitDepth": .number(header.bitDepth),
            "channelLayout": .array(header.channels.positions.map { .string($0.rawValue) }),
            "statedFrameCount": .number(header.frameCount), "peak": .double(levels.peak),
            "peakDecibels": .number(levels.peakDecibels), "rms": .double(levels.rms),
            "rmsDecibels": .number(levels.rmsDecibels), "dcOffset": .double(levels.dcOffset),
            "clippedRunCount": .integer(levels.clippedRunCount), "silenceRatio": .double(levels.silenceRatio),
            "loudness": .number(levels.integratedLoudness),
        ]
    }

    private static func text(_ name: String, _ header: ImageHeader, _ sampleRange: SampleRange?) -> String {
        var parts = [
            header.mediaType.name, header.size.description,
            "\(header.storedBitDepth) bit \(header.storedColorModel.rawValue)",
        ]
        if header.orientation != .upright {
            let source = header.orientationSource.map { "from \(Self.name(of: $0)), " } ?? ""
            parts.append("orientation \(header.orientation.rawValue) (\(source)stored \(header.storedSize))")
        }
        if header.isInterlaced { parts.append("interlaced") }
        if header.isProgressive { parts.append("progressive") }
        if header.hasICCProfile { parts.append("colour profile") }
        if let sampleRange { parts.append("uses \(sampleRange) of 0…\(SampleRange.maximum)") }
        return "\(name): \(parts.joined(separator: ", "))"
    }

    private static func name(of source: OrientationSource) -> String {
        switch source {
        case .exif: "EXIF"
        case .rawProfile: "EXIF in a text chunk"
        case .xmp: "XMP"
        }
    }

    private static func json(
        _ name: String, _ mediaType: MediaType, _ header: ImageHeader, _ sampleRange: SampleRange?
    ) -> JSONObject {
        [
            "file": .string(name), "kind": "image", "mediaType": .string(mediaType.rawValue),
            "width": .integer(header.size.width), "height": .integer(header.size.height),
            "bitDepth": .integer(header.storedBitDepth), "colorModel": .string(header.storedColorModel.rawValue),
            "orientation": .integer(header.orientation.rawValue), "storedWidth": .integer(header.storedSize.width),
            "storedHeight": .integer(header.storedSize.height), "isMultipass": .bool(header.isMultipass),
            "hasColorProfile": .bool(header.hasICCProfile),
            "orientationSource": header.orientationSource.map { .string($0.rawValue) } ?? .null,
            "sampleRange": sampleRange.map {
                ["low": .integer($0.low), "high": .integer($0.high), "maximum": .integer(SampleRange.maximum)]
            } ?? .null,
        ]
    }
}
