/// A Huffman code for symbols with given counts, in the canonical form of RFC 1951, 3.2.2.
struct PrefixCode {
    /// The lengths in bits; 0 for a symbol that does not occur.
    let lengths: [Int]
    /// The codes, bit-reversed as in the stream.
    let codes: [UInt16]

    /// Computes a code.
    ///
    /// - Parameters:
    ///   - counts: The counts, at least two of them not 0.
    ///   - longest: The maximum length, at most 15; the counts are made more equal until no code is longer.
    init(counts: [Int], longest: Int) {
        var counts = counts
        var lengths = Self.lengths(counts)
        while lengths.contains(where: { $0 > longest }) {
            counts = counts.map { $0 > 0 ? $0 / 2 + 1 : 0 }
            lengths = Self.lengths(counts)
        }
        self.lengths = lengths
        codes = Self.codes(lengths)
    }

    /// Returns the lengths by the method of two queues: symbols by rising count, and the trees made of them, which are
    /// in rising order.
    private static func lengths(_ counts: [Int]) -> [Int] {
        let symbols = counts.indices.filter { counts[$0] > 0 }.sorted { (counts[$0], $0) < (counts[$1], $1) }
        var lengths = [Int](repeating: 0, count: counts.count)
        guard symbols.count > 1 else {
            for symbol in symbols { lengths[symbol] = 1 }
            return lengths
        }
        var weights = symbols.map { counts[$0] }
        var parents = [Int](repeating: 0, count: 2 * symbols.count - 1)
        var (leaf, tree) = (0, symbols.count)
        for _ in 1..<symbols.count {
            var weight = 0
            for _ in 0..<2 {
                let isLeaf = leaf < symbols.count && (tree >= weights.count || weights[leaf] <= weights[tree])
                let node = isLeaf ? leaf : tree
                if isLeaf { leaf += 1 } else { tree += 1 }
                weight += weights[node]
                parents[node] = weights.count
            }
            weights.append(weight)
        }
        var depths = [Int](repeating: 0, count: weights.count)
        for node in (0..<weights.count - 1).reversed() { depths[node] = depths[parents[node]] + 1 }
        for (node, symbol) in symbols.enumerated() { lengths[symbol] = depths[node] }
        return lengths
    }

    private static func codes(_ lengths: [Int]) -> [UInt16] {
        var codes = [UInt16](repeating: 0, count: lengths.count)
        var next: UInt16 = 0
        for length in 1...16 {
            for symbol in lengths.indices where lengths[symbol] == length {
                codes[symbol] = reversed(next, length)
                next += 1
            }
            next <<= 1
        }
        return codes
    }

    private static func reversed(_ code: UInt16, _ length: Int) -> UInt16 {
        var (code, result): (UInt16, UInt16) = (code, 0)
        for _ in 0..<length {
            result = result << 1 | code & 1
            code >>= 1
        }
        return result
    }
}
