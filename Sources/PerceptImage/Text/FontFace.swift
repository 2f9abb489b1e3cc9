internal import CFreeType
internal import PerceptCore

/// The FreeType library; it and all faces opened with it must be used by one thread at a time.
final class FontLibrary {
    fileprivate let handle: FT_Library

    /// Opens the library, or returns `nil` if out of memory.
    init?() {
        var library: FT_Library?
        guard FT_Init_FreeType(&library) == 0, let library else { return nil }
        handle = library
    }

    deinit { FT_Done_FreeType(handle) }

    /// The library as a component, with the version that it states.
    static var component: Component {
        var (major, minor, patch): (FT_Int, FT_Int, FT_Int) = (0, 0, 0)
        let library = FontLibrary()
        if let library { FT_Library_Version(library.handle, &major, &minor, &patch) }
        return Component(
            "FreeType", "rasterize fonts", .linked, isFound: library != nil, version: "\(major).\(minor).\(patch)",
            package: "libfreetype6")
    }
}

/// A font with unhinted outlines.
///
/// Hinting would move outlines to whole pixels, which changes their proportions with size and conflicts with subpixel
/// positions. It would also run programs inside the font, so none are run.
final class FontFace {
    private let library: FontLibrary
    private let face: FT_Face
    /// The cap height as a fraction of the em.
    let capHeight: Double
    /// The depth of the letters p and g below the baseline, as a fraction of the em.
    let descent: Double

    /// The size in pixels per em at which glyphs are loaded, to be scaled from there: 65 536 units per em.
    private static let loadedSize: FT_UInt = 1024
    private static let unitsPerEm = Double(loadedSize) * 64
    static let loadFlags = Int32(FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP)
    /// The maximum extent of a valid glyph from its pen, in ems.
    private static let longestReach = 64.0
    /// The maximum file size: twice the largest existing fonts, with all Han characters in several weights.
    private static let largestFile = 256 << 20
    /// The maximum size of a bitmap in bytes.
    private static let largestBitmap = 64 << 20

    /// Opens a font.
    ///
    /// - Throws: `MediaError` `.malformedInput` or `.unsupportedFeature` if the file is not a font with outlines.
    init(_ library: FontLibrary, path: String, faceIndex: Int) throws(MediaError) {
        try Self.checkFile(path)
        var opened: FT_Face?
        let status = FT_New_Face(library.handle, path, FT_Long(faceIndex), &opened)
        guard status == 0, let opened else {
            throw MediaError(
                status == FT_Err_Unknown_File_Format ? .unsupportedFeature : .malformedInput, source: path,
                problem: status == FT_Err_Unknown_File_Format
                    ? "is no font" : "is a damaged font (FreeType's error \(status))",
                remedy: "give a TrueType or OpenType file, or the name of a family")
        }
        guard opened.pointee.face_flags & FT_Long(FT_FACE_FLAG_SCALABLE) != 0,
            FT_Set_Pixel_Sizes(opened, 0, Self.loadedSize) == 0
        else {
            FT_Done_Face(opened)
            throw MediaError(
                .unsupportedFeature, source: path, problem: "is a font of bitmaps alone",
                remedy: "give a TrueType or OpenType file with outlines, or the name of a family")
        }
        self.library = library
        face = opened
        capHeight = Self.capHeight(opened)
        descent = max(0, -(Self.bounds(opened, ["p", "g"])?.yMin ?? -0.2))
    }

    deinit { FT_Done_Face(face) }

    /// The handle that libraqm uses for measuring.
    var layoutHandle: UnsafeMutableRawPointer { UnsafeMutableRawPointer(face) }

    /// Converts a distance from libraqm for this face to ems.
    static func ems(_ distance: Int32) -> Double {
        min(max(Double(distance) / unitsPerEm, -longestReach), longestReach)
    }

    func has(_ scalar: Unicode.Scalar) -> Bool {
        FT_Get_Char_Index(face, FT_ULong(scalar.value)) != 0
    }

    /// Returns the bounds of a glyph's ink in ems, with y up; `nil` if it has no ink.
    func bounds(_ glyph: UInt32) -> BoundingBox? {
        Self.bounds(face, glyph)
    }

    /// Draws a glyph at `size` pixels per em, shifted by `offset` (pixels, y down).
    func bitmap(_ glyph: UInt32, size: Double, offset: (x: Double, y: Double)) -> GlyphRasterizer.Bitmap {
        guard Self.load(face, glyph) else { return .empty }
        let scale = FT_Fixed((size / Double(Self.loadedSize) * 65536).rounded())
        var matrix = FT_Matrix(xx: scale, xy: 0, yx: 0, yy: scale)
        return withUnsafeMutablePointer(to: &face.pointee.glyph.pointee.outline) { outline in
            FT_Outline_Transform(outline, &matrix)
            FT_Outline_Translate(outline, FT_Pos((offset.x * 64).rounded()), FT_Pos((-offset.y * 64).rounded()))
            var box = FT_BBox()
            FT_Outline_Get_CBox(outline, &box)
            let left = box.xMin >> 6
            let top = (box.yMax + 63) >> 6
            let bottom = box.yMin >> 6
            let width = Int((box.xMax + 63) >> 6) - Int(left)
            let height = Int(top - bottom)
            // FreeType's rasterizer has 16-bit rows and columns.
            guard (1..<32768).contains(width), (1..<32768).contains(height), width * height <= Self.largestBitmap else {
                return .empty
            }
            FT_Outline_Translate(outline, -left * 64, -bottom * 64)
            var coverage = [UInt8](repeating: 0, count: width * height)
            let status = coverage.withUnsafeMutableBufferPointer { buffer in
                var bitmap = FT_Bitmap()
                bitmap.rows = UInt32(height)
                bitmap.width = UInt32(width)
                bitmap.pitch = Int32(width)
                bitmap.buffer = buffer.baseAddress
                bitmap.num_grays = 256
                bitmap.pixel_mode = UInt8(FT_PIXEL_MODE_GRAY.rawValue)
                return FT_Outline_Get_Bitmap(library.handle, outline, &bitmap)
            }
            guard status == 0 else { return .empty }
            return GlyphRasterizer.Bitmap(
                x: Int(left), y: -Int(top), width: width, height: height, coverage: coverage)
        }
    }

    /// FreeType maps the file into memory, which is impossible for a named pipe.
    private static func checkFile(_ path: String) throws(MediaError) {
        let byteCount = try InputFile(path: path).byteCount
        guard byteCount <= largestFile else {
            throw MediaError(
                .limitExceeded, source: path, problem: "\(byteCount) bytes; fonts are read up to \(largestFile)",
                remedy: "give another font")
        }
    }

    private static func load(_ face: FT_Face, _ glyph: UInt32) -> Bool {
        FT_Load_Glyph(face, glyph, loadFlags) == 0 && face.pointee.glyph.pointee.format == FT_GLYPH_FORMAT_OUTLINE
    }

    private static func bounds(_ face: FT_Face, _ glyph: UInt32) -> BoundingBox? {
        guard load(face, glyph), face.pointee.glyph.pointee.outline.n_points > 0 else { return nil }
        var box = FT_BBox()
        FT_Outline_Get_CBox(&face.pointee.glyph.pointee.outline, &box)
        let bounds = BoundingBox(
            xMin: Double(box.xMin) / unitsPerEm, yMin: Double(box.yMin) / unitsPerEm,
            xMax: Double(box.xMax) / unitsPerEm, yMax: Double(box.yMax) / unitsPerEm)
        let isSensible = [bounds.xMin, bounds.yMin, bounds.xMax, bounds.yMax].allSatisfy { abs($0) <= longestReach }
        return isSensible && !bounds.isEmpty ? bounds : nil
    }

    private static func bounds(_ face: FT_Face, _ letters: [Unicode.Scalar]) -> BoundingBox? {
        letters.lazy.compactMap { letter -> BoundingBox? in
            let glyph = FT_Get_Char_Index(face, FT_ULong(letter.value))
            return glyph == 0 ? nil : bounds(face, glyph)
        }.first
    }

    /// Returns the cap height that the font states (OS/2 table, version 2 or later), else that of the letter H, else
    /// 0.7.
    private static func capHeight(_ face: FT_Face) -> Double {
        let sensible = 0.3...1.5
        if let table = FT_Get_Sfnt_Table(face, FT_SFNT_OS2)?.assumingMemoryBound(to: TT_OS2.self).pointee,
            table.version >= 2, table.version != 0xFFFF, face.pointee.units_per_EM > 0
        {
            let stated = Double(table.sCapHeight) / Double(face.pointee.units_per_EM)
            if sensible.contains(stated) { return stated }
        }
        if let drawn = bounds(face, ["H"])?.yMax, sensible.contains(drawn) { return drawn }
        return 0.7
    }
}
