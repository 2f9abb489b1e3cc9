import Foundation
import PerceptCore
import PerceptTestSupport

/// What TestMedia's recordings and pictures hold, known because they were made from it.
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

        /// As models that know neither case nor punctuation write it.
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
