import CKernels
import PerceptTestSupport
import Testing

/// Every implementation that this processor has agrees with the scalar one to within the rounding of Float sums.
@Suite struct KernelTests {
    @Test(arguments: [16, 32, 48, 64, 80, 416, 1024]) func vectorPathsAgreeWithTheScalarOne(_ count: Int) {
        var generator = SplitMix64(seed: UInt64(count))
        let best = percept_best_kernel()
        for kernel in [PerceptKernelScalar, PerceptKernelAVX2, PerceptKernelAVX512]
        where kernel.rawValue <= best.rawValue {
            for _ in 0..<50 {
                let a = (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
                let b = (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
                let exact = zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
                let scale = zip(a, b).reduce(0.0) { $0 + abs(Double($1.0) * Double($1.1)) }
                let product = Double(percept_dot_product(kernel, a, b, count))
                #expect(abs(product - exact) <= scale * 4e-7, "kernel \(kernel.rawValue)")
            }
        }
    }
}
