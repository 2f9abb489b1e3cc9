/// How faithful a change of sample rate is; both tiers are linear-phase, with their delay compensated.
public enum ResamplingQuality: String, Sendable, Hashable, Codable, CaseIterable {
    /// Flat up to 0.90 of the lower Nyquist frequency, aliases and images below −110 dB.
    case standard
    /// Flat up to 0.913 of the lower Nyquist frequency, aliases and images below −130 dB.
    case best

    /// End of the passband as a fraction of the lower Nyquist frequency; the stopband begins at 1.
    var passband: Double {
        switch self {
        case .standard: 0.90
        case .best: 0.913
        }
    }

    /// Attenuation in dB that the filter is designed for: some more than is promised, for the rounding to `Float`.
    var attenuation: Double {
        switch self {
        case .standard: 116
        case .best: 138
        }
    }
}
