import ArgumentParser
import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@main
struct PerceptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "percept",
        abstract: "Recordings and pictures to an inference service, and its answers back onto the originals.",
        discussion: """
            Media are decoded, checked and made smaller here before anything is sent; times, boxes and masks in the \
            results are those of the original file. FILE may be - for standard input; what it is, its bytes tell.
            """,
        version: "1.0.0",
        subcommands: [
            Inspect.self, Prepare.self, Transcribe.self, Classify.self, Detect.self, Segment.self, Annotate.self,
            Masks.self, Report.self, Run.self, Endpoint.self,
        ])

    /// Runs the command as a task that SIGINT and SIGTERM cancel, so that half-written files are removed; a second signal
    /// ends the process at once.
    static func main() async {
        returnLargeBlocksToTheSystem()
        // A reader of our output that goes away must not end us before files are tidied up.
        signal(SIGPIPE, SIG_IGN)
        let run = Task { await Self.runAsGiven() }
        // A queue of its own gets a thread even while each processor is busy with an input, which the global queue does not.
        let signals = DispatchQueue(label: "percept.signals")
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: signals)
            source.setEventHandler { @Sendable in
                if run.isCancelled { _exit(128 + number) }
                run.cancel()
            }
            source.activate()
            return source
        }
        await run.value
        withExtendedLifetime(sources) {}
    }

    /// Parses and runs the command; ends the process where that fails.
    ///
    /// What the parser says of the arguments contains them, and they may be names of files: only the line breaks are its own.
    private static func runAsGiven() async {
        do {
            var command = try parseAsRoot()
            guard var asynchronous = command as? any AsyncParsableCommand else { return try command.run() }
            try await asynchronous.run()
        } catch {
            let code = exitCode(for: error)
            var message = fullMessage(for: error)
            for argument in CommandLine.arguments where argument != Console.printableLine(argument) {
                message = message.replacing(argument, with: Console.printableLine(argument))
            }
            if !message.isEmpty { Console.tell(Console.printable(message) + "\n", code.isSuccess ? .output : .errors) }
            _exit(code.rawValue)
        }
    }

    /// Has the memory of an upload go back to the system once it has been sent.
    ///
    /// glibc by itself keeps blocks of any size that was freed once, so that the chunks of a recording would stand in memory
    /// several times over. Swift's Glibc module leaves `<malloc.h>` out: hence the name.
    private static func returnLargeBlocksToTheSystem() {
        #if canImport(Glibc)
            typealias Function = @convention(c) (CInt, CInt) -> CInt
            guard let symbol = dlsym(nil, "mallopt") else { return }
            let mmapThreshold: CInt = -3
            _ = unsafeBitCast(symbol, to: Function.self)(mmapThreshold, 1 << 20)
        #endif
    }
}
