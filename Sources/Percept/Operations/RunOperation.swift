package import PerceptCore
package import PerceptInference

/// Runs any task of the hub by its name, or sends a request whose body is passed on unchanged.
///
/// Its response is decoded but not mapped back: boxes and masks refer to the upload.
package struct RunOperation: Sendable {
    /// The request to send.
    package enum Request: Sendable {
        /// A task with its input and parameters, and without its medium.
        case task(TaskDescription, TaskArguments)
        /// A body of JSON; `nil` for the contents of the source.
        case raw(JSONValue?)
    }

    /// The request to send.
    package var request: Request
    /// The model's ID; `nil` for the default of the task.
    package var model: String?

    /// Creates the operation.
    package init(_ request: Request, model: String? = nil) {
        self.request = request
        self.model = model
    }

    /// Sends the request and decodes the response.
    ///
    /// - Parameters:
    ///   - source: the recording, image or file to send; `nil` for a task without one.
    ///   - onWarning: a closure that is called for each warning about the source, before anything is sent.
    package func perform(
        on source: MediaSource?, with perceiver: Perceiver, onWarning: (Warning) -> Void
    ) async throws -> any TaskOutput {
        switch request {
        case .task(let task, let arguments):
            return try await task.run(
                try await prepared(arguments, for: task, source, perceiver, onWarning), client: perceiver.client,
                model: model, options: perceiver.options, onWait: perceiver.onWait)
        case .raw(let json):
            let body: RequestPayload =
                if let source {
                    .raw(try await BlockingWork.run { try MediaInput(source) })
                } else if let object = json?.objectValue {
                    .json(object)
                } else {
                    .raw(MediaInput(bytes: (json ?? .null).serialized(), mediaType: .json))
                }
            return try await perceiver.client.send(
                RawRequest(body: body), model: model, options: perceiver.options, onWait: perceiver.onWait)
        }
    }

    /// Sends the request of a task that returns its text in pieces.
    package func stream(
        _ task: TaskDescription, _ arguments: TaskArguments, on source: MediaSource?, with perceiver: Perceiver,
        onWarning: (Warning) -> Void
    ) async throws -> TextPieces {
        try await task.stream(
            try await prepared(arguments, for: task, source, perceiver, onWarning), client: perceiver.client,
            model: model, options: perceiver.options, onWait: perceiver.onWait)
    }

    /// Returns the arguments with the prepared medium, after checking that a request could be sent at all.
    private func prepared(
        _ arguments: TaskArguments, for task: TaskDescription, _ source: MediaSource?, _ perceiver: Perceiver,
        _ onWarning: (Warning) -> Void
    ) async throws -> TaskArguments {
        try perceiver.client.checkAccess(to: model ?? task.defaultModel)
        guard let source else { return arguments }
        let (medium, warnings) = try await BlockingWork.run {
            if task.medium == .audio {
                let prepared = try source.prepared(by: perceiver.audioPreparation, limits: perceiver.limits)
                return (prepared.input, prepared.warnings)
            }
            let prepared = try source.prepared(by: perceiver.imagePreparation, limits: perceiver.limits)
            return (prepared.input, prepared.warnings)
        }
        for warning in warnings { onWarning(warning.about(source.name)) }
        var arguments = arguments
        arguments.media = medium
        return arguments
    }
}
