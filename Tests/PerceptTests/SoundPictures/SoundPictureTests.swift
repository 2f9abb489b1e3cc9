import Foundation
import Percept
import PerceptAudio
import PerceptCore
import PerceptImage
import PerceptTestSupport
import Testing

@testable import Percept

@Suite struct SoundPictureTests {
    private static let harbour = MediaSource.file(TestFiles.media("audio/harbour-44100-stereo.flac"))

    /// Returns the analysis of a formula, with its length known in advance or not.
    private static func analysis(
        seconds: Double, sampleRate: Int = 8000, channelCount: Int = 1, columnCount: Int,
        _ sample: (Double) -> Double
    ) throws -> SoundAnalysis {
        let count = Int(seconds * Double(sampleRate))
        let plane = (0..<count).map { Float(sample(Double($0) / Double(sampleRate))) }
        let planes = Array(repeating: plane, count: channelCount)
        var waveform = WaveformMeter(
            sampleRate: sampleRate, channelCount: channelCount, columnCount: columnCount, expectedFrameCount: count)
        var spectrogram = try SpectrogramMeter(
            sampleRate: sampleRate, channelCount: channelCount, columnCount: columnCount, expectedFrameCount: count)
        waveform.add(planes)
        spectrogram.add(planes)
        return SoundAnalysis(
            sampleRate: sampleRate, channelCount: channelCount, frameCount: count, envelope: waveform.finish(),
            spectrogram: spectrogram.finish())
    }

    private static func color(_ image: Image, _ x: Int, _ y: Int) -> Color {
        let index = (y * image.width + x) * 3
        return Color(red: image.bytes[index], green: image.bytes[index + 1], blue: image.bytes[index + 2])
    }

    private static func style(_ width: Int, _ height: Int, _ scale: FrequencyScale = .linear) -> SoundPicture.Style {
        SoundPicture.Style(size: PixelSize(width: width, height: height), frequencyScale: scale, typeface: .builtIn)
    }

    /// An image without room for axes is all plot, so its pixels follow from the sound.
    @Test func aBurstAppearsAtItsTime() throws {
        let style = Self.style(100, 41)
        // From 0.5 to 0.6 s.
        let sound = try Self.analysis(seconds: 1, columnCount: 100) {
            $0 >= 0.5 && $0 < 0.6 ? 0.99 * sin(3000 * $0) : 0
        }
        let image = try SoundPicture([.init(.waveform, of: sound)], style: style).image()
        #expect(image.size == style.size && image.layout == .rgb8)
        for x in 0..<100 {
            let isLoud = (50..<60).contains(x)
            // Only the burst is near full scale; there is always a line in the middle.
            #expect((Self.color(image, x, 4) != SoundColors.plot) == isLoud, "column \(x)")
            #expect(Self.color(image, x, 20) == SoundColors.rms)
            #expect((Self.color(image, x, 12) == SoundColors.rms) == isLoud)
        }
    }

    /// The brightest row of a tone is that of its frequency, in every column.
    @Test(arguments: FrequencyScale.allCases) func aToneAppearsAtItsFrequency(_ scale: FrequencyScale) throws {
        let style = Self.style(60, 60, scale)
        let sound = try Self.analysis(seconds: 2, columnCount: 60) { sin(2 * .pi * 1000 * $0) }
        let image = try SoundPicture([.init(.spectrogram, of: sound)], style: style).image()
        let position = scale.position(of: 1000, in: scale.range(nyquist: 4000))
        for x in 5..<55 {
            let rows = (0..<60).map { Self.color(image, x, $0).relativeLuminance }
            let brightest = rows.indices.max { rows[$0] < rows[$1] } ?? 0
            #expect(abs(Double(59 - brightest) + 0.5 - position * 60) <= 1.5)
            #expect(rows[brightest] > 0.7 && (rows.min() ?? 1) < 0.01)
        }
    }

    /// Trimmed parts stay empty, and so does the range above the new Nyquist frequency.
    @Test func preparedAudioAppearsAtTheTimesOfTheSource() throws {
        let before = try Self.analysis(seconds: 4, columnCount: 120) { 0.5 * sin(900 * $0) }
        let after = try Self.analysis(seconds: 2, sampleRate: 4000, columnCount: 60) { 0.5 * sin(900 * $0) }
        let receipt = TimeReceipt(
            source: .init(sampleRate: 8000, channelCount: 1, frameCount: 32_000),
            upload: .init(sampleRate: 4000, channelCount: 1, frameCount: 8000), sourceStartFrame: 8000,
            sourceEndFrame: 24_000)
        let picture = SoundPicture(before: before, after: after, receipt: receipt, style: Self.style(120, 48))
        #expect(picture.duration == 4 && picture.panels.map(\.start) == [0, 0, 1, 1])
        let image = try picture.image()
        let layout = SoundPictureLayout(
            size: image.size, panels: picture.panels.map(\.part), captions: [true, false, true, false], spanLaneCount: 0
        )
        let (wave, spectrum) = (layout.panels[2], layout.panels[3])
        for x in 0..<120 {
            let isThere = (30..<90).contains(x)
            #expect((Self.color(image, x, wave.y + wave.height / 2) == SoundColors.rms) == isThere)
            #expect((Self.color(image, x, spectrum.y + spectrum.height - 1) != SoundColors.plot) == isThere)
            #expect(Self.color(image, x, spectrum.y) == SoundColors.plot)
        }
    }

    @Test func clippingIsMarked() throws {
        let sound = try Self.analysis(seconds: 1, columnCount: 100) {
            $0 < 0.2 ? max(-1, min(1, 3 * sin(300 * $0))) : 0.5
        }
        let image = try SoundPicture([.init(.waveform, of: sound)], style: Self.style(100, 40)).image()
        #expect((0..<20).allSatisfy { Self.color(image, $0, 0) == SoundColors.clipping })
        #expect((22..<100).allSatisfy { Self.color(image, $0, 0) == SoundColors.plot })
    }

    /// Nothing crashes for any size, and each image has the requested size.
    @Test(arguments: [
        (1, 1), (1, 600), (600, 1), (2, 3), (7, 7), (20, 20), (64, 64), (200, 80), (260, 90), (333, 41), (800, 240),
    ])
    func anyCanvasIsDrawnOn(_ side: (width: Int, height: Int)) throws {
        let spans = [
            SoundSpan(start: 0, end: nil, label: "all of it"), SoundSpan(start: 0.2, end: 0.4, label: "Überall, 音"),
            SoundSpan(start: -1, end: 0.1, label: ""), SoundSpan(start: 0.99999, end: 5, label: "end"),
        ]
        for (seconds, channelCount) in [(0.0, 1), (1.0 / 8000, 2), (0.01, 1), (1, 6)] {
            let style = Self.style(side.width, side.height, .mel)
            let sound = try Self.analysis(
                seconds: seconds, channelCount: channelCount, columnCount: style.columnCount()
            ) { 1.2 * sin(700 * $0) }
            let panels = [
                SoundPicture.Panel(.waveform, of: sound, caption: "caption"), .init(.spectrogram, of: sound),
                .init(.spectrogram, of: sound, start: 0.5),
            ]
            let image = try SoundPicture(panels, spans: spans, style: style).image()
            #expect(image.width == side.width && image.height == side.height)
            _ = try SoundPicture([], spans: spans, style: style).image()
        }
    }

    /// For any size: plots are on the canvas, one below the other, and the time axis is as announced.
    @Test(arguments: [20, 90, 241, 600, 1600], [10, 47, 80, 240, 601, 1200]) func plotsLieOnTheCanvas(
        _ width: Int, _ height: Int
    ) {
        let size = PixelSize(width: width, height: height)
        for laneCount in [0, 1, 8] {
            for parts in [
                [SoundAnalysis.Part.waveform], [.spectrogram], [.waveform, .spectrogram, .waveform, .spectrogram],
            ] {
                let layout = SoundPictureLayout(
                    size: size, panels: parts, captions: parts.map { _ in true }, spanLaneCount: laneCount)
                #expect(layout.axis.count == SoundPicture.Style(size: size).columnCount(Set(parts)))
                var bottom = layout.spanLanes.last?.upperBound ?? 0
                for plot in layout.panels {
                    #expect(plot.y >= bottom && plot.height >= 0 && plot.width >= 1)
                    #expect(plot.x >= 0 && plot.x + plot.width <= width)
                    bottom = plot.y + plot.height
                }
                #expect(bottom <= height)
                if height >= 240 { #expect(layout.panels.allSatisfy { $0.height >= 10 }) }
            }
        }
    }

    /// For any size and length, even if the first and last labels are shifted to stay on the canvas.
    @Test(arguments: [130, 260, 1200]) func timesDoNotTouch(_ width: Int) throws {
        let typesetter = try Typesetter(.builtIn)
        var drawn = 0
        for height in [80, 1200] {
            let size = PixelSize(width: width, height: height)
            let layout = SoundPictureLayout(size: size, panels: [.waveform], captions: [false], spanLaneCount: 0)
            let cap = layout.capHeight
            for step in 0..<58 {
                // From 0.1 ms to twelve days, in steps of about one half.
                let duration = 1e-4 * pow(1.488, Double(step))
                let ticks = layout.timeTicks(duration: duration) { typesetter.line($0).width(capHeight: cap) }
                let places = ticks.map { tick in
                    layout.place(of: tick, typesetter.line(tick.label).width(capHeight: cap), duration)
                }
                drawn += places.count
                for (place, next) in zip(places, places.dropFirst()) {
                    #expect(next.lowerBound - place.upperBound >= cap * 0.5, "\(size), \(duration) s: \(ticks)")
                }
                let isOnCanvas = places.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= Double(width) + 1e-9 }
                #expect(isOnCanvas, "\(size), \(duration) s")
            }
        }
        #expect(drawn > 100)
    }

    @Test func sizesBeyondTheLimitsAreRefused() throws {
        let sound = try Self.analysis(seconds: 0.1, columnCount: 10) { $0 }
        func draw(_ width: Int, _ height: Int, decibels: ClosedRange<Double> = -100...0) throws {
            var style = Self.style(width, height)
            style.decibels = decibels
            _ = try SoundPicture([.init(.waveform, of: sound)], style: style).image()
        }
        expectMediaError(.invalidArgument) { try draw(0, 10) }
        expectMediaError(.invalidArgument) { try draw(10, 10, decibels: 0...0) }
        expectMediaError(.limitExceeded) { try draw(1 << 20, 1 << 20) }
        expectMediaError(.limitExceeded) { try draw(.max, .max) }
    }

    /// `sound-picture.png` was made by this test with the built-in letters and inspected (`PERCEPT_GOLDEN_OUTPUT` names
    /// a file for a new one). Other processors may round a few pixels differently by a few units.
    @Test func theImageEqualsTheInspectedOne() async throws {
        let style = Self.style(400, 200, .mel)
        let analysis = try await SoundAnalysis.analyzing(Self.harbour, columnCount: style.columnCount())
        let spans = [
            SoundSpan(start: 0.25, end: 2.87, label: "The ship leaves the harbour at half past seven."),
            SoundSpan(start: 3.27, end: 4.92, label: "The first stop is the lighthouse."),
            SoundSpan(start: 2.5, end: nil, label: "hum"),
        ]
        let panels = [SoundPicture.Panel(.waveform, of: analysis), .init(.spectrogram, of: analysis)]
        let image = try SoundPicture(panels, spans: spans, style: style).image()
        if let path = ProcessInfo.processInfo.environment["PERCEPT_GOLDEN_OUTPUT"] {
            try image.write(to: path, as: .png)
        }
        let golden = try Image(decoding: .file(TestFiles.media("golden/sound-picture.png")))
        #expect(golden.size == image.size && golden.layout == image.layout)
        let differences = zip(golden.bytes, image.bytes).filter { abs(Int($0) - Int($1)) > 3 }
        #expect(differences.count < 100, "\(differences.count) bytes differ")
    }

    /// The drawing made by an inspection equals the one made by itself, and an image has no sound.
    @Test func inspectingAndDrawingAreOnePass() async throws {
        let folder = try TemporaryFolder()
        let perceiver = Perceiver(client: InferenceClient(token: nil))
        let drawing = SoundDrawing(path: folder.file("sound.png"))
        let inspection = try await perceiver.perform(InspectOperation(drawings: [drawing]), on: Self.harbour)
        #expect(inspection.waveform == drawing.path && inspection.spectrogram == drawing.path)
        var alone = inspection
        (alone.waveform, alone.spectrogram) = (nil, nil)
        #expect(try await perceiver.perform(InspectOperation(), on: Self.harbour) == alone)
        let analysis = try await SoundAnalysis.analyzing(Self.harbour, columnCount: drawing.style.columnCount())
        let panels = drawing.parts.map { SoundPicture.Panel($0, of: analysis) }
        #expect(try Image(decoding: .file(drawing.path)) == SoundPicture(panels).image())
        guard case .recording(_, let frameCount, let levels) = inspection.content else {
            Issue.record("not a recording")
            return
        }
        #expect(analysis.frameCount == frameCount && analysis.channelCount == 2)
        let columns = try #require(analysis.envelope).columns(50)
        #expect(Double(columns.map { max(-$0.minimum, $0.maximum) }.max() ?? 0) == levels.peak)

        let image = MediaSource.file(TestFiles.media("images/scene.png"))
        let other = SoundDrawing(path: folder.file("none.png"))
        let inspected = try await perceiver.perform(InspectOperation(drawings: [other]), on: image)
        #expect(inspected.warnings == ["not a recording; there is no sound to draw"])
        #expect(try folder.contents() == ["sound.png"])
    }
}
