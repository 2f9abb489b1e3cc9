public import PerceptAudio
public import PerceptCore
public import PerceptImage

/// An image of waveforms and spectrograms over one time axis, with labelled spans.
public struct SoundPicture: Sendable {
    /// The style of an image.
    public struct Style: Sendable, Hashable {
        /// The size of the whole image; axes, colour bar and text are omitted if they do not fit.
        public var size: PixelSize
        /// The frequency scale of spectrograms.
        public var frequencyScale: FrequencyScale
        /// The levels of the darkest and lightest colours of a spectrogram, in decibels relative to a full-scale sine.
        public var decibels: ClosedRange<Double>
        /// The colours of spans without a colour of their own.
        public var palette: Palette
        /// The typeface of all text.
        public var typeface: Typeface

        /// Creates a style.
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

        /// Returns the width of the time axis in pixels for these panels, which is the number of columns to pass to
        /// ``SoundAnalysis``.
        public func columnCount(_ parts: Set<SoundAnalysis.Part> = Set(SoundAnalysis.Part.allCases)) -> Int {
            SoundPictureLayout.axis(of: size, hasSpectrogram: parts.contains(.spectrogram)).count
        }
    }

    /// One waveform (with a strip per channel) or spectrogram.
    public struct Panel: Sendable, Hashable {
        /// The kind of panel.
        public var part: SoundAnalysis.Part
        /// The analyzed recording.
        public var analysis: SoundAnalysis
        /// The start on the time axis, in seconds.
        public var start: Double
        /// The caption above the panel.
        public var caption: String?

        /// Creates a panel.
        public init(_ part: SoundAnalysis.Part, of analysis: SoundAnalysis, start: Double = 0, caption: String? = nil) {
            self.part = part
            self.analysis = analysis
            self.start = start
            self.caption = caption
        }

        var end: Double { start + analysis.duration }
    }

    /// The panels, from top to bottom.
    public var panels: [Panel]
    /// The labelled spans, drawn above the panels.
    public var spans: [SoundSpan]
    /// The style of the image.
    public var style: Style

    /// Creates an image.
    public init(_ panels: [Panel], spans: [SoundSpan] = [], style: Style = Style()) {
        self.panels = panels
        self.spans = spans
        self.style = style
    }

    /// The length of the time axis, in seconds.
    public var duration: Double { panels.map(\.end).max() ?? 0 }

    /// Draws the image.
    ///
    /// A waveform shows the range of the samples in each column and, darker, their root mean square; red marks show
    /// clipping, and full scale fills the height. A spectrogram shows the mean power of each column over all channels,
    /// in colours that become lighter with the level. Spans lie above, with as much of their text as fits.
    ///
    /// - Returns: An 8-bit rgb image of `style.size`.
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

    /// Returns the columns of the image that a panel covers.
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
    /// The bytes per pixel of the image and of the data for its columns.
    private static let bytesPerPixel = 16

    /// Checks that images can be drawn in this style, before a recording is read.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for a side below 1 or an empty decibel range, `.limitExceeded` for
    ///   more pixels than `limits` allow, or any error of `Typeface.check()`.
    public func check(against limits: ResourceLimits) throws(MediaError) {
        try typeface.check()
        guard size.width > 0, size.height > 0 else {
            throw MediaError(
                .invalidArgument, problem: "invalid image size: \(size) pixels", remedy: "choose 1×1 or more")
        }
        guard decibels.lowerBound.isFinite, decibels.upperBound.isFinite, decibels.lowerBound < decibels.upperBound
        else {
            throw MediaError(
                .invalidArgument, problem: "invalid decibel range: \(decibels)",
                remedy: "choose a range such as -100...0")
        }
        guard size.pixelCount <= limits.pixelCount else {
            throw .exceeded(
                .pixelCount, limits.pixelCount,
                problem: "an image of \(size) exceeds the limit of \(limits.pixelCount) pixels",
                alternative: "choose a smaller size")
        }
        guard size.pixelCount <= limits.imageByteCount / Self.bytesPerPixel else {
            throw .exceeded(
                .imageByteCount, limits.imageByteCount,
                problem: "an image of \(size) exceeds the limit of \(limits.imageByteCount) bytes of memory",
                alternative: "choose a smaller size")
        }
    }
}
