import Foundation
import Testing

@testable import Percept

/// Ten thousand seams between random words, grouped and timed at random: the transcript is what was said.
@Suite struct StitchingFuzzTests {
    /// Seams of each vocabulary and grouping.
    private static let caseCount = ProcessInfo.processInfo.environment["PERCEPT_SEAM_CASES"].flatMap(Int.init) ?? 40
    private static let vocabularies = SpokenWords.vocabularies.keys.sorted() + ["prose"]

    private static func tally(
        _ vocabulary: String, _ grouping: SpokenWords.Grouping
    ) -> (words: Int, seams: Int, lost: Int, extra: Int, seeds: [UInt64], goesBack: Int) {
        var tally = (words: 0, seams: 0, lost: 0, extra: 0, seeds: [UInt64](), goesBack: 0)
        for seed in 0..<UInt64(caseCount) {
            let length = 8 + Double(seed % 7) * 3
            var spoken = SpokenWords(seed: seed &* 7919 &+ 1, seconds: length * 1.6, vocabulary: vocabulary)
            let text = spoken.stitched(chunk: length) { _ in grouping }
            let errors = spoken.errors(in: text.text)
            tally.words += spoken.words.count
            tally.seams += 1
            tally.lost += errors.lost
            tally.extra += errors.extra
            if errors != (0, 0) { tally.seeds.append(seed) }
            let times = text.chunks.flatMap { [$0.start ?? -1, $0.end ?? -1] }
            if times != times.sorted() { tally.goesBack += 1 }
        }
        return tally
    }

    @Test(arguments: vocabularies, SpokenWords.Grouping.allCases)
    func everyWordIsThereOnce(vocabulary: String, grouping: SpokenWords.Grouping) {
        let tally = Self.tally(vocabulary, grouping)
        if ProcessInfo.processInfo.environment["PERCEPT_SEAM_CASES"] != nil {
            print("SEAMS \(vocabulary) \(grouping): \(tally)")
        }
        #expect(tally.goesBack == 0)
        #expect(tally.lost == 0, "\(tally)")
        #expect(tally.extra == 0, "\(tally)")
    }
}
