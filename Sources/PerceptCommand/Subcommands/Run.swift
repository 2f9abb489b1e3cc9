import ArgumentParser
import Percept
import PerceptCore
import PerceptInference

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run any task by its name on the hub and print the decoded response as one line of JSON.",
        discussion: """
            percept run --list lists the tasks. Boxes and masks refer to the upload; percept detect and percept \
            segment map them back to the original. percept run request sends a body of your own, JSON or an unchanged \
            file, to any model or endpoint.
            """)

    @Argument(
        help: ArgumentHelp("The task: fill-mask, translation, …, or request.", valueName: "task"),
        completion: .list(TaskCatalogue.tasks.map(\.name) + TaskCatalogue.aliases.keys.sorted() + [RawRequest.name]))
    var task: String?

    @Flag(help: "List the tasks.")
    var list = false

    @Option(
        help: ArgumentHelp(
            "Set the input of the task as JSON (text needs quotes), @file, or - for standard input.",
            valueName: "json|@file|-"))
    var input: String?

    @Option(
        help: ArgumentHelp("Send this recording or image; - is standard input.", valueName: "media"),
        completion: .file())
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
            valueName: "out"), completion: .file())
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
        guard audio.requestRate == nil else {
            throw ValidationError("a rate of requests requires a verb that accepts several inputs and sends them")
        }
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
        if list { return try TaskPrinting.printList(Console(general)) }
        var general = general
        if !stream { general.json = true }
        let console = Console(general)
        let session = service.session()
        if let file {
            try await RunReport.run(file, console, service: session) { try await run(session, $0, console) }
        } else {
            try await RunReport.run(about: ["task": .string(task ?? "")], console, service: session) {
                try await run(session, nil, console)
            }
        }
    }

    /// - Parameter source: the file; `nil` for a task without one.
    private func run(_ session: ServiceSession, _ source: MediaSource?, _ console: Console) async throws {
        var perceiver = try session.perceiver(
            audio: audio.preparation(limits, image.reading), image: image.preparation(limits), limits: resources.limits)
        perceiver.onWait = { console.notice($0.text) }
        let operation = RunOperation(try request(), model: service.model)
        if stream, case .task(let task, let arguments) = operation.request {
            let pieces = try await operation.stream(
                task, arguments, on: source, with: perceiver, onWarning: console.warning)
            return try await TaskPrinting.print(pieces, of: task, console)
        }
        let answer = try await operation.perform(on: source, with: perceiver, onWarning: console.warning)
        try TaskPrinting.print(
            answer, named: task ?? "", to: output, protecting: [file].compactMap(\.self), console)
    }

    private func request() throws -> RunOperation.Request {
        let json = try input.map { try JSONArgument.read($0, name: "--input") }
        guard let task = task.flatMap(TaskCatalogue.task(named:)) else { return .raw(json) }
        var arguments = TaskArguments(input: json)
        if let parameters {
            guard let object = try JSONArgument.read(parameters, name: "--parameters").objectValue else {
                throw MediaError(.invalidArgument, source: "--parameters", problem: "not a JSON object")
            }
            arguments.parameters = object
        }
        return .task(task, arguments)
    }
}
