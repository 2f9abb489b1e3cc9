public import PerceptInference
import Synchronization

/// The forms in which services accept requests for times, learned from rejections.
///
/// A perceiver and its copies share one, so that a form that was rejected is not sent again for other chunks or
/// recordings. Give the same one to several perceivers to share it among them.
public final class AgreedTimestampForms: Sendable {
    private struct Question: Hashable {
        let endpoint: InferenceEndpoint
        let model: String
        let wanted: TimestampForm
    }

    private let agreed = Mutex<[Question: TimestampForm]>([:])

    public init() {}

    /// The form to send where `wanted` is what the caller asked for.
    func form(for wanted: TimestampForm, model: String, endpoint: InferenceEndpoint) -> TimestampForm {
        agreed.withLock { $0[Question(endpoint: endpoint, model: model, wanted: wanted)] } ?? wanted
    }

    /// Remembers the form that was accepted in place of `wanted`.
    ///
    /// - Returns: whether it was unknown, so that one request of several at a time reports it.
    func remember(
        _ accepted: TimestampForm, for wanted: TimestampForm, model: String, endpoint: InferenceEndpoint
    ) -> Bool {
        let question = Question(endpoint: endpoint, model: model, wanted: wanted)
        return agreed.withLock { $0.updateValue(accepted, forKey: question) } != accepted
    }
}
