public import PerceptCore
public import PerceptImage
public import PerceptInference

/// A segment of an image.
public struct Segment: Sendable, Hashable {
    /// The label of the segment.
    public var label: String
    /// The score, 0…1; `nil` if the service returned none.
    public var score: Double?
    /// The mask, which has the size of the upright source.
    public var mask: Mask

    /// Creates a segment.
    public init(label: String, score: Double?, mask: Mask) {
        self.label = label
        self.score = score
        self.mask = mask
    }
}

extension Segment {
    /// Decodes the segments of a response on all cores, one mask per core at a time.
    ///
    /// - Parameters:
    ///   - source: the name of the response in errors.
    ///   - map: a closure that maps a mask over the upload to one over the source.
    static func decoding(
        _ found: [ImageSegment], source: String, limits: ResourceLimits,
        map: @Sendable (Mask) throws(MediaError) -> Mask
    ) throws(MediaError) -> [Segment] {
        try ParallelWork.map(found) { index, segment throws(MediaError) in
            let name = "\(source): mask \(index) (\(segment.label))"
            let sent = try Mask(base64: segment.mask, name: name, limits: limits)
            do throws(MediaError) {
                return Segment(label: segment.label, score: segment.score, mask: try map(sent))
            } catch {
                throw error.about(name)
            }
        }
    }

    /// Decodes the segments of a saved response.
    ///
    /// - Parameters:
    ///   - found: the segments as reported by the service.
    ///   - source: the name of the response in errors.
    ///   - size: the size that masks must have, which is that of the upright image; any size if `nil`.
    ///   - rescalingMismatch: accepts masks of another size and rescales them (nearest pixel); otherwise they are an
    ///     error.
    ///   - limits: the resource limits for masks.
    /// - Throws: `MediaError` for a mask that is damaged or has another size.
    public static func decoding(
        _ found: [ImageSegment], source: String, size: PixelSize?, rescalingMismatch: Bool = false,
        limits: ResourceLimits = .default
    ) throws(MediaError) -> [Segment] {
        try decoding(found, source: source, limits: limits) { mask throws(MediaError) in
            guard let size, mask.size != size else { return mask }
            guard rescalingMismatch else {
                throw MediaError(
                    .malformedInput,
                    problem: "the mask has \(mask.size) pixels, but the image has \(size)",
                    remedy: "if it covers the whole image, rescale it", parameter: .rescalingMasks)
            }
            return try mask.resized(to: size, limits: limits)
        }
    }
}

/// The segments of an image, in the service's order or, after filtering, by descending score.
public struct Segmentation: PerceptResult, Hashable {
    /// The name of the image, or of the saved response that the masks come from.
    public var file: String
    /// The name of the image, if it differs from ``file``.
    public var image: String?
    /// The segments with their masks; empty if the segmentation was read from JSON, which contains no masks.
    public private(set) var segments: [Segment]
    /// The facts about each segment, including the names of saved masks.
    public private(set) var entries: [SegmentEntry]
    /// The number of segments that a filter dropped.
    public var droppedCount = 0
    /// The folder of the masks; `nil` if they were not saved.
    public private(set) var output: String?
    /// The names of the files in the folder that belong to all segments, other than `segments.json`.
    public private(set) var commonFiles: [String] = []
    /// The path of the image with the masks drawn over it; `nil` if none was written.
    public var overlay: String?
    /// The map from the upload back to the image; `nil` if it is unknown.
    public var receipt: GeometryReceipt?
    /// The upload; `nil` if it is unknown.
    public var sent: SentMedia?
    /// The warnings about the image.
    public var warnings: [Warning]

    /// Creates a segmentation.
    public init(
        file: String, image: String? = nil, segments: [Segment], receipt: GeometryReceipt? = nil,
        sent: SentMedia? = nil, warnings: [Warning] = []
    ) {
        self.file = file
        self.image = image
        self.segments = segments
        entries = Self.entries(segments, indices: nil)
        self.receipt = receipt
        self.sent = sent
        self.warnings = warnings
    }

    /// The index of each segment in the response, if a filter other than a threshold was applied.
    public var indices: [Int]? {
        let indices = entries.compactMap(\.index)
        return indices.count == entries.count && !indices.isEmpty ? indices : nil
    }

    /// Applies a filter. The indices of entries are set unless the filter is only a threshold.
    public mutating func apply(_ filter: ResultFilter) {
        let kept = filter.apply(to: segments)
        droppedCount += segments.count - kept.count
        let indices = filter.isOnlyThreshold ? nil : kept.indices(in: indices)
        segments = kept.values
        entries = Self.entries(segments, indices: indices)
    }

    /// Takes over the names of the files that the segments were saved as.
    mutating func use(_ files: SegmentFiles) {
        output = files.folder
        commonFiles = files.commonFiles
        entries = files.entries
    }

    private static func entries(_ segments: [Segment], indices: [Int]?) -> [SegmentEntry] {
        segments.enumerated().map { position, segment in
            SegmentEntry(
                label: segment.label, score: segment.score, area: segment.mask.area, box: segment.mask.boundingBox,
                index: indices?[position])
        }
    }

    /// The masks, cut-outs, `segments.json`, the files of other formats, and the overlay.
    public var outputPaths: [String] {
        guard let output else { return [overlay].compactMap(\.self) }
        let names = entries.flatMap { [$0.mask, $0.cutOut].compactMap(\.self) } + ["segments.json"] + commonFiles
        return names.map { "\(output)/\($0)" } + [overlay].compactMap(\.self)
    }

    /// Reads the masks of a segmentation that was read from JSON.
    ///
    /// - Throws: `MediaError` if the masks were not saved, or one of them cannot be read.
    mutating func loadMasks(limits: ResourceLimits) throws(MediaError) {
        guard segments.count < entries.count else { return }
        segments = try entries.map { entry throws(MediaError) in
            guard let output, let mask = entry.mask else {
                throw MediaError(.inputMissing, source: file, problem: "the masks were not saved")
            }
            let image = try Image(decoding: .file("\(output)/\(mask)"), limits: limits)
            return Segment(label: entry.label, score: entry.score, mask: Mask(image))
        }
    }

    /// The segmentation as `{"file", "segments": [{"label", "score", "mask", "area", "box"}], "output", "sent",
    /// "receipt", "warnings"}`; `"mask"` and `"output"` exist if the masks were saved.
    public var json: JSONObject {
        var json: JSONObject = ["file": .string(file), "segments": .array(entries.map(\.json))]
        json["image"] = image.map { .string($0) }
        json["output"] = output.map { .string($0) }
        if !commonFiles.isEmpty { json["files"] = commonFiles.json }
        json["overlay"] = overlay.map { .string($0) }
        json["sent"] = sent?.json
        json["receipt"] = receipt.map { JSONValue(encoding: $0) }
        json["warnings"] = warnings.map(\.description).json
        return json
    }

    /// Creates a segmentation from ``json``.
    public init(json: JSONObject) throws(MediaError) {
        let members = ResultMembers(json, of: "segmentation")
        self.init(
            file: try members.string("file"), image: json["image"]?.stringValue, segments: [],
            receipt: try members.decoded("receipt", as: GeometryReceipt.self),
            sent: json["sent"].flatMap(SentMedia.init(json:)), warnings: members.strings("warnings").map { Warning($0) }
        )
        entries = try members.list("segments", SegmentEntry.init(json:))
        output = json["output"]?.stringValue
        commonFiles = members.strings("files")
        overlay = json["overlay"]?.stringValue
    }
}

extension Mask {
    /// Decodes a mask from a response: a PNG file of any mode in base64, with or without a `data:` prefix.
    ///
    /// - Parameters:
    ///   - base64: the base64 text, such as `ImageSegment.mask`.
    ///   - name: the name of the mask in errors.
    ///   - limits: the resource limits.
    /// - Throws: `MediaError` if the base64 or the PNG is damaged, or the size exceeds the limits.
    public init(base64: String, name: String, limits: ResourceLimits = .default) throws(MediaError) {
        let bytes: [UInt8]
        do {
            bytes = try Base64.decode(base64, byteLimit: limits.uploadByteCount)
        } catch {
            throw error.about(name)
        }
        self.init(try Image(decoding: .bytes(bytes, name: name), limits: limits))
    }
}

extension Image {
    /// Returns the image with segments drawn over it, in the colours that `annotated(with:style:)` uses for boxes with
    /// the same labels.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if the size of a mask differs from the image, `.cancelled`.
    public func overlaid(
        with segments: [Segment], palette: Palette = .okabeIto, coloring: Palette.Coloring = .label,
        style: MaskOverlayStyle = MaskOverlayStyle()
    ) throws(MediaError) -> Image {
        let overlays = segments.enumerated().map { index, segment in
            MaskOverlay(segment.mask, color: palette.color(for: segment.label, at: index, by: coloring))
        }
        return try overlaying(overlays, style: style)
    }
}
