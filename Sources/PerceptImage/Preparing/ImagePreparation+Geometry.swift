internal import PerceptCore

extension ImagePreparation {
    /// Returns the map of an image's preparation, which determines all sizes.
    ///
    /// - Throws: `MediaError` `.invalidArgument` for values outside their ranges.
    func geometry(
        storedSize: PixelSize, orientation: Orientation, levels: SampleRange? = nil
    ) throws(MediaError) -> GeometryReceipt {
        try check()
        let size = orientation.applied(to: storedSize)
        guard size.isRepresentable else {
            throw MediaError(
                .invalidArgument, problem: "invalid image size \(size): each side must be at least 1 pixel")
        }
        // A crop outside the image is rejected below; until then any size will do.
        let area = crop.flatMap { $0.lies(within: size) ? $0.size : nil } ?? size
        let (resizedSize, padding) = try resizing(area)
        return try GeometryReceipt(
            storedSize: storedSize, orientation: orientation, crop: crop, resizedSize: resizedSize, padding: padding,
            levels: levels)
    }

    /// Rejects values outside their ranges.
    func check() throws(MediaError) {
        try levels?.check()
        for (name, bound) in [("longest", longestSide), ("shortest", shortestSide)] {
            guard let bound, bound < 1 else { continue }
            throw MediaError(
                .invalidArgument, problem: "invalid \(name) side of \(bound) pixels",
                remedy: "choose 1 or more")
        }
        if let exactSize, !exactSize.isRepresentable {
            throw MediaError(
                .invalidArgument, problem: "invalid exact size of \(exactSize) pixels",
                remedy: "choose sides of at least 1 pixel")
        }
        guard (1...100).contains(quality) else {
            throw MediaError(
                .invalidArgument, problem: "invalid JPEG quality \(quality)", remedy: "choose 1 to 100")
        }
        if let maximumByteCount, maximumByteCount < 1 {
            throw MediaError(
                .invalidArgument, problem: "invalid byte limit \(maximumByteCount)",
                remedy: "choose 1 or more")
        }
    }

    private func resizing(
        _ size: PixelSize
    ) throws(MediaError) -> (resizedSize: PixelSize, padding: GeometryReceipt.Padding) {
        guard let exactSize else { return (bounded(size), .none) }
        switch fit {
        case .stretch: return (exactSize, .none)
        case .letterbox:
            let inner = Self.inscribed(size, in: exactSize)
            let (across, down) = (exactSize.width - inner.width, exactSize.height - inner.height)
            return (
                inner,
                GeometryReceipt.Padding(
                    left: across / 2, top: down / 2, right: across - across / 2, bottom: down - down / 2)
            )
        case .centerCrop(let shortestSide):
            let outer = try Self.covering(size, exactSize, shortestSide)
            let (across, down) = (outer.width - exactSize.width, outer.height - exactSize.height)
            return (
                outer,
                GeometryReceipt.Padding(
                    left: -(across / 2), top: -(down / 2), right: across / 2 - across, bottom: down / 2 - down)
            )
        }
    }

    private func bounded(_ size: PixelSize) -> PixelSize {
        // The scale is numerator / denominator; the bound with the smaller scale decides.
        var (numerator, denominator) = (1, 1)
        for (bound, side) in [(longestSide, size.longestSide), (shortestSide, size.shortestSide)] {
            guard let bound, bound < side, bound * denominator < numerator * side else { continue }
            (numerator, denominator) = (bound, side)
        }
        return PixelSize(
            width: Self.scaled(size.width, numerator, denominator),
            height: Self.scaled(size.height, numerator, denominator))
    }

    /// Returns the largest size with that aspect ratio within `frame`.
    private static func inscribed(_ size: PixelSize, in frame: PixelSize) -> PixelSize {
        frame.width * size.height <= frame.height * size.width
            ? PixelSize(
                width: frame.width, height: min(frame.height, scaled(size.height, frame.width, size.width)))
            : PixelSize(
                width: min(frame.width, scaled(size.width, frame.height, size.height)), height: frame.height)
    }

    /// Returns the size with that aspect ratio and the shortest side `shortestSide`, or the smallest that covers
    /// `frame`.
    private static func covering(
        _ size: PixelSize, _ frame: PixelSize, _ shortestSide: Int?
    ) throws(MediaError) -> PixelSize {
        let isWidthDecided =
            shortestSide == nil
            ? frame.width * size.height >= frame.height * size.width : size.width <= size.height
        let decided = shortestSide ?? (isWidthDecided ? frame.width : frame.height)
        guard decided > 0, decided <= PixelSize.longestRepresentableSide else {
            throw MediaError(
                .invalidArgument, problem: "invalid shortest side of \(decided) pixels",
                remedy: "choose 1 or more")
        }
        let outer =
            isWidthDecided
            ? PixelSize(width: decided, height: decided * size.height / size.width)
            : PixelSize(width: decided * size.width / size.height, height: decided)
        guard outer.width >= frame.width, outer.height >= frame.height else {
            throw MediaError(
                .invalidArgument,
                problem:
                    "\(size) pixels resized to a shortest side of \(decided) are \(outer), "
                    + "less than the \(frame) to crop",
                remedy: "choose a larger shortest side")
        }
        return outer
    }

    /// Returns `side · numerator / denominator`, rounded to nearest, halves up, and at least 1.
    private static func scaled(_ side: Int, _ numerator: Int, _ denominator: Int) -> Int {
        max(1, (side * numerator * 2 + denominator) / (denominator * 2))
    }
}
