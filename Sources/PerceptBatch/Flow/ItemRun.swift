import PerceptInference

/// The result of one input, and whether it was found in the ledger.
struct Finished<Output: Sendable>: Sendable {
    var output: Output
    var isFromLedger = false
}

/// One input on its way through a batch.
struct ItemRun<Verb: Operation>: Sendable {
    let batch: Batch<Verb>
    let item: BatchItem
    /// The operation, or why it cannot be performed on this input.
    let verb: Result<Verb, any Error>
    let perceiver: Perceiver
    let position: Int

    /// Returns the result of the input: from the ledger if it is finished, otherwise by performing the operation, whose
    /// result or failure is recorded before it is returned.
    ///
    /// - Throws: The error of the input; ``LedgerError`` if it cannot be recorded.
    func finished() async throws -> Finished<Verb.Output> {
        guard let ledger = batch.ledger else { return Finished(output: try await performed()) }
        switch try await ledger.decision(for: item, at: position) {
        case .finished(let entry):
            return Finished(output: try output(of: entry), isFromLedger: true)
        case .known(let entry, let claim):
            return try await perform(recordingIn: ledger, claim, reusing: try? output(of: entry))
        case .unfinished(let claim):
            return try await perform(recordingIn: ledger, claim)
        }
    }

    private func perform(
        recordingIn ledger: Ledger, _ claim: LedgerClaim, reusing known: Verb.Output? = nil
    ) async throws -> Finished<Verb.Output> {
        let finished: Finished<Verb.Output>
        do {
            if let known, let output = try await perceiver.perform(verb.get(), on: item.source, reusing: known) {
                finished = Finished(output: output, isFromLedger: true)
            } else {
                finished = Finished(output: try await performed())
            }
        } catch {
            // An interrupted input is not decided.
            if !error.isCancellation {
                try await ledger.record(batch.describeFailure(error), about: item.source.name, item.members, claim)
            }
            throw error
        }
        // A result with gaps is printed like any other, but its gaps can be filled by another run.
        let outcome = finished.output.failures.first.map { error in
            let failure = batch.describeFailure(error)
            return LedgerEntry.Outcome.failed(kind: failure.kind, isTransient: failure.isTransient)
        }
        try await ledger.record(outcome ?? .answered, named(finished.output), item.members, claim)
        return finished
    }

    /// Returns the result as it is recorded: JSON has warnings as text.
    private func named(_ output: Verb.Output) -> Verb.Output { output.naming(batch.parameterName) }

    private func performed() async throws -> Verb.Output {
        let verb = try verb.get()
        let progress = batch.onProgress.map { onProgress in
            { @Sendable (fraction: Double) in onProgress(item, fraction) }
        }
        guard let deadline = batch.options.deadline else {
            return try await perceiver.perform(verb, on: item.source, progress: progress)
        }
        return try await withThrowingTaskGroup(of: Verb.Output?.self) { group in
            group.addTask { try await perceiver.perform(verb, on: item.source, progress: progress) }
            group.addTask {
                try await Task.sleep(for: deadline)
                return nil
            }
            defer { group.cancelAll() }
            guard let output = try await group.next() ?? nil else {
                throw InferenceError.deadlineExceeded(deadline)
            }
            return output
        }
    }

    /// Reads the recorded result of an input.
    ///
    /// - Throws: The recorded ``ItemFailure``.
    private func output(of entry: LedgerEntry) throws -> Verb.Output {
        let json = try JSONValue(parsing: Array(entry.json.utf8)).objectValue ?? [:]
        if !entry.isAnswered, let failure = json["error"]?.objectValue.flatMap(ItemFailure.init(json:)) {
            throw failure
        }
        return try Verb.Output(json: json)
    }
}

extension Error {
    /// True if the task was cancelled, in the words of any of the libraries.
    var isCancellation: Bool {
        self is CancellationError || (self as? MediaError)?.kind == .cancelled
            || (self as? InferenceError)?.kind == .cancelled
    }
}

extension InferenceError {
    /// The error for an input that was not finished in time.
    fileprivate static func deadlineExceeded(_ deadline: Duration) -> InferenceError {
        InferenceError(
            .timedOut, problem: "not finished within \(deadline)", remedy: "try again later, or allow more time",
            retryAdvice: .later(afterSeconds: nil))
    }
}

extension Ledger {
    fileprivate func record(
        _ outcome: LedgerEntry.Outcome, _ output: some PerceptResult, _ members: JSONObject, _ claim: LedgerClaim
    ) async throws {
        try await record(
            outcome, json: output.json.adding(members).line, outputs: output.outputPaths, for: claim)
    }

    func record(
        _ failure: ItemFailure, about name: String, _ members: JSONObject, _ claim: LedgerClaim
    ) async throws {
        let json: JSONObject = ["file": .string(name), "error": .object(failure.json)]
        try await record(
            .failed(kind: failure.kind, isTransient: failure.isTransient), json: json.adding(members).line, for: claim)
    }
}

extension JSONObject {
    /// Returns the object with the members of a manifest line. Those with the name of a member of the result are kept
    /// in an object under `manifest`.
    public func adding(_ members: JSONObject) -> JSONObject {
        var json = self
        var others: JSONObject = [:]
        for (name, value) in members {
            if json[name] == nil { json[name] = value } else { others[name] = value }
        }
        if !others.isEmpty { json["manifest"] = .object(others) }
        return json
    }

    fileprivate var line: String { String(decoding: JSONValue.object(self).serialized(), as: UTF8.self) }
}
