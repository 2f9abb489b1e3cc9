import Foundation
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Tests over real sockets, run sequentially: some count open files.
@Suite(.serialized) enum SocketTests {}

/// A minimal loopback server: one thread per connection, responses are bytes given by the test.
///
/// It can misbehave: disconnect, trickle, fall silent, or announce data that does not come.
final class ScriptedServer: Sendable {
    /// A step of a response to a request, after reading the whole request.
    enum Step: Sendable {
        case send([UInt8])
        case pause(milliseconds: UInt32)
        /// Sends these bytes repeatedly, at most a thousand times a second, until the client has disconnected.
        case sendForever([UInt8])
        /// Sends these bytes repeatedly as fast as possible, at most `times` times.
        case flood([UInt8], times: Int)
        /// Waits for the test.
        case wait(DispatchSemaphore)
        /// Waits until the client has disconnected.
        case hold
        /// Closes the connection; without it, the server waits for the next request.
        case close
    }

    let port: UInt16
    private let listener: CInt
    private let state = Mutex((requests: [String](), connections: 0, hangUps: 0, floodByteCount: 0))

    var requests: [String] { state.withLock { $0.requests } }
    var connectionCount: Int { state.withLock { $0.connections } }
    /// The number of times a client disconnected while the server was sending or waiting.
    var hangUpCount: Int { state.withLock { $0.hangUps } }

    /// The number of bytes sent by floods.
    var floodByteCount: Int { state.withLock { $0.floodByteCount } }

    var url: URL { URL(string: "http://127.0.0.1:\(port)/x") ?? URL(fileURLWithPath: "/") }

    init(_ script: @escaping @Sendable (_ request: String) -> [Step]) throws {
        #if canImport(Darwin)
            let listener = socket(AF_INET, SOCK_STREAM, 0)
        #else
            let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        #endif
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutableBytes(of: &address) { bytes -> CInt in
            let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            guard bind(listener, pointer, length) == 0, listen(listener, 128) == 0 else { return -1 }
            return getsockname(listener, pointer, &length)
        }
        guard bound == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, let server = self else { break }
                Thread.detachNewThread {
                    server.serve(connection, script)
                    close(connection)
                }
            }
        }
    }

    deinit {
        shutdown(listener, CInt(SHUT_RDWR))
        close(listener)
    }

    private func serve(_ connection: CInt, _ script: (String) -> [Step]) {
        state.withLock { $0.connections += 1 }
        while let request = readRequest(connection) {
            state.withLock { $0.requests.append(request) }
            for step in script(request) {
                switch step {
                case .send(let bytes):
                    guard write(bytes, to: connection) else { return hangUp() }
                case .pause(let milliseconds):
                    usleep(milliseconds * 1000)
                case .sendForever(let bytes):
                    while write(bytes, to: connection) { usleep(1000) }
                    return hangUp()
                case .flood(let bytes, let times):
                    for _ in 0..<times {
                        guard write(bytes, to: connection) else { return hangUp() }
                        state.withLock { $0.floodByteCount += bytes.count }
                    }
                case .wait(let semaphore):
                    semaphore.wait()
                case .hold:
                    var byte: UInt8 = 0
                    while recv(connection, &byte, 1, 0) > 0 {}
                    return hangUp()
                case .close:
                    return
                }
            }
        }
    }

    private func hangUp() {
        state.withLock { $0.hangUps += 1 }
    }

    private func write(_ bytes: [UInt8], to connection: CInt) -> Bool {
        var sent = 0
        while sent < bytes.count {
            #if canImport(Darwin)
                let flags: CInt = 0
            #else
                let flags = CInt(MSG_NOSIGNAL)
            #endif
            let count = bytes[sent...].withUnsafeBytes { send(connection, $0.baseAddress, $0.count, flags) }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Reads the head and the body that its Content-Length announces, as Latin-1.
    private func readRequest(_ connection: CInt) -> String? {
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let end = text.firstRange(of: "\r\n\r\n") {
                let length =
                    text[..<end.lowerBound].lowercased().split(separator: "\r\n").first {
                        $0.hasPrefix("content-length:")
                    }
                    .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
                if text[end.upperBound...].unicodeScalars.count >= length { return text }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            text.unicodeScalars.append(contentsOf: buffer[..<count].map { Unicode.Scalar($0) })
        }
    }
}

/// Returns the bytes of a response.
func wire(_ status: Int, _ body: String = "", headers: [String] = [], length: Int? = nil) -> [UInt8] {
    let lines = ["HTTP/1.1 \(status) X", "Content-Length: \(length ?? body.utf8.count)"] + headers
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
}

/// Returns the number of files open in this process; `nil` if the system does not provide it.
func openFileCount() -> Int? {
    try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
}
