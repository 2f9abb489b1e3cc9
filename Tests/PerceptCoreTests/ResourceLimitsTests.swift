import PerceptCore
import Testing

@Suite struct ResourceLimitsTests {
    /// The values that their descriptions state: libvips' number of pixels, 2 GiB, 8 MiB, three hours, 256 MiB.
    @Test func theDefaultsAreTheStatedOnes() {
        let limits = ResourceLimits.default
        #expect(limits.pixelCount == 16_383 * 16_383)
        #expect(limits.imageByteCount == 2 * 1024 * 1024 * 1024)
        #expect(limits.scanCount == 100)
        #expect(limits.colorProfileByteCount == 8 * 1024 * 1024)
        #expect(limits.channelCount == 64)
        #expect(limits.sampleRate == 768_000)
        #expect(limits.silenceDuration == 3 * 60 * 60)
        #expect(limits.uploadByteCount == 256 * 1024 * 1024)
    }

    /// Each name reads and writes its own limit.
    @Test func aLimitIsFoundByItsName() {
        for name in ResourceLimits.Name.allCases {
            var limits = ResourceLimits.default
            limits[name] += 1
            #expect(limits[name] == ResourceLimits.default[name] + 1)
            let changed = ResourceLimits.Name.allCases.filter { limits[$0] != ResourceLimits.default[$0] }
            #expect(changed == [name])
        }
    }
}
