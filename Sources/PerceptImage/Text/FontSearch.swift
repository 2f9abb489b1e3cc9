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

    deinit { percept_font_list_free(handle) }

    /// The system's fonts for sans-serif text, which together have all characters that any font has; `nil` where there
    /// are none. Asking fontconfig takes milliseconds, so it is done once.
    static let fallbacks = FontList(percept_font_list_of_fallbacks())

    /// Returns the font of a family, or `nil` if it does not exist.
    static func family(_ name: String) -> FontList? {
        FontList(percept_font_list_of_family(name))
    }

    var count: Int { percept_font_list_count(handle) }

    func location(at index: Int) -> (path: String, faceIndex: Int)? {
        guard let path = percept_font_list_path(handle, index) else { return nil }
        return (String(cString: path), Int(percept_font_list_face_index(handle, index)))
    }

    /// Returns true if the font at `index` has all of the characters.
    func has(_ scalars: [Unicode.Scalar], at index: Int) -> Bool {
        scalars.allSatisfy { percept_font_list_has_scalar(handle, index, $0.value) }
    }
}
