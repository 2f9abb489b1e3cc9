import PerceptAudio

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Estimates the times of the words of a phrase whose start and end are known.
///
/// Boundaries between words are placed where the recording is quiet and in proportion to the lengths of the words. The
/// best compromise is found by dynamic programming over one candidate for every ``candidateSpacing`` windows. If there
/// are as many stretches of sound as words, each word gets one.
struct WordPlacement {
    /// The estimated time of a word.
    struct Place: Hashable {
        /// The start in seconds.
        var start: Double
        /// The end in seconds.
        var end: Double
        /// The estimated standard deviation of the middle, in seconds.
        var spread: Double
    }

    /// The level below the mean of a phrase at which a window counts as silent, in dB; the same as for cutting chunks.
    static let gapDepth = AudioChunking.pauseDepth
    /// The cost of a boundary within sound at the phrase's mean level; a boundary in a gap costs nothing.
    static let boundaryCost = 6.0
    /// The cost of a word that is longer or shorter than expected, times the square of the logarithm of the ratio.
    ///
    /// A word of twice its expected length costs 1, much less than a boundary within sound, so that silence takes
    /// precedence.
    static let durationCost = 2.0
    /// The cost of a gap within a word, which is more than that of a word of twice its length, so that stretches of
    /// sound are not joined unnecessarily.
    static let gapCost = 1.5
    /// The maximum cost of a short word that the edge of the upload may have cut; less than that of a gap, so that the
    /// rest of a word gets its own stretch of sound.
    static let restCost = 1.0
    /// The minimum number of windows in which the rest of a cut word can be recognized.
    static let shortestRest = 3
    /// The minimum number of silent windows in a gap.
    static let shortestGap = 3
    /// The distance of candidate boundaries in windows: 50 ms, the length of gaps between fluently spoken words.
    static let candidateSpacing = 5
    /// The maximum length of a word, as a multiple of its expected length.
    static let longestStretch = 8.0
    /// The number of letters that is added to each word when sound is divided among words.
    static let lettersPerWord = 3.0
    /// The spread of a word with boundaries in gaps, in seconds.
    static let gapSpread = 0.05
    /// The spread that each word within a phrase adds, as a fraction of its length, because speech is uneven.
    static let unevenness = 0.25
    /// The longest phrase that is placed as a whole, in seconds; longer ones are placed only near the seam.
    static let longestPhrase = 15.0

    /// The time in seconds beyond an overlap in which words of a long phrase may lie; generous, as speech may slow
    /// down.
    static let room = 4.0

    private let levels: LevelProfile?

    init(_ levels: LevelProfile?) {
        self.levels = levels
    }

    /// Returns the relative duration of a word.
    static func weight(_ word: String) -> Double { Double(word.count) + lettersPerWord }

    /// The lengths of the words of a phrase, with flags for a first or last word that an edge may have cut.
    struct Phrase {
        var weights: [Double]
        var startIsCut = false
        var endIsCut = false
    }

    /// Places words between two times; in a phrase longer than ``longestPhrase``, the sound is used only near `seams`.
    func places(_ phrase: Phrase, in times: ClosedRange<Double>, near seams: [Range<Double>]) -> [Place] {
        let weights = phrase.weights
        let even = Self.evenPlaces(weights, in: times)
        guard times.upperBound - times.lowerBound > Self.longestPhrase else {
            guard let sound = sound(times) else { return even }
            return sound.places(phrase, expected: sound.total / weights.reduce(0, +), isOpen: false) ?? even
        }
        let middle = (times.lowerBound + times.upperBound) / 2
        return seams.reduce(into: even) { places, seam in
            if (seam.lowerBound + seam.upperBound) / 2 < middle {
                placeFirst(&places, phrase, in: times, to: seam.upperBound)
            } else {
                placeLast(&places, phrase, in: times, from: seam.lowerBound)
            }
        }
    }

    /// Places the first words of a long phrase, up to those that may lie before `time`.
    private func placeFirst(
        _ places: inout [Place], _ phrase: Phrase, in times: ClosedRange<Double>, to time: Double
    ) {
        let near = times.lowerBound...min(times.upperBound, time + Self.room)
        let count = wordCount(phrase.weights.count, in: times, within: time - times.lowerBound)
        guard let whole = sound(times), let sound = sound(near),
            let placed = sound.places(
                Phrase(weights: Array(phrase.weights.prefix(count)), startIsCut: phrase.startIsCut),
                expected: whole.total / phrase.weights.reduce(0, +), isOpen: true)
        else { return }
        places.replaceSubrange(..<placed.count, with: placed)
    }

    /// Places the last words of a long phrase, starting with those that may lie after `time`.
    private func placeLast(
        _ places: inout [Place], _ phrase: Phrase, in times: ClosedRange<Double>, from time: Double
    ) {
        let near = max(times.lowerBound, time - Self.room)...times.upperBound
        let count = wordCount(phrase.weights.count, in: times, within: times.upperBound - time)
        guard let whole = sound(times), var sound = sound(near) else { return }
        sound.reverse()
        guard
            let placed = sound.places(
                Phrase(weights: phrase.weights.suffix(count).reversed(), startIsCut: phrase.endIsCut),
                expected: whole.total / phrase.weights.reduce(0, +), isOpen: true)
        else { return }
        places.replaceSubrange((places.count - placed.count)..., with: placed.reversed())
    }

    /// Returns the number of words to place: at most half, since the other half may belong to another seam.
    private func wordCount(_ count: Int, in times: ClosedRange<Double>, within seconds: Double) -> Int {
        let share = (seconds + Self.room / 2) / (times.upperBound - times.lowerBound)
        return Int((Double(count) * min(max(0, share), 0.5)).rounded(.up))
    }

    /// Places words by the lengths of their texts alone.
    static func evenPlaces(_ weights: [Double], in times: ClosedRange<Double>) -> [Place] {
        let length = times.upperBound - times.lowerBound
        let sum = max(weights.reduce(0, +), .leastNormalMagnitude)
        var time = times.lowerBound
        return weights.enumerated().map { index, weight in
            defer { time += length * weight / sum }
            return Place(
                start: time, end: min(times.upperBound, time + length * weight / sum),
                spread: spread(index, of: weights.count, length / Double(weights.count)))
        }
    }

    /// Returns the spread of a time between two known ones, modelled as a Brownian bridge: smallest at its ends.
    fileprivate static func spread(_ index: Int, of count: Int, _ wordDuration: Double) -> Double {
        let place = Double(index) + 0.5
        return unevenness * wordDuration * (place * (Double(count) - place) / Double(count)).squareRoot()
    }

    private func sound(_ times: ClosedRange<Double>) -> Sound? {
        guard let levels else { return nil }
        let first = max(0, Int(times.lowerBound / levels.windowDuration))
        let last = min(levels.count, Int((times.upperBound / levels.windowDuration).rounded(.up)))
        guard first < last else { return nil }
        return Sound((first..<last).map { levels[$0] }, times, levels.windowDuration)
    }
}

/// The levels of a phrase, divided into sound and gaps.
private struct Sound {
    private var times: ClosedRange<Double>
    private let windowDuration: Double
    private var isReversed = false
    /// The relative level of each window: 0 in a gap, 1 at the mean level and above.
    private var depths: [Double] = []
    /// The number of sounding windows before each window.
    private var soundBefore: [Int] = [0]
    /// The number of onsets of sound after a gap before each window.
    private var onsetsBefore: [Int] = [0]

    init(_ levels: [Double], _ times: ClosedRange<Double>, _ windowDuration: Double) {
        self.times = times
        self.windowDuration = windowDuration
        let power = levels.reduce(0) { $0 + pow(10, $1 / 10) } / Double(levels.count)
        let floor = 10 * log10(max(power, .leastNormalMagnitude)) - WordPlacement.gapDepth
        depths = levels.map { min(max(0, ($0 - floor) / WordPlacement.gapDepth), 1) }
        countSound()
    }

    /// The number of sounding windows.
    var total: Double { Double(soundBefore.last ?? 0) }

    mutating func reverse() {
        depths.reverse()
        isReversed.toggle()
        countSound()
    }

    private mutating func countSound() {
        soundBefore = [0]
        soundBefore.reserveCapacity(depths.count + 1)
        onsetsBefore = [0]
        onsetsBefore.reserveCapacity(depths.count + 1)
        var silence = 0
        for depth in depths {
            let begins = depth > 0 && silence >= WordPlacement.shortestGap
            soundBefore.append((soundBefore.last ?? 0) + (depth > 0 ? 1 : 0))
            onsetsBefore.append((onsetsBefore.last ?? 0) + (begins ? 1 : 0))
            silence = depth > 0 ? 0 : silence + 1
        }
    }

    /// Returns the number of gaps within a word: the onsets of sound in it except its own.
    private func gapCount(_ range: Range<Int>) -> Double {
        let count = onsetsBefore[range.upperBound] - onsetsBefore[range.lowerBound]
        return Double(max(0, depths[range.lowerBound] == 0 ? count - 1 : count))
    }

    /// The candidate boundaries: the start, the quietest window of each group, and the end.
    private var candidates: [Int] {
        var windows = [0]
        for block in stride(from: 0, to: depths.count, by: WordPlacement.candidateSpacing) {
            let range = block..<min(depths.count, block + WordPlacement.candidateSpacing)
            guard let least = depths[range].min() else { continue }
            let quietest = range.filter { depths[$0] == least }
            let window = quietest[quietest.count / 2]
            if window > (windows.last ?? 0) { windows.append(window) }
        }
        windows.append(depths.count)
        return windows
    }

    /// Returns the times of the words of a phrase; `nil` if there is no room for so many.
    ///
    /// - Parameters:
    ///   - expected: the number of sounding windows per unit of weight.
    ///   - isOpen: true if the last word may end before the end of the sound.
    func places(_ phrase: WordPlacement.Phrase, expected: Double, isOpen: Bool) -> [WordPlacement.Place]? {
        let (weights, windows) = (phrase.weights, candidates)
        guard total > 0, !weights.isEmpty, weights.count < windows.count else { return nil }
        let logarithms = (0...depths.count).map { log(Double(max(1, $0))) }
        var costs = [Double](repeating: .infinity, count: windows.count)
        costs[0] = 0
        var origins: [[Int]] = []
        for (word, weight) in weights.enumerated() {
            let length = max(1, expected * weight)
            let (logarithm, longest) = (log(length), Int(min(length * WordPlacement.longestStretch, 1e9)))
            let isLast = word == weights.count - 1 && !isOpen
            // The rest of a cut word may be short.
            let mayBeShort = word == 0 && phrase.startIsCut || word == weights.count - 1 && phrase.endIsCut
            var next = [Double](repeating: .infinity, count: windows.count)
            var origin = [Int](repeating: 0, count: windows.count)
            for place in (isLast ? windows.count - 1 : word + 1)..<windows.count {
                let sounding = soundBefore[windows[place]]
                let boundary =
                    windows[place] == depths.count ? 0 : WordPlacement.boundaryCost * depths[windows[place]]
                for earlier in stride(from: place - 1, through: word, by: -1) where costs[earlier].isFinite {
                    let duration = sounding - soundBefore[windows[earlier]]
                    if duration > longest, !isLast { break }
                    let ratio = logarithms[duration] - logarithm
                    var mismatch = WordPlacement.durationCost * ratio * ratio
                    if mayBeShort, ratio < 0, duration >= WordPlacement.shortestRest {
                        mismatch = min(mismatch, WordPlacement.restCost)
                    }
                    let cost =
                        costs[earlier] + boundary + mismatch
                        + WordPlacement.gapCost * gapCount(windows[earlier]..<windows[place])
                    if cost < next[place] { (next[place], origin[place]) = (cost, earlier) }
                }
            }
            costs = next
            origins.append(origin)
        }
        let last = isOpen ? costs.indices.min { costs[$0] < costs[$1] } : costs.count - 1
        guard var place = last, costs[place].isFinite else { return nil }
        var boundaries = [windows[place]]
        for origin in origins.reversed() {
            place = origin[place]
            boundaries.append(windows[place])
        }
        boundaries.reverse()
        return weights.indices.map { self.place($0, boundaries, isOpen) }
    }

    /// Returns the time of the word between two boundaries, without the silence around it.
    private func place(_ word: Int, _ boundaries: [Int], _ isOpen: Bool) -> WordPlacement.Place {
        let range = boundaries[word]..<boundaries[word + 1]
        let first = range.first { depths[$0] > 0 } ?? range.lowerBound
        let end = (range.last { depths[$0] > 0 } ?? range.upperBound - 1) + 1
        func isGap(_ window: Int) -> Bool { window == 0 || window == depths.count || depths[window] == 0 }
        // An open phrase has no known end.
        let count = isOpen ? Int(Int32.max) : boundaries.count - 1
        let spread =
            !isOpen && isGap(range.lowerBound) && isGap(range.upperBound)
            ? WordPlacement.gapSpread
            : WordPlacement.spread(word, of: count, Double(range.count) * windowDuration)
        let edges = [time(first), time(end)].sorted()
        return WordPlacement.Place(start: edges[0], end: edges[1], spread: spread)
    }

    private func time(_ window: Int) -> Double {
        let offset = Double(window) * windowDuration
        return isReversed
            ? max(times.lowerBound, times.upperBound - offset) : min(times.upperBound, times.lowerBound + offset)
    }
}
