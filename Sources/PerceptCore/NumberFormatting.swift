#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Double {
    /// Returns the number with that many decimals, rounded to nearest, ties to even, with a point in every locale.
    package func fixed(decimals: Int) -> String { printed("%.*f", decimals) }

    /// Returns the number with at most that many significant digits, as C's `%g` does, with a point in every locale.
    package func rounded(significantDigits: Int) -> String { printed("%.*g", significantDigits) }

    private func printed(_ format: String, _ precision: Int) -> String {
        // A program that uses the libraries may have another locale, which C's functions obey.
        let previous = uselocale(cLocale)
        defer { uselocale(previous) }
        return withVaList([CInt(clamping: precision), self]) { arguments in
            // The largest double has 309 digits before the point.
            String(unsafeUninitializedCapacity: 512) { buffer in
                buffer.withMemoryRebound(to: CChar.self) { text in
                    min(max(0, Int(vsnprintf(text.baseAddress, text.count, format, arguments))), text.count - 1)
                }
            }
        }
    }
}

extension Int {
    /// Returns the number with leading zeros up to that many digits.
    package func padded(to digits: Int) -> String {
        let text = String(magnitude)
        return (self < 0 ? "-" : "") + String(repeating: "0", count: Swift.max(0, digits - text.count)) + text
    }
}

nonisolated(unsafe) private let cLocale = newlocale(CInt(bitPattern: UInt32(localeMask)), "C", nil)

/// All categories; the macro is not imported on every system.
private let localeMask: Int = {
    #if canImport(Darwin)
        63
    #else
        0x1FBF
    #endif
}()
