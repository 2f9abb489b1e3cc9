import ArgumentParser
import CArguments
import Dispatch
import PerceptCore

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
        abstract: "Send recordings and images to an inference service and map the results back to the originals.",
        discussion: """
            Media are decoded, checked and reduced in size locally before anything is sent. Times, boxes and masks in \
            the results refer to the original file. FILE may be - for standard input. The media type is detected from \
            the contents. percept --version --verbose lists the libraries and programs that were found, and the \
            packages of those that are missing; with --json, as JSON.
            """,
        version: VersionReport.version,
        subcommands: [
            Inspect.self, Prepare.self, Transcribe.self, Classify.self, Detect.self, Segment.self, Annotate.self,
            Masks.self, Report.self, Run.self, Endpoint.self, ShowLedger.self, Worker.self,
        ])

    /// Runs the command as a task that SIGINT, SIGTERM and SIGHUP cancel, so that partial files are removed.
    ///
    /// A second signal ends the process at once. A signal that is ignored already (`nohup`) stays ignored.
    static func main() async {
        returnLargeBlocksToTheSystem()
        // A closed output pipe must not end the process before partial files are removed.
        signal(SIGPIPE, SIG_IGN)
        // Before any thread exists: the version and the help need none.
        guard let parsed = parsed() else { return }
        // Only the task uses it from here on.
        nonisolated(unsafe) let command = parsed
        let run = Task { await Self.run(command) }
        // A private queue gets a thread even while every core is busy with an input; the global queue does not.
        let signals = DispatchQueue(label: "percept.signals")
        let sources = [SIGINT, SIGTERM, SIGHUP].filter { !isIgnored($0) }.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: signals)
            source.setEventHandler { @Sendable in
                guard Interruption.begin(number) else { _exit(128 + number) }
                let grace = Interruption.grace
                guard grace > 0 else { return run.cancel() }
                signals.asyncAfter(deadline: .now() + grace) { run.cancel() }
            }
            source.activate()
            return source
        }
        await run.value
        withExtendedLifetime(sources) {}
    }

    /// The arguments without the name of the command: file names among them may not be UTF-8.
    private static let arguments: [String] = {
        if let values = percept_arguments() {
            return (1..<max(1, Int(percept_argument_count()))).compactMap { index in
                values[index].map { String(fileName: UnsafePointer($0)) }
            }
        }
        return (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            CommandLine.unsafeArgv[index].map { String(fileName: UnsafePointer($0)) }
        }
    }()

    private static func isIgnored(_ number: CInt) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        #if canImport(Darwin)
            let handler = action.__sigaction_u.__sa_handler
        #else
            let handler = action.__sigaction_handler.sa_handler
        #endif
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Returns the command that the arguments name; `nil` if everything is printed already. Ends the process if they
    /// are invalid, or ask for the version or the help.
    private static func parsed() -> (any ParsableCommand)? {
        do {
            if VersionReport.isRequested(by: arguments) {
                try VersionReport.print(for: arguments)
                return nil
            }
            return try parseAsRoot(arguments)
        } catch {
            exitReporting(error)
        }
    }

    /// Runs a command; ends the process if that fails.
    private static func run(_ command: any ParsableCommand) async {
        var command = command
        do {
            guard var asynchronous = command as? any AsyncParsableCommand else { return try command.run() }
            try await asynchronous.run()
        } catch {
            exitReporting(error)
        }
    }

    /// Prints an error, or what the parser has to say, and ends the process.
    ///
    /// The parser's messages quote the arguments, which may be file names with control characters. Only the line breaks
    /// of the message itself are printed.
    private static func exitReporting(_ error: any Error) -> Never {
        if Failure.isOurs(error) {
            let failure = Failure.reporting(error)
            Console.tell("percept: \(Console.printableLine(failure.line))\n")
            _exit(failure.exitCode)
        }
        let code = exitCode(for: error)
        var message = CompletionScript.corrected(fullMessage(for: error))
        for argument in arguments where argument != Console.printableLine(argument) {
            message = message.replacing(argument, with: Console.printableLine(argument))
        }
        if !message.isEmpty { Console.tell(Console.printable(message) + "\n", code.isSuccess ? .output : .errors) }
        _exit(code.rawValue)
    }

    /// Makes glibc return the memory of an upload to the system once the upload has been sent.
    ///
    /// By default glibc raises its threshold with each large block that is freed, and would keep the memory of several
    /// chunks of a recording. The function is looked up by name because Swift's Glibc module omits `<malloc.h>`.
    private static func returnLargeBlocksToTheSystem() {
        #if canImport(Glibc)
            typealias Function = @convention(c) (CInt, CInt) -> CInt
            guard let symbol = dlsym(nil, "mallopt") else { return }
            let mmapThreshold: CInt = -3
            _ = unsafeBitCast(symbol, to: Function.self)(mmapThreshold, 1 << 20)
        #endif
    }
}
