internal import CTextLayout

/// Fonts found by fontconfig, best first, in a stable order.
///
/// `@unchecked`: fontconfig's font sets may be read by several threads at once, and nothing here writes to them.
final class FontList: @unchecked Sendable {
    private let handle: OpaquePointer

    private init?(_ handle: OpaquePointer?) {
        guard let handle else { return nil }
        self.handle = handle
    }

    deinit { font_list_free(handle) }

    /// The system's sans-serif fonts, which together cover all characters of all fonts; `nil` if there are none.
    /// Computed once, since fontconfig takes milliseconds.
    static let fallbacks = FontList(font_list_of_fallbacks())

    /// Returns the font of a family, or `nil` if it does not exist.
    static func family(_ name: String) -> FontList? {
        FontList(font_list_of_family(name))
    }

    var count: Int { font_list_count(handle) }

    func location(at index: Int) -> (path: String, faceIndex: Int)? {
        guard let path = font_list_path(handle, index) else { return nil }
        return (String(cString: path), Int(font_list_face_index(handle, index)))
    }

    /// Returns true if the font at `index` has all of the characters.
    func has(_ scalars: [Unicode.Scalar], at index: Int) -> Bool {
        scalars.allSatisfy { font_list_has_scalar(handle, index, $0.value) }
    }
}
