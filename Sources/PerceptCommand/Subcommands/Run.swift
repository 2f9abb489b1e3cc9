import ArgumentParser
import Foundation
import Percept
import PerceptAudio
import PerceptCore
import PerceptImage
import PerceptInference

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Any task by its name on the hub: JSON in, the decoded answer as one line of JSON out.",
        discussion: """
            percept run --list names the tasks. Boxes and masks are those of what was sent; percept detect and percept segment \
            map them back. percept run request sends a body of your own, JSON or a file as it is, to any model or endpoint.
            """)

    @Argument(help: ArgumentHelp("fill-mask, translation, …, or request.", valueName: "task"))
    var task: String?

    @Flag(help: "Lists the tasks.")
    var list = false

    @Option(
        help: ArgumentHelp(
            "What the task is about: JSON, so a text stands in quotes; @file and - read it from there.",
            valueName: "json|@file|-"))
    var input: String?

    @Option(help: ArgumentHelp("The recording or picture; - is standard input.", valueName: "media"))
    var file: String?

    @Option(
        help: ArgumentHelp("The task's parameters under the service's names; @file and - too.", valueName: "json"))
    var parameters: String?

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Where generated media go, instead of into the JSON as base64; the extension is that of what they are.",
            valueName: "out"))
    var output: String?

    @Flag(help: "Prints a text as it is written; with --json one object per event.")
    var stream = false

    @OptionGroup(title: "Service") var service: ServiceOptions
    @OptionGroup var limits: UploadLimitOptions
    @OptionGroup(title: "Recordings") var audio: AudioPreparationOptions
    @OptionGroup(title: "Pictures") var image: ImagePreparationOptions
    @OptionGroup var resources: ResourceLimitOptions
    @OptionGroup var general: GeneralOptions

    private static let request = RawRequest.name

    func validate() throws {
        guard !list else { return }
        guard let task else { throw ValidationError("Name a task, or pass --list.") }
        guard [input, file, parameters].count(where: { $0 == "-" }) <= 1 else {
            throw ValidationError("Standard input (-) can be read once only.")
        }
        if task == Self.request {
            guard (input == nil) != (file == nil) else { throw ValidationError("Pass the body: --input or --file.") }
            guard service.model != nil || service.endpoint != nil else {
                throw ValidationError("A request needs --model or --endpoint.")
            }
            guard parameters == nil, !stream else {
                throw ValidationError("A request is its body alone: --parameters and --stream are for tasks.")
            }
            return
        }
        guard let description = TaskCatalogue.task(named: task) else {
            throw ValidationError("There is no task “\(task)”; percept run --list names them.")
        }
        guard description.medium != nil || file == nil else {
            throw ValidationError("\(description.name) takes no --file.")
        }
        guard description.medium == nil || file != nil else {
            throw ValidationError("\(description.name) is about a recording or picture: pass --file.")
        }
        guard description.takesInput == (input != nil) else {
            let words =
                description.takesInput ? "is about a text: pass --input." : "takes no --input beside its --file."
            throw ValidationError("\(description.name) \(words)")
        }
        guard !stream || description.isStreamed else {
            throw ValidationError("\(description.name) is not answered piece by piece.")
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

    /// Prints a text as it arrives. What was printed of one that fails ends with a line break, so that the error stands on a
    /// line of its own.
    private func print(_ pieces: TextPieces, of task: TaskDescription, _ console: Console) async throws {
        var (isEmpty, endsLine, reason) = (true, true, String?.none)
        do {
            for try await piece in pieces {
                reason = piece.finishReason ?? reason
                if !piece.text.isEmpty { (isEmpty, endsLine) = (false, piece.text.hasSuffix("\n")) }
                try console.raw(console.isJSON ? piece.json.line : Console.printable(piece.text))
                // What nobody reads any more is not asked for.
                guard Console.hasReader else { return }
            }
        } catch {
            if !console.isJSON, !endsLine { try console.raw("\n") }
            throw error
        }
        if !console.isJSON { try console.raw("\n") }
        guard isEmpty else { return }
        let ending = reason.map { ": it ended with “\($0)”" } ?? ""
        let remedy = reason == "length" ? "; allow more tokens in --parameters" : ""
        console.warning("\(task.name): the response has no text\(ending)\(remedy)")
    }

    private func arguments(
        for task: TaskDescription, _ source: MediaSource?, _ perceiver: Perceiver, _ console: Console
    ) throws -> TaskArguments {
        var arguments = TaskArguments(input: try input.map { try JSONArgument.read($0, name: "--input") })
        if let parameters {
            guard let object = try JSONArgument.read(parameters, name: "--parameters").objectValue else {
                throw MediaError(.invalidArgument, source: "--parameters", problem: "is no JSON object")
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

    /// A body as it is.
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
            console.notice("the answer is \(medium.mediaType.name): it is in \(file)")
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
    /// As `--list --json` prints it.
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
