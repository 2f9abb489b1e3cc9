import ArgumentParser

struct Worker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Process inputs from standard input, for an engine that starts processes.",
        usage: "percept worker <verb> [<options of the verb>] [--ordered]",
        discussion: """
            Each line of standard input is a path or a JSON object: {"id":…,"file":…} or \
            {"id":…,"data":"BASE64","name":…}. Each is answered by one line of JSON with the same id, as results \
            arrive or, with --ordered, in order: the verb's own, or \
            {"id":…,"error":{"kind","message","remedy","transient"}}. The exit code is 0 at the end of the input \
            whatever happened to the items, and 64, 70 or 77 if the worker cannot work at all. All options of the verb \
            apply.
            """)

    @Argument(
        help: ArgumentHelp("inspect, prepare, transcribe, classify, detect or segment.", valueName: "verb"),
        completion: .list(Self.verbs))
    var verb: String

    @Argument(parsing: .captureForPassthrough, help: .hidden)
    var arguments: [String] = []

    private static let verbs = ["inspect", "prepare", "transcribe", "classify", "detect", "segment"]

    func validate() throws {
        guard Self.verbs.contains(verb) else {
            throw ValidationError("“\(verb)” is not a verb for a worker: choose \(Self.verbs.joined(separator: ", "))")
        }
    }

    func run() async throws {
        let command = try PerceptCommand.parseAsRoot([verb, "--worker-lines", "--json", "--quiet"] + arguments)
        guard var command = command as? any AsyncParsableCommand else { return }
        try await command.run()
    }
}
