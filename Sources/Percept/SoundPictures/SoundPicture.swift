public import PerceptAudio
public import PerceptCore
public import PerceptImage

/// Waveforms and spectrograms over one time axis, with what is heard when.
public struct SoundPicture: Sendable {
    /// How a picture looks.
    public struct Style: Sendable, Hashable {
        /// Of the whole picture; what does not fit (axes, colour bar, words) is left out.
        public var size: PixelSize
        public var frequencyScale: FrequencyScale
        /// What the darkest and the lightest colour of a spectrogram stand for, in decibels of a sine of full scale.
        public var decibels: ClosedRange<Double>
        /// Where colours of spans come from that have none.
        public var palette: Palette
        /// What all words are written in.
        public var typeface: Typeface

        public init(
            size: PixelSize = PixelSize(width: 1200, height: 600), frequencyScale: FrequencyScale = .mel,
            decibels: ClosedRange<Double> = -100...0, palette: Palette = .okabeIto, typeface: Typeface = .automatic
        ) {
            self.size = size
            self.frequencyScale = frequencyScale
            self.decibels = decibels
            self.palette = palette
            self.typeface = typeface
        }

        /// Pixels along the time axis of a picture with these parts: the columns to ask ``SoundAnalysis`` for.
        public func columnCount(_ parts: Set<SoundAnalysis.Part> = Set(SoundAnalysis.Part.allCases)) -> Int {
            SoundPictureLayout.axis(of: size, hasSpectrogram: parts.contains(.spectrogram)).count
        }
    }

    /// One waveform (a lane per channel) or spectrogram.
    public struct Panel: Sendable, Hashable {
        public var part: SoundAnalysis.Part
        public var analysis: SoundAnalysis
        /// Where it begins on the time axis, in seconds.
        public var start: Double
        /// Stands above the panel.
        public var caption: String?

        public init(_ part: SoundAnalysis.Part, of analysis: SoundAnalysis, start: Double = 0, caption: String? = nil) {
            self.part = part
            self.analysis = analysis
            self.start = start
            self.caption = caption
        }

        var end: Double { start + analysis.duration }
    }

    /// From top to bottom.
    public var panels: [Panel]
    public var spans: [SoundSpan]
    public var style: Style

    public init(_ panels: [Panel], spans: [SoundSpan] = [], style: Style = Style()) {
        self.panels = panels
        self.spans = spans
        self.style = style
    }

    /// Seconds that the time axis lasts.
    public var duration: Double { panels.map(\.end).max() ?? 0 }

    /// Draws the picture.
    ///
    /// A waveform shows the range of the samples in each column, in it, darker, their root mean square, and red marks where they are clipped; full scale
    /// fills a lane. A spectrogram shows the mean power of each column over all channels, in colours whose lightness grows with the decibels. Spans
    /// lie above, each in its time, with as much of its words as fits.
    ///
    /// - Returns: 8 bits, rgb, of `style.size`.
    /// - Throws: `MediaError` as ``Style/check(against:)`` does; `.cancelled`.
    public func image(limits: ResourceLimits = .default) throws(MediaError) -> Image {
        try style.check(against: limits)
        let laneCount = SoundSpanLanes(spans, duration: duration, width: axisColumns.count).laneCount
        let layout = SoundPictureLayout(
            size: style.size, panels: panels.map(\.part), captions: panels.map { $0.caption != nil },
            spanLaneCount: laneCount)
        var raster = SoundRaster(size: style.size)
        let typesetter = try Typesetter(style.typeface)
        let ticks = layout.timeTicks(duration: duration) { typesetter.line($0).width(capHeight: layout.capHeight) }
        let nyquist = panels.map { Double($0.analysis.sampleRate) / 2 }.max() ?? 0
        let range = style.frequencyScale.range(nyquist: max(1, nyquist))
        for (panel, place) in zip(panels, layout.panels) {
            try MediaError.checkCancellation()
            switch panel.part {
            case .waveform: drawWaveform(panel, place, layout, ticks, &raster)
            case .spectrogram: try drawSpectrogram(panel, place, layout, range, &raster)
            }
        }
        let placed = SoundSpanLanes(spans, duration: duration, width: layout.axis.count).placed
        raster.drawSpans(spans, placed, layout, palette: style.palette)
        var text = SoundPictureText(try raster.canvas(), typesetter, layout)
        text.drawSpanLabels(spans, placed, palette: style.palette)
        text.drawAxes(panels, ticks: ticks, duration: duration, frequencies: range, style: style)
        return text.canvas.image()
    }

    private var axisColumns: Range<Int> {
        SoundPictureLayout.axis(of: style.size, hasSpectrogram: panels.contains { $0.part == .spectrogram })
    }

    /// The columns of the picture that a panel takes.
    private func columns(of panel: Panel, _ layout: SoundPictureLayout) -> Range<Int> {
        layout.column(at: panel.start, of: duration)..<layout.column(at: panel.end, of: duration)
    }

    private func drawWaveform(
        _ panel: Panel, _ place: PixelRectangle, _ layout: SoundPictureLayout, _ ticks: [AxisTick],
        _ raster: inout SoundRaster
    ) {
        let columns = columns(of: panel, layout)
        for (channel, lane) in layout.lanes(of: place, channelCount: panel.analysis.channelCount) {
            raster.fill(lane, SoundColors.plot)
            for tick in ticks {
                let column = min(layout.column(at: tick.value, of: duration), layout.axis.upperBound - 1)
                raster.fill(PixelRectangle(x: column, y: lane.y, width: 1, height: lane.height), SoundColors.grid)
            }
            guard let envelope = panel.analysis.envelope else { continue }
            raster.drawWaveform(
                envelope.columns(columns.count, channel: channel), from: columns.lowerBound, in: lane,
                markSize: max(1, Int(layout.capHeight / 3)))
        }
    }

    private func drawSpectrogram(
        _ panel: Panel, _ place: PixelRectangle, _ layout: SoundPictureLayout, _ range: ClosedRange<Double>,
        _ raster: inout SoundRaster
    ) throws(MediaError) {
        raster.fill(place, SoundColors.plot)
        guard let spectrogram = panel.analysis.spectrogram else { return }
        let rows = FrequencyRows(
            count: place.height, scale: style.frequencyScale, range: range, sampleRate: spectrogram.sampleRate,
            windowLength: spectrogram.windowLength)
        let columns = columns(of: panel, layout)
        for (index, column) in columns.enumerated() {
            if index.isMultiple(of: 256) { try MediaError.checkCancellation() }
            let powers = rows.powers(spectrogram.column(index, of: columns.count))
            raster.drawSpectrum(powers, column: column, in: place, decibels: style.decibels)
        }
    }
}

extension SoundPicture.Style {
    /// The picture in bytes, and what its columns are made from.
    private static let bytesPerPixel = 16

    /// Finds out whether pictures can be drawn like this before a recording is read.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for a side below 1 or an empty range of decibels, `.limitExceeded` for more pixels than
    ///   `limits` allow, or what `Typeface.check()` throws.
    public func check(against limits: ResourceLimits) throws(MediaError) {
        try typeface.check()
        guard size.width > 0, size.height > 0 else {
            throw MediaError(
                .invalidArgument, problem: "a picture of \(size) pixels cannot be drawn", remedy: "choose 1×1 or more")
        }
        guard decibels.lowerBound.isFinite, decibels.upperBound.isFinite, decibels.lowerBound < decibels.upperBound
        else {
            throw MediaError(
                .invalidArgument, problem: "\(decibels) dB is no range that colours can be spread over",
                remedy: "choose one such as -100...0")
        }
        guard size.pixelCount <= limits.pixelCount else {
            throw .exceeded(
                .pixelCount, problem: "a picture of \(size) has more pixels than the limit of \(limits.pixelCount)",
                alternative: "choose a smaller size")
        }
        guard size.pixelCount <= limits.imageByteCount / Self.bytesPerPixel else {
            throw .exceeded(
                .imageByteCount,
                problem: "a picture of \(size) takes more memory than the limit of \(limits.imageByteCount)",
                alternative: "choose a smaller size")
        }
    }
}
