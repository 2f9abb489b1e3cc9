internal import PerceptCore

extension GeometryReceipt {
    /// The crop in the stored image.
    var storedCrop: PixelRectangle { crop.stored(orientation, storedSize: storedSize) }

    /// Returns the factors at which the image may be decoded smaller before it is resized, largest first.
    ///
    ///  A reduced image has at least 1.5 times the pixels of the result in each direction, or 3 times at a quarter and
    ///  an eighth, so that the filter still determines the result. The edges of the crop lie between pixels.
    var reductions: [Int] {
        let crop = storedCrop
        let resized = orientation.applied(to: resizedSize)
        // The larger the decoder's pixels, the more visible their alignment.
        func least(_ side: Int, _ factor: Int) -> Int { factor == 2 ? 3 * side : 2 * factor * side }
        return [8, 4, 2].filter { factor in
            [crop.x, crop.y, crop.width, crop.height].allSatisfy { $0.isMultiple(of: factor) }
                && crop.width >= least(resized.width, factor) && crop.height >= least(resized.height, factor)
        }
    }
}
