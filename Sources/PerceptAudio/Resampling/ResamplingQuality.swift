/// The quality of a sample rate conversion. Both tiers are linear-phase with their delay compensated.
public enum ResamplingQuality: String, Sendable, Hashable, Codable, CaseIterable {
    /// Flat up to 0.90 of the lower Nyquist frequency, with aliases and images below −110 dB.
    case standard
    /// Flat up to 0.913 of the lower Nyquist frequency, with aliases and images below −130 dB.
    case best

    /// The end of the passband as a fraction of the lower Nyquist frequency; the stopband begins at 1.
    var passband: Double {
        switch self {
        case .standard: 0.90
        case .best: 0.913
        }
    }

    /// The design attenuation in dB, slightly more than promised to allow for rounding to `Float`.
    var attenuation: Double {
        switch self {
        case .standard: 116
        case .best: 138
        }
    }
}
