public import PerceptCore

/// Boxes as the text files of YOLO: a line `class x y width height` for each, the centre and the sides divided by the picture's.
public enum YOLOLabels {
    /// The text for one picture; it ends with a line break unless it is empty.
    ///
    /// - Parameters:
    ///   - objects: in this order.
    ///   - size: of the picture.
    ///   - classes: the labels in the order of their numbers, from 0 on.
    /// - Throws: `MediaError` `.invalidArgument` for a label that is none of `classes`, a box that is not finite, or a size
    ///   that is not positive.
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
                    .invalidArgument, problem: "the label '\(object.label)' of box \(index) is none of the classes",
                    remedy: "add it to them")
            }
            guard object.box.isFinite else {
                throw MediaError(.invalidArgument, problem: "box \(index) is not finite", remedy: "leave it out")
            }
            let box = object.box
            text +=
                "\(number) \((box.xMin + box.xMax) / 2 / width) \((box.yMin + box.yMax) / 2 / height)"
                + " \(box.width / width) \(box.height / height)\n"
        }
        return text
    }

    /// Reads such a text; numbers behind the fifth of a line, such as a score, are left aside.
    ///
    /// - Returns: the number of the class and the box in pixels, for each line.
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
                    .malformedInput, problem: "line \(index + 1) is no class with four numbers",
                    remedy: "write it as: class x y width height")
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
            throw MediaError(.invalidArgument, problem: "a picture cannot be of \(size) pixels")
        }
    }
}
