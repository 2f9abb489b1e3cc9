internal import PerceptCore

extension GeometryReceipt {
    /// The crop in the picture as it is stored.
    var storedCrop: PixelRectangle { crop.stored(orientation, storedSize: storedSize) }

    /// By how much the picture may be smaller, both ways, before it is resized: the largest first.
    ///
    /// What is left has at least one and a half times the pixels of the result in each direction, at a quarter and an eighth twice as
    /// many, so that the filter still decides what it looks like; and the crop begins and ends between pixels.
    var reductions: [Int] {
        let crop = storedCrop
        let resized = orientation.applied(to: resizedSize)
        // The coarser the pixels that the decoder makes, the more it shows where they lie.
        func least(_ side: Int, _ factor: Int) -> Int { factor == 2 ? 3 * side : 2 * factor * side }
        return [8, 4, 2].filter { factor in
            [crop.x, crop.y, crop.width, crop.height].allSatisfy { $0.isMultiple(of: factor) }
                && crop.width >= least(resized.width, factor) && crop.height >= least(resized.height, factor)
        }
    }
}
