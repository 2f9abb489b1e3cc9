internal import PerceptCore

/// Crops, resizes and turns an image, strip by strip.
///
/// Stored rows are cropped and resized as they arrive, in the stored orientation. If the image is already upright they
/// are passed on directly; otherwise the result, which is small, is collected and turned.
struct PreparationChain: ~Copyable {
    /// The layout of the incoming rows, from the stored image or its reduced decoding.
    private let rowSize: PixelSize
    private let layout: Image.Layout
    private let orientation: Orientation
    /// The crop in the incoming rows.
    private let crop: PixelRectangle
    private let resizer: RowResizer
    private var rowCount = 0
    private var collected: [UInt8] = []

    /// - Parameter reduction: the factor by which the incoming rows are smaller than the stored image; it divides the
    ///   sides of the image and of the crop.
    init(
        _ geometry: GeometryReceipt, _ layout: Image.Layout, _ filter: ResizeFilter, reduction: Int = 1,
        _ limits: ResourceLimits
    ) throws(MediaError) {
        let storedSize = geometry.storedSize
        rowSize = PixelSize(width: storedSize.width / reduction, height: storedSize.height / reduction)
        orientation = geometry.orientation
        self.layout = layout
        let crop = geometry.storedCrop
        self.crop = PixelRectangle(
            x: crop.x / reduction, y: crop.y / reduction, width: crop.width / reduction, height: crop.height / reduction
        )
        resizer = try Self.resizer(geometry, self.crop, layout, filter, limits)
        guard orientation != .upright else { return }
        collected.reserveCapacity(resizer.outputSize.pixelCount * layout.bytesPerPixel)
    }

    private static func resizer(
        _ geometry: GeometryReceipt, _ crop: PixelRectangle, _ layout: Image.Layout, _ filter: ResizeFilter,
        _ limits: ResourceLimits
    ) throws(MediaError) -> RowResizer {
        try limits.checkPixelCount(of: geometry.uploadSize)
        let orientation = geometry.orientation
        let resizedSize = orientation.applied(to: geometry.resizedSize)
        let content = geometry.content
        let window = PixelRectangle(
            x: content.x - geometry.padding.left, y: content.y - geometry.padding.top, width: content.width,
            height: content.height
        ).stored(orientation, storedSize: resizedSize)
        if orientation != .upright { try limits.checkHolding(content.size, layout: layout) }
        return try RowResizer(
            from: crop.size, to: resizedSize, window: window, layout: layout, filter: filter, orientation: orientation,
            limits: limits)
    }

    mutating func run(
        _ strips: StripReadAhead, _ progress: ((Double) -> Void)?,
        _ emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void
    ) throws(MediaError) {
        while let strip = try strips.takeNext() {
            try MediaError.checkCancellation()
            try strip.emit { rows throws(MediaError) in try append(rows, emit) }
            strips.recycle(strip)
            progress?(Double(rowCount) / Double(rowSize.height))
        }
    }

    mutating func run(
        _ image: Image, _ emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void
    ) throws(MediaError) {
        try image.forEachStrip { strip throws(MediaError) in try append(strip, emit) }
    }

    mutating func finish(_ emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void) throws(MediaError) {
        guard orientation != .upright else { return }
        let image = Image(size: resizer.outputSize, layout: layout, uncheckedBytes: collected).oriented(by: orientation)
        collected = []
        try image.forEachStrip { strip throws(MediaError) in try emit(strip) }
    }

    /// Processes the next stored rows in order.
    private mutating func append(
        _ rows: UnsafeRawBufferPointer, _ emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void
    ) throws(MediaError) {
        let bytesPerRow = rowSize.width * layout.bytesPerPixel
        let count = rows.count / bytesPerRow
        let first = rowCount
        rowCount += count
        let wanted = max(first, crop.y)..<max(first, crop.y, min(rowCount, crop.y + crop.height))
        if crop.width == rowSize.width {
            try resize(
                rows[(wanted.lowerBound - first) * bytesPerRow..<(wanted.upperBound - first) * bytesPerRow], emit)
        } else {
            for row in wanted {
                let start = (row - first) * bytesPerRow + crop.x * layout.bytesPerPixel
                try resize(rows[start..<start + crop.width * layout.bytesPerPixel], emit)
            }
        }
    }

    private mutating func resize(
        _ rows: Slice<UnsafeRawBufferPointer>, _ emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void
    ) throws(MediaError) {
        let collects = orientation != .upright
        try resizer.append(UnsafeRawBufferPointer(rebasing: rows)) { row throws(MediaError) in
            if collects { collected.append(contentsOf: row) } else { try emit(row) }
        }
    }
}
