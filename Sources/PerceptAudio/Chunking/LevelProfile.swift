#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The level of a recording over time: one byte for each window of about 10 ms.
///
/// It takes 100 bytes per second of sound, 360 kB for an hour.
package struct LevelProfile: Sendable {
    /// The length of a window in seconds.
    package let windowDuration: Double
    /// Half decibels below full scale.
    private var attenuations: [UInt8] = []

    package init(windowDuration: Double) {
        self.windowDuration = windowDuration
    }

    /// The number of windows.
    package var count: Int { attenuations.count }

    /// Appends a window with the mean square `power`.
    ///
    /// The level is rounded to the nearest half decibel, within −127.5…0 dBFS; silence counts as −127.5.
    package mutating func append(power: Float) {
        guard power > 0, power.isFinite else { return attenuations.append(.max) }
        let attenuation = (-20 * log10(Double(power))).rounded()
        attenuations.append(UInt8(min(max(0, attenuation), Double(UInt8.max))))
    }

    /// The RMS level of a window in dBFS, −127.5…0.
    package subscript(window: Int) -> Double { -Double(attenuations[window]) / 2 }
}
