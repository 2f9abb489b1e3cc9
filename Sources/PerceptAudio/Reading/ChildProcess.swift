import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A program that writes to its standard output, read as it comes; killed and waited for when the value goes away.
///
/// It is started without a shell, has nothing to read on its standard input, and inherits one descriptor, as number 3.
final class ChildProcess {
    private let processID: pid_t
    private let output: CInt
    private let errors: CInt
    private var status: CInt?
    private var hasMoreErrors = true
    private let takeErrors: ([UInt8]) -> Void

    /// - Parameter takeErrors: given what the program writes to its standard error, piece by piece.
    /// - Throws: the system's error code.
    init(
        _ path: String, _ arguments: [String], inheriting descriptor: CInt, takeErrors: @escaping ([UInt8]) -> Void
    ) throws(SystemFailure) {
        self.takeErrors = takeErrors
        let output = try Self.pipe()
        let errors: (read: CInt, write: CInt)
        do { errors = try Self.pipe() } catch {
            for end in [output.read, output.write] { close(end) }
            throw error
        }
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
        #else
            var actions = posix_spawn_file_actions_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.write, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.write, 2)
        posix_spawn_file_actions_adddup2(&actions, descriptor, 3)
        var processID: pid_t = 0
        var vector = ([path] + arguments).map { strdup($0) } + [nil]
        let code = posix_spawn(&processID, path, &actions, nil, &vector, environ)
        for argument in vector { free(argument) }
        posix_spawn_file_actions_destroy(&actions)
        close(output.write)
        close(errors.write)
        guard code == 0 else {
            close(output.read)
            close(errors.read)
            throw SystemFailure(code: code)
        }
        self.processID = processID
        self.output = output.read
        self.errors = errors.read
    }

    struct SystemFailure: Error {
        let code: CInt
    }

    deinit {
        if status == nil {
            kill(processID, SIGKILL)
            _ = wait()
        }
        close(output)
        close(errors)
    }

    /// Both ends stay out of other programs, and above the descriptors that a program has a use for.
    private static func pipe() throws(SystemFailure) -> (read: CInt, write: CInt) {
        var ends: [CInt] = [-1, -1]
        #if canImport(Glibc)
            let code = Glibc.pipe(&ends)
        #elseif canImport(Musl)
            let code = Musl.pipe(&ends)
        #else
            let code = Darwin.pipe(&ends)
        #endif
        guard code == 0 else { throw SystemFailure(code: errno) }
        let raised = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 16) }
        let failure = errno
        for end in ends { close(end) }
        guard raised.allSatisfy({ $0 >= 0 }) else {
            for end in raised where end >= 0 { close(end) }
            throw SystemFailure(code: failure)
        }
        return (raised[0], raised[1])
    }

    /// Fills `buffer` with output; gives less only when the program has closed it.
    ///
    /// - Throws: ``MediaError`` `.cancelled`, also while the program keeps silent; `.inputOutput`.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(MediaError) -> Int {
        var filled = 0
        while filled < buffer.count, let base = buffer.baseAddress {
            guard try waitForOutput() else { continue }
            let count = Self.read(output, base + filled, buffer.count - filled)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR || errno == EAGAIN { continue }
                throw MediaError(.inputOutput, problem: "reading from a program failed: \(systemMessage(errno))")
            }
            filled += count
        }
        return filled
    }

    /// Takes in errors while waiting; `false` when there is still no output.
    private func waitForOutput() throws(MediaError) -> Bool {
        try MediaError.checkCancellation()
        var events = [
            pollfd(fd: output, events: Int16(POLLIN), revents: 0),
            pollfd(fd: hasMoreErrors ? errors : -1, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&events, nfds_t(events.count), 250) > 0 else { return false }
        if events[1].revents != 0 { drainErrors() }
        return events[0].revents != 0
    }

    private func drainErrors() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = Self.read(errors, &buffer, buffer.count)
        if count > 0 { takeErrors(Array(buffer.prefix(count))) }
        if count == 0 || count < 0 && errno != EINTR { hasMoreErrors = false }
    }

    private static func read(_ descriptor: CInt, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
        #if canImport(Glibc)
            Glibc.read(descriptor, buffer, count)
        #elseif canImport(Musl)
            Musl.read(descriptor, buffer, count)
        #else
            Darwin.read(descriptor, buffer, count)
        #endif
    }

    /// Waits for the program, whose output has been read to its end.
    ///
    /// - Returns: whether it ended of itself, with the code 0.
    func succeeds() -> Bool {
        while hasMoreErrors { drainErrors() }
        return wait() == 0
    }

    private func wait() -> CInt {
        if let status { return status }
        var status: CInt = 0
        while waitpid(processID, &status, 0) < 0, errno == EINTR {}
        self.status = status
        return status
    }
}
