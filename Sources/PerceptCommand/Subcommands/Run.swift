import ArgumentParser
import Foundation
import Percept
import PerceptAudio
import PerceptCore
import PerceptImage
import PerceptInference

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run any task by its name on the hub and print the decoded response as one line of JSON.",
        discussion: """
            percept run --list lists the tasks. Boxes and masks refer to the upload; percept detect and percept \
            segment map them back to the original. percept run request sends a body of your own, JSON or an unchanged \
            file, to any model or endpoint.
            """)

    @Argument(help: ArgumentHelp("The task: fill-mask, translation, …, or request.", valueName: "task"))
    var task: String?

    @Flag(help: "List the tasks.")
    var list = false

    @Option(
        help: ArgumentHelp(
            "Set the input of the task as JSON (text needs quotes), @file, or - for standard input.",
            valueName: "json|@file|-"))
    var input: String?

    @Option(help: ArgumentHelp("Send this recording or image; - is standard input.", valueName: "media"))
    var file: String?

    @Option(
        help: ArgumentHelp(
            "Set the task's parameters as a JSON object with the service's names, @file, or - for standard input.",
            valueName: "json"))
    var parameters: String?

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Write generated media to this file or folder, instead of as base64 into the JSON. The extension follows "
                + "the media type.",
            valueName: "out"))
    var output: String?

    @Flag(help: "Print text as it is generated; with --json, print one object per event.")
    var stream = false

    @OptionGroup(title: "Service") var service: ServiceOptions
    @OptionGroup var limits: UploadLimitOptions
    @OptionGroup(title: "Recordings") var audio: AudioPreparationOptions
    @OptionGroup(title: "Images") var image: ImagePreparationOptions
    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup var general: GeneralOptions

    private static let request = RawRequest.name

    func validate() throws {
        guard !list else { return }
        guard let task else { throw ValidationError("missing task; name one or pass --list") }
        guard [input, file, parameters].count(where: { $0 == "-" }) <= 1 else {
            throw ValidationError("standard input (-) can be read only once")
        }
        if task == Self.request {
            guard (input == nil) != (file == nil) else {
                throw ValidationError("request requires a body: either --input or --file")
            }
            guard service.model != nil || service.endpoint != nil else {
                throw ValidationError("request requires --model or --endpoint")
            }
            guard parameters == nil, !stream else {
                throw ValidationError("request cannot be used with --parameters or --stream")
            }
            return
        }
        guard let description = TaskCatalogue.task(named: task) else {
            throw ValidationError("unknown task “\(task)”; list the tasks with percept run --list")
        }
        guard description.medium != nil || file == nil else {
            throw ValidationError("\(description.name) does not accept --file")
        }
        guard description.medium == nil || file != nil else {
            throw ValidationError("\(description.name) requires a recording or image: pass --file")
        }
        guard description.takesInput == (input != nil) else {
            let words = description.takesInput ? "requires --input" : "does not accept --input"
            throw ValidationError("\(description.name) \(words)")
        }
        guard !stream || description.isStreamed else {
            throw ValidationError("\(description.name) does not support --stream")
        }
    }

    func run() async throws {
        if list { return try printList() }
        var general = general
        if !stream { general.json = true }
        let console = Console(general)
        let session = service.session()
        if let file {
            try await Batch.run([file], console, service: session) { try await run(session, $0, console) }
        } else {
            try await Batch.run(task: task ?? "", console, service: session) { try await run(session, nil, console) }
        }
    }

    /// - Parameter source: the file; `nil` for a task without one.
    private func run(_ session: ServiceSession, _ source: MediaSource?, _ console: Console) async throws {
        let perceiver = try session.perceiver(
            audio: audio.preparation(limits, image.reading), image: image.preparation(limits), limits: resources.limits,
            console: console)
        guard let task = task.flatMap(TaskCatalogue.task(named:)) else {
            return try report(try await request(source, perceiver), console)
        }
        try perceiver.client.checkAccess(to: service.model ?? task.defaultModel)
        let arguments = try arguments(for: task, source, perceiver, console)
        guard stream else {
            let answer = try await task.run(
                arguments, client: perceiver.client, model: service.model, options: perceiver.options,
                onWait: perceiver.onWait)
            return try report(answer, console)
        }
        let pieces = try await task.stream(
            arguments, client: perceiver.client, model: service.model, options: perceiver.options,
            onWait: perceiver.onWait)
        try await print(pieces, of: task, console)
    }

    /// Prints text as it arrives.
    ///
    /// If the stream fails, a line break ends the partial text, so that the error starts on its own line.
    private func print(_ pieces: TextPieces, of task: TaskDescription, _ console: Console) async throws {
        var (isEmpty, endsLine, reason) = (true, true, String?.none)
        do {
            for try await piece in pieces {
                reason = piece.finishReason ?? reason
                if !piece.text.isEmpty { (isEmpty, endsLine) = (false, piece.text.hasSuffix("\n")) }
                try console.raw(console.isJSON ? piece.json.line : Console.printable(piece.text))
                // Stop requesting text once the output pipe is closed.
                guard Console.hasReader else { return }
            }
        } catch {
            if !console.isJSON, !endsLine { try console.raw("\n") }
            throw error
        }
        if !console.isJSON { try console.raw("\n") }
        guard isEmpty else { return }
        let ending = reason.map { " (finish reason “\($0)”)" } ?? ""
        let remedy = reason == "length" ? "; allow more tokens in --parameters" : ""
        console.warning("\(task.name): the response has no text\(ending)\(remedy)")
    }

    private func arguments(
        for task: TaskDescription, _ source: MediaSource?, _ perceiver: Perceiver, _ console: Console
    ) throws -> TaskArguments {
        var arguments = TaskArguments(input: try input.map { try JSONArgument.read($0, name: "--input") })
        if let parameters {
            guard let object = try JSONArgument.read(parameters, name: "--parameters").objectValue else {
                throw MediaError(.invalidArgument, source: "--parameters", problem: "not a JSON object")
            }
            arguments.parameters = object
        }
        guard let source else { return arguments }
        let warnings: [String]
        if task.medium == .audio {
            let prepared = try source.prepared(by: perceiver.audioPreparation, limits: perceiver.limits)
            arguments.media = MediaInput(bytes: prepared.bytes, mediaType: prepared.mediaType)
            warnings = prepared.warnings
        } else {
            let prepared = try source.prepared(by: perceiver.imagePreparation, limits: perceiver.limits)
            arguments.media = MediaInput(bytes: prepared.bytes, mediaType: prepared.mediaType)
            warnings = prepared.warnings
        }
        for warning in warnings { console.warning("\(source.name): \(warning)") }
        return arguments
    }

    /// Sends a request whose body is passed on unchanged.
    private func request(_ source: MediaSource?, _ perceiver: Perceiver) async throws -> RawAnswer {
        let body: RequestPayload
        if let source {
            body = .raw(try MediaInput(source))
        } else {
            let json = try JSONArgument.read(input ?? "", name: "--input")
            body =
                json.objectValue.map { .json($0) }
                ?? .raw(MediaInput(bytes: json.serialized(), mediaType: .json))
        }
        return try await perceiver.client.send(
            RawRequest(body: body), model: service.model, options: perceiver.options, onWait: perceiver.onWait)
    }

    private func report(_ answer: any TaskOutput, _ console: Console) throws {
        let media = answer.generatedMedia
        guard let output, !media.isEmpty else { return try console.raw(answer.json.line) }
        let inputs = file.map { [$0] } ?? []
        let files = try GeneratedFiles.save(media, to: output, named: task ?? "", protecting: inputs)
        for (file, medium) in zip(files, media) where !file.hasPrefix(output) {
            console.notice("the response is \(medium.mediaType.name): saved as \(file)")
        }
        try console.raw(GeneratedFiles.json(answer.json, media, files).line)
    }

    private func printList() throws {
        let console = Console(general)
        let width = TaskCatalogue.tasks.map(\.name.count).max() ?? 0
        for task in TaskCatalogue.tasks {
            let carries = task.medium.map { "--file \($0.rawValue)" } ?? "--input"
            let name = task.name.padding(toLength: width + 2, withPad: " ", startingAt: 0)
            let form = carries.padding(toLength: 14, withPad: " ", startingAt: 0)
            try console.result("\(name)\(form)\(task.defaultModel)", json: task.json)
        }
    }
}

extension JSONValue {
    /// One line of JSON.
    fileprivate var line: String { String(decoding: serialized(), as: UTF8.self) + "\n" }
}

extension TaskDescription {
    /// The object that `--list --json` prints.
    fileprivate var json: JSONObject {
        [
            "task": .string(name), "methods": methods.json, "model": .string(defaultModel),
            "route": .string("/models/{id}\(route.suffix)"), "medium": medium.map { .string($0.rawValue) } ?? .null,
            "streamed": .bool(isStreamed), "input": example.input ?? .null,
            "parameters": .object(
                JSONObject(parameters.map { ($0.name, .string($0.kind.expectation)) })),
        ]
    }
}
