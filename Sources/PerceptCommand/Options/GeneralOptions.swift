import ArgumentParser

/// The options of every verb.
struct GeneralOptions: ParsableArguments {
    @Flag(help: "Print one JSON object per input on standard output.")
    var json = false

    @Flag(
        name: [.short, .long],
        help: "Print no progress, warnings or notices on standard error; errors are still printed.")
    var quiet = false
}

/// The inputs of a verb.
struct InputOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("Recordings or images; - is standard input.", valueName: "file"))
    var files: [String]

    func validate() throws {
        guard files.count(where: { $0 == "-" }) <= 1 else {
            throw ValidationError("standard input (-) can be read only once")
        }
    }
}
