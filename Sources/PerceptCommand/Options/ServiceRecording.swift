import PerceptCore
import PerceptInference
import Synchronization

/// The tape that this run of the command records: one for all of its inputs, written when they are done.
enum ServiceRecording {
    private struct Recording {
        var path: String
        var transport: RecordingTransport
    }

    private static let current = Mutex<Recording?>(nil)

    /// What carries the requests, the same for every client of the run.
    ///
    /// - Throws: ``MediaError`` `.outputNotCreatable` before anything is asked, when the tape could not be written later.
    static func transport(
        to path: String, around transport: any HTTPTransport
    ) throws(MediaError) -> RecordingTransport {
        if let recording = current.withLock({ $0 }) { return recording.transport }
        // Gone again without a trace, unless it cannot be made.
        _ = try OutputFile(path: path)
        let recording = Recording(path: path, transport: RecordingTransport(transport))
        current.withLock { $0 = recording }
        return recording.transport
    }

    /// Writes what was recorded, if anything was to be.
    ///
    /// - Throws: ``MediaError`` when one of `inputs` would be overwritten, or the file cannot be written.
    static func save(protecting inputs: [String]) throws(MediaError) {
        let recording = current.withLock { current in
            defer { current = nil }
            return current
        }
        guard let recording else { return }
        let file = try OutputFile(path: recording.path, protecting: inputs)
        try file.write(recording.transport.tape().serialized())
        try file.commit()
    }
}
