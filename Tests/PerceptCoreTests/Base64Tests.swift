import PerceptCore
import Testing

@Suite("Base64")
struct Base64Tests {
    /// RFC 4648 §10.
    static let standardVectors = [
        ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ]

    @Test("the vectors of RFC 4648", arguments: standardVectors)
    func standardVector(plain: String, encoded: String) throws {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(try Base64.decode(encoded) == Array(plain.utf8))
        #expect(try Base64.decode(encoded.filter { $0 != "=" }) == Array(plain.utf8))
    }

    /// The bytes `(37 i + 11) mod 256`, and what Python 3.11 makes of a hundred of them: `base64.b64encode`.
    static let bytes = (0..<100).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }
    static let encoded =
        "CzBVep/E6Q4zWH2ix+wRNluApcrvFDleg6jN8hc8YYar0PUaP2SJrtP4HUJnjLHW+yBFao+02f4jSG2St9wBJktwlbrfBClOc5i94gcs"
        + "UXabwOUKL1R5nsPoDTJXfKHG6xA1Wg=="

    /// The same from `base64.urlsafe_b64encode` and `base64.encodebytes`, and with what gateways do to text.
    static let variants = [
        encoded,
        encoded.map { $0 == "/" ? "_" : $0 == "+" ? "-" : String($0) }.joined(),
        "CzBVep/E6Q4zWH2ix+wRNluApcrvFDleg6jN8hc8YYar0PUaP2SJrtP4HUJnjLHW+yBFao+02f4j\n"
            + "SG2St9wBJktwlbrfBClOc5i94gcsUXabwOUKL1R5nsPoDTJXfKHG6xA1Wg==\n",
        "data:image/png;base64," + encoded,
        " \r\n\tDATA:image/png;name=a.png;BASE64," + encoded,
        encoded.map { $0 == "/" ? "%2F" : $0 == "+" ? "%2b" : $0 == "=" ? "%3D" : String($0) }.joined(),
        encoded.map { "\($0) \r\n" }.joined(),
        String(encoded.dropLast()),
        String(encoded.dropLast(2)) + "%0A",
    ]

    @Test("every usual disfigurement is read", arguments: variants)
    func tolerated(text: String) throws {
        #expect(try Base64.decode(text) == Self.bytes)
    }

    @Test("encoding is the standard one")
    func encoding() {
        #expect(Base64.encode(Self.bytes) == Self.encoded)
        #expect(Base64.encode([]).isEmpty)
    }

    @Test("what was encoded is decoded again, at every length", arguments: 1...67)
    func roundTrip(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 &+ count) }
        let text = Base64.encode(bytes)
        #expect(text.utf8.count == (count + 2) / 3 * 4)
        #expect(try Base64.decode(text) == bytes)
    }

    /// Text and what its error must name: the offset in UTF-8 bytes and the character there.
    static let faults = [
        ("Zm9v!mFy", "'!' at offset 4"), ("Zm9vé", "U+00E9 at offset 4"), ("Zm9v\u{0}", "U+0000 at offset 4"),
        ("{\"error\"", "'{' at offset 0"), ("Zm9%ZZ", "'%' at offset 3"), ("Zm9v%2", "'%' at offset 4"),
        ("Zm9v%25", "'%' at offset 4"), ("Zg==Zg==", "'Z' at offset 4"), ("Zg=a", "'a' at offset 3"),
        ("data:image/png;base64,Zm9v*", "'*' at offset 26"), ("\u{FEFF}Zm9v", "U+FEFF at offset 0"),
    ]

    @Test("a wrong character is named with its offset", arguments: faults)
    func wrongCharacter(text: String, words: String) throws {
        let error = try #require(throws: MediaError.self) { try Base64.decode(text) }
        #expect(error.kind == .malformedInput)
        #expect(error.problem.contains(words), "\(error)")
        #expect(!error.description.contains("\n"))
    }

    @Test(
        "lengths that no bytes encode to are refused, with where the text ends",
        arguments: [
            ("Z", "offset 1"), ("Zm9vY", "offset 5"), ("Zm9v=", "offset 5"), ("Zg===", "offset 5"),
            ("====", "offset 4"),
        ])
    func impossibleLength(text: String, words: String) throws {
        let error = try #require(throws: MediaError.self) { try Base64.decode(text) }
        #expect(error.kind == .malformedInput)
        #expect(error.problem.contains(words), "\(error)")
    }

    @Test("nothing is not base64", arguments: ["", " \n", "data:image/png;base64,"])
    func empty(text: String) throws {
        let error = try #require(throws: MediaError.self) { try Base64.decode(text) }
        #expect(error.kind == .malformedInput)
        #expect(error.problem.contains("empty"))
    }

    @Test("a data URL in another encoding, or cut in its prefix, is an error of its own")
    func otherDataURLs() throws {
        let percent = try #require(throws: MediaError.self) { try Base64.decode("data:text/plain,Zm9v") }
        #expect(percent.kind == .unsupportedFeature)
        let cut = try #require(throws: MediaError.self) { try Base64.decode("data:image/png;base64") }
        #expect(cut.kind == .malformedInput)
    }

    @Test("more than the limit is refused, and exactly the limit is not")
    func limit() throws {
        #expect(try Base64.decode("Zm9vYmFy", byteLimit: 6).count == 6)
        let error = try #require(throws: MediaError.self) { try Base64.decode("Zm9vYmFy", byteLimit: 5) }
        #expect(error.kind == .limitExceeded)
    }
}
