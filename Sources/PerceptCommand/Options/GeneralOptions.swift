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
