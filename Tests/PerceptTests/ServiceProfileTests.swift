import Percept
import PerceptAudio
import PerceptCore
import PerceptInference
import PerceptTestSupport
import Testing

@Suite struct ServiceProfileTests {
    private static func verdict(
        _ profile: String, _ source: MediaSource, byteCount: Int? = nil
    ) async throws -> ServiceProfile.Verdict {
        let profile = try #require(ServiceProfile.named(profile))
        var inspection = try await Self.inspection(source)
        if let byteCount { inspection.byteCount = byteCount }
        return profile.check(inspection)
    }

    private static func inspection(_ source: MediaSource) async throws -> Inspection {
        try await Perceiver(client: InferenceClient(token: nil)).perform(InspectOperation(), on: source)
    }

    private static func wav(seconds: Double, rate: Int = 16_000, channelCount: Int = 1, bits: Int = 16) -> MediaSource {
        let byteCount = Int(seconds * Double(rate)) * channelCount * bits / 8
        return .bytes(
            WAVBytes.plain(
                [UInt8](repeating: 0, count: byteCount), bits: bits, sampleRate: rate, channelCount: channelCount))
    }

    private static let scene = MediaSource.file(TestFiles.media("images/scene.png"))

    @Test func theTableIsSound() {
        let profiles = ServiceProfile.all
        #expect(profiles.count == 16)
        #expect(Set(profiles.map(\.name)).count == profiles.count)
        for profile in profiles {
            #expect(profile.audio != nil || profile.image != nil)
            #expect(profile.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" })
            #expect(profile.audio?.mediaTypes?.contains { $0.kind == .image } != true)
            #expect(profile.image?.mediaTypes?.contains { $0.kind != .image } != true)
            #expect(ServiceProfile.named(profile.name) == profile)
        }
        #expect(ServiceProfile.named("nobody") == nil)
    }

    /// A medium of the maximum size fits when it is sent, and one group of three bytes more does not.
    @Test func theBudgetOfBase64IsExact() throws {
        let google = try #require(ServiceProfile.named("google-sync"))
        let budget = try #require(google.mediumByteLimit)
        #expect(budget == (10_000_000 - 1024) / 4 * 3)
        let content = Base64.encode([UInt8](repeating: 7, count: budget)).utf8.count
        #expect(content + ServiceProfile.envelopeAllowance <= 10_000_000)
        #expect(content + 4 + ServiceProfile.envelopeAllowance > 10_000_000)
        #expect(ServiceProfile.named("openai-whisper")?.mediumByteLimit == 25 * 1_048_576 - 1024)
        #expect(ServiceProfile.named("rekognition")?.mediumByteLimit == 5_000_000)
        #expect(ServiceProfile.named("hf-endpoint")?.mediumByteLimit == nil)
    }

    /// Whole groups of four characters: seven characters hold three bytes, eight hold six; less than the allowance
    /// holds none.
    @Test(arguments: [(7, 3), (8, 6), (3, 0), (0, 0), (-1, 0)])
    func onlyWholeGroupsOfBase64Count(characters: Int, bytes: Int) {
        let profile = ServiceProfile(
            name: "groups", byteLimit: ServiceProfile.envelopeAllowance + characters, envelope: .base64, audio: nil,
            image: nil)
        #expect(profile.mediumByteLimit == bytes)
    }

    /// Bytes that a medium may have, computed by hand from the services' published limits: as they are, less 1024 for a
    /// form, or three quarters of that for base64.
    @Test(
        arguments: [
            ("openai-whisper", 26_213_376), ("groq", 24_998_976), ("google-sync", 7_499_232),
            ("assemblyai", 2_200_000_000), ("assemblyai-sync", 40_000_000), ("gemini-inline", 14_999_232),
            ("hf-endpoint", nil), ("fal", nil), ("sagemaker-realtime", 6_000_000),
            ("sagemaker-serverless", 4_000_000), ("sagemaker-async", 1_000_000_000), ("runpod-run", 7_499_232),
            ("runpod-runsync", 14_999_232), ("rekognition", 5_000_000), ("oci-vision", 5_000_000),
            ("huawei-image", 7_499_232),
        ] as [(String, Int?)])
    func limitsOfTheMediumAreExact(name: String, bytes: Int?) throws {
        #expect(try #require(ServiceProfile.named(name)).mediumByteLimit == bytes)
    }

    /// The longest and the shortest recording that fit, and those one frame beyond.
    @Test(
        arguments: [
            ("google-sync", 60, 0, [ServiceProfile.Problem.Kind]()), ("google-sync", 60, 1, [.tooLong]),
            ("assemblyai-sync", 120, 0, []), ("assemblyai-sync", 120, 1, [.tooLong]),
            ("assemblyai-sync", 0.08, 0, []), ("assemblyai-sync", 0.08, -1, [.tooShort]),
            ("assemblyai", 0.16, 0, []), ("assemblyai", 0.16, -1, [.tooShort]),
        ])
    func durationsAreComparedWithTheirLimits(
        name: String, seconds: Double, frames: Int, problems: [ServiceProfile.Problem.Kind]
    ) async throws {
        let source = Self.wav(seconds: seconds + Double(frames) / 8000, rate: 8000)
        #expect(try await Self.verdict(name, source, byteCount: 1).problems.map(\.kind) == problems)
    }

    /// A side equal to a limit fits, one pixel beyond does not: the scene has 960 × 640 pixels.
    @Test(arguments: [
        (640...960, [ServiceProfile.Problem.Kind]()), (641...960, [.tooFewPixels]), (640...959, [.tooManyPixels]),
    ])
    func sidesAreComparedWithTheirLimits(sides: ClosedRange<Int>, problems: [ServiceProfile.Problem.Kind]) async throws
    {
        let profile = ServiceProfile(
            name: "sides", byteLimit: 1, envelope: .none, audio: nil, image: .init(sides: sides))
        var inspection = try await Self.inspection(Self.scene)
        inspection.byteCount = 1
        #expect(profile.check(inspection).problems.map(\.kind) == problems)
        inspection.byteCount = 2
        #expect(profile.check(inspection).problems.map(\.kind).first == .tooManyBytes)
    }

    @Test func whatFitsFits() async throws {
        #expect(try await Self.verdict("openai-whisper", Self.wav(seconds: 2)).fits)
        #expect(try await Self.verdict("assemblyai-sync", Self.wav(seconds: 2, channelCount: 2)).fits)
        #expect(try await Self.verdict("rekognition", Self.scene).fits)
        #expect(try await Self.verdict("hf-endpoint", Self.scene, byteCount: 1 << 40).fits)
    }

    @Test func bytesBeyondTheLimitAreCounted() async throws {
        let limit = 25 * 1_048_576 - 1024
        #expect(try await Self.verdict("openai-whisper", Self.wav(seconds: 1), byteCount: limit).fits)
        let verdict = try await Self.verdict("openai-whisper", Self.wav(seconds: 1), byteCount: limit + 5)
        #expect(verdict.problems.map(\.kind) == [.tooManyBytes])
        #expect(verdict.problems.first?.excess == 5)
        #expect(verdict.problems.first?.message == "26213381 bytes, 5 more than openai-whisper accepts")
    }

    /// All that is in the way at once, in the order of the table.
    @Test func everythingInTheWayIsNamed() async throws {
        let odd = Self.wav(seconds: 121, rate: 11_025, channelCount: 3, bits: 24)
        let verdict = try await Self.verdict("assemblyai-sync", odd, byteCount: 40_000_001)
        #expect(
            verdict.problems.map(\.kind) == [
                .tooManyBytes, .tooLong, .wrongSampleRate, .wrongChannelCount, .wrongBitDepth,
            ])
        let long = try #require(verdict.problems.first { $0.kind == .tooLong })
        #expect(long.found == 121 && long.limit == 120 && long.excess == 1)
        #expect(try await Self.verdict("assemblyai-sync", Self.wav(seconds: 0.05)).problems.map(\.kind) == [.tooShort])
        #expect(try await Self.verdict("google-sync", Self.wav(seconds: 61)).problems.map(\.kind) == [.tooLong])
        #expect(
            try await Self.verdict("google-sync", Self.wav(seconds: 1, rate: 96_000)).problems.map(\.kind)
                == [.wrongSampleRate])
    }

    @Test func typesAndKindsAreChecked() async throws {
        let wav = try await Self.verdict("fal", Self.wav(seconds: 1))
        #expect(wav.problems.map(\.message) == ["found audio/wav; fal accepts audio/mpeg"])
        #expect(wav.problems.map(\.remedy) == ["convert it with another tool"])
        #expect(try await Self.verdict("rekognition", Self.wav(seconds: 1)).problems.map(\.kind) == [.wrongKind])
        #expect(try await Self.verdict("groq", Self.scene).problems.map(\.kind) == [.wrongKind])
    }

    @Test func sidesOfPicturesAreChecked() async throws {
        // 960 × 640.
        let small = ServiceProfile(
            name: "small", byteLimit: nil, envelope: .none, audio: nil,
            image: .init(mediaTypes: [.jpeg], sides: 700...800))
        let verdict = small.check(try await Self.inspection(Self.scene))
        #expect(verdict.problems.map(\.kind) == [.wrongType, .tooManyPixels, .tooFewPixels])
        #expect(verdict.problems.map(\.excess) == [nil, 160, 60])
    }
}
