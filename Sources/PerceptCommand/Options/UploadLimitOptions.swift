import ArgumentParser

/// A count of bytes as people write it: `921600`, `900K`, `1.5M`; the suffixes stand for powers of 1024.
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
        // Double() would take "inf", "nan" and "0x10" too.
        guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let number = Double(digits) else {
            return nil
        }
        let bytes = (number * power).rounded(.down)
        guard bytes >= 1, bytes < 0x1p62 else { return nil }
        value = Int(bytes)
    }
}

/// What an upload may have at most.
struct UploadLimitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Bytes of what is sent at most, K, M and G being powers of 1024. Pictures are made to fit; recordings that do not are refused.",
            valueName: "bytes"))
    var maxBytes: ByteCount?
}
