import PerceptAudio
public import PerceptCore
import PerceptImage
public import PerceptInference

extension ServiceProfile {
    /// The result of checking a file against the limits of a service.
    public struct Verdict: Sendable, Hashable {
        /// The name of the service.
        public let profile: String
        /// The limits that the file violates; empty if it fits.
        public let problems: [Problem]

        /// A Boolean value that indicates whether the service accepts the file unchanged.
        public var fits: Bool { problems.isEmpty }

        /// Creates a verdict.
        public init(profile: String, problems: [Problem]) {
            self.profile = profile
            self.problems = problems
        }

        /// The verdict as `{"profile", "fits", "problems": [{"kind", "found", "limit", "excess", "message",
        /// "remedy"}]}`; a problem with a parameter has it as `"parameter"`.
        public var json: JSONValue {
            ["profile": .string(profile), "fits": .bool(fits), "problems": .array(problems.map(\.json))]
        }

        /// Creates a verdict from ``json``; `nil` for anything else.
        public init?(json: JSONValue) {
            guard let profile = json["profile"]?.stringValue, let problems = json["problems"]?.arrayValue else {
                return nil
            }
            self.init(profile: profile, problems: problems.compactMap(Problem.init(json:)))
        }

        /// Returns the verdict with the parameters named in the remedies, and no longer as cases.
        func naming(_ name: (Parameter) -> String?) -> Verdict {
            Verdict(profile: profile, problems: problems.map { $0.naming(name) })
        }
    }

    /// A limit that a file violates.
    public struct Problem: Sendable, Hashable {
        /// The kinds of limits.
        public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
            /// The service accepts only recordings, or only images.
            case wrongKind
            case wrongType
            case tooManyBytes
            case tooLong, tooShort
            case wrongSampleRate, wrongChannelCount, wrongBitDepth
            case tooManyPixels, tooFewPixels
        }

        /// The kind of limit.
        public let kind: Kind
        /// The value of the file in bytes, seconds, Hz, channels, bits or pixels; `nil` for kinds and types.
        public let found: Double?
        /// The violated limit in the same unit; `nil` if there are several.
        public let limit: Double?
        /// A description of the problem, as a clause.
        public let message: String
        /// Advice on how to solve the problem.
        public let remedy: String
        /// The parameter that ``remedy`` suggests to change at its end.
        public var parameter: Parameter?

        /// The difference between the value and the limit.
        public var excess: Double? {
            guard let found, let limit else { return nil }
            return abs(found - limit)
        }

        func naming(_ name: (Parameter) -> String?) -> Problem {
            Problem(kind: kind, found: found, limit: limit, message: message, remedy: remedy.naming(parameter, name))
        }

        var json: JSONValue {
            var json: JSONObject = [
                "kind": .string(kind.rawValue), "found": JSONValue(found), "limit": JSONValue(limit),
                "excess": JSONValue(excess), "message": .string(message), "remedy": .string(remedy),
            ]
            json["parameter"] = parameter.map { .string($0.rawValue) }
            return .object(json)
        }
    }

    /// Checks whether a service accepts an inspected file unchanged.
    public func check(_ inspection: Inspection) -> Verdict {
        var problems: [Problem] = []
        let (mediaType, byteCount) = (inspection.mediaType, inspection.byteCount)
        switch inspection.content {
        case .recording(let header, let frameCount, _):
            guard let audio else {
                problems = [wrongKind("recordings", remedy: "choose a service for speech")]
                break
            }
            problems += typeProblems(mediaType, audio.mediaTypes, writable: [.flac, .wav])
            problems += byteProblems(byteCount, remedy: "convert it to 16 kHz mono FLAC, or split it")
            let duration = Double(frameCount) / Double(header.sampleRate)
            problems += rangeProblems(
                duration, audio.durations, "s", above: .tooLong, below: .tooShort,
                remedies: ("send it in chunks", "send a longer part"), parameters: (.chunking, nil))
            if let rates = audio.sampleRates, !rates.contains(header.sampleRate) {
                problems.append(
                    Problem(
                        kind: .wrongSampleRate, found: Double(header.sampleRate), limit: nil,
                        message: "\(name) does not accept a sample rate of \(header.sampleRate) Hz",
                        remedy: "resample it to 16000 Hz", parameter: .sampleRate))
            }
            if let counts = audio.channelCounts, !counts.contains(header.channelCount) {
                problems.append(
                    Problem(
                        kind: .wrongChannelCount, found: Double(header.channelCount), limit: Double(counts.upperBound),
                        message: "\(header.channelCount) channels; \(name) accepts at most \(counts.upperBound)",
                        remedy: "downmix it to one channel", parameter: .channels))
            }
            if let depths = audio.bitDepths, let depth = header.bitDepth, !depths.contains(depth) {
                problems.append(
                    Problem(
                        kind: .wrongBitDepth, found: Double(depth), limit: nil,
                        message: "\(name) does not accept \(depth) bits per sample",
                        remedy: "convert it to 16 bits per sample", parameter: .sampleFormat))
            }
        case .image(let header, _):
            guard let image else {
                problems = [wrongKind("images", remedy: "choose a service for images")]
                break
            }
            problems += typeProblems(mediaType, image.mediaTypes, writable: [.jpeg, .png])
            problems += byteProblems(byteCount, remedy: "reduce it", parameter: .maximumByteCount)
            if let sides = image.sides {
                if header.size.longestSide > sides.upperBound {
                    problems.append(
                        Problem(
                            kind: .tooManyPixels, found: Double(header.size.longestSide),
                            limit: Double(sides.upperBound),
                            message:
                                "the longest side has \(header.size.longestSide) pixels; "
                                + "\(name) accepts at most \(sides.upperBound)",
                            remedy: "reduce the longest side to \(sides.upperBound) pixels",
                            parameter: .longestSide))
                }
                if header.size.shortestSide < sides.lowerBound {
                    problems.append(
                        Problem(
                            kind: .tooFewPixels, found: Double(header.size.shortestSide),
                            limit: Double(sides.lowerBound),
                            message:
                                "the shortest side has \(header.size.shortestSide) pixels; "
                                + "\(name) requires at least \(sides.lowerBound)",
                            remedy: "use a larger image"))
                }
            }
        }
        return Verdict(profile: name, problems: problems)
    }

    private func wrongKind(_ kind: String, remedy: String) -> Problem {
        Problem(kind: .wrongKind, found: nil, limit: nil, message: "\(name) does not accept \(kind)", remedy: remedy)
    }

    private func typeProblems(_ type: MediaType, _ accepted: Set<MediaType>?, writable: [MediaType]) -> [Problem] {
        guard let accepted, !accepted.contains(type) else { return [] }
        let names = accepted.map(\.rawValue).sorted().joined(separator: ", ")
        let remedy =
            writable.first(where: accepted.contains).map { "convert it to \($0.name)" }
            ?? "convert it with another tool"
        return [
            Problem(
                kind: .wrongType, found: nil, limit: nil, message: "found \(type.rawValue); \(name) accepts \(names)",
                remedy: remedy)
        ]
    }

    private func byteProblems(_ byteCount: Int, remedy: String, parameter: Parameter? = nil) -> [Problem] {
        guard let limit = mediumByteLimit, byteCount > limit else { return [] }
        let base64 = envelope == .base64 ? " (base64 turns three bytes into four)" : ""
        return [
            Problem(
                kind: .tooManyBytes, found: Double(byteCount), limit: Double(limit),
                message: "\(byteCount) bytes, \(byteCount - limit) more than \(name) accepts\(base64)", remedy: remedy,
                parameter: parameter)
        ]
    }

    private func rangeProblems(
        _ value: Double, _ range: ClosedRange<Double>?, _ unit: String, above: Problem.Kind, below: Problem.Kind,
        remedies: (above: String, below: String), parameters: (above: Parameter?, below: Parameter?)
    ) -> [Problem] {
        guard let range, !range.contains(value) else { return [] }
        let isAbove = value > range.upperBound
        let limit = isAbove ? range.upperBound : range.lowerBound
        let rounded = (value * 1000).rounded() / 1000
        return [
            Problem(
                kind: isAbove ? above : below, found: value, limit: limit,
                message: "\(rounded) \(unit); \(name) accepts \(isAbove ? "at most" : "at least") \(limit) \(unit)",
                remedy: isAbove ? remedies.above : remedies.below,
                parameter: isAbove ? parameters.above : parameters.below)
        ]
    }
}

extension ServiceProfile.Problem {
    /// Creates a problem from the JSON of a verdict; `nil` without a known kind.
    init?(json: JSONValue) {
        guard let kind = json["kind"]?.stringValue.flatMap(Kind.init) else { return nil }
        self.init(
            kind: kind, found: json["found"]?.doubleValue, limit: json["limit"]?.doubleValue,
            message: json["message"]?.stringValue ?? "", remedy: json["remedy"]?.stringValue ?? "",
            parameter: json["parameter"]?.stringValue.flatMap(Parameter.init))
    }
}

extension MediaSource {
    /// Returns the number of bytes of the file or in memory.
    ///
    /// - Throws: `MediaError` `.inputMissing` for a file that cannot be read.
    public func byteCount() throws(MediaError) -> Int {
        switch storage {
        case .bytes(let bytes): return bytes.count
        case .file(let path): return try InputFile(path: path, name: name).byteCount
        }
    }

    /// Returns all bytes, or `nil` if there are more than `limit`.
    func bytes(upTo limit: Int) throws(MediaError) -> [UInt8]? {
        switch storage {
        case .bytes(let bytes): return bytes.count <= limit ? bytes : nil
        case .file(let path):
            let file = try InputFile(path: path, name: name)
            return file.byteCount <= limit ? try file.read(at: 0, count: file.byteCount) : nil
        }
    }
}
