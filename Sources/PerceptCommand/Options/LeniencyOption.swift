import ArgumentParser

/// The option for reading damaged inputs.
struct LeniencyOption: ParsableArguments {
    @Flag(
        help: """
            Decode the intact part of a damaged recording or image and report how much is missing, instead of failing. \
            Missing parts of a recording become silence.
            """)
    var lenient = false
}
