import Foundation
import PerceptCore
import PerceptTestSupport

/// The contents of TestMedia's recordings and images, from which they were made.
enum Truth {
    struct Object: Decodable, Sendable {
        let label: String
        let box: BoundingBox
        let area: Int
        /// A file of TestMedia/images.
        let mask: String?
    }

    struct Speech: Decodable, Sendable {
        struct Chunk: Decodable, Sendable {
            let text: String
            let timestamp: [Double]
        }

        let text: String
        let chunks: [Chunk]

        /// The text without case and punctuation, as some models write it.
        var spoken: String {
            text.uppercased().filter { $0.isLetter || $0 == " " }
        }
    }

    static func objects(in picture: String) throws -> [Object] {
        try decode([String: [Object]].self, "images/truth.json")[picture] ?? []
    }

    static func speech(in recording: String) throws -> Speech? {
        try decode([String: Speech].self, "audio/truth.json")[recording]
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(TestFiles.bytes(of: TestFiles.media(path))))
    }
}
