import PerceptAudio
import PerceptCore
import PerceptImage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// All colours except those of spectrograms and spans.
enum SoundColors {
    static let paper = Color.white
    static let plot = Color(red: 0xF4, green: 0xF5, blue: 0xF7)
    static let grid = Color(red: 0xE0, green: 0xE3, blue: 0xE8)
    static let envelope = Color(red: 0x7F, green: 0xB2, blue: 0xDB)
    static let rms = Color(red: 0x1F, green: 0x5F, blue: 0x99)
    /// Vermillion of Okabe and Ito's palette.
    static let clipping = Color(red: 0xD5, green: 0x5E, blue: 0x00)
    static let text = Color(red: 0x33, green: 0x38, blue: 0x40)
    static let edge = Color(red: 0x9A, green: 0xA1, blue: 0xAB)
}

/// The pixels of an image of sound before text is drawn: 8-bit rgb.
struct SoundRaster {
    let size: PixelSize
    private var bytes: [UInt8]

    init(size: PixelSize) {
        self.size = size
        bytes = [UInt8](repeating: 255, count: size.pixelCount * 3)
    }

    func canvas() throws(MediaError) -> DrawingCanvas {
        DrawingCanvas(try Image(size: size, layout: .rgb8, bytes: bytes))
    }

    /// Blends one pixel by its coverage, 0…1.
    private mutating func blend(_ column: Int, _ row: Int, _ color: Color, _ coverage: Double = 1) {
        guard column >= 0, column < size.width, row >= 0, row < size.height else { return }
        let index = (row * size.width + column) * 3
        func mix(_ offset: Int, _ new: UInt8) {
            let old = Double(bytes[index + offset])
            bytes[index + offset] = UInt8(min(max(old + (Double(new) - old) * coverage, 0), 255).rounded())
        }
        mix(0, color.red)
        mix(1, color.green)
        mix(2, color.blue)
    }

    mutating func fill(_ place: PixelRectangle, _ color: Color, opacity: Double = 1) {
        for row in max(0, place.y)..<max(0, min(size.height, place.y + place.height), place.y) {
            for column in max(0, place.x)..<max(0, min(size.width, place.x + place.width), place.x) {
                blend(column, row, color, opacity)
            }
        }
    }

    /// Fills a column from `top` to `bottom`, with partial coverage at both ends.
    private mutating func fillColumn(_ column: Int, _ top: Double, _ bottom: Double, _ color: Color) {
        guard bottom > top else { return }
        for row in Int(top.rounded(.down))..<Int(bottom.rounded(.up)) {
            blend(column, row, color, min(bottom, Double(row + 1)) - max(top, Double(row)))
        }
    }

    // MARK: Waveforms

    mutating func drawWaveform(
        _ columns: [WaveformEnvelope.Column], from first: Int, in lane: PixelRectangle, markSize: Int
    ) {
        guard lane.height > 0 else { return }
        // In the middle of a pixel row, so that silence is one crisp line.
        let middle = Double(lane.y + lane.height / 2) + 0.5
        let reach = max(0, Double(lane.height / 2) - (lane.height > 24 ? 1 : 0) - 0.5)
        func row(_ sample: Float) -> Double { middle - Double(min(max(sample, -1), 1)) * reach }
        var before: (top: Double, bottom: Double)?
        for (index, column) in columns.enumerated() {
            var (top, bottom) = (row(column.maximum), row(column.minimum))
            // Connects each column to the one before.
            if let before {
                top = min(top, before.bottom)
                bottom = max(bottom, before.top)
            }
            before = (row(column.maximum), row(column.minimum))
            if bottom - top < 1 { (top, bottom) = ((top + bottom) / 2 - 0.5, (top + bottom) / 2 + 0.5) }
            top = max(top, Double(lane.y))
            bottom = min(bottom, Double(lane.y + lane.height))
            fillColumn(first + index, top, bottom, SoundColors.envelope)
            let rms = Double(min(column.rms, 1)) * reach
            fillColumn(
                first + index, max(top, middle - max(rms, 0.5)), min(bottom, middle + max(rms, 0.5)), SoundColors.rms)
        }
        for (index, column) in columns.enumerated() where column.isClipped {
            for y in [lane.y, lane.y + lane.height - markSize] {
                let mark = PixelRectangle(x: first + index - 1, y: y, width: 3, height: markSize)
                fill(mark.clipped(to: lane), SoundColors.clipping)
            }
        }
    }

    // MARK: Spectrograms

    /// Draws one column of a spectrogram.
    ///
    /// - Parameter powers: The powers of the rows, lowest first; a full-scale sine has ½.
    mutating func drawSpectrum(
        _ powers: [Float?], column: Int, in plot: PixelRectangle, decibels: ClosedRange<Double>
    ) {
        let colors = LightnessScale.standard
        let (floor, length) = (decibels.lowerBound, decibels.upperBound - decibels.lowerBound)
        for (index, power) in powers.enumerated() {
            guard let power else { continue }
            let level = power > 0 ? 10 * log10(Double(power) * 2) : -.infinity
            blend(column, plot.y + plot.height - 1 - index, colors.color((level - floor) / length))
        }
    }

    // MARK: Spans

    /// Draws the plates of spans, and thin lines through the plots at their starts and ends.
    mutating func drawSpans(
        _ spans: [SoundSpan], _ placed: [SoundSpanLanes.Placed], _ layout: SoundPictureLayout, palette: Palette
    ) {
        for span in placed where span.lane < layout.spanLanes.count {
            let plate = layout.plate(of: span)
            fill(plate, spans[span.index].plateColor(palette))
        }
        // Denser lines would hide the plots.
        guard placed.count * 16 <= layout.axis.count else { return }
        let edges = Set(placed.flatMap { [$0.columns.lowerBound, $0.columns.upperBound] })
        for edge in edges where edge > 0 && edge < layout.axis.count {
            for panel in layout.panels {
                let line = PixelRectangle(x: layout.axis.lowerBound + edge, y: panel.y, width: 1, height: panel.height)
                fill(line, SoundColors.edge, opacity: 0.6)
            }
        }
    }
}

extension SoundSpan {
    func plateColor(_ palette: Palette) -> Color { color ?? palette.color(forLabel: label) }
}

extension SoundPictureLayout {
    /// Returns the plate of a span, one pixel apart from its neighbours if there is room.
    func plate(of span: SoundSpanLanes.Placed) -> PixelRectangle {
        let rows = spanLanes[span.lane]
        let space = span.columns.count > 3 ? 1 : 0
        return PixelRectangle(
            x: axis.lowerBound + span.columns.lowerBound, y: rows.lowerBound, width: span.columns.count - space,
            height: rows.count - (rows.count > 3 ? 1 : 0))
    }
}

extension PixelRectangle {
    /// Returns the part that lies within `other`.
    fileprivate func clipped(to other: PixelRectangle) -> PixelRectangle {
        let (left, top) = (max(x, other.x), max(y, other.y))
        return PixelRectangle(
            x: left, y: top, width: max(0, min(x + width, other.x + other.width) - left),
            height: max(0, min(y + height, other.y + other.height) - top))
    }
}
