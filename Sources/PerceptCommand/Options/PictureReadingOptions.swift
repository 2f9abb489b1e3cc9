import ArgumentParser

/// How pictures are read.
struct PictureReadingOptions: ParsableArguments {
    @Flag(
        help:
            "Makes do with what there is of a damaged or cut picture, and says how much that is, instead of refusing it."
    )
    var lenient = false
}
