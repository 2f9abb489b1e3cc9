import ArgumentParser

/// What every verb takes.
struct GeneralOptions: ParsableArguments {
    @Flag(help: "One JSON object per input on standard output.")
    var json = false

    @Flag(name: [.short, .long], help: "No progress, warnings or notices on standard error; errors are still told.")
    var quiet = false
}

/// The inputs of a verb.
struct InputOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("Recordings or pictures; - is standard input.", valueName: "file"))
    var files: [String]

    func validate() throws {
        guard files.count(where: { $0 == "-" }) <= 1 else {
            throw ValidationError("Standard input (-) can be read once only.")
        }
    }
}
