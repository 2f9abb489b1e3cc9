import PerceptBatch
import PerceptInference
import Testing

@Suite struct OptionsDigestTests {
    /// `hashlib.sha256(json.dumps(o, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())` in Python.
    @Test func theDigestIsThatOfTheSortedJSON() {
        let options: JSONObject = [
            "threshold": 0.5, "labels": ["cat", "red car"], "tiles": ["width": 640, "overlap": 0.25], "model": .null,
            "ä": true, "count": 3,
        ]
        #expect(
            OptionsDigest(options).hexadecimal == "7092ca18131ae3d47c6cb6083e353a1d487cb721af8d2440b95cce047bb8e8bd")
        #expect(OptionsDigest([:]).hexadecimal == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")
    }

    @Test func theOrderOfMembersDoesNotMatter() {
        let first: JSONObject = ["a": 1, "b": ["c": 2, "d": 3]]
        let second: JSONObject = ["b": ["d": 3, "c": 2], "a": 1]
        #expect(OptionsDigest(first) == OptionsDigest(second))
    }

    @Test func wholeNumbersAreEqualHoweverTheyAreWritten() {
        #expect(OptionsDigest(["threshold": 1]) == OptionsDigest(["threshold": 1.0]))
    }

    @Test(
        "different options",
        arguments: [["a": 2], ["a": "1"], ["b": 1], ["a": 1.5], ["a": .null], ["a": [1]], [:]] as [JSONObject])
    func different(options: JSONObject) {
        #expect(OptionsDigest(options) != OptionsDigest(["a": 1]))
    }

    @Test func theOrderOfAListMatters() {
        #expect(OptionsDigest(["a": ["x", "y"]]) != OptionsDigest(["a": ["y", "x"]]))
    }
}
