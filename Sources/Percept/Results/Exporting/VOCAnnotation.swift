public import PerceptCore
import PerceptInference

/// Boxes as PASCAL VOC's XML about an image.
public enum VOCAnnotation {
    /// Returns the text of the file.
    ///
    /// VOC counts pixels from 1 and stores the first and last pixel of a box: `xmin` and `ymin` are one more than those
    /// of the half-open box, `xmax` and `ymax` are equal. Fractions are kept. Characters that XML cannot represent
    /// become U+FFFD.
    ///
    /// - Parameters:
    ///   - objects: The objects, in order.
    ///   - fileName: The file name of the image.
    ///   - size: The size of the image.
    ///   - channelCount: The number of channels of the image.
    /// - Throws: `MediaError` `.invalidArgument` for a box that is not finite.
    public static func xml(
        _ objects: [Detection], of fileName: String, size: PixelSize, channelCount: Int = 3
    ) throws(MediaError) -> String {
        var lines = [
            "<annotation>", "  <filename>\(escaped(fileName))</filename>", "  <size>",
            "    <width>\(size.width)</width>",
            "    <height>\(size.height)</height>", "    <depth>\(channelCount)</depth>", "  </size>",
            "  <segmented>0</segmented>",
        ]
        for (index, object) in objects.enumerated() {
            guard object.box.isFinite else {
                throw MediaError(.invalidArgument, problem: "box \(index) is not finite", remedy: "omit it")
            }
            lines += [
                "  <object>", "    <name>\(escaped(object.label))</name>", "    <pose>Unspecified</pose>",
                "    <truncated>0</truncated>", "    <difficult>0</difficult>", "    <bndbox>",
                "      <xmin>\(number(object.box.xMin + 1))</xmin>",
                "      <ymin>\(number(object.box.yMin + 1))</ymin>",
                "      <xmax>\(number(object.box.xMax))</xmax>", "      <ymax>\(number(object.box.yMax))</ymax>",
                "    </bndbox>", "  </object>",
            ]
        }
        lines.append("</annotation>")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func number(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? value.description
    }

    /// Escapes text for use between tags (XML 1.0, 2.2 and 2.4).
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            // A parser would turn it into a line feed.
            case "\r": result += "&#13;"
            case "\t", "\n", "\u{20}"..."\u{D7FF}", "\u{E000}"..."\u{FFFD}", "\u{10000}"..."\u{10FFFF}":
                result.unicodeScalars.append(scalar)
            default: result += "\u{FFFD}"
            }
        }
        return result
    }
}
