import Dispatch
import PerceptCore
import PerceptTestSupport
import Synchronization
import Testing

@Suite struct SerialWorkerTests {
    private static let failure = MediaError(.inputOutput, problem: "the disk is full")

    @Test func itemsAreDoneInOrder() throws {
        let worker = SerialWorker("test", capacity: 2, [Int]())
        for number in 0..<1000 { try worker.submit { $0.append(number) } }
        let count = worker.begin { $0.count }
        #expect(try count.wait() == 1000)
        #expect(try worker.perform { $0.last } == 999)
        #expect(try worker.finish { $0 } == Array(0..<1000))
    }

    /// While the first item holds the thread, `capacity` − 1 more are accepted; after that, submitting waits.
    @Test func unfinishedItemsAreBounded() throws {
        let worker = SerialWorker("test", capacity: 3, 0)
        let gate = DispatchSemaphore(value: 0)
        let finished = Counter()
        try worker.submit { _ in
            gate.wait()
            finished.value.withLock { $0 += 1 }
        }
        for _ in 0..<2 { try worker.submit { _ in finished.value.withLock { $0 += 1 } } }
        #expect(finished.value.withLock { $0 } == 0)
        gate.signal()
        for submitted in 4...500 {
            try worker.submit { _ in finished.value.withLock { $0 += 1 } }
            #expect(submitted - finished.value.withLock { $0 } <= 3)
        }
    }

    /// A result that is asked for again is an error at once, where waiting would never end.
    @Test func aResultIsTakenOnce() throws {
        let worker = SerialWorker("test", capacity: 1, 7)
        let pending = worker.begin { $0 }
        #expect(try pending.wait() == 7)
        #expect(throws: MediaError.cancelled) { try pending.wait() }
        withExtendedLifetime(worker) {}
    }

    private final class Counter: Sendable {
        let value = Mutex(0)
    }

    @Test func anErrorReachesTheSubmitterAndDropsTheRest() throws {
        let worker = SerialWorker("test", capacity: 1, 0)
        let failed = worker.begin { _ throws(MediaError) in throw Self.failure }
        let dropped = worker.begin { $0 += 1 }
        expectMediaError(.inputOutput) { try failed.wait() }
        expectMediaError(.inputOutput) { try dropped.wait() }
        expectMediaError(.inputOutput) { try worker.submit { $0 += 1 } }
        expectMediaError(.inputOutput) { try worker.perform { $0 += 1 } }
        expectMediaError(.inputOutput) { try worker.finish { _ in } }
    }

    @Test func anErrorOfTheEndIsThrown() {
        let worker = SerialWorker("test", capacity: 1, 0)
        expectMediaError(.inputOutput) { try worker.finish { _ throws(MediaError) in throw Self.failure } }
        expectMediaError(.cancelled) { try worker.finish { _ in } }
    }

    @Test func cancellingReleasesTheStateAndDropsItems() throws {
        let released = Counter()
        let worker = SerialWorker("test", capacity: 4, Owner(released))
        try worker.perform { _ in }
        #expect(released.value.withLock { $0 } == 0)
        worker.cancel()
        #expect(released.value.withLock { $0 } == 1)
        expectMediaError(.cancelled) { try worker.perform { _ in } }
        expectMediaError(.cancelled) { try worker.begin { _ in }.wait() }
    }

    /// Items in the queue do not keep a worker alive, and its state is released with it.
    @Test func releasingAWorkerReleasesItsState() {
        let released = Counter()
        var worker: SerialWorker<Owner>? = SerialWorker("test", capacity: 4, Owner(released))
        for _ in 0..<3 { worker?.begin { _ in } }
        worker = nil
        #expect(released.value.withLock { $0 } == 1)
    }

    private struct Owner: ~Copyable {
        let released: Counter

        init(_ released: Counter) {
            self.released = released
        }

        deinit { released.value.withLock { $0 += 1 } }
    }
}
