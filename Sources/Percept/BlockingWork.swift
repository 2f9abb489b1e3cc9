import Dispatch
import PerceptCore
import Synchronization

/// Runs code that blocks a thread (codecs, files) outside the cooperative pool, on one thread per core.
///
/// It is an executor rather than a queue with continuations, so that the code stays part of its task and sees its
/// cancellation.
package final class BlockingWork: TaskExecutor {
    private struct State {
        /// The jobs that wait, from `first` on.
        var jobs: [UnownedJob] = []
        var first = 0
        var threadCount = 0

        mutating func next() -> UnownedJob? {
            guard first < jobs.count else {
                threadCount -= 1
                return nil
            }
            defer {
                first += 1
                if first == jobs.count || first == 1024 {
                    jobs.removeFirst(first)
                    first = 0
                }
            }
            return jobs[first]
        }
    }

    private let queue = DispatchQueue(label: "percept.blocking-work", attributes: .concurrent)
    private let state = Mutex(State())

    private static let shared = BlockingWork()

    private init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let begins = state.withLock { state in
            state.jobs.append(job)
            guard state.threadCount < ProcessEnvironment.processorCount else { return false }
            state.threadCount += 1
            return true
        }
        if begins { queue.async { self.runAll() } }
    }

    private func runAll() {
        while let job = state.withLock({ $0.next() }) { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    package static func run<Value: Sendable>(_ body: @Sendable () throws -> Value) async throws -> Value {
        try await withTaskExecutorPreference(shared) { try body() }
    }
}
