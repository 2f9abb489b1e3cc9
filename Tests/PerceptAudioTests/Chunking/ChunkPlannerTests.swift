import PerceptTestSupport
import Testing

@testable import PerceptAudio

/// Plans cuts from energies alone: windows of 10 ms at 100 Hz, one frame each.
@Suite struct ChunkPlannerTests {
    private static func chunks(_ energies: [Float], _ chunking: AudioChunking) -> [AudioChunk] {
        var planner = ChunkPlanner(chunking, sampleRate: 100, windowLength: 1)
        for energy in energies { planner.add(energy) }
        return planner.finish(frameCount: energies.count)
    }

    /// Checks the invariants of any plan.
    private static func expectInOrder(
        _ chunks: [AudioChunk], frameCount: Int, limit: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(chunks.first?.ownFrames.lowerBound == 0, sourceLocation: sourceLocation)
        #expect(chunks.last?.ownFrames.upperBound == frameCount, sourceLocation: sourceLocation)
        for (chunk, following) in zip(chunks, chunks.dropFirst()) {
            #expect(chunk.ownFrames.upperBound == following.ownFrames.lowerBound, sourceLocation: sourceLocation)
            // The overlap is centred on the cut.
            let cut = chunk.ownFrames.upperBound
            #expect(
                chunk.frames.upperBound - cut == cut - following.frames.lowerBound, sourceLocation: sourceLocation)
            #expect(following.frames.lowerBound > chunk.frames.lowerBound, sourceLocation: sourceLocation)
        }
        for chunk in chunks {
            #expect(!chunk.ownFrames.isEmpty, sourceLocation: sourceLocation)
            #expect(chunk.frames.count <= limit, sourceLocation: sourceLocation)
            #expect(
                chunk.frames.contains(chunk.ownFrames.lowerBound)
                    && chunk.frames.upperBound >= chunk.ownFrames.upperBound,
                sourceLocation: sourceLocation)
        }
    }

    @Test func shortRecordingsAreNotCut() {
        let chunks = Self.chunks(Array(repeating: 0.1, count: 1000), AudioChunking(maximumChunkDuration: 10))
        #expect(chunks == [AudioChunk(frames: 0..<1000, ownFrames: 0..<1000, isSilent: false)])
        #expect(Self.chunks([], AudioChunking()).isEmpty)
    }

    /// Chunks of 10 s are cut in their last 2.5 s, which contain the pause at 8.5…9.1 s but not the one at 5 s.
    @Test func theCutIsInThePause() {
        var energies = [Float](repeating: 0.1, count: 1500)
        for window in 500..<600 { energies[window] = 0 }
        for window in 850..<911 { energies[window] = 1e-7 }
        let chunks = Self.chunks(energies, AudioChunking(maximumChunkDuration: 10))
        // Levels cover 400 ms, so the points from 870 to 891 are equally quiet; the middle is 880.
        #expect(chunks.map(\.frames) == [0..<880, 880..<1500])
        #expect(chunks.map(\.ownFrames) == chunks.map(\.frames))
    }

    @Test func withoutAPauseChunksOverlap() {
        let chunks = Self.chunks(
            Array(repeating: 0.1, count: 2000), AudioChunking(maximumChunkDuration: 10, overlap: 2))
        // All points are equally quiet: the middle of 750…900, the last point that leaves a second for the overlap.
        #expect(chunks.map(\.ownFrames) == [0..<825, 825..<1550, 1550..<2000])
        #expect(chunks.map(\.frames) == [0..<925, 725..<1650, 1450..<2000])
        Self.expectInOrder(chunks, frameCount: 2000, limit: 1000)
        let none = Self.chunks(
            Array(repeating: 0.1, count: 2000), AudioChunking(maximumChunkDuration: 10, overlap: 0))
        #expect(none.map(\.frames) == none.map(\.ownFrames))
    }

    /// A level 20 dB below the surrounding speech is a pause, even at −40 dBFS.
    @Test func aPauseInANoisyRoomIsFound() {
        var energies = [Float](repeating: 0.01, count: 1500)
        for window in 900..<960 { energies[window] = 0.0001 }
        let noisy = Self.chunks(energies, AudioChunking(maximumChunkDuration: 10, overlap: 1))
        #expect(noisy[0].frames == noisy[0].ownFrames)
        #expect((920...940).contains(noisy[0].frames.upperBound))
        for window in 900..<960 { energies[window] = 0.002 }
        let noPause = Self.chunks(energies, AudioChunking(maximumChunkDuration: 10, overlap: 1))
        #expect((920...940).contains(noPause[0].ownFrames.upperBound))
        #expect(noPause[0].frames.upperBound == noPause[0].ownFrames.upperBound + 50)
    }

    /// A pause of 60 windows among 231 levels with an energy of 1: levels average 40 windows, so the mean is
    /// (171 + 60 p) / 231, and p lies 15 dB below it for p = 0.023603.
    @Test(arguments: [(Float(0.0232), true), (0.0240, false)])
    func aPauseIsFifteenDecibelsBelowTheMean(energy: Float, isPause: Bool) {
        var energies = [Float](repeating: 1, count: 1500)
        for window in 870..<930 { energies[window] = energy }
        let first = Self.chunks(energies, AudioChunking(maximumChunkDuration: 10, overlap: 1))[0]
        #expect(first.ownFrames.upperBound == 900)
        #expect(first.frames.upperBound == (isPause ? 900 : 950))
    }

    /// The later of two equally quiet and long pauses is cut; a longer one is cut even if it is earlier.
    @Test(arguments: [(60, 920), (61, 820)])
    func ofEqualPausesTheLaterIsCut(firstLength: Int, cut: Int) {
        var energies = [Float](repeating: 0.1, count: 1500)
        for window in 790..<790 + firstLength { energies[window] = 0 }
        for window in 890..<950 { energies[window] = 0 }
        #expect(Self.chunks(energies, AudioChunking(maximumChunkDuration: 10))[0].ownFrames.upperBound == cut)
    }

    @Test func silentChunksAreMarked() {
        let energies = [Float](repeating: 0.1, count: 600) + [Float](repeating: 1e-9, count: 2400)
        let chunks = Self.chunks(energies, AudioChunking(maximumChunkDuration: 10))
        #expect(chunks.first?.isSilent == false)
        #expect(chunks.dropFirst().allSatisfy { $0.isSilent })
        Self.expectInOrder(chunks, frameCount: 3000, limit: 1000)
    }

    @Test func anyRecordingIsCoveredExactly() {
        var random = SplitMix64(seed: 20_240_611)
        var overlapCount = 0
        for _ in 0..<400 {
            let rate = [1, 3, 99, 100, 8000, 44_100].randomElement(using: &random) ?? 1
            let windowLength = max(1, rate / 100)
            let chunking = AudioChunking(
                maximumChunkDuration: Double.random(in: 1...20, using: &random),
                overlap: Double.random(in: 0...8, using: &random))
            let windowCount = Int.random(in: 1...9000, using: &random)
            let lastWindow = Int.random(in: 1...windowLength, using: &random)
            let frameCount = (windowCount - 1) * windowLength + lastWindow
            var planner = ChunkPlanner(chunking, sampleRate: rate, windowLength: windowLength)
            var isPause = false
            for _ in 0..<windowCount {
                if Int.random(in: 0..<60, using: &random) == 0 { isPause.toggle() }
                planner.add(Float.random(in: 0...1, using: &random) * (isPause ? 1e-8 : 0.1))
            }
            let chunks = planner.finish(frameCount: frameCount)
            let limit = max(windowLength, Int(chunking.maximumChunkDuration * Double(rate)))
            Self.expectInOrder(chunks, frameCount: frameCount, limit: limit)
            overlapCount += zip(chunks, chunks.dropFirst()).count { $0.frames.overlaps($1.frames) }
        }
        #expect(overlapCount > 100)
    }

    /// Whenever the search window contains half a second of silence, the cut lies in silence and nothing overlaps.
    @Test func cutsPreferSilence() {
        var random = SplitMix64(seed: 3)
        for _ in 0..<200 {
            var energies = (0..<6000).map { _ in Float.random(in: 0.001...0.1, using: &random) }
            // A pause of 0.5 s every 2 s: each search window of 2.5 s, without its last half second, contains one.
            let shift = Int.random(in: 0..<200, using: &random)
            for start in stride(from: shift, to: 5950, by: 200) {
                for window in start..<start + 50 { energies[window] = Float.random(in: 0...1e-7, using: &random) }
            }
            let chunks = Self.chunks(energies, AudioChunking(maximumChunkDuration: 12))
            #expect(chunks.count >= 5)
            for chunk in chunks.dropLast() {
                #expect(chunk.frames.upperBound == chunk.ownFrames.upperBound)
                #expect(energies[chunk.frames.upperBound] <= 1e-7 && energies[chunk.frames.upperBound - 1] <= 1e-7)
            }
        }
    }
}
