import PerceptBatch
import PerceptTestSupport
import Testing

@Suite struct ShareTests {
    /// `int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % n` in Python 3.11, for n = 4, 3 and 7.
    @Test(
        "the share of a key is its hash modulo the number of shares",
        arguments: [
            ("", 0, 1, 1), ("a.jpg", 2, 1, 4), ("day1/cam2/p00017.jpg", 1, 0, 1), ("日本語.wav", 1, 1, 3),
            ("in/é.png", 3, 2, 3), ("x", 0, 0, 1), ("clip-000001", 2, 1, 4),
        ])
    func hash(key: String, four: Int, three: Int, seven: Int) throws {
        #expect(Share.index(of: key, count: 4) == four)
        #expect(Share.index(of: key, count: 3) == three)
        #expect(Share.index(of: key, count: 7) == seven)
        #expect(try Share(index: four, count: 4).contains(key))
        #expect(try !Share(index: (four + 1) % 4, count: 4).contains(key))
    }

    /// Counted with the same Python expression.
    @Test func sharesAreAPartitionOfSimilarSizes() throws {
        let keys = (0..<1000).map { "p\(String($0 + 100_000).dropFirst()).jpg" }
        #expect(keys.first == "p00000.jpg")
        let shares = try (0..<4).map { index in
            let share = try Share(index: index, count: 4)
            return keys.filter(share.contains)
        }
        #expect(shares.map(\.count) == [250, 246, 253, 251])
        #expect(shares.flatMap { $0 }.sorted() == keys)
    }

    @Test func theOnlyShareHasEverything() throws {
        #expect(Share.all.contains("a") && Share.all.contains("b"))
        #expect(try Share("0/1") == .all)
    }

    @Test func sharesAreParsedAndPrinted() throws {
        let share = try Share("3/4")
        #expect((share.index, share.count) == (3, 4))
        #expect(share.description == "3/4")
    }

    @Test(
        "invalid shares",
        arguments: [
            ("4/4", "from 0 to 3"), ("-1/3", "from 0 to 2"), ("0/0", "at least 1"), ("0/-2", "at least 1"),
            ("a/b", "expected I/N"), ("1", "expected I/N"), ("1/2/3", "expected I/N"), ("", "expected I/N"),
            ("+1/3", "expected I/N"), (" 1/3", "expected I/N"), ("1/99999999999999999999", "expected I/N"),
        ])
    func invalid(text: String, problem: String) {
        let error = expectMediaError(.invalidArgument) { _ = try Share(text) }
        #expect(error?.problem.contains("“\(text)”") == true)
        #expect(error?.problem.contains(problem) == true)
    }
}
