internal import PerceptCore

extension GeometryReceipt {
    /// The crop in the picture as it is stored.
    var storedCrop: PixelRectangle { crop.stored(orientation, storedSize: storedSize) }

    /// By how much the picture may be smaller, both ways, before it is resized: the largest first.
    ///
    /// What is left has at least one and a half times the pixels of the result in each direction, so that the filter still decides
    /// what it looks like; and the crop begins and ends between pixels.
    var reductions: [Int] {
        let crop = storedCrop
        let resized = orientation.applied(to: resizedSize)
        return [8, 4, 2].filter { factor in
            [crop.x, crop.y, crop.width, crop.height].allSatisfy { $0.isMultiple(of: factor) }
                && crop.width * 2 >= resized.width * factor * 3 && crop.height * 2 >= resized.height * factor * 3
        }
    }
}
