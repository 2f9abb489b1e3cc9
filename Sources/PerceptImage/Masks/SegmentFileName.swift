/// File names for one mask per segment: safe in every file system, unique, and sorted like the segments.
public enum SegmentFileName {
    /// Names such as `000-cat.png`, in the order of `labels`.
    ///
    /// The number is the place in the list, with as many zeros in front as make the names sort by it (three digits at
    /// least). Of the label, ASCII letters, digits, `-` and `_` stay, letters with marks lose them (`é` becomes `e`), and
    /// each run of anything else becomes one `-`; it is cut to 60 characters, loses `-` at its end, and is
    /// `segment` where nothing is left.
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
        // Twice the length, so that a run of replaced characters does not use up what is kept.
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
