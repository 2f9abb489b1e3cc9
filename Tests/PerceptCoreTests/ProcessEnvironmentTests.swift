import Foundation
import PerceptCore
import Synchronization
import Testing

@Suite struct ProcessEnvironmentTests {
    @Test func theEnvironmentIsThatOfTheProcess() {
        #expect(ProcessEnvironment.variables == ProcessInfo.processInfo.environment)
        #expect(ProcessEnvironment.processorCount == ProcessInfo.processInfo.activeProcessorCount)
        #expect(abs(ProcessEnvironment.secondsSince1970 - Date().timeIntervalSince1970) < 60)
    }

    @Test func temporaryPathsDiffer() {
        let paths = (0..<100).map { _ in ProcessEnvironment.temporaryPath("percept-test") }
        #expect(Set(paths).count == 100)
        #expect(paths.allSatisfy { $0.contains("/percept-test-") && !$0.contains("//") })
    }

    /// More threads than a queue has at once; each waits for all others.
    @Test func eachDetachedThreadRunsByItself() async {
        let count = 100
        let arrived = Mutex(0)
        let all = DispatchSemaphore(value: 0)
        await withCheckedContinuation { continuation in
            for _ in 0..<count {
                let begins = DetachedThread.run {
                    let isLast = arrived.withLock { arrived in
                        arrived += 1
                        return arrived == count
                    }
                    if isLast {
                        continuation.resume()
                        for _ in 1..<count { all.signal() }
                    } else {
                        all.wait()
                    }
                }
                #expect(begins)
            }
        }
        #expect(arrived.withLock { $0 } == count)
    }
}
