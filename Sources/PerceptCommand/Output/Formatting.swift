import PerceptAudio
import PerceptCore
import PerceptImage
import PerceptInference

/// Returns a number with a fixed number of decimals, in the C locale.
func decimal(_ value: Double, _ places: Int) -> String {
    value.fixed(decimals: places)
}

/// Returns a count with its noun: `1 channel`, `2 channels`.
func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : plural ?? "\(noun)s")"
}

func scoreText(_ score: Double?) -> String {
    score.map { decimal($0, 4) } ?? "-"
}

func boxText(_ box: BoundingBox) -> String {
    let numbers = [box.xMin, box.yMin, box.xMax, box.yMax].map { value in
        value == value.rounded() ? decimal(value, 0) : decimal(value, 1)
    }
    return "\(numbers[0]),\(numbers[1])–\(numbers[2]),\(numbers[3])"
}

extension String {
    /// Returns the text with spaces at its end up to that many characters.
    func padded(to count: Int) -> String { self + String(repeating: " ", count: max(0, count - self.count)) }

    /// Returns the text with `suffix` at the end of its first line.
    func appendingToFirstLine(_ suffix: String) -> String {
        let end = firstIndex(of: "\n") ?? endIndex
        return self[..<end] + suffix + self[end...]
    }
}
