import Foundation
import PerceptInference

/// Small files made with other tools, described in their comments.
enum TinyMedia {
    /// `flac --no-padding` 1.4.2 of 80 frames of dither by sox: 8000 Hz, 2 channels, 16 bit (soxi and ffprobe agree).
    static let flac = decoded(
        "ZkxhQwAAACIQABAAAAApAAApAfQC8AAAAFBm/f76dxx8qWoU2fN5AjgshAAAKCAAAAByZWZlcmVuY2UgbGliRkxBQyAxLjQuMiAyMDIy"
            + "MTAyMgAAAAD/+GQYAE+rEAA57dO/amf57meTvdl/7+IAB/z3fz2X7Mz6m/8/9/xhmA==")

    /// Pillow, 5×3, RGB.
    static let png = decoded(
        "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAIAAADUVFKvAAAAFElEQVR42mM8IWfDgASYGFABOh8ANWgBKC4/0NQAAAAASUVORK5CYII=")

    /// Pillow, 9×7, gray, quality 50.
    static let grayJPEG = decoded(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19i"
            + "Z2hnPk1xeXBkeFxlZ2P/wAALCAAHAAkBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQ"
            + "AAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AD//Z")

    /// 320 frames of silence at 16000 Hz, 1 channel, 16 bit, byte by byte (the RIFF WAVE format of Microsoft, 1991).
    static let wav: [UInt8] = {
        func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 255) } }
        let samples = [UInt8](repeating: 0, count: 640)
        return Array("RIFF".utf8) + little(36 + samples.count, 4) + Array("WAVEfmt ".utf8) + little(16, 4)
            + little(1, 2)
            + little(1, 2) + little(16_000, 4) + little(32_000, 4) + little(2, 2) + little(16, 2) + Array("data".utf8)
            + little(samples.count, 4) + samples
    }()

    private static func decoded(_ base64: String) -> [UInt8] {
        Data(base64Encoded: base64).map { [UInt8]($0) } ?? []
    }
}

/// A task that sends its input and returns the JSON of the response.
struct EchoTask: InferenceTask<JSONValue>, WireTask {
    static let name = "echo"
    static let defaultModel = "owner/echo"
    var input: MediaInput
    var parameters: JSONObject = [:]

    func payload() throws(InferenceError) -> RequestPayload { try .media(input, parameters: parameters) }

    func decode(_ answer: InferenceAnswer) throws(InferenceError) -> JSONValue {
        do {
            return try answer.json()
        } catch {
            throw InferenceError(.answerMalformed, problem: error.description)
        }
    }
}
