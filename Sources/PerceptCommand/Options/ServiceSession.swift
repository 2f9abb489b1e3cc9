import Percept
import PerceptAudio
import PerceptCore
import PerceptImage
import PerceptInference
import PerceptSandbox

/// The client of one run of the command: all inputs share its connections, the tape that is replayed and the tape that
/// is recorded.
final class ServiceSession {
    let options: ServiceOptions
    private var perceiver: Perceiver?
    private var recording: CapturingTransport?

    init(_ options: ServiceOptions) {
        self.options = options
    }

    /// Returns the perceiver, which is created for the first input and shared by all.
    ///
    /// - Throws: ``MediaError`` `.outputNotCreatable` when the tape to be recorded cannot be created; errors about the
    ///   tape that is replayed, the token or the endpoint.
    func perceiver(
        audio: AudioPreparation = AudioPreparation(), image: ImagePreparation = ImagePreparation(),
        limits: ResourceLimits
    ) throws -> Perceiver {
        if let perceiver { return perceiver }
        var client = try options.client()
        if let path = options.record {
            // Created and removed at once, to find out early whether it can be written.
            _ = try OutputFile(path: path)
            let recording = CapturingTransport(client.transport)
            client.transport = recording
            self.recording = recording
        }
        let made = Perceiver(
            client: client, audioPreparation: audio, imagePreparation: image, limits: limits,
            options: RequestOptions(
                useGPU: options.useGpu, useCache: !options.noCache, waitForModel: options.waitForModel,
                retryOnError: !options.noRetry))
        perceiver = made
        return made
    }

    /// Writes the recorded tape, if one was requested.
    ///
    /// - Throws: ``MediaError`` when one of `inputs` would be overwritten, or the file cannot be written.
    func save(protecting inputs: [String]) throws(MediaError) {
        guard let path = options.record, let recording else { return }
        self.recording = nil
        let file = try OutputFile(path: path, protecting: inputs)
        try file.write(recording.tape().serialized())
        try file.commit()
    }
}
