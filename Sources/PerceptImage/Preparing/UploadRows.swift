internal import PerceptCore

/// Converts the content of an upload to its rows: adds padding, and removes transparency if the format has none.
struct UploadRows {
    /// The layout of the resulting rows.
    let layout: Image.Layout
    let size: PixelSize
    private let content: PixelRectangle
    private let bytesPerContentRow: Int
    private let flattening: RowFlattening?
    private var flattened: [UInt8] = []
    /// A row that consists only of padding.
    private let ground: [UInt8]
    private var row: [UInt8]
    private var rowCount = 0

    /// - Parameter contentLayout: the layout of the rows to append.
    init(
        _ geometry: GeometryReceipt, contentLayout: Image.Layout, as mediaType: MediaType,
        _ preparation: ImagePreparation
    ) {
        layout =
            mediaType == .jpeg
            ? Image.Layout(colorModel: contentLayout.colorModel.opaque, bitDepth: .eight) : contentLayout
        size = geometry.uploadSize
        content = geometry.content
        bytesPerContentRow = content.width * contentLayout.bytesPerPixel
        flattening = layout == contentLayout ? nil : RowFlattening(from: contentLayout, matte: preparation.matte)
        let isPadded = content.size != size
        ground = isPadded ? layout.pixels(of: preparation.padColor, count: size.width) : []
        row = ground
    }

    /// Takes whole upright rows of the content and passes the resulting rows to `emit`.
    mutating func append(
        _ rows: UnsafeRawBufferPointer, _ emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void
    ) throws(MediaError) {
        guard let flattening else { return try pad(rows, emit) }
        flattened.removeAll(keepingCapacity: true)
        flattening.append(rows, to: &flattened)
        // The buffer is moved out while `self` is modified.
        let lent = flattened
        flattened = []
        try lent.emit { rows throws(MediaError) in try pad(rows, emit) }
        flattened = lent
    }

    /// Passes the padding below the content to `emit`.
    mutating func finish(_ emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void) throws(MediaError) {
        try emitGround(upTo: size.height, emit)
    }

    private mutating func pad(
        _ rows: UnsafeRawBufferPointer, _ emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void
    ) throws(MediaError) {
        guard !ground.isEmpty else { return try emit(rows) }
        try emitGround(upTo: content.y, emit)
        let (start, count) = (content.x * layout.bytesPerPixel, content.width * layout.bytesPerPixel)
        for first in stride(from: 0, to: rows.count, by: count) {
            row.withUnsafeMutableBytes { row in
                UnsafeMutableRawBufferPointer(rebasing: row[start..<start + count])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: rows[first..<first + count]))
            }
            try row.emit(emit)
            rowCount += 1
        }
    }

    private mutating func emitGround(
        upTo end: Int, _ emit: (UnsafeRawBufferPointer) throws(MediaError) -> Void
    ) throws(MediaError) {
        guard !ground.isEmpty else { return }
        while rowCount < end {
            if rowCount % 256 == 0 { try MediaError.checkCancellation() }
            try ground.emit(emit)
            rowCount += 1
        }
    }
}

extension ImagePreparation {
    fileprivate var padColor: Color {
        if case .letterbox(let color) = fit { color } else { .black }
    }
}

extension Image.Layout {
    /// Returns that many pixels of an opaque colour; gray pixels use its luma (ITU-R BT.601), as a matte does.
    fileprivate func pixels(of color: Color, count: Int) -> [UInt8] {
        let channels =
            RowFlattening(from: self, matte: color).matte.map { UInt16($0) } + (colorModel.hasAlpha ? [255] : [])
        let pixel: [UInt8] =
            switch bitDepth {
            case .eight: channels.map { UInt8($0) }
            case .sixteen: channels.flatMap { value in withUnsafeBytes(of: value * 257) { Array($0) } }
            }
        return (0..<count).flatMap { _ in pixel }
    }
}
