import ArgumentParser
import PerceptImage

/// `auto`, or a range of 16-bit samples as `100-3000`.
struct LevelsArgument: ExpressibleByArgument, Equatable {
    let levels: ImageLevels

    init?(argument: String) {
        if argument == "auto" {
            levels = .automatic
            return
        }
        let ends = argument.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard ends.count == 2, let low = ends[0], let high = ends[1], low < high,
            let range = SampleRange(low: low, high: high)
        else { return nil }
        levels = .range(range)
    }
}
