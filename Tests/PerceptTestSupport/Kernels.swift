public import CKernels

/// The kernels that this processor supports, plain C first.
public let supportedKernels = [PerceptKernelScalar, PerceptKernelAVX2, PerceptKernelAVX512].filter { kernel in
    withKernel(kernel) { percept_kernel() == kernel }
}

/// Runs `body` with the kernels of CKernels limited to `fastest` on this thread.
public func withKernel<Result>(_ fastest: PerceptKernel, _ body: () throws -> Result) rethrows -> Result {
    percept_kernel_limit(fastest)
    defer { percept_kernel_limit(PerceptKernelAVX512) }
    return try body()
}
