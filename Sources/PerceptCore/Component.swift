import CLoadedLibrary

/// A library, program or file of the system that Percept uses, and the version that was found.
///
/// Each library lists its own: `Component.ofAudio`, `Component.ofImages`, `Component.ofInference` and
/// `Component.ofBatches`. Asking loads libraries and may start a program, which takes up to a tenth of a second.
public struct Component: Sendable, Hashable, Codable {
    /// The way in which a component is used.
    public enum Use: String, Sendable, Hashable, Codable, CaseIterable {
        /// A library that Percept is linked with.
        case linked
        /// A library that is loaded when it is first needed.
        case loaded
        /// A program that is started when it is needed.
        case started
        /// A file that is read when it is needed.
        case read
    }

    /// The usual name, such as `libpng`.
    public var name: String
    /// A phrase that completes “is needed to …”.
    public var purpose: String
    /// The way in which Percept uses the component.
    public var use: Use
    /// `true` if the component can be used.
    public var isFound: Bool
    /// The version that the component states, or `nil` if it states none.
    public var version: String?
    /// The path of the file that was found; `nil` if it is unknown.
    public var path: String?
    /// The name of the Debian package that contains the component.
    public var package: String

    package init(
        _ name: String, _ purpose: String, _ use: Use, isFound: Bool, version: String? = nil, path: String? = nil,
        package: String
    ) {
        self.name = name
        self.purpose = purpose
        self.use = use
        self.isFound = isFound
        self.version = version
        self.path = path
        self.package = package
    }
}

extension Component {
    /// The function or variable of a library that states its version.
    package enum VersionSource {
        /// A function that returns a text with a version in it.
        case text(String)
        /// A variable that points to a text with a version in it.
        case variable(String)
        /// A function that returns a number, with the factors between its parts: 100 for 10204 = 1.2.4.
        case number(String, radix: Int32)
        /// A function of the library that tells nothing about its version.
        case none(String)

        fileprivate var symbol: String {
            switch self {
            case .text(let name), .variable(let name), .number(let name, _), .none(let name): name
            }
        }

        fileprivate func version(at symbol: UnsafeMutableRawPointer) -> String? {
            // Arguments that a function does not take do no harm; libpng's takes one and ignores it.
            typealias Text = @convention(c) (OpaquePointer?) -> UnsafePointer<CChar>?
            typealias Number = @convention(c) () -> CInt
            switch self {
            case .text:
                return unsafeBitCast(symbol, to: Text.self)(nil).flatMap { Component.version(in: String(cString: $0)) }
            case .variable:
                let text = symbol.load(as: UnsafePointer<CChar>?.self)
                return text.flatMap { Component.version(in: String(cString: $0)) }
            case .number(_, let radix):
                let number = unsafeBitCast(symbol, to: Number.self)()
                return "\(number / radix / radix).\(number / radix % radix).\(number % radix)"
            case .none: return nil
            }
        }
    }

    /// Looks for a library.
    ///
    /// - Parameter libraries: the file names to load, in order; empty for a library that the process is linked with.
    package init(
        _ name: String, _ purpose: String, loading libraries: [String] = [], version source: VersionSource,
        fallback version: String? = nil, package: String
    ) {
        var path = [CChar](repeating: 0, count: 4096)
        let names = libraries.isEmpty ? [""] : libraries
        let pointers = names.map { name in name.utf8CString.withUnsafeBufferPointer { Array($0) } }
        let symbol = Self.withPointers(to: pointers) { list in
            percept_find_symbol(list, source.symbol, &path, path.count)
        }
        let found = String(decoding: path.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        self.init(
            name, purpose, libraries.isEmpty ? .linked : .loaded, isFound: symbol != nil,
            version: symbol.flatMap(source.version) ?? (symbol == nil ? nil : version),
            path: symbol == nil || found.isEmpty ? nil : found, package: package)
    }

    /// Calls `body` with an array of C strings that ends with a null pointer.
    private static func withPointers<Result>(
        to strings: [[CChar]], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        let pointers = strings.map { string in
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: string.count)
            copy.initialize(from: string, count: string.count)
            return copy
        }
        defer { for pointer in pointers { pointer.deallocate() } }
        let list = pointers.map { Optional(UnsafePointer($0)) } + [nil]
        return list.withUnsafeBufferPointer { body($0.baseAddress) }
    }

    /// Returns the first version in a text, such as 7.88.1 in `libcurl/7.88.1 OpenSSL/3.0.17`.
    package static func version(in text: String) -> String? {
        var word = ""
        for character in text {
            if character.isASCII, character.isNumber || (character == "." && !word.isEmpty) {
                word.append(character)
            } else if word.contains("."), word.last != "." {
                return word
            } else {
                word = ""
            }
        }
        return word.contains(".") && word.last != "." ? word : nil
    }
}
