import Testing

@testable import PerceptCommand

/// The expected times by hand: the remaining inputs over the rate of new results, rounded up to a second.
@Suite struct ProgressLineTests {
    private func text(_ finished: Int, known: Int = 0, failed: Int = 0, of total: Int?, _ seconds: Double) -> String {
        ProgressLine.text(finished: finished, known: known, failed: failed, total: total, seconds: seconds)
    }

    @Test func timeLeftIsThatOfTheRemainingInputs() {
        #expect(text(10, of: 100, 20) == "10/100 · 0.5/s · 3:00 left")
        #expect(text(10, of: 99, 20) == "10/99 · 0.5/s · 2:58 left")
        #expect(text(1, failed: 1, of: 7201, 1) == "1/7201 · 1.0/s · 1 failed · 2:00:00 left")
        #expect(text(1, of: 7200, 1) == "1/7200 · 1.0/s · 1:59:59 left")
        #expect(text(100, of: 100, 10) == "100/100 · 10.0/s")
    }

    @Test func resultsOfTheLedgerDoNotCountForTheRate() {
        #expect(text(60, known: 50, of: 100, 10) == "60/100 · 1.0/s · 0:40 left")
        #expect(text(60, known: 60, of: 100, 10) == "60/100 · 0.0/s")
    }

    @Test func withoutATotalThereIsNoTimeLeft() {
        #expect(text(3, of: nil, 2) == "3 done · 1.5/s")
    }
}
