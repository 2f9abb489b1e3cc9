import PerceptAudio
import PerceptCore
import PerceptImage

/// Draws the text of an image of sound.
struct SoundPictureText {
    private(set) var canvas: DrawingCanvas
    private let typesetter: Typesetter
    private let layout: SoundPictureLayout
    /// The cap height of the text.
    private var cap: Double { layout.capHeight }

    init(_ canvas: consuming DrawingCanvas, _ typesetter: Typesetter, _ layout: SoundPictureLayout) {
        self.canvas = canvas
        self.typesetter = typesetter
        self.layout = layout
    }

    /// Draws a line of text.
    ///
    /// - Parameters:
    ///   - x: The start of the line, in pixels.
    ///   - baseLine: The row on which capitals stand.
    private mutating func write(_ line: TextLine, x: Double, baseLine: Int, color: Color, clip: PixelRectangle? = nil) {
        let whole = PixelRectangle(x: 0, y: 0, width: canvas.size.width, height: canvas.size.height)
        canvas.draw(
            line, penX: x, baseLine: Double(baseLine), capHeight: cap, color: color, clip: clip ?? whole,
            typesetter: typesetter)
    }

    // MARK: Spans

    /// Draws as much of each span's text as fits its plate.
    mutating func drawSpanLabels(_ spans: [SoundSpan], _ placed: [SoundSpanLanes.Placed], palette: Palette) {
        let inset = cap * 0.5
        for span in placed where span.lane < layout.spanLanes.count {
            let plate = layout.plate(of: span)
            // A smaller plate has no room even for an ellipsis.
            guard Double(plate.height) >= cap * 1.5, Double(plate.width) >= 2 * inset + cap,
                let line = typesetter.line(
                    spans[span.index].label, fitting: Double(plate.width) - 2 * inset, capHeight: cap)
            else { continue }
            write(
                line, x: Double(plate.x) + inset, baseLine: plate.y + Int((Double(plate.height) + cap) / 2),
                color: spans[span.index].plateColor(palette).legibleTextColor, clip: plate)
        }
    }

    // MARK: Axes

    mutating func drawAxes(
        _ panels: [SoundPicture.Panel], ticks: [AxisTick], duration: Double, frequencies: ClosedRange<Double>,
        style: SoundPicture.Style
    ) {
        drawTimes(ticks, duration)
        for (index, panel) in panels.enumerated() {
            let plot = layout.panels[index]
            if let baseLine = layout.captions[index], let caption = panel.caption {
                write(typesetter.line(caption), x: Double(plot.x), baseLine: baseLine, color: SoundColors.text)
            }
            guard layout.hasLeftAxis, plot.height > 0 else { continue }
            switch panel.part {
            case .waveform:
                let lanes = layout.lanes(of: plot, channelCount: panel.analysis.channelCount)
                for (index, lane) in lanes.enumerated() {
                    drawAmplitudes(of: lane.place, isLast: index == lanes.count - 1)
                }
            case .spectrogram:
                let marks = AxisTicks.frequency(
                    style.frequencyScale, frequencies, height: Double(plot.height), spacing: layout.capHeight * 2.2)
                for mark in marks {
                    let position = style.frequencyScale.position(of: mark.value, in: frequencies)
                    drawMark(mark.label, at: position, of: plot)
                }
            }
        }
        if layout.hasColorBar, let plot = zip(panels, layout.panels).first(where: { $0.0.part == .spectrogram })?.1 {
            drawColorBar(beside: plot, style.decibels)
        }
    }

    private mutating func drawTimes(_ ticks: [AxisTick], _ duration: Double) {
        guard let baseLine = layout.timeBaseLine, let last = layout.panels.last else { return }
        let top = last.y + last.height
        for tick in ticks {
            let column = min(layout.column(at: tick.value, of: duration), layout.axis.upperBound - 1)
            canvas.fill(
                PixelRectangle(x: column, y: top, width: 1, height: max(1, Int(cap * 0.4))), color: SoundColors.edge)
            let line = typesetter.line(tick.label)
            let place = layout.place(of: tick, line.width(capHeight: cap), duration)
            write(line, x: place.lowerBound, baseLine: baseLine, color: SoundColors.text)
        }
    }

    /// Draws labels for full scale and half of it, in dBFS, where there is room; the lower end is left to the next
    /// strip.
    private mutating func drawAmplitudes(of lane: PixelRectangle, isLast: Bool) {
        let height = Double(lane.height) / layout.capHeight
        guard height >= 2 else { return }
        var marks = [("0 dB", 1.0)]
        if height >= 9 { marks += [("-6 dB", 0.75), ("-6 dB", 0.25)] }
        if height >= 4.5, isLast { marks.append(("0 dB", 0)) }
        for (label, position) in marks { drawMark(label, at: position, of: lane) }
    }

    /// Draws a mark and its label left of a plot, at a position from its lower edge (0) to its upper edge (1).
    private mutating func drawMark(
        _ label: String, at position: Double, of plot: PixelRectangle
    ) {
        let row = plot.y + min(plot.height - 1, max(0, Int((1 - position) * Double(plot.height))))
        let length = max(1, Int(cap * 0.4))
        canvas.fill(PixelRectangle(x: plot.x - length, y: row, width: length, height: 1), color: SoundColors.edge)
        let baseLine = Self.baseLine(row: row, of: plot, cap)
        let line = typesetter.line(label)
        write(
            line, x: max(0, Double(plot.x) - cap * 0.7 - line.width(capHeight: cap)), baseLine: baseLine,
            color: SoundColors.text)
    }

    /// Returns a baseline next to `row` within the plot, since neighbouring plots have their own marks.
    private static func baseLine(row: Int, of plot: PixelRectangle, _ cap: Double) -> Int {
        let centred = Double(row) + 0.5 + cap / 2
        return Int(min(max(centred, Double(plot.y) + cap), Double(plot.y + plot.height)).rounded())
    }

    private mutating func drawColorBar(
        beside plot: PixelRectangle, _ decibels: ClosedRange<Double>
    ) {
        guard plot.height > 1 else { return }
        let bar = PixelRectangle(
            x: layout.axis.upperBound + Int(cap), y: plot.y, width: max(1, Int(cap * 1.1)), height: plot.height)
        for row in 0..<bar.height {
            let value = 1 - Double(row) / Double(bar.height - 1)
            canvas.fill(
                PixelRectangle(x: bar.x, y: bar.y + row, width: bar.width, height: 1),
                color: LightnessScale.standard.color(value))
        }
        let length = decibels.upperBound - decibels.lowerBound
        let marks = AxisTicks.decibels(decibels, height: Double(bar.height), spacing: cap * 2.2)
        for mark in marks {
            let share = (decibels.upperBound - mark.value) / length
            let row = bar.y + min(bar.height - 1, max(0, Int(share * Double(bar.height))))
            canvas.fill(
                PixelRectangle(x: bar.x + bar.width, y: row, width: max(1, Int(cap * 0.3)), height: 1),
                color: SoundColors.edge)
            write(
                typesetter.line(mark.value == marks.last?.value ? "\(mark.label) dB" : mark.label),
                x: Double(bar.x + bar.width) + cap * 0.5, baseLine: Self.baseLine(row: row, of: plot, cap),
                color: SoundColors.text)
        }
    }
}
