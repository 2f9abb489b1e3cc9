import PerceptBatch
import Testing

@Suite struct BatchItemTests {
    @Test func byDefaultAnItemIsTheWholeRecording() {
        let item = BatchItem(key: "a.wav", source: .file("a.wav"), outputPath: "a")
        #expect(item.part == .whole)
        #expect(item.part.offset == .zero)
        #expect(item.part.duration == nil)
    }
}
