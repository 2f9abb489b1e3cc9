import PerceptCore
import Testing

@Suite struct WarningTests {
    private static let small = Warning("the text is small; send a part", parameter: .crop)

    @Test("a warning names its parameter, or the name that is given") func naming() {
        #expect("\(Self.small)" == "the text is small; send a part (crop)")
        #expect(Self.small.naming { _ in "--crop" } == "the text is small; send a part (--crop)")
        #expect(Self.small.naming { _ in nil } == "the text is small; send a part")
        let plain: Warning = "\(2) samples were clamped"
        #expect(plain.parameter == nil && plain.naming { $0.rawValue } == plain)
    }

    @Test("a resource limit is named in the text itself") func limits() {
        let warning = Warning(
            "100 bytes (colorProfileByteCount); raise the limit", parameter: .colorProfileByteCountLimit)
        #expect("\(warning)" == warning.text)
        #expect(warning.naming(\.limit?.rawValue).text.hasSuffix("raise the limit (colorProfileByteCount)"))
    }

    @Test("a subject is put in front, and the parameter stays") func subject() {
        #expect(
            Self.small.about("a.png") == Warning("a.png: the text is small; send a part", parameter: .crop))
    }

    @Test("each resource limit has a parameter of its own") func parametersOfLimits() {
        let parameters = ResourceLimits.Name.allCases.map { Parameter($0) }
        #expect(Set(parameters).count == ResourceLimits.Name.allCases.count)
        #expect(parameters.map(\.limit) == ResourceLimits.Name.allCases)
        #expect(Parameter.sampleRate.limit == nil)
        let limits = Parameter.allCases.filter { $0.limit != nil }
        #expect(Set(limits) == Set(parameters))
    }
}
