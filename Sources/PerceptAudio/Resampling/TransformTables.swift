#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The radices and twiddle factors of a Fourier transform.
struct TransformTables: Sendable {
    let length: Int
    let radices: [Int]

    /// Creates the tables, or returns `nil` if `length` has a prime factor above 7.
    init?(length: Int) {
        var rest = length
        var radices: [Int] = []
        for radix in [9, 8, 7, 5, 4, 3, 2] {
            while rest.isMultiple(of: radix), rest > 1 {
                radices.append(radix)
                rest /= radix
            }
        }
        guard rest == 1, !radices.isEmpty else { return nil }
        self.length = length
        self.radices = radices
    }

    /// Returns the output index of a frequency within −length…length: its mixed-radix digits in reverse.
    func index(of frequency: Int) -> Int {
        var (frequency, rest, index) = ((frequency + length) % length, length, 0)
        for radix in radices {
            rest /= radix
            index += frequency % radix * rest
            frequency /= radix
        }
        return index
    }

    var twiddleCount: Int {
        var (rest, count) = (length, 0)
        for radix in radices.dropLast() {
            rest /= radix
            count += 2 * rest * (radix - 1)
        }
        return count
    }

    /// Returns the twiddle factors in the order that `FourierTransform` in CKernels defines.
    func twiddles() -> [Double] {
        var twiddles: [Double] = []
        twiddles.reserveCapacity(twiddleCount)
        var rest = length
        for radix in radices.dropLast() {
            let whole = Double(rest)
            rest /= radix
            for j in 0..<rest {
                for k in 1..<radix {
                    let angle = -2 * Double.pi * Double(j * k) / whole
                    twiddles += [cos(angle), sin(angle)]
                }
            }
        }
        return twiddles
    }
}
