import PerceptCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A child process whose standard output is read as it arrives; it is killed and waited for when the value is released.
///
/// It is started without a shell and with an empty standard input, and inherits one descriptor, as number 3.
final class ChildProcess {
    private let processID: pid_t
    private let output: CInt
    private let errors: CInt
    private var status: CInt?
    private var hasMoreErrors = true
    private let deliverErrors: ([UInt8]) -> Void

    /// Starts a program.
    ///
    /// - Parameter takeErrors: Receives the program's standard error, piece by piece.
    /// - Throws: The system's error code.
    init(
        _ path: String, _ arguments: [String], inheriting descriptor: CInt, takeErrors: @escaping ([UInt8]) -> Void
    ) throws(SystemFailure) {
        deliverErrors = takeErrors
        (processID, output, errors) = try Self.starting.withLock { _ throws(SystemFailure) in
            let output = try Pipe()
            let errors = try Pipe()
            let processID = try Self.start(path, arguments, [output.write, errors.write, descriptor])
            return (processID, output.takeReadEnd(), errors.takeReadEnd())
        }
    }

    /// Starts the program with `descriptors` as its descriptors 1, 2 and 3.
    private static func start(
        _ path: String, _ arguments: [String], _ descriptors: [CInt]
    ) throws(SystemFailure) -> pid_t {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            // A library does not have its own `environ` on this platform.
            let environment = _NSGetEnviron().pointee
        #else
            var actions = posix_spawn_file_actions_t()
            let environment = environ
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (number, descriptor) in descriptors.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, CInt(number + 1))
        }
        var processID: pid_t = 0
        var vector = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for argument in vector { free(argument) } }
        let code = posix_spawn(&processID, path, &actions, nil, &vector, environment)
        guard code == 0 else { throw SystemFailure(code: code) }
        return processID
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

    /// Serializes creating pipes and starting programs: a program that starts before a descriptor is marked
    /// close-on-exec inherits it, and a pipe that another program holds open never ends.
    private static let starting = Mutex(())

    /// A pipe whose ends are not inherited and do not collide with the descriptors that a program uses; closed when the
    /// value is released.
    private final class Pipe {
        private var read: CInt
        let write: CInt

        init() throws(SystemFailure) {
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
            (read, write) = (raised[0], raised[1])
            if read < 0 || write < 0 { throw SystemFailure(code: failure) }
        }

        /// Returns the end for reading, which the caller must close.
        func takeReadEnd() -> CInt {
            defer { read = -1 }
            return read
        }

        deinit {
            for end in [read, write] where end >= 0 { close(end) }
        }
    }

    /// Fills `buffer` with output; returns fewer bytes only if the program has closed it.
    ///
    /// - Throws: `MediaError` `.cancelled`, even while the program writes nothing; `.inputOutput`.
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

    /// Collects errors while waiting; returns `false` if there is still no output.
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

    /// Collects the available errors without waiting for more.
    func takeErrors() {
        while hasMoreErrors {
            var event = pollfd(fd: errors, events: Int16(POLLIN), revents: 0)
            guard poll(&event, 1, 0) > 0 else { return }
            drainErrors()
        }
    }

    private func drainErrors() {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = Self.read(errors, &buffer, buffer.count)
        if count > 0 { deliverErrors(Array(buffer.prefix(count))) }
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

    /// Waits for the program to exit, once its output has been read to the end.
    ///
    /// - Returns: `true` if it exited by itself with code 0.
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
