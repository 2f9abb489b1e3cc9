import Foundation

/// Runs code that blocks a thread (codecs, files) outside the cooperative pool, on one thread per core.
///
/// It is an executor rather than a queue with continuations, so that the code stays part of its task and sees its
/// cancellation.
package final class BlockingWork: TaskExecutor {
    private let queue: OperationQueue

    private static let shared = BlockingWork()

    private init() {
        queue = OperationQueue()
        queue.name = "percept.blocking-work"
        queue.maxConcurrentOperationCount = ProcessInfo.processInfo.activeProcessorCount
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.addOperation { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    package static func run<Value: Sendable>(_ body: @Sendable () throws -> Value) async throws -> Value {
        try await withTaskExecutorPreference(shared) { try body() }
    }
}
