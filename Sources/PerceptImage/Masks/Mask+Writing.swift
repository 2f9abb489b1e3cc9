public import PerceptCore

extension Mask {
    /// Encodes the mask as an 8-bit gray PNG file with its original values.
    ///
    /// - Throws: As ``ImageWriter``; `.cancelled`.
    public func encodedPNG() throws(MediaError) -> [UInt8] {
        guard let runs = valueRuns else { return try image().encodedFlatPNG() }
        return try RunPNG(size: size, ends: runs.ends, values: runs.values).encoded()
    }

    /// Writes the mask to an 8-bit gray PNG file with its original values. The file appears complete or not at all.
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - inputs: Files that must not be replaced.
    /// - Throws: As ``ImageWriter``; `.cancelled`.
    public func writePNG(to path: String, protecting inputs: [String] = []) throws(MediaError) {
        let file = try OutputFile(path: path, protecting: inputs)
        try file.write(try encodedPNG())
        try file.commit()
    }
}

extension Image {
    /// Encodes an image with large areas of one value as PNG. The values of an 8-bit gray image may be indexes into
    /// `colors`.
    func encodedFlatPNG(colors: [Color] = []) throws(MediaError) -> [UInt8] {
        var writer = try ImageWriter(
            into: nil, byteLimit: .max, size, layout, .png, .white, content: .flatAreas(colors: colors))
        try write(to: &writer)
        return try writer.finish().bytes
    }
}
