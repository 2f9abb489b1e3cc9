public import PerceptCore

extension GeometryReceipt {
    /// Maps a mask of the upload to the upright source image, by the nearest pixel (centres at halves). Pixels that
    /// were not sent are zero.
    ///
    /// - Parameters:
    ///   - uploadMask: a mask of size ``uploadSize``.
    ///   - rescalingMismatch: accepts a mask of another size and rescales it to the whole upload, including its
    ///     padding.
    ///   - limits: the limits on the result.
    /// - Throws: `MediaError` `.invalidArgument` for a mask whose size differs from ``uploadSize``, `.limitExceeded`,
    ///   `.cancelled`.
    public func sourceMask(
        for uploadMask: Mask, rescalingMismatch: Bool = false, limits: ResourceLimits = .default
    ) throws(MediaError) -> Mask {
        let mask = try fitting(uploadMask, uploadSize, "the upload", rescalingMismatch, limits)
        return try mask.sampled(
            columns: (sourceSize.width, { sourceIndex($0, crop.x, crop.width, resizedSize.width, padding.left) }),
            rows: (sourceSize.height, { sourceIndex($0, crop.y, crop.height, resizedSize.height, padding.top) }),
            limits: limits)
    }

    /// Maps a mask of the upright source image to the upload, by the nearest pixel (centres at halves). The padding is
    /// zero.
    ///
    /// - Parameters:
    ///   - sourceMask: a mask of size ``sourceSize``.
    ///   - rescalingMismatch: accepts a mask of another size and rescales it to the whole source image.
    ///   - limits: the limits on the result.
    /// - Throws: `MediaError` `.invalidArgument` for a mask whose size differs from ``sourceSize``, `.limitExceeded`,
    ///   `.cancelled`.
    public func uploadMask(
        for sourceMask: Mask, rescalingMismatch: Bool = false, limits: ResourceLimits = .default
    ) throws(MediaError) -> Mask {
        let mask = try fitting(sourceMask, sourceSize, "the upright source image", rescalingMismatch, limits)
        return try mask.sampled(
            columns: (uploadSize.width, { sourceIndex($0, padding.left, resizedSize.width, crop.width, crop.x) }),
            rows: (uploadSize.height, { sourceIndex($0, padding.top, resizedSize.height, crop.height, crop.y) }),
            limits: limits)
    }

    /// Returns which of `otherCount` pixels from `otherStart` lies under the centre of pixel `index`, one of `count`
    /// pixels from `start`; `nil` if none does.
    private func sourceIndex(_ index: Int, _ start: Int, _ count: Int, _ otherCount: Int, _ otherStart: Int) -> Int? {
        guard index >= start, index - start < count else { return nil }
        return otherStart + (2 * (index - start) + 1) * otherCount / (2 * count)
    }

    private func fitting(
        _ mask: Mask, _ expected: PixelSize, _ image: String, _ rescalingMismatch: Bool, _ limits: ResourceLimits
    ) throws(MediaError) -> Mask {
        if mask.size == expected { return mask }
        guard rescalingMismatch else {
            throw MediaError(
                .invalidArgument,
                problem: "a mask of \(mask.size) pixels does not fit \(image), which has \(expected)",
                remedy: "request rescaling if it covers the whole image")
        }
        return try mask.resized(to: expected, limits: limits)
    }
}
