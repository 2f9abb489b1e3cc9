/// Puts the reports of inputs that finish in any order into the order of the inputs.
struct ReportQueue {
    private let inputs: [(file: String, turn: ConsoleTurn)]
    /// The outcomes of finished inputs that wait for earlier ones.
    private var outcomes: [Int: (any Error)?] = [:]
    /// The index of the first unfinished input.
    private var head = 0

    init(_ inputs: [(file: String, turn: ConsoleTurn)]) {
        self.inputs = inputs
        inputs.first?.turn.come()
    }

    func turn(_ index: Int) -> ConsoleTurn { inputs[index].turn }

    mutating func finish(_ index: Int, _ error: (any Error)?, _ batch: inout Batch) {
        outcomes[index] = .some(error)
        while let outcome = outcomes.removeValue(forKey: head) {
            let input = inputs[head]
            if let error = outcome ?? input.turn.failure { batch.report(error, input.file) }
            head += 1
            if head < inputs.count { inputs[head].turn.come() }
        }
    }
}
