public import PerceptCore

/// Boxes in YOLO's text format: one line `class x y width height` per box, with the centre and sides divided by those
/// of the image.
public enum YOLOLabels {
    /// Returns the text for one image; it ends with a line break unless it is empty.
    ///
    /// - Parameters:
    ///   - objects: The objects, in order.
    ///   - size: The size of the image.
    ///   - classes: The labels, in the order of their numbers from 0.
    /// - Throws: `MediaError` `.invalidArgument` for a label that is not in `classes`, a box that is not finite, or a
    ///   size that is not positive.
    public static func text(
        _ objects: [Detection], size: PixelSize, classes: [String]
    ) throws(MediaError) -> String {
        try check(size)
        let names = ClassNames(classes)
        let (width, height) = (Double(size.width), Double(size.height))
        var text = ""
        for (index, object) in objects.enumerated() {
            guard let number = names.knownIndex(of: object.label) else {
                throw MediaError(
                    .invalidArgument, problem: "box \(index) has an unknown class: '\(object.label)'",
                    remedy: "add it to the classes")
            }
            guard object.box.isFinite else {
                throw MediaError(.invalidArgument, problem: "box \(index) is not finite", remedy: "omit it")
            }
            let box = object.box
            text +=
                "\(number) \((box.xMin + box.xMax) / 2 / width) \((box.yMin + box.yMax) / 2 / height)"
                + " \(box.width / width) \(box.height / height)\n"
        }
        return text
    }

    /// Parses such a text; numbers after the fifth of a line, such as a score, are ignored.
    ///
    /// - Returns: The class number and the box in pixels of each line.
    /// - Throws: `MediaError` `.malformedInput` with the line number, `.invalidArgument` for a size that is not
    ///   positive.
    /// - Throws: `MediaError` `.malformedInput` naming the line, `.invalidArgument` for a size that is not positive.
    public static func boxes(
        in text: String, size: PixelSize
    ) throws(MediaError) -> [(classNumber: Int, box: BoundingBox)] {
        try check(size)
        let (width, height) = (Double(size.width), Double(size.height))
        var boxes: [(classNumber: Int, box: BoundingBox)] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.isEmpty { continue }
            let numbers = words.dropFirst().prefix(4).compactMap { Double($0) }.filter(\.isFinite)
            guard let classNumber = words.first.flatMap({ Int($0) }), classNumber >= 0, numbers.count == 4 else {
                throw MediaError(
                    .malformedInput, problem: "line \(index + 1) is not a class with four numbers",
                    remedy: "expected: class x y width height")
            }
            let (x, y) = (numbers[0] * width, numbers[1] * height)
            let (halfWidth, halfHeight) = (numbers[2] * width / 2, numbers[3] * height / 2)
            let box = BoundingBox(
                xMin: x - halfWidth, yMin: y - halfHeight, xMax: x + halfWidth, yMax: y + halfHeight)
            boxes.append((classNumber, box))
        }
        return boxes
    }

    private static func check(_ size: PixelSize) throws(MediaError) {
        guard size.width > 0, size.height > 0 else {
            throw MediaError(.invalidArgument, problem: "invalid image size: \(size) pixels")
        }
    }
}

/// Labels numbered in order of first appearance.
struct ClassNames: Sendable, Hashable {
    private(set) var names: [String] = []
    private var indices: [String: Int] = [:]

    init(_ names: [String] = []) {
        for name in names { _ = index(of: name) }
    }

    /// Returns the index of a label, from 0; adds the label if it is new.
    mutating func index(of name: String) -> Int {
        if let known = indices[name] { return known }
        indices[name] = names.count
        names.append(name)
        return names.count - 1
    }

    func knownIndex(of name: String) -> Int? { indices[name] }
}
