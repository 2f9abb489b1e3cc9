/// Memory at a fixed address for inner loops, freed with the value.
struct WorkingMemory<Element: BitwiseCopyable>: ~Copyable {
    let elements: UnsafeMutableBufferPointer<Element>
    /// The address of the first of `elements.count` elements, never null.
    let start: UnsafeMutablePointer<Element>

    init(repeating value: Element, count: Int) {
        start = .allocate(capacity: max(1, count))
        elements = UnsafeMutableBufferPointer(start: start, count: count)
        elements.initialize(repeating: value)
    }

    init(_ values: [Element]) {
        start = .allocate(capacity: max(1, values.count))
        elements = UnsafeMutableBufferPointer(start: start, count: values.count)
        _ = elements.initialize(from: values)
    }

    deinit {
        start.deallocate()
    }
}
