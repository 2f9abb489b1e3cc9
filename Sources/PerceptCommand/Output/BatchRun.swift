import ArgumentParser
import Percept
import PerceptBatch
import PerceptCore
import PerceptInference

/// One run of a verb over its inputs: performs the operation on each, and prints the outcomes.
struct BatchRun<Verb: Operation> where Verb.Output: PrintableResult {
    private let sources: SourceOptions
    private let console: Console
    private var batch: Batch<Verb>
    private let service: ServiceSession?
    /// The label of the progress of one input, such as `transcribing`.
    private let progressLabel: String?
    private let isDryRun: Bool
    /// The ledger of a dry run.
    private let lookup: LedgerLookup?

    /// Creates a run.
    ///
    /// - Parameters:
    ///   - requests: the options of a verb that sends requests, with its rate and session.
    ///   - settings: the values other than the preparations that results depend on.
    ///   - operation: a closure that returns the operation for one input.
    /// - Throws: errors about the ledger.
    init(
        _ sources: SourceOptions, _ flow: FlowOptions, requests: RequestFlowOptions? = nil,
        rate: RequestRate? = nil, service: ServiceSession? = nil, console: Console, perceiver: Perceiver,
        progress: String? = nil,
        settings: [Any], operation: @escaping @Sendable (BatchItem) throws -> Verb
    ) throws {
        Interruption.grace = flow.grace ?? 0
        self.sources = sources
        self.console = console
        self.service = service
        progressLabel = progress
        let settings: [(String, Any)] = [
            ("settings", settings), ("endpoint", perceiver.client.endpoint), ("options", perceiver.options),
            ("audio", perceiver.audioPreparation), ("image", perceiver.imagePreparation),
            ("chunking", perceiver.chunking as Any), ("limits", perceiver.limits),
        ]
        let ledgerOptions = JSONObject(settings.map { ($0.0, .string(CanonicalText.of($0.1))) })
        isDryRun = flow.dryRun
        lookup = isDryRun ? try flow.lookUpLedger(verb: Verb.name, options: ledgerOptions) : nil
        let ledger = isDryRun ? nil : try flow.openLedger(verb: Verb.name, options: ledgerOptions)
        var options = flow.batchOptions(requests, rate: rate, service?.options)
        if sources.isWorker {
            // The engine decides what to do about failures.
            options.consecutiveFailureLimit = nil
            options.isOrdered = flow.ordered
        }
        batch = Batch(perceiver, options: options, ledger: ledger, operation: operation)
    }

    /// Processes all inputs.
    ///
    /// - Parameters:
    ///   - finish: a closure that is called at the end, to write what belongs to all inputs.
    ///   - fail: a closure that is called with the error of an input that has no result.
    ///   - print: a closure that prints the result for one input, with the members to add to its JSON.
    /// - Throws: `ExitCode` with the highest code of the failures. With a ledger, failures of inputs count only if
    ///   another run may succeed.
    func run(
        finish: () throws -> Void = {}, fail: (any Error) -> Void = { _ in },
        print: (Verb.Output, _ members: JSONObject) throws -> Void
    ) async throws {
        guard !isDryRun else { return try await estimate() }
        var run = RunReport(console, isWorker: sources.isWorker)
        let inputs = sources.inputs
        let line = ProgressLine(console, inputs, batch.options.share)
        do {
            let outcomes = observed(inputs).outcomes(of: InterruptibleInputs(inputs: inputs))
            var iterator = outcomes.makeAsyncIterator()
            while let outcome = try await iterator.next() {
                line.add(outcome.result, isFromLedger: outcome.isFromLedger)
                if case .failure(let error) = outcome.result { fail(error) }
                do {
                    let result = try outcome.result.get()
                    try print(result, outcome.input.members)
                    try IncompleteResult.check(result.failures)
                } catch {
                    let subject: JSONObject = ["file": .string(outcome.input.name)]
                    run.report(error, subject.adding(outcome.input.members), hasLedger: batch.ledger != nil)
                }
                // What nobody reads is not worth paying for.
                guard Console.hasReader else {
                    await iterator.cancel()
                    break
                }
            }
            if Interruption.hasBegun { throw CancellationError() }
        } catch is CancellationError where batch.ledger != nil {
            console.error("interrupted; the same command continues here")
            run.raise(Interruption.exitCodeWithLedger)
        } catch let error as BatchStop where inputs.isSingle {
            // The error of the only input has been reported.
            run.raise(Failure.reporting(error).exitCode)
        } catch {
            run.report(error)
        }
        line.finish()
        for skipped in inputs.skipped.descriptions { console.notice(skipped) }
        run.attempt(finish)
        run.attempt { try service?.save(protecting: sources.sources) }
        do { try await batch.ledger?.close() } catch { run.report(error) }
        try run.finish()
    }

    /// Counts what the run would do and prints it.
    ///
    /// - Throws: `ExitCode` with the highest code of the inputs that cannot be read.
    private func estimate() async throws {
        var run = RunReport(console)
        let inputs = sources.inputs
        do {
            let estimate = try await batch.estimate(of: InterruptibleInputs(inputs: inputs), in: lookup) {
                run.report($1, ["file": .string($0.name)])
            }
            if Interruption.hasBegun { throw CancellationError() }
            try console.result(estimate.text(hasLedger: lookup != nil), json: estimate.json)
        } catch {
            run.report(error)
        }
        for skipped in inputs.skipped.descriptions { console.notice(skipped) }
        try run.finish()
    }

    /// Returns the batch with the closures that report what happens while it runs.
    private func observed(_ inputs: BatchInputs) -> Batch<Verb> {
        var batch = batch
        let (console, isSingle) = (console, inputs.isSingle)
        batch.describeFailure = { Failure.reporting($0).itemFailure }
        batch.parameterName = { $0.flag }
        batch.onWait = { item, notice in
            console.notice((isSingle ? "" : "\(item.source.name): ") + notice.text)
        }
        if isSingle, let progressLabel, console.showsProgress {
            batch.onProgress = { item, fraction in
                console.progress("\(progressLabel) \(item.source.name)")?(fraction)
            }
        }
        return batch
    }
}

extension BatchEstimate {
    /// The counts as one line each; those of nothing are left out.
    fileprivate func text(hasLedger: Bool) -> String {
        var lines = ["inputs      \(inputCount)" + (failureCount > 0 ? ", \(failureCount) cannot be read" : "")]
        lines.append("bytes       \(byteCount)")
        if recordingCount > 0 {
            let unknown = unknownDurationCount > 0 ? ", and \(unknownDurationCount) of unknown duration" : ""
            lines.append("recordings  \(recordingCount), \(decimal(duration, 1)) s\(unknown)")
        }
        if imageCount > 0 {
            lines.append("images      \(imageCount), \(decimal(Double(pixelCount) / 1e6, 1)) megapixels")
        }
        lines.append("requests    \(requestCount)")
        if duplicateCount > 0 {
            let remedy = hasLedger ? "" : " (sent again unless there is a ledger)"
            lines.append("duplicates  \(duplicateCount)\(remedy)")
        }
        if hasLedger { lines.append("finished    \(finishedCount)") }
        return lines.joined(separator: "\n")
    }

    fileprivate var json: JSONObject {
        [
            "inputs": .integer(inputCount), "unreadable": .integer(failureCount), "bytes": .integer(byteCount),
            "recordings": .integer(recordingCount), "seconds": .double(duration),
            "unknownDurations": .integer(unknownDurationCount), "images": .integer(imageCount),
            "megapixels": .double(Double(pixelCount) / 1e6), "requests": .integer(requestCount),
            "duplicates": .integer(duplicateCount), "finished": .integer(finishedCount),
        ]
    }
}

extension WaitNotice {
    /// The reason, the wait and the number of the next attempt.
    var text: String {
        let words = reason.serviceMessage.map { " (“\($0)”)" } ?? ""
        return "\(reason.problem)\(words); trying again in \(Int(seconds.rounded(.up))) s (attempt \(attempt))"
    }
}
