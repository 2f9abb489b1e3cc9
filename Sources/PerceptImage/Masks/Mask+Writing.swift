public import PerceptCore

extension Mask {
    /// The mask as the bytes of a PNG file: 8-bit gray, with the values that it has.
    ///
    /// - Throws: as ``ImageWriter``; `.cancelled`.
    public func encodedPNG() throws(MediaError) -> [UInt8] {
        guard let runs = valueRuns else { return try image().encodedFlatPNG() }
        return try RunPNG(size: size, ends: runs.ends, values: runs.values).encoded()
    }

    /// Writes the mask to a PNG file, which appears whole or not at all: 8-bit gray, with the values that it has.
    ///
    /// - Parameters:
    ///   - path: where the file is to stand.
    ///   - inputs: files that must not be replaced.
    /// - Throws: as ``ImageWriter``; `.cancelled`.
    public func writePNG(to path: String, protecting inputs: [String] = []) throws(MediaError) {
        let file = try OutputFile(path: path, protecting: inputs)
        try file.write(try encodedPNG())
        try file.commit()
    }
}

extension Image {
    /// PNG for a picture of large areas of one value; for 8-bit gray, the values may be numbers of `colors`.
    func encodedFlatPNG(colors: [Color] = []) throws(MediaError) -> [UInt8] {
        var writer = try ImageWriter(
            into: nil, byteLimit: .max, size, layout, .png, .white, content: .flatAreas(colors: colors))
        try write(to: &writer)
        return try writer.finish().bytes
    }
}
