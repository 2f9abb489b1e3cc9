/// Decides where a recording is cut, from the energies of its windows of 10 ms as they come.
///
/// What it keeps does not grow with the recording but for the chunks themselves: the windows of one search and of the
/// overlap behind it.
struct ChunkPlanner {
    /// All counts are in windows.
    private let limit: Int
    private let searchLength: Int
    private let halfOverlap: Int
    /// Windows on either side of a place that make up its level: 200 ms.
    private let reach: Int
    private let silence: Float
    private let windowLength: Int

    /// The cut before the chunk that is being filled, and where that chunk begins: the same without an overlap.
    private var cut = 0
    private var start = 0
    private var count = 0
    private var recent: [Float] = []
    /// The window that `recent` begins with.
    private var recentStart = 0
    private var loudest: Float = 0
    private var chunks: [(start: Int, cut: Int, nextCut: Int, end: Int, isSilent: Bool)] = []

    init(_ chunking: AudioChunking, sampleRate: Int, windowLength: Int) {
        // A day of 10-ms windows is 8.64 million; what is longer than 10⁶ days is never cut.
        let windows = min(chunking.maximumChunkDuration, 8.64e10) * Double(sampleRate) / Double(windowLength)
        limit = max(1, Int(windows))
        searchLength = max(1, Int(Double(limit) * AudioChunking.searchFraction))
        let overlap = min(chunking.overlap * Double(sampleRate) / Double(windowLength), Double(limit) / 4)
        halfOverlap = Int(overlap / 2)
        reach = min(20, limit / 8)
        silence = Float(meanSquareOf: chunking.silenceThreshold)
        self.windowLength = windowLength
    }

    mutating func add(_ energy: Float) {
        // A chunk is full when one more window comes: a recording that ends with it is not cut.
        if count - start == limit { cutHere() }
        if count >= firstNeeded { recent.append(energy) } else { recentStart = count + 1 }
        loudest = max(loudest, energy)
        count += 1
    }

    /// The window from which on energies are kept: the first place that can be cut, with what its level and the next
    /// chunk's overlap reach back to.
    private var firstNeeded: Int { start + limit - searchLength - max(reach, halfOverlap) }

    private mutating func cutHere() {
        let earliest = max(start + limit - searchLength, cut + 1, start + 1)
        // No further than there is something behind to tell the level by.
        let levels = (earliest...max(earliest, start + limit - reach)).map { level(around: $0) }
        let mean = levels.reduce(0, +) / Float(levels.count)
        var place = quietest(levels[...])
        let isSilent = levels[place] < max(silence, mean * Float(meanSquareOf: -AudioChunking.pauseDepth))
        // An overlap needs room behind the cut.
        if !isSilent { place = quietest(levels.prefix(max(1, start + limit - halfOverlap - earliest + 1))) }
        let nextCut = earliest + place
        let half = isSilent ? 0 : min(halfOverlap, start + limit - nextCut, nextCut - start - 1)
        chunks.append((start, cut, nextCut, nextCut + half, loudest < silence))
        cut = nextCut
        start = nextCut - half
        let behind = recent.dropFirst(max(0, start - recentStart))
        loudest = behind.max() ?? 0
        let unneeded = min(max(0, firstNeeded - recentStart), recent.count)
        recent.removeFirst(unneeded)
        recentStart += unneeded
        if recent.isEmpty { recentStart = count }
    }

    /// Mean energy around the beginning of `window`.
    private func level(around window: Int) -> Float {
        let first = max(recentStart, window - reach) - recentStart
        let last = min(recentStart + recent.count, window + max(1, reach)) - recentStart
        guard first < last else { return 0 }
        return recent[first..<last].reduce(0, +) / Float(last - first)
    }

    /// The middle of the longest run of equally quiet places: in digital silence they are all alike.
    private func quietest(_ levels: ArraySlice<Float>) -> Int {
        guard let least = levels.min() else { return 0 }
        var best = 0..<0
        var runStart: Int?
        for index in 0...levels.count {
            if index < levels.count, levels[index] == least {
                runStart = runStart ?? index
            } else if let first = runStart {
                // The later of two: longer chunks, fewer of them.
                if index - first >= best.count { best = first..<index }
                runStart = nil
            }
        }
        return (best.lowerBound + best.upperBound - 1) / 2
    }

    /// The chunks of a recording of `frameCount` frames, all of whose windows were added.
    consuming func finish(frameCount: Int) -> [AudioChunk] {
        if count > 0 { chunks.append((start, cut, count, count, loudest < silence)) }
        func frame(_ window: Int) -> Int { min(frameCount, window * windowLength) }
        return chunks.map { chunk in
            AudioChunk(
                frames: frame(chunk.start)..<frame(chunk.end), ownFrames: frame(chunk.cut)..<frame(chunk.nextCut),
                isSilent: chunk.isSilent)
        }
    }
}
