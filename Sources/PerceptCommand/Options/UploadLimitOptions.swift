import ArgumentParser

/// A number of bytes such as `921600`, `900K` or `1.5M`; the suffixes stand for powers of 1024.
struct ByteCount: ExpressibleByArgument, Equatable {
    let value: Int

    init?(argument: String) {
        let powers: [Character: Double] = ["K": 0x1p10, "M": 0x1p20, "G": 0x1p30]
        var digits = argument.uppercased()
        var power = 1.0
        if let suffix = digits.last, let factor = powers[suffix] {
            power = factor
            digits.removeLast()
        }
        // Double() also accepts "inf", "nan" and "0x10".
        guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let number = Double(digits) else {
            return nil
        }
        let bytes = (number * power).rounded(.down)
        guard bytes >= 1, bytes < 0x1p62 else { return nil }
        value = Int(bytes)
    }
}

/// The options that limit an upload.
struct UploadLimitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Limit an upload to this many bytes; K, M and G are powers of 1024. Images are reduced until they fit; "
                + "recordings that do not fit are an error.",
            valueName: "bytes"))
    var maxBytes: ByteCount?
}
