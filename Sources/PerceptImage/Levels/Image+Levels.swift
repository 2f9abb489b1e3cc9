internal import CImageCodecs
internal import PerceptCore

extension Image {
    /// The least and the greatest sample of the colour channels, fully transparent pixels not counted; `nil` for 8 bits
    /// per channel, and where no pixel counts.
    public var sampleRange: SampleRange? {
        guard layout.bitDepth == .sixteen else { return nil }
        var range = ImageSampleRange(low: .max, high: 0)
        image_samples_widen(&range, bytes, size.pixelCount, layout.colorModel.channelCount)
        return SampleRange(low: Int(range.low), high: Int(range.high))
    }

    /// The image with its samples stretched as ``ImageLevels`` says; itself for 8 bits per channel, and for a range of
    /// one value.
    public func stretched(_ range: SampleRange) -> Image {
        guard layout.bitDepth == .sixteen, range.low < range.high else { return self }
        var table = [UInt16](repeating: 0, count: SampleRange.maximum + 1)
        image_samples_tabulate(&table, ImageSampleRange(range))
        var image = self
        let (pixelCount, channelCount) = (size.pixelCount, layout.colorModel.channelCount)
        image.withMutableBytes { image_samples_map(table, $0.baseAddress, pixelCount, channelCount) }
        return image
    }
}

extension ImageSampleRange {
    init(_ range: SampleRange) {
        self.init(low: UInt16(range.low), high: UInt16(range.high))
    }
}
