/// How often which colours occur, in cells of colours that agree in the highest bits of their channels.
///
/// The colours of one cell count as their mean. What is fully opaque and what is fully transparent share a cell with nothing
/// else.
struct ColorHistogram {
    /// What lies in a cell.
    struct Entry {
        /// The first colour that was counted.
        let color: PaletteColor
        /// Pixels.
        var weight = 0.0
        /// Of their points.
        var sum = SIMD4<Double>(repeating: 0)

        var mean: SIMD4<Double> { sum / weight }
        var isOpaque: Bool { color.w == 255 }
        var isTransparent: Bool { color.w == 0 }
    }

    /// In the order in which they occur.
    private(set) var entries: [Entry] = []
    /// 8 where each colour has a cell of its own.
    let bitCount: Int
    private let mask: PaletteColor
    /// Whether all fully transparent pixels are one, whatever their hidden colour.
    private let joinsTransparent: Bool
    /// Numbers of entries, from 1 on; 0 for none. At most half are taken.
    private var slots: [UInt32]
    private let slotShift: UInt32

    /// `nil` when there are more than `limit` cells.
    init?(_ pixels: [PaletteColor], bitCount: Int, limit: Int, joinsTransparent: Bool) {
        self.bitCount = bitCount
        self.joinsTransparent = joinsTransparent
        mask = PaletteColor(repeating: 0xFF << UInt8(8 - bitCount))
        var slotBits: UInt32 = 4
        while 1 << slotBits < limit * 2 { slotBits += 1 }
        slotShift = 32 - slotBits
        slots = [UInt32](repeating: 0, count: 1 << slotBits)
        var last: (color: PaletteColor, entry: Int)?
        for color in pixels {
            let entry: Int
            if let last, last.color == color {
                entry = last.entry
            } else {
                let slot = slot(of: color)
                if slots[slot] == 0 {
                    guard entries.count < limit else { return nil }
                    entries.append(Entry(color: color))
                    slots[slot] = UInt32(truncatingIfNeeded: entries.count)
                }
                entry = Int(slots[slot]) - 1
                last = (color, entry)
            }
            entries[entry].weight += 1
            entries[entry].sum += SIMD4<Double>(PaletteSpace.point(color))
        }
    }

    /// The number of the entry of a colour that was counted.
    @inline(__always)
    func entry(of color: PaletteColor) -> Int {
        Int(slots[slot(of: color)]) - 1
    }

    /// Where the colour's cell stands, or is to stand: open addressing with Fibonacci hashing (Knuth, The Art of Computer
    /// Programming, volume 3, 6.4).
    @inline(__always)
    private func slot(of color: PaletteColor) -> Int {
        let key = key(of: color)
        var slot = Int((key &* 0x9E37_79B1) >> slotShift)
        while slots[slot] != 0, self.key(of: entries[Int(slots[slot]) - 1].color) != key {
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    @inline(__always)
    private func key(of color: PaletteColor) -> UInt32 {
        // No masked key, as long as bits are left out; and else a colour that is transparent too.
        if joinsTransparent, color.w == 0 { return 1 }
        var cell = color & mask
        if color.w == 255 { cell.w = 255 }
        return UInt32(cell.x) | UInt32(cell.y) << 8 | UInt32(cell.z) << 16 | UInt32(cell.w) << 24
    }
}
