import PerceptAudio
public import PerceptCore
import PerceptImage

extension ServiceProfile {
    /// Whether a medium fits a service as it is, and if not, all that is in the way.
    public struct Verdict: Sendable, Hashable {
        /// The name of the service.
        public let profile: String
        /// Empty when it fits.
        public let problems: [Problem]

        public var fits: Bool { problems.isEmpty }
    }

    /// One thing that is in the way.
    public struct Problem: Sendable, Hashable {
        public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
            /// The service takes recordings only, or pictures only.
            case wrongKind
            case wrongType
            case tooManyBytes
            case tooLong, tooShort
            case wrongSampleRate, wrongChannelCount, wrongBitDepth
            case tooManyPixels, tooFewPixels
        }

        public let kind: Kind
        /// What it is: bytes, seconds, Hz, channels, bits, pixels of a side; `nil` for kinds and types.
        public let found: Double?
        /// The limit that is passed, in the same unit; `nil` where there is more than one.
        public let limit: Double?
        /// One clause for a person.
        public let message: String
        /// What to do about it.
        public let remedy: String

        /// By how much the limit is passed.
        public var excess: Double? {
            guard let found, let limit else { return nil }
            return abs(found - limit)
        }
    }

    /// Looks whether a medium can be sent as it is.
    ///
    /// - Parameters:
    ///   - inspection: what the medium is.
    ///   - mediaType: by its bytes.
    ///   - byteCount: of the file.
    public func check(_ inspection: MediaInspection, mediaType: MediaType, byteCount: Int) -> Verdict {
        var problems: [Problem] = []
        switch inspection {
        case .recording(let header, let frameCount, _, _):
            guard let audio else {
                problems = [wrongKind("recordings", remedy: "choose a service for speech")]
                break
            }
            problems += typeProblems(mediaType, audio.mediaTypes, writable: [.flac, .wav])
            problems += byteProblems(byteCount, remedy: "make it 16 kHz mono FLAC with `percept prepare`, or cut it")
            let duration = Double(frameCount) / Double(header.sampleRate)
            problems += rangeProblems(
                duration, audio.durations, "s", above: .tooLong, below: .tooShort,
                remedies: ("transcribe it in chunks (--chunk)", "send more of it"))
            if let rates = audio.sampleRates, !rates.contains(header.sampleRate) {
                problems.append(
                    Problem(
                        kind: .wrongSampleRate, found: Double(header.sampleRate), limit: nil,
                        message: "\(header.sampleRate) Hz is no sample rate that \(name) takes",
                        remedy: "prepare it with --rate 16000"))
            }
            if let counts = audio.channelCounts, !counts.contains(header.channelCount) {
                problems.append(
                    Problem(
                        kind: .wrongChannelCount, found: Double(header.channelCount), limit: Double(counts.upperBound),
                        message: "\(header.channelCount) channels, where \(name) takes \(counts.upperBound)",
                        remedy: "prepare it with --channels 1"))
            }
            if let depths = audio.bitDepths, let depth = header.bitDepth, !depths.contains(depth) {
                problems.append(
                    Problem(
                        kind: .wrongBitDepth, found: Double(depth), limit: nil,
                        message: "\(depth) bits per sample, which \(name) does not take",
                        remedy: "prepare it with --sample-format s16"))
            }
        case .picture(let header, _, _):
            guard let image else {
                problems = [wrongKind("pictures", remedy: "choose a service for pictures")]
                break
            }
            problems += typeProblems(mediaType, image.mediaTypes, writable: [.jpeg, .png])
            problems += byteProblems(byteCount, remedy: "make it smaller with `percept prepare --max-bytes`")
            if let sides = image.sides {
                if header.size.longestSide > sides.upperBound {
                    problems.append(
                        Problem(
                            kind: .tooManyPixels, found: Double(header.size.longestSide),
                            limit: Double(sides.upperBound),
                            message:
                                "\(header.size.longestSide) pixels on a side, where \(name) takes \(sides.upperBound)",
                            remedy: "prepare it with --longest-side \(sides.upperBound)"))
                }
                if header.size.shortestSide < sides.lowerBound {
                    problems.append(
                        Problem(
                            kind: .tooFewPixels, found: Double(header.size.shortestSide),
                            limit: Double(sides.lowerBound),
                            message:
                                "\(header.size.shortestSide) pixels on a side, where \(name) wants \(sides.lowerBound)",
                            remedy: "use a larger picture"))
                }
            }
        }
        return Verdict(profile: name, problems: problems)
    }

    private func wrongKind(_ kind: String, remedy: String) -> Problem {
        Problem(kind: .wrongKind, found: nil, limit: nil, message: "\(name) takes no \(kind)", remedy: remedy)
    }

    private func typeProblems(_ type: MediaType, _ accepted: Set<MediaType>?, writable: [MediaType]) -> [Problem] {
        guard let accepted, !accepted.contains(type) else { return [] }
        let names = accepted.map(\.rawValue).sorted().joined(separator: ", ")
        let remedy =
            writable.first(where: accepted.contains).map { "make it \($0.name) with `percept prepare`" }
            ?? "convert it with another tool"
        return [
            Problem(
                kind: .wrongType, found: nil, limit: nil, message: "\(type.rawValue), where \(name) takes \(names)",
                remedy: remedy)
        ]
    }

    private func byteProblems(_ byteCount: Int, remedy: String) -> [Problem] {
        guard let limit = mediumByteLimit, byteCount > limit else { return [] }
        let base64 = envelope == .base64 ? " (base64 takes four bytes for three)" : ""
        return [
            Problem(
                kind: .tooManyBytes, found: Double(byteCount), limit: Double(limit),
                message: "\(byteCount) bytes, \(byteCount - limit) more than \(name) takes\(base64)", remedy: remedy)
        ]
    }

    private func rangeProblems(
        _ value: Double, _ range: ClosedRange<Double>?, _ unit: String, above: Problem.Kind, below: Problem.Kind,
        remedies: (above: String, below: String)
    ) -> [Problem] {
        guard let range, !range.contains(value) else { return [] }
        let isAbove = value > range.upperBound
        let limit = isAbove ? range.upperBound : range.lowerBound
        let rounded = (value * 1000).rounded() / 1000
        return [
            Problem(
                kind: isAbove ? above : below, found: value, limit: limit,
                message: "\(rounded) \(unit), where \(name) takes \(isAbove ? "at most" : "at least") \(limit) \(unit)",
                remedy: isAbove ? remedies.above : remedies.below)
        ]
    }
}

extension MediaSource {
    /// Bytes of the file or in memory.
    ///
    /// - Throws: `MediaError` `.inputMissing` for a file that cannot be read.
    public func byteCount() throws(MediaError) -> Int {
        switch storage {
        case .bytes(let bytes): return bytes.count
        case .file(let path): return try InputFile(path: path, name: name).byteCount
        }
    }
}
