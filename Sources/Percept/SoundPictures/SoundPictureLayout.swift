import PerceptCore
import PerceptImage

/// The layout of an image of a given size; parts without room are `nil` or empty.
struct SoundPictureLayout {
    let size: PixelSize
    /// The cap height of the axis labels.
    let capHeight: Double
    /// The columns of the time axis.
    let axis: Range<Int>
    /// The rows of each line of spans.
    let spanLanes: [Range<Int>]
    /// The plots, in the order of the panels.
    let panels: [PixelRectangle]
    /// The baselines of captions; `nil` for a panel without one.
    let captions: [Int?]
    /// The baseline of the times; `nil` if there is no room for them.
    let timeBaseLine: Int?
    let hasLeftAxis: Bool
    let hasColorBar: Bool

    /// The relative heights of panels: a spectrogram is twice as high as a waveform.
    private static let weights: [SoundAnalysis.Part: Int] = [.waveform: 1, .spectrogram: 2]

    static func capHeight(of size: PixelSize) -> Double {
        let side = (Double(size.width) * Double(size.height)).squareRoot()
        // Rounded to quarters of a pixel, so that all letters of an image look alike.
        return ((max(7, 5.5 + 0.0045 * side)) * 4).rounded() / 4
    }

    private static func hasLeftAxis(_ size: PixelSize) -> Bool { Double(size.width) >= 36 * capHeight(of: size) }
    private static func hasColorBar(_ size: PixelSize) -> Bool {
        Double(size.width) >= 64 * capHeight(of: size) && Double(size.height) >= 12 * capHeight(of: size)
    }

    /// Depends only on the size and on whether there is a spectrogram, so it is known before a recording is read.
    static func axis(of size: PixelSize, hasSpectrogram: Bool) -> Range<Int> {
        let cap = capHeight(of: size)
        let left = hasLeftAxis(size) ? Int(cap * 6.6) : 0
        let right = hasSpectrogram && hasColorBar(size) ? Int(cap * 6.4) : hasLeftAxis(size) ? Int(cap * 1.5) : 0
        return left..<max(left + 1, size.width - right)
    }

    init(size: PixelSize, panels parts: [SoundAnalysis.Part], captions hasCaption: [Bool], spanLaneCount: Int) {
        self.size = size
        let cap = Self.capHeight(of: size)
        capHeight = cap
        axis = Self.axis(of: size, hasSpectrogram: parts.contains(.spectrogram))
        hasLeftAxis = Self.hasLeftAxis(size)
        hasColorBar = parts.contains(.spectrogram) && Self.hasColorBar(size)
        let height = Double(size.height)

        let gap = height >= 12 * cap ? Int(cap) : height >= 20 ? 1 : 0
        var top = hasLeftAxis ? gap : 0
        var bottom = size.height
        if height >= 7 * cap, Double(size.width) >= 12 * cap {
            bottom -= Int(cap * 2.4)
            timeBaseLine = bottom + Int(cap * 1.8)
        } else {
            timeBaseLine = nil
        }

        // Spans take at most 40 % of the height.
        let laneRoom = max(0, Int(Double(bottom - top) * 0.4))
        let laneHeight = spanLaneCount > 0 ? min(Int(cap * 2), laneRoom / spanLaneCount) : 0
        let lanesTop = top
        spanLanes =
            laneHeight < 1
            ? [] : (0..<spanLaneCount).map { lanesTop + $0 * laneHeight..<lanesTop + ($0 + 1) * laneHeight }
        if let last = spanLanes.last { top = last.upperBound + (gap + 1) / 2 }

        let captionHeight = Int(cap * 2)
        let captionCount = hasCaption.filter(\.self).count
        let showsCaptions = hasLeftAxis && bottom - top > captionCount * captionHeight * 3
        let gaps = gap * max(0, parts.count - 1)
        let room = max(0, bottom - top - gaps - (showsCaptions ? captionCount * captionHeight : 0))
        let whole = max(1, parts.reduce(0) { $0 + (Self.weights[$1] ?? 1) })
        var (panels, captions): ([PixelRectangle], [Int?]) = ([], [])
        var weight = 0
        var used = 0
        for (part, isCaptioned) in zip(parts, hasCaption) {
            if isCaptioned, showsCaptions {
                captions.append(top + captionHeight - Int(cap * 0.6))
                top += captionHeight
            } else {
                captions.append(nil)
            }
            weight += Self.weights[part] ?? 1
            let end = room * weight / whole
            panels.append(PixelRectangle(x: axis.lowerBound, y: top, width: axis.count, height: end - used))
            top += end - used + gap
            used = end
        }
        self.panels = panels
        self.captions = captions
    }

    /// Returns the column of a time, from the first of the axis to one past the last.
    func column(at time: Double, of duration: Double) -> Int {
        guard duration > 0, time.isFinite else { return axis.lowerBound }
        return axis.lowerBound + Int((min(max(time / duration, 0), 1) * Double(axis.count)).rounded())
    }

    /// Returns the strips of a waveform's channels, or one strip without a channel if they would be too low.
    func lanes(of plot: PixelRectangle, channelCount: Int) -> [(channel: Int?, place: PixelRectangle)] {
        guard channelCount > 0, plot.height > 0 else { return [] }
        guard channelCount > 1, plot.height / channelCount >= 12 else { return [(channelCount == 1 ? 0 : nil, plot)] }
        return (0..<channelCount).map { channel in
            let top = plot.height * channel / channelCount
            // One pixel apart from the next.
            let end = plot.height * (channel + 1) / channelCount - (channel + 1 < channelCount ? 1 : 0)
            return (channel, PixelRectangle(x: plot.x, y: plot.y + top, width: plot.width, height: end - top))
        }
    }

    /// Returns the horizontal extent of a time label: centred at its column, but within the image.
    func place(of tick: AxisTick, _ width: Double, _ duration: Double) -> Range<Double> {
        let column = min(column(at: tick.value, of: duration), axis.upperBound - 1)
        let start = min(max(0, Double(column) + 0.5 - width / 2), max(0, Double(size.width) - width))
        return start..<start + width
    }

    /// Returns the time ticks; none if there is no room for times.
    ///
    /// - Parameter width: Returns the width of a label in pixels.
    func timeTicks(duration: Double, width: (String) -> Double) -> [AxisTick] {
        timeBaseLine == nil
            ? []
            : AxisTicks.time(duration: duration, width: Double(axis.count)) { label in
                // The first and last labels may be shifted by half their width to stay within the image.
                let width = width(label)
                return max(width + 3 * capHeight, 1.5 * width + 1.5 * capHeight)
            }
    }
}
