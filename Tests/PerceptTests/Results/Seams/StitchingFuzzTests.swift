import Foundation
import Testing

@testable import Percept

/// Seams between random words, grouped and timed at random: the transcript is what was said.
///
/// `PERCEPT_SEAM_CASES=210` tries 10,080 seams.
@Suite struct StitchingFuzzTests {
    private static let caseCount = ProcessInfo.processInfo.environment["PERCEPT_SEAM_CASES"].flatMap(Int.init) ?? 6
    private static let vocabularies = SpokenWords.vocabularies.keys.sorted() + ["prose"]

    private struct Tally {
        var (words, lost, extra, backward) = (0, 0, 0, 0)
        var seeds: [UInt64] = []
    }

    private static func tally(
        _ vocabulary: String, jitter: Double = 0.04, knowingLevels: Bool = true,
        _ grouping: (UInt64, Int) -> SpokenWords.Grouping
    ) -> Tally {
        var tally = Tally()
        for seed in 0..<UInt64(caseCount) {
            let length = 8 + Double(seed % 7) * 3
            var spoken = SpokenWords(seed: seed &* 7919 &+ 1, seconds: length * 1.6, vocabulary: vocabulary)
            let text = spoken.stitched(chunk: length, jitter: jitter, knowingLevels: knowingLevels) {
                grouping(seed, $0)
            }
            let errors = spoken.errors(in: text.text)
            tally.words += spoken.words.count
            tally.lost += errors.lost
            tally.extra += errors.extra
            if errors != (0, 0) { tally.seeds.append(seed) }
            let times: [Double] = text.chunks.flatMap { [$0.start ?? -1, $0.end ?? -1] }
            if times != times.sorted() { tally.backward += 1 }
        }
        return tally
    }

    @Test(arguments: vocabularies, [SpokenWords.Grouping.words, .threes, .random, .mixed, .someNull, .startsNull])
    func everyWordIsThereOnce(vocabulary: String, grouping: SpokenWords.Grouping) {
        let tally = Self.tally(vocabulary) { _, _ in grouping }
        #expect(tally.lost == 0, "\(tally)")
        #expect(tally.extra == 0, "\(tally)")
        #expect(tally.backward == 0)
    }

    /// The two sides of a seam are grouped and timed in different ways.
    @Test(arguments: vocabularies)
    func sidesMayDiffer(vocabulary: String) {
        let groupings: [SpokenWords.Grouping] = [.words, .threes, .random, .mixed, .someNull, .startsNull]
        let tally = Self.tally(vocabulary) { seed, part in groupings[(Int(seed) + part) % groupings.count] }
        #expect(tally.lost == 0, "\(tally)")
        #expect(tally.extra == 0, "\(tally)")
    }

    /// Without times at most 1 % is lost or repeated.
    @Test(arguments: vocabularies, [SpokenWords.Grouping.allNull, .withoutPieces])
    func withoutTimesTextAndSoundDecide(vocabulary: String, grouping: SpokenWords.Grouping) {
        let tally = Self.tally(vocabulary) { _, _ in grouping }
        #expect((tally.lost + tally.extra) * 100 <= tally.words, "\(tally)")
        #expect(tally.backward == 0)
    }

    /// Where the sound is not known, words with times of their own are still found.
    @Test(arguments: vocabularies)
    func timesDecideWithoutTheSound(vocabulary: String) {
        let tally = Self.tally(vocabulary, knowingLevels: false) { _, _ in .words }
        #expect(tally.lost == 0, "\(tally)")
        #expect(tally.extra == 0, "\(tally)")
    }
}
