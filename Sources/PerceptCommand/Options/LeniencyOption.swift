import ArgumentParser

/// How damaged inputs are read.
struct LeniencyOption: ParsableArguments {
    @Flag(
        help: """
            Decode what is intact of a damaged recording or picture, and report how much is missing, instead of failing. A \
            recording gets silence in place of what is lost.
            """)
    var lenient = false
}
