import PerceptCore
import PerceptImage
import PerceptInference

/// The files to write for segments.
struct SegmentFilePlan: Sendable {
    let entries: [SegmentEntry]
    /// All files except the list.
    private(set) var files: [PlannedFile]
    private(set) var commonFiles: [String] = []

    private static let cutOutSuffix = "-cutout.png"

    /// Plans the files.
    ///
    /// - Throws: `MediaError` `.invalidArgument` if masks differ in size or the image is missing.
    init(
        _ segments: [Segment], _ formats: Set<SegmentFiles.Format>, indices: [Int]?,
        cocoMasks: COCODataset.MaskForm, imageName: String, image: Image?
    ) throws(MediaError) {
        let names = SegmentFileName.names(for: segments.map(\.label))
        let hasCutOuts = formats.contains(.cutouts)
        entries = zip(segments, names).enumerated().map { position, named in
            let (segment, name) = named
            let box = segment.mask.boundingBox
            let isCutOut = hasCutOuts && box != nil
            return SegmentEntry(
                label: segment.label, score: segment.score, mask: name, area: segment.mask.area, box: box,
                cutOut: isCutOut ? name.dropLast(".png".count) + Self.cutOutSuffix : nil,
                index: indices.flatMap { $0.indices.contains(position) ? $0[position] : nil })
        }
        files = zip(segments, names).map { segment, name in
            PlannedFile(name: name) { () throws(MediaError) in try segment.mask.encodedPNG() }
        }
        if formats.isEmpty { return }
        if hasCutOuts {
            guard let image else {
                throw MediaError(
                    .invalidArgument, problem: "cut-outs require the image that the masks belong to",
                    remedy: "pass it", parameter: .image)
            }
            for (segment, entry) in zip(segments, entries) {
                guard let name = entry.cutOut else { continue }
                try segment.mask.checkFits(image)
                files.append(
                    PlannedFile(name: name) { () throws(MediaError) in
                        try image.cutOut(segment.mask)?.encoded(as: .png) ?? []
                    })
            }
        }
        guard let size = image?.size ?? segments.first?.mask.size else {
            if formats.subtracting([.cutouts]).isEmpty { return }
            throw MediaError(
                .invalidArgument, problem: "without segments, the size of the image is unknown",
                remedy: "pass it", parameter: .image)
        }
        try segments.checkSize(size)
        try addCommonFiles(segments, formats, size: size, cocoMasks: cocoMasks, imageName: imageName)
    }

    private mutating func addCommonFiles(
        _ segments: [Segment], _ formats: Set<SegmentFiles.Format>, size: PixelSize,
        cocoMasks: COCODataset.MaskForm, imageName: String
    ) throws(MediaError) {
        if formats.contains(.coco) {
            add("coco.json") { () throws(MediaError) in
                var dataset = COCODataset()
                try dataset.add(segments, of: imageName, size: size, masksAs: cocoMasks)
                return dataset.json.serialized()
            }
        }
        if formats.contains(.panoptic) {
            let panoptic = try PanopticSegmentation(segments, size: size)
            add("panoptic.png") { () throws(MediaError) in try panoptic.image().encoded(as: .png) }
            add("panoptic.json") { () throws(MediaError) in
                panoptic.json(fileName: imageName, pngName: "panoptic.png").serializedForReading()
            }
        }
        if formats.contains(.indexed) {
            try addIndexedImage(segments, size: size)
        }
        if formats.contains(.polygons) {
            add("polygons.json") { () throws(MediaError) in
                try SegmentPolygons.json(segments, size: size).serialized()
            }
        }
    }

    private mutating func addIndexedImage(_ segments: [Segment], size: PixelSize) throws(MediaError) {
        // Segments without pixels of their own keep their numbers.
        var masks: [Mask] = []
        for segment in segments { masks.append(try segment.mask.subtracting(segment.mask)) }
        for part in try PanopticSegmentation(segments, size: size).parts { masks[part.identifier - 1] = part.mask }
        let numbered = masks
        add("indexed.png") { () throws(MediaError) in try IndexedMaskImage.png(numbered, size: size) }
    }

    private mutating func add(_ name: String, _ bytes: @escaping @Sendable () throws(MediaError) -> [UInt8]) {
        files.append(PlannedFile(name: name, bytes: bytes))
        commonFiles.append(name)
    }
}

extension Mask {
    fileprivate func checkFits(_ image: Image) throws(MediaError) {
        guard size != image.size else { return }
        throw MediaError(
            .invalidArgument, problem: "the mask has \(size) pixels, but the image has \(image.size)",
            remedy: "if it covers the whole image, rescale it", parameter: .rescalingMasks)
    }
}
