import PerceptInference
import Synchronization

/// The forms in which services accept requests for timestamps, learned from rejections.
///
/// A perceiver and its copies share one instance, so that a rejected form is not sent again for other chunks or
/// recordings. Several perceivers can share an instance too.
public final class AgreedTimestampForms: Sendable {
    private struct Question: Hashable {
        let endpoint: InferenceEndpoint
        let model: String
        let wanted: TimestampForm
    }

    private let agreed = Mutex<[Question: TimestampForm]>([:])

    /// Creates an instance that knows of no rejections.
    public init() {}

    /// Returns the form to send if the caller requested `wanted`.
    func form(for wanted: TimestampForm, model: String, endpoint: InferenceEndpoint) -> TimestampForm {
        agreed.withLock { $0[Question(endpoint: endpoint, model: model, wanted: wanted)] } ?? wanted
    }

    /// Stores the form that was accepted instead of `wanted`.
    ///
    /// - Returns: `true` if it was unknown, so that only one of several concurrent requests reports it.
    func remember(
        _ accepted: TimestampForm, for wanted: TimestampForm, model: String, endpoint: InferenceEndpoint
    ) -> Bool {
        let question = Question(endpoint: endpoint, model: model, wanted: wanted)
        return agreed.withLock { $0.updateValue(accepted, forKey: question) } != accepted
    }
}
