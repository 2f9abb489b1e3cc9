public import PerceptAudio
public import PerceptCore
public import PerceptImage
public import PerceptInference

/// The contents of a file, as far as they are known without a model.
public struct Inspection: PerceptResult, Hashable {
    /// The facts about a recording or an image.
    public enum Content: Sendable, Hashable {
        /// A recording. The frame count is the number of decoded frames, whatever the header states.
        case recording(RecordingHeader, frameCount: Int, Levels)
        /// An image. The sample range is that of an image with 16 bits per channel.
        case image(ImageHeader, sampleRange: SampleRange?)
    }

    /// The name of the file.
    public var file: String
    /// The size of the file.
    public var byteCount: Int
    /// The facts about the recording or image.
    public var content: Content
    /// The path of the waveform; `nil` if none was written.
    public var waveform: String?
    /// The path of the spectrogram; `nil` if none was written.
    public var spectrogram: String?
    /// The result of checking the file against the limits of a service; `nil` if none was checked.
    public var verdict: ServiceProfile.Verdict?
    /// The warnings from decoding the whole file leniently, and from what the usual preparation would warn of.
    public var warnings: [Warning]

    /// Creates an inspection.
    public init(file: String, byteCount: Int, content: Content, warnings: [Warning] = []) {
        self.file = file
        self.byteCount = byteCount
        self.content = content
        self.warnings = warnings
    }

    /// The media type of the contents.
    public var mediaType: MediaType {
        switch content {
        case .recording(let header, _, _): header.mediaType
        case .image(let header, _): header.mediaType
        }
    }

    /// The drawings.
    public var outputPaths: [String] { [waveform, spectrogram].compactMap(\.self) }

    /// The inspection as JSON: `"kind"` is `audio` or `image`; docs/command.md lists the other members.
    public var json: JSONObject {
        var json: JSONObject = ["file": .string(file)]
        let facts =
            switch content {
            case .recording(let header, let frameCount, let levels): Self.facts(header, frameCount, levels)
            case .image(let header, let range): Self.facts(header, range)
            }
        for (key, value) in facts { json[key] = value }
        json["byteCount"] = .integer(byteCount)
        json["waveform"] = waveform.map { .string($0) }
        json["spectrogram"] = spectrogram.map { .string($0) }
        json["verdict"] = verdict?.json
        json["warnings"] = warnings.map(\.description).json
        return json
    }

    /// Names the parameters of ``warnings`` and ``verdict``.
    public func naming(_ name: (Parameter) -> String?) -> Inspection {
        var inspection = self
        inspection.warnings = warnings.map { $0.naming(name) }
        inspection.verdict = verdict?.naming(name)
        return inspection
    }

    private static func facts(_ header: RecordingHeader, _ frameCount: Int, _ levels: Levels) -> JSONObject {
        var facts: JSONObject = [
            "kind": "audio", "mediaType": .string(header.mediaType.rawValue),
            "sampleRate": .integer(header.sampleRate), "channelCount": .integer(header.channelCount),
            "frameCount": .integer(frameCount), "duration": .double(Double(frameCount) / Double(header.sampleRate)),
            "container": .string(header.container), "codec": .string(header.codec),
            "bitDepth": JSONValue(header.bitDepth), "channelLayout": header.channels.positions.map(\.rawValue).json,
            "statedFrameCount": JSONValue(header.frameCount), "peak": .double(levels.peak),
            "peakDecibels": JSONValue(levels.peakDecibels), "rms": .double(levels.rms),
            "rmsDecibels": JSONValue(levels.rmsDecibels), "dcOffset": .double(levels.dcOffset),
            "clippedRunCount": .integer(levels.clippedRunCount), "silenceRatio": .double(levels.silenceRatio),
            "loudness": JSONValue(levels.integratedLoudness),
            "channelLevels": .array(levels.channels.map { .object($0.json) }),
        ]
        guard !header.tracks.isEmpty else { return facts }
        facts["tracks"] = .array(header.tracks.map { .object($0.json) })
        facts["trackIndex"] = JSONValue(header.trackIndex)
        return facts
    }

    private static func facts(_ header: ImageHeader, _ range: SampleRange?) -> JSONObject {
        [
            "kind": "image", "mediaType": .string(header.mediaType.rawValue),
            "width": .integer(header.size.width), "height": .integer(header.size.height),
            "bitDepth": .integer(header.storedBitDepth), "colorModel": .string(header.storedColorModel.rawValue),
            "orientation": .integer(header.orientation.rawValue), "storedWidth": .integer(header.storedSize.width),
            "storedHeight": .integer(header.storedSize.height), "isMultipass": .bool(header.isMultipass),
            "hasColorProfile": .bool(header.hasICCProfile),
            "orientationSource": header.orientationSource.map { .string($0.rawValue) } ?? .null,
            "sampleRange": range.map {
                ["low": .integer($0.low), "high": .integer($0.high), "maximum": .integer(SampleRange.maximum)]
            } ?? .null,
            "decodedColorModel": .string(header.layout.colorModel.rawValue),
            "decodedBitDepth": .integer(header.layout.bitDepth.rawValue),
        ]
    }

    /// Creates an inspection from ``json``.
    public init(json: JSONObject) throws(MediaError) {
        let members = ResultMembers(json, of: "inspection")
        let isRecording = try members.string("kind") == "audio"
        self.init(
            file: try members.string("file"), byteCount: try members.integer("byteCount"),
            content: isRecording ? try Self.recording(members) : try Self.image(members),
            warnings: members.strings("warnings").map { Warning($0) })
        waveform = json["waveform"]?.stringValue
        spectrogram = json["spectrogram"]?.stringValue
        verdict = json["verdict"].flatMap(ServiceProfile.Verdict.init(json:))
    }

    private static func recording(_ members: ResultMembers) throws(MediaError) -> Content {
        let header = RecordingHeader(
            mediaType: MediaType(rawValue: try members.string("mediaType")), container: try members.string("container"),
            codec: try members.string("codec"), bitDepth: members.object["bitDepth"]?.integerValue,
            sampleRate: try members.integer("sampleRate"),
            channels: ChannelLayout(
                try members.list("channelLayout") { $0.stringValue.flatMap(ChannelLayout.Position.init) }),
            frameCount: members.object["statedFrameCount"]?.integerValue,
            tracks: members.object["tracks"] == nil
                ? [] : try members.list("tracks") { $0.objectValue.flatMap(AudioTrack.init(json:)) },
            trackIndex: members.object["trackIndex"]?.integerValue)
        let levels = Levels(
            peak: try members.double("peak"), rms: try members.double("rms"), dcOffset: try members.double("dcOffset"),
            clippedRunCount: try members.integer("clippedRunCount"), silenceRatio: try members.double("silenceRatio"),
            integratedLoudness: members.object["loudness"]?.doubleValue,
            // Older versions did not measure each channel.
            channels: members.object["channelLevels"] == nil
                ? [] : try members.list("channelLevels") { $0.objectValue.flatMap(ChannelLevels.init(json:)) })
        return .recording(header, frameCount: try members.integer("frameCount"), levels)
    }

    private static func image(_ members: ResultMembers) throws(MediaError) -> Content {
        let range = members.object["sampleRange"]
        let header = ImageHeader(
            mediaType: MediaType(rawValue: try members.string("mediaType")),
            storedSize: PixelSize(
                width: try members.integer("storedWidth"), height: try members.integer("storedHeight")),
            orientation: try members.required("orientation") { $0.integerValue.flatMap(Orientation.init) },
            orientationSource: members.object["orientationSource"]?.stringValue.flatMap(OrientationSource.init),
            storedColorModel: try members.required("colorModel") {
                $0.stringValue.flatMap(ImageHeader.StoredColorModel.init)
            },
            storedBitDepth: try members.integer("bitDepth"),
            layout: Image.Layout(
                colorModel: try members.required("decodedColorModel") {
                    $0.stringValue.flatMap(Image.ColorModel.init)
                },
                bitDepth: try members.required("decodedBitDepth") { $0.integerValue.flatMap(Image.BitDepth.init) }),
            isMultipass: try members.bool("isMultipass"), hasICCProfile: try members.bool("hasColorProfile"))
        return .image(
            header,
            sampleRange: range?["low"]?.integerValue.flatMap { low in
                range?["high"]?.integerValue.flatMap { SampleRange(low: low, high: $0) }
            })
    }
}
