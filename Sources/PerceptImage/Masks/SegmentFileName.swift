/// File names for the masks of segments: safe in every file system, unique, and sorted like the segments.
public enum SegmentFileName {
    /// Returns names such as `000-cat.png`, in the order of `labels`.
    ///
    /// The number is the index in the list, with leading zeros so that names sort by it (at least three digits). In the
    /// label, ASCII letters, digits, `-` and `_` are kept, letters with diacritics lose them (`é` becomes `e`), and
    /// each run of other characters becomes one `-`. The label is truncated to 60 characters, loses a trailing `-`, and
    /// is `segment` if nothing remains.
    public static func names(for labels: [String], fileExtension: String = "png") -> [String] {
        let digitCount = max(3, String(max(0, labels.count - 1)).count)
        return labels.enumerated().map { index, label in
            let number = String(index)
            let zeros = String(repeating: "0", count: digitCount - number.count)
            return "\(zeros)\(number)-\(safe(label)).\(fileExtension)"
        }
    }

    private static let longestLabel = 60

    private static func safe(_ label: String) -> String {
        var name = ""
        // Twice the length, so that replaced runs do not use up the characters that are kept.
        for character in label.prefix(2 * longestLabel) {
            for letter in LatinFolding.ascii(character) ?? "/" {
                let isKept = letter.isASCII && (letter.isLetter || letter.isNumber) || letter == "-" || letter == "_"
                if isKept {
                    name.append(letter)
                } else if let last = name.last, last != "-" {
                    name.append("-")
                }
            }
        }
        name = String(name.prefix(longestLabel))
        while name.last == "-" { name.removeLast() }
        return name.isEmpty ? "segment" : name
    }
}
