internal import PerceptCore

extension Image {
    /// Returns the image turned upright; its pixels must be as stored.
    ///
    /// Moves whole pixels without rounding. It works in square tiles, since rows of one image are columns of the other.
    public func oriented(by orientation: Orientation) -> Image {
        guard orientation != .upright else { return self }
        let turned: [UInt8]
        switch layout.bytesPerPixel {
        case 1: turned = PixelMove<Bytes1>(size, orientation).applied(to: bytes)
        case 2: turned = PixelMove<Bytes2>(size, orientation).applied(to: bytes)
        case 3: turned = PixelMove<Bytes3>(size, orientation).applied(to: bytes)
        case 4: turned = PixelMove<Bytes4>(size, orientation).applied(to: bytes)
        case 6: turned = PixelMove<Bytes6>(size, orientation).applied(to: bytes)
        default: turned = PixelMove<Bytes8>(size, orientation).applied(to: bytes)
        }
        return Image(size: orientation.applied(to: size), layout: layout, uncheckedBytes: turned)
    }
}

// Pixels as byte tuples, which have no alignment requirement.
private typealias Bytes1 = UInt8
private typealias Bytes2 = (UInt8, UInt8)
private typealias Bytes3 = (UInt8, UInt8, UInt8)
private typealias Bytes4 = (UInt8, UInt8, UInt8, UInt8)
private typealias Bytes6 = (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8)
private typealias Bytes8 = (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8)

private struct PixelMove<Pixel: BitwiseCopyable> {
    let storedSize: PixelSize
    let orientation: Orientation

    init(_ storedSize: PixelSize, _ orientation: Orientation) {
        self.storedSize = storedSize
        self.orientation = orientation
    }

    func applied(to stored: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: stored.count) { upright, initializedCount in
            stored.withUnsafeBytes { source in
                guard let source = source.baseAddress, let target = upright.baseAddress else { return }
                move(
                    from: source.assumingMemoryBound(to: Pixel.self),
                    to: UnsafeMutableRawPointer(target).assumingMemoryBound(to: Pixel.self))
            }
            initializedCount = stored.count
        }
    }

    private func move(from stored: UnsafePointer<Pixel>, to upright: UnsafeMutablePointer<Pixel>) {
        let size = orientation.applied(to: storedSize)
        // The steps through stored pixels that correspond to one pixel right and one pixel down in the upright image.
        let stepX = orientation.reversesStoredX ? -1 : 1
        let stepY = orientation.reversesStoredY ? -storedSize.width : storedSize.width
        let (right, down) = orientation.swapsSides ? (stepY, stepX) : (stepX, stepY)
        let origin =
            (orientation.reversesStoredX ? storedSize.width - 1 : 0)
            + (orientation.reversesStoredY ? (storedSize.height - 1) * storedSize.width : 0)
        let tile = 64
        for top in stride(from: 0, to: size.height, by: tile) {
            for left in stride(from: 0, to: size.width, by: tile) {
                for y in top..<min(top + tile, size.height) {
                    var source = origin + y * down + left * right
                    for x in left..<min(left + tile, size.width) {
                        upright[y * size.width + x] = stored[source]
                        source += right
                    }
                }
            }
        }
    }
}
