import PerceptAudio
import PerceptCore
import PerceptImage
import PerceptInference

/// The part of a page about one entry: the data for its script, and the medium itself.
struct ReportCard: Sendable {
    /// A medium embedded in the page.
    struct Medium: Sendable {
        let mediaType: MediaType
        let bytes: [UInt8]
        /// True if the bytes differ from the source's.
        var isCopy = false
    }

    private(set) var json: JSONObject
    private(set) var medium: Medium?
    /// Warnings for the user, without the entry's name.
    private(set) var warnings: [Warning] = []

    private let entry: Report.Entry
    private let page: ReportPage
    /// The size of the upright image, or of the masks if there is no image.
    private var size: PixelSize?

    /// Reads and prepares the media of `entry`. Media that cannot be used cause a warning.
    ///
    /// - Throws: Only `MediaError` `.cancelled`.
    init(_ entry: Report.Entry, page: ReportPage) throws(MediaError) {
        self.entry = entry
        self.page = page
        json = ["name": .string(entry.name)]
        var items: [JSONValue] = []
        if let source = entry.source {
            try noting { card throws(MediaError) in
                switch try source.kind(reading: ReadingOptions()) {
                case .image: try card.addImage(source)
                case .recording: try card.addRecording(source)
                }
            }
        }
        for finding in entry.findings {
            switch finding.content {
            case .detections(let detections):
                for detection in detections {
                    grow(to: detection.box)
                    items.append(item("detection", detection.label, detection.score, detection.box))
                }
            case .segments(let segments, let folder):
                for segment in segments { items.append(try item(segment, in: folder)) }
            case .classes, .transcript, .failure: break
            }
        }
        let isImage = entry.findings.contains { $0.isAboutImage }
        if json["kind"] == nil { json["kind"] = .string(isImage ? "picture" : "other") }
        if let size, json["width"] == nil {
            json["width"] = .integer(size.width)
            json["height"] = .integer(size.height)
        }
        json["items"] = .array(items)
        json["classes"] = .array(entry.findings.flatMap(\.classes))
        json["transcripts"] = .array(entry.findings.compactMap(\.transcript))
        json["uploads"] = .array(entry.findings.compactMap { upload($0) })
        let failures = entry.findings.compactMap(\.failure)
        json["notes"] = .array((missing + warnings.map(\.description) + failures).map { .string($0) })
        json["copy"] = medium.flatMap { medium in
            medium.isCopy
                ? .array(
                    [
                        medium.mediaType.name, Quantity.rate(ListeningCopy.sampleRate),
                        Quantity.bytes(medium.bytes.count),
                    ]
                    .map { .string($0) }) : nil
        }
        json["mediaType"] = medium.map { .string($0.mediaType.rawValue) }
    }

    private var missing: [String] {
        entry.isMissing ? ["The file was not found; its results are shown without it."] : []
    }

    /// Runs `body` and turns errors about the media into warnings.
    private mutating func noting(_ body: (inout ReportCard) throws(MediaError) -> Void) throws(MediaError) {
        do throws(MediaError) {
            try body(&self)
        } catch {
            if error.kind == .cancelled { throw error }
            warnings.append(error.warning)
        }
    }

    private mutating func addImage(_ source: MediaSource) throws(MediaError) {
        let header = try ImageReader(source, limits: page.limits).header
        json["kind"] = "picture"
        json["source"] = .array(Self.described(source, ["\(header.size)"]))
        var preparation = ImagePreparation(longestSide: page.imageSide, quality: 85, isLenient: true)
        preparation.givesAdvice = false
        // A page is for looking at: what uses little of 16 bits would be black.
        preparation.levels = .automatic
        let prepared = try preparation.prepare(source, limits: page.limits)
        medium = Medium(mediaType: prepared.mediaType, bytes: prepared.bytes)
        size = prepared.receipt.sourceSize
        json["width"] = .integer(prepared.receipt.sourceSize.width)
        json["height"] = .integer(prepared.receipt.sourceSize.height)
        warnings += prepared.warnings
    }

    private mutating func addRecording(_ source: MediaSource) throws(MediaError) {
        json["kind"] = "recording"
        var reader = try RecordingReader(source, limits: page.limits)
        let header = reader.header
        var analyzer = try SoundAnalyzer(header, parts: [.waveform], columnCount: ReportPage.waveformColumnCount)
        while let block = try reader.readBlock() {
            try MediaError.checkCancellation()
            analyzer.add(block)
        }
        warnings += reader.warnings
        let analysis = analyzer.finish()
        json["duration"] = .double(analysis.duration)
        json["waveform"] = analysis.envelope.map { Self.waveform($0) }
        json["source"] = .array(
            Self.described(
                source, [Quantity.rate(header.sampleRate), Quantity.counted(header.channelCount, "channel")]))
        try noting { card throws(MediaError) in
            card.medium = try card.page.medium(of: source, duration: analysis.duration)
        }
    }

    private static func described(_ source: MediaSource, _ properties: [String]) -> [JSONValue] {
        let type = (try? source.mediaType().name).map { [$0] } ?? []
        let bytes = (try? source.byteCount()).map { [Quantity.bytes($0)] } ?? []
        return (type + properties + bytes).map { .string($0) }
    }

    /// Returns the waveform in thousandths of full scale.
    private static func waveform(_ envelope: WaveformEnvelope) -> JSONValue {
        let columns = envelope.columns(min(ReportPage.waveformColumnCount, max(1, envelope.frameCount)))
        func thousandths(_ value: (WaveformEnvelope.Column) -> Float) -> JSONValue {
            .array(columns.map { .integer(Int((min(max(value($0), -8), 8) * 1000).rounded())) })
        }
        return [
            "minimum": thousandths(\.minimum), "maximum": thousandths(\.maximum), "rms": thousandths(\.rms),
        ]
    }

    /// Without an image, infers the minimum size from the results.
    private mutating func grow(to box: BoundingBox) {
        guard json["width"] == nil else { return }
        func side(_ value: Double) -> Int { Int(min(max(1, value.rounded(.up)), Double(Int32.max))) }
        let known = size ?? PixelSize(width: 1, height: 1)
        size = PixelSize(width: max(known.width, side(box.xMax)), height: max(known.height, side(box.yMax)))
    }

    private func item(_ kind: String, _ label: String, _ score: Double?, _ box: BoundingBox?) -> JSONValue {
        [
            "kind": .string(kind), "label": .string(label), "score": score.map { .double($0) } ?? .null,
            "box": box.map { [.double($0.xMin), .double($0.yMin), .double($0.xMax), .double($0.yMax)] } ?? .null,
        ]
    }

    private mutating func item(_ segment: SegmentEntry, in folder: String?) throws(MediaError) -> JSONValue {
        if let box = segment.box { grow(to: box) }
        var outline: MaskOutline?
        if let folder, let name = segment.mask {
            try noting { card throws(MediaError) in
                let mask = Mask(try Image(decoding: .file("\(folder)/\(name)"), limits: card.page.limits))
                outline = try MaskOutline(mask, limits: card.page.limits)
            }
        }
        guard var object = item("segment", segment.label, segment.score, segment.box).objectValue, let outline else {
            return item("segment", segment.label, segment.score, segment.box)
        }
        if json["width"] == nil { size = outline.size }
        // A mask of another size covers the whole image.
        let stretch = (
            Double(size?.width ?? outline.size.width) / Double(outline.size.width),
            Double(size?.height ?? outline.size.height) / Double(outline.size.height)
        )
        object["path"] = .string(outline.path)
        object["scale"] = [.double(outline.scale.x * stretch.0), .double(outline.scale.y * stretch.1)]
        return .object(object)
    }

    private func upload(_ finding: Report.Finding) -> JSONValue? {
        guard finding.sent != nil || finding.receipt != nil else { return nil }
        var object: JSONObject = ["task": .string(finding.taskName)]
        if let sent = finding.sent {
            var parts = [sent.mediaType.name] + Self.geometry(finding.receipt) + [Quantity.bytes(sent.byteCount)]
            if sent.uploadCount > 1 { parts.append("in \(sent.uploadCount) uploads") }
            object["sent"] = .array(parts.map { .string($0) })
            object["byteCount"] = .integer(sent.byteCount)
        }
        object["sourceByteCount"] = entry.source.flatMap { try? $0.byteCount() }.map { .integer($0) }
        object["receipt"] = finding.receipt
        return .object(object)
    }

    /// Returns the size of the upload according to a receipt.
    private static func geometry(_ receipt: JSONValue?) -> [String] {
        if let size = receipt?["uploadSize"], let width = size["width"]?.integerValue,
            let height = size["height"]?.integerValue
        {
            return ["\(PixelSize(width: width, height: height))"]
        }
        guard let upload = receipt?["upload"], let rate = upload["sampleRate"]?.integerValue,
            let channels = upload["channelCount"]?.integerValue
        else { return [] }
        return [Quantity.rate(rate), Quantity.counted(channels, "channel")]
    }
}

extension Report.Finding {
    /// The name of the task for readers.
    var taskName: String {
        switch content {
        case .classes: "Classes"
        case .detections: "Objects"
        case .segments: "Segments"
        case .transcript: "Transcript"
        case .failure: "Failure"
        }
    }

    fileprivate var isAboutImage: Bool {
        switch content {
        case .detections, .segments: true
        case .classes, .transcript, .failure: false
        }
    }

    /// The labels by which a page filters.
    var labels: [String] {
        switch content {
        case .detections(let detections): detections.map(\.label)
        case .segments(let segments, _): segments.map(\.label)
        case .classes, .transcript, .failure: []
        }
    }

    fileprivate var classes: [JSONValue] {
        guard case .classes(let classes) = content else { return [] }
        return classes.map { ["label": .string($0.label), "score": $0.score.map { .double($0) } ?? .null] }
    }

    fileprivate var transcript: JSONValue? {
        guard case .transcript(let text, let chunks) = content else { return nil }
        func time(_ seconds: Double?) -> JSONValue { seconds.map { .double($0) } ?? .null }
        return [
            "text": .string(text),
            "chunks": .array(chunks.map { [.string($0.text), time($0.start), time($0.end)] }),
        ]
    }

    fileprivate var failure: String? {
        if case .failure(let message) = content { message } else { nil }
    }
}
