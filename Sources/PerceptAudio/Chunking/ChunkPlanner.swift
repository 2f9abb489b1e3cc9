/// Chooses the cuts of a recording from the energies of its 10 ms windows as they arrive.
///
/// Memory holds only the windows of one search and the following overlap, plus the planned chunks.
struct ChunkPlanner {
    /// The maximum chunk length. All counts here are in windows.
    private let limit: Int
    private let searchLength: Int
    private let halfOverlap: Int
    /// The windows on either side of a point that determine its level: 200 ms.
    private let reach: Int
    private let silence: Float
    private let windowLength: Int

    /// The cut before the current chunk, and the start of that chunk; they are equal without an overlap.
    private var cut = 0
    private var start = 0
    private var count = 0
    private var recent: [Float] = []
    /// The index of the first window in `recent`.
    private var recentStart = 0
    private var loudest: Float = 0
    private var chunks: [(start: Int, cut: Int, nextCut: Int, end: Int, isSilent: Bool)] = []

    init(_ chunking: AudioChunking, sampleRate: Int, windowLength: Int) {
        // Caps the duration at 10⁶ days (8.64e10 s), so that the count fits an Int.
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
        // Cuts when a window arrives after a full chunk, so a recording that ends with it is not cut.
        if count - start == limit { cutHere() }
        if count >= firstNeeded { recent.append(energy) } else { recentStart = count + 1 }
        loudest = max(loudest, energy)
        count += 1
    }

    /// The first window whose energy must be kept: the earliest possible cut, less the windows that its level and the
    /// next chunk's overlap reach back to.
    private var firstNeeded: Int { start + limit - searchLength - max(reach, halfOverlap) }

    private mutating func cutHere() {
        let earliest = max(start + limit - searchLength, cut + 1, start + 1)
        // Stops where too few windows follow to determine the level.
        let levels = (earliest...max(earliest, start + limit - reach)).map { level(around: $0) }
        let mean = levels.reduce(0, +) / Float(levels.count)
        var offset = quietest(levels[...])
        let isSilent = levels[offset] < max(silence, mean * Float(meanSquareOf: -AudioChunking.pauseDepth))
        // An overlap needs room after the cut.
        if !isSilent { offset = quietest(levels.prefix(max(1, start + limit - halfOverlap - earliest + 1))) }
        let nextCut = earliest + offset
        let half = isSilent ? 0 : min(halfOverlap, start + limit - nextCut, nextCut - start - 1)
        chunks.append((start, cut, nextCut, nextCut + half, loudest < silence))
        cut = nextCut
        start = nextCut - half
        let remaining = recent.dropFirst(max(0, start - recentStart))
        loudest = remaining.max() ?? 0
        let unneeded = min(max(0, firstNeeded - recentStart), recent.count)
        recent.removeFirst(unneeded)
        recentStart += unneeded
        if recent.isEmpty { recentStart = count }
    }

    /// Returns the mean energy around the start of `window`.
    private func level(around window: Int) -> Float {
        let first = max(recentStart, window - reach) - recentStart
        let last = min(recentStart + recent.count, window + max(1, reach)) - recentStart
        guard first < last else { return 0 }
        return recent[first..<last].reduce(0, +) / Float(last - first)
    }

    /// Returns the middle of the longest run of equally quiet points, as in digital silence.
    private func quietest(_ levels: ArraySlice<Float>) -> Int {
        guard let least = levels.min() else { return 0 }
        var best = 0..<0
        var runStart: Int?
        for index in 0...levels.count {
            if index < levels.count, levels[index] == least {
                runStart = runStart ?? index
            } else if let first = runStart {
                // Prefers the later of two equal runs, for fewer and longer chunks.
                if index - first >= best.count { best = first..<index }
                runStart = nil
            }
        }
        return (best.lowerBound + best.upperBound - 1) / 2
    }

    /// Returns the chunks of a recording of `frameCount` frames, after all windows were added.
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
