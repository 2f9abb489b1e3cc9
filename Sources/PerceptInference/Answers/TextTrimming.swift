extension StringProtocol {
    /// The text without white space and byte order marks at both ends.
    package var trimmed: String {
        let isVisible: (Character) -> Bool = { !$0.isWhitespace && $0 != "\u{FEFF}" }
        guard let first = firstIndex(where: isVisible), let last = lastIndex(where: isVisible) else { return "" }
        return String(self[first...last])
    }
}

extension String {
    /// Returns the text on one line: control characters and runs of white space become single spaces, and the text is
    /// truncated to `limit` characters.
    func excerpt(limit: Int) -> String {
        let words = split {
            $0.isWhitespace || $0.unicodeScalars.allSatisfy { $0.properties.generalCategory == .control }
        }
        let line = words.joined(separator: " ")
        return line.count > limit ? line.prefix(limit) + "…" : line
    }

    /// The Content-Type without parameters, in lower case.
    var mediaTypeName: String { prefix { $0 != ";" }.trimmed.lowercased() }

    /// The path without slashes at its end.
    var droppingTrailingSlashes: Substring {
        self[..<(lastIndex { $0 != "/" }.map(index(after:)) ?? startIndex)]
    }
}
