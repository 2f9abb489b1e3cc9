import Foundation
import Testing

@testable import PerceptCore
@testable import PerceptInference

@Suite struct JSONTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test func integersKeepAllTheirDigits() throws {
        // The seed of a recorded text generation, above 2⁵³, where a Double rounds. The others are the 64-bit
        // limits.
        #expect(try parse("2835381823020158940") == .integer(2_835_381_823_020_158_940))
        #expect(try parse("-9223372036854775808") == .integer(.min))
        #expect(try parse("18446744073709551615") == .unsignedInteger(.max))
        #expect(try parse("18446744073709551616") == .double(0x1p64))
        for text in ["2835381823020158940", "18446744073709551615", "-1", "0"] {
            #expect(String(decoding: try parse(text).serialized(), as: UTF8.self) == text)
        }
    }

    @Test(arguments: [
        ("1.4e-08", 1.4e-08), ("-0.5", -0.5), ("1E+2", 100), ("5.0", 5), ("0.9957962036132812", 0.9957962036132812),
    ])
    func numbersWithFractions(text: String, value: Double) throws {
        #expect(try parse(text).doubleValue == value)
        #expect(try JSONValue(parsing: JSONValue.double(value).serialized()).doubleValue == value)
    }

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9\u4E2D""#, "é中"), (#""\ud83d\ude00""#, "😀"),
        (#""\ud83d""#, "\u{FFFD}"), (#""\ud83dx""#, "\u{FFFD}x"), (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"),
        (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""""#, ""), (#""中😀""#, "中😀"),
    ])
    func strings(text: String, value: String) throws {
        #expect(try parse(text).stringValue == value)
        #expect(try JSONValue(parsing: JSONValue.string(value).serialized()).stringValue == value)
    }

    @Test(arguments: [
        "", " ", "{", "[", "[1,", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "tru", "nul", "01", "-", "1.",
        "1e", ".5", "+1", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\u-123\"", "\"a\nb\"", "1 2", "[1]]",
        "NaN", "1e999", "<html>", "\u{0}",
    ])
    func malformedTextIsRefused(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array(text.utf8)) }
    }

    @Test func nestingIsLimited() throws {
        let deep = { (count: Int) in String(repeating: "[", count: count) + String(repeating: "]", count: count) }
        #expect(try parse(deep(JSONValue.maximumDepth)).arrayValue?.count == 1)
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array(deep(100_000).utf8)) }
    }

    @Test func objectsKeepOrderAndIgnoreItInComparisons() throws {
        let object = try parse(#" { "b" : 1 , "a" : [ true , null ] } "#)
        #expect(String(decoding: object.serialized(), as: UTF8.self) == #"{"b":1,"a":[true,null]}"#)
        #expect(try object == parse(#"{"a":[true,null],"b":1}"#))
        #expect(try parse(#"{"a":1,"a":2}"#)["a"] == 2)
    }

    @Test func malformedUTF8IsReplaced() throws {
        #expect(try JSONValue(parsing: [0x22, 0xFF, 0x41, 0x22]).stringValue == "\u{FFFD}A")
        #expect(try JSONValue(parsing: [0xEF, 0xBB, 0xBF, 0x31]) == 1)
    }

    /// Foundation's parser is the oracle for the writer.
    @Test func foundationParsesSerializedValues() throws {
        let value: JSONValue = [
            "text": "a\"b\\c\u{1}/é😀\n", "numbers": [1, -2.5, 1e-8, 12_345_678_901], "flags": [true, false, nil],
            "empty": [:],
        ]
        for bytes in [value.serialized(), value.serializedForReading()] {
            let object = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
            #expect(object["text"] as? String == "a\"b\\c\u{1}/é😀\n")
            #expect(object["numbers"] as? [Double] == [1, -2.5, 1e-8, 12_345_678_901])
            #expect((object["empty"] as? [String: Any])?.isEmpty == true)
            #expect(try JSONValue(parsing: bytes) == value)
        }
    }

    @Test func numbersThatAreNotFiniteBecomeNull() {
        #expect(JSONValue.array([.double(.nan), .double(.infinity)]).serialized() == Array("[null,null]".utf8))
    }

    @Test(arguments: [
        "null", "true", "false", "0", "1", "-9223372036854775808", "9223372036854775807", "18446744073709551615", "0.1",
        "-2.5e-300", #""text""#, "[1,[2.5,null],{}]", #"{"seed":2835381823020158940}"#,
    ])
    func codersKeepEveryValue(text: String) throws {
        let value = try parse(text)
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) == value)
        #expect(try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value)) == value)
    }

    @Test func encodersWriteNullForNumbersThatAreNotFinite() throws {
        let values: JSONValue = [.double(.nan), .double(.infinity)]
        #expect(String(decoding: try JSONEncoder().encode(values), as: UTF8.self) == "[null,null]")
    }

    @Test func anObjectWithAValueOfEachKindIsCoded() throws {
        let object: JSONObject = ["a": 1, "b": nil, "c": [true, "x"], "d": ["e": 0.5]]
        let data = try JSONEncoder().encode(object)
        #expect(try JSONDecoder().decode(JSONObject.self, from: data) == object)
        #expect(try JSONValue(parsing: Array(data)) == .object(object))
    }

    @Test func errorsDescribeThemselves() throws {
        let error = try #require(throws: JSONSyntaxError.self) { try parse("[1") }
        #expect((error as any Error).localizedDescription == "unexpected end of text at byte 2")
        let failure: any Error = InferenceError(.notFound, problem: "not served", status: 404, model: "a/b")
        #expect(failure.localizedDescription == "a/b: not served (HTTP 404)")
    }

    /// `json.dumps(os.fsdecode(b"caf\xe9"))` and `json.loads` of Python 3.11 (PEP 383).
    @Test func bytesOfFileNamesAreLoneSurrogates() throws {
        let name = String(fileName: [0x63, 0x61, 0x66, 0xE9])
        #expect(String(decoding: JSONValue.string(name).serialized(), as: UTF8.self) == #""caf\udce9""#)
        #expect(try JSONValue(parsing: Array(#""caf\udce9""#.utf8)) == .string(name))
        // One step beside the range, and the next code points in plane 16.
        #expect(try JSONValue(parsing: Array(#""\udc7f\udd00""#.utf8)) == "\u{FFFD}\u{FFFD}")
        for text in ["\u{10FE7F}", "\u{10FF00}", "\u{100000}"] {
            #expect(JSONValue.string(text).serialized() == Array("\"\(text)\"".utf8))
        }
    }
}
