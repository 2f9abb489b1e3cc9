public import PerceptCore

extension GeometryReceipt {
    /// A mask over the picture that was sent, as one over the upright original: nearest pixel, centres at halves; zero
    /// for what was not sent.
    ///
    /// - Parameters:
    ///   - uploadMask: of the size ``uploadSize``.
    ///   - rescalingMismatch: take a mask of another size for one of the whole picture, its padding too, all the same.
    ///   - limits: what the result may not exceed.
    /// - Throws: `MediaError` `.invalidArgument` for a mask of another size than ``uploadSize``, `.limitExceeded`,
    ///   `.cancelled`.
    public func sourceMask(
        for uploadMask: Mask, rescalingMismatch: Bool = false, limits: ResourceLimits = .default
    ) throws(MediaError) -> Mask {
        let mask = try fitting(uploadMask, uploadSize, "the picture that was sent", rescalingMismatch, limits)
        return try mask.sampled(
            columns: (sourceSize.width, { sourceIndex($0, crop.x, crop.width, resizedSize.width, padding.left) }),
            rows: (sourceSize.height, { sourceIndex($0, crop.y, crop.height, resizedSize.height, padding.top) }),
            limits: limits)
    }

    /// A mask over the upright original, as one over the picture that was sent: nearest pixel, centres at halves; zero
    /// in the padding.
    ///
    /// - Parameters:
    ///   - sourceMask: of the size ``sourceSize``.
    ///   - rescalingMismatch: take a mask of another size for one of the whole picture all the same.
    ///   - limits: what the result may not exceed.
    /// - Throws: `MediaError` `.invalidArgument` for a mask of another size than ``sourceSize``, `.limitExceeded`,
    ///   `.cancelled`.
    public func uploadMask(
        for sourceMask: Mask, rescalingMismatch: Bool = false, limits: ResourceLimits = .default
    ) throws(MediaError) -> Mask {
        let mask = try fitting(sourceMask, sourceSize, "the upright original", rescalingMismatch, limits)
        return try mask.sampled(
            columns: (uploadSize.width, { sourceIndex($0, padding.left, resizedSize.width, crop.width, crop.x) }),
            rows: (uploadSize.height, { sourceIndex($0, padding.top, resizedSize.height, crop.height, crop.y) }),
            limits: limits)
    }

    /// Of `count` pixels from `start` on, `index` is one; which of as many as `otherCount` from `otherStart` on lies
    /// under its centre, or `nil` when it is none of them.
    private func sourceIndex(_ index: Int, _ start: Int, _ count: Int, _ otherCount: Int, _ otherStart: Int) -> Int? {
        guard index >= start, index - start < count else { return nil }
        return otherStart + (2 * (index - start) + 1) * otherCount / (2 * count)
    }

    private func fitting(
        _ mask: Mask, _ expected: PixelSize, _ picture: String, _ rescalingMismatch: Bool, _ limits: ResourceLimits
    ) throws(MediaError) -> Mask {
        if mask.size == expected { return mask }
        guard rescalingMismatch else {
            throw MediaError(
                .invalidArgument,
                problem: "a mask of \(mask.size) pixels does not fit \(picture), which has \(expected)",
                remedy: "ask for it to be rescaled if it covers the whole picture")
        }
        return try mask.resized(to: expected, limits: limits)
    }
}
