import FlyingSocks
import PerceptInference

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A request that violates HTTP.
struct HTTPFailure: Error {
    var status: Int
    var problem: String
}

/// The request line and headers.
struct RequestHead: Sendable {
    var method: String
    /// The path as sent, with the query.
    var path: String
    var minorVersion: Int
    /// The headers with lowercase names.
    var headers: [(name: String, value: String)]

    func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }

    var contentLength: Int? {
        header("content-length").flatMap { $0.allSatisfy(\.isNumber) ? Int($0) : nil }
    }

    var isChunked: Bool { header("transfer-encoding")?.lowercased() == "chunked" }

    var keepsAlive: Bool {
        let connection = header("connection")?.lowercased() ?? ""
        return minorVersion == 0 ? connection.contains("keep-alive") : !connection.contains("close")
    }
}

/// A response to send.
struct Response: Sendable {
    var status: Int
    var headers: [(name: String, value: String)]
    var body: [UInt8]
}

/// HTTP/1.1 over one socket (RFC 9112): reads requests and writes responses.
struct Connection: ~Copyable {
    private let socket: Socket
    private let pool: any AsyncSocketPool
    /// Bytes received and not yet consumed, from `start` on.
    private var buffer: [UInt8] = []
    private var start = 0

    private static let headByteLimit = 64 << 10
    private static let lineByteLimit = 8 << 10

    init(socket: Socket, pool: any AsyncSocketPool) {
        self.socket = socket
        self.pool = pool
    }

    /// Reads the next request's head, or returns `nil` if the client closed the connection between requests.
    mutating func readRequestHead() async throws -> RequestHead? {
        if start == buffer.count {
            guard try await receive() else { return nil }
        }
        var line = try await readLine()
        // An empty line before a request is ignored (RFC 9112 §2.2).
        if line.isEmpty { line = try await readLine() }
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, parts[1].hasPrefix("/"), parts[2].hasPrefix("HTTP/1."),
            let minorVersion = Int(parts[2].dropFirst(7))
        else { throw HTTPFailure(status: 400, problem: "the request line is not HTTP/1") }
        var head = RequestHead(
            method: String(parts[0]), path: String(parts[1]), minorVersion: minorVersion, headers: [])
        var byteCount = line.utf8.count
        while true {
            let field = try await readLine()
            if field.isEmpty { return head }
            byteCount += field.utf8.count
            guard byteCount <= Self.headByteLimit else {
                throw HTTPFailure(status: 431, problem: "the headers exceed \(Self.headByteLimit) bytes")
            }
            guard let colon = field.firstIndex(of: ":"), colon != field.startIndex else {
                throw HTTPFailure(status: 400, problem: "a header has no colon")
            }
            let value = field[field.index(after: colon)...].trimmed
            head.headers.append((name: field[..<colon].lowercased(), value: value))
        }
    }

    /// Reads the body that belongs to `head`.
    ///
    /// - Throws: ``HTTPFailure`` 413 above `byteLimit`; if the length is announced, before reading the body.
    mutating func readBody(of head: RequestHead, byteLimit: Int) async throws -> [UInt8] {
        let tooLarge = HTTPFailure(status: 413, problem: "the body exceeds the limit of \(byteLimit) bytes")
        if head.header("transfer-encoding") != nil, !head.isChunked {
            throw HTTPFailure(status: 501, problem: "unknown transfer encoding")
        }
        if !head.isChunked, head.header("content-length") != nil, head.contentLength == nil {
            throw HTTPFailure(status: 400, problem: "the Content-Length is not a number")
        }
        if let length = head.contentLength, !head.isChunked, length > byteLimit { throw tooLarge }
        if head.header("expect")?.lowercased() == "100-continue" {
            try await write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
        }
        guard head.isChunked else { return try await readBytes(head.contentLength ?? 0) }
        var body: [UInt8] = []
        while true {
            let line = try await readLine()
            let digits = line.prefix { $0 != ";" }.trimmed
            guard let size = Int(digits, radix: 16), size >= 0 else {
                throw HTTPFailure(status: 400, problem: "the size of a chunk is not a number")
            }
            guard size <= byteLimit - body.count else { throw tooLarge }
            if size == 0 { break }
            body += try await readBytes(size)
            guard try await readLine().isEmpty else {
                throw HTTPFailure(status: 400, problem: "a chunk is longer than its size")
            }
        }
        while try await !readLine().isEmpty {}
        return body
    }

    /// Writes a response.
    func write(_ response: Response, keepingOpen: Bool, isHead: Bool = false) async throws {
        let framing = response.status == 204 ? nil : "content-length: \(response.body.count)"
        let head = head(of: response, framing: framing, keepingOpen: keepingOpen)
        try await write(head + (isHead || response.status == 204 ? [] : response.body))
    }

    /// Returns the status line and headers of a response.
    ///
    /// - Parameter framing: The header that states the length of the body; may be wrong, to mislead the client.
    func head(of response: Response, framing: String?, keepingOpen: Bool) -> [UInt8] {
        // The reason phrase is optional (RFC 9112 §4).
        var text = "HTTP/1.1 \(response.status) \r\n"
        for header in response.headers { text += "\(header.name): \(header.value)\r\n" }
        if let framing { text += "\(framing)\r\n" }
        text += "connection: \(keepingOpen ? "keep-alive" : "close")\r\n\r\n"
        return Array(text.utf8)
    }

    /// Makes the connection end with a reset instead of an orderly close.
    func resetAtClose() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            socket.file.rawValue, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    }

    /// Reads and drops remaining data from the client for a while; closing at once could discard the response before
    /// the client has read it.
    mutating func drain(upTo byteLimit: Int) async throws {
        var dropped = buffer.count - start
        let deadline = ContinuousClock.now + .seconds(5)
        while dropped <= 4 * byteLimit, ContinuousClock.now < deadline {
            start = buffer.count
            guard try await receive() else { return }
            dropped += buffer.count - start
        }
    }

    private mutating func readLine() async throws -> String {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                let line = buffer[start..<end]
                start = end + 1
                return String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
            }
            searched = buffer.count
            guard searched - start <= Self.lineByteLimit else {
                throw HTTPFailure(status: 431, problem: "a line exceeds \(Self.lineByteLimit) bytes")
            }
            let unread = searched - start
            guard try await receive() else { throw SocketError.disconnected }
            // Receiving drops consumed bytes.
            searched = start + unread
        }
    }

    private mutating func readBytes(_ count: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while true {
            let part = buffer[start...].prefix(count - bytes.count)
            bytes += part
            start += part.count
            if bytes.count == count { return bytes }
            guard try await receive() else { throw SocketError.disconnected }
        }
    }

    /// Waits for more bytes.
    ///
    /// - Returns: `false` at the end of the stream.
    private mutating func receive() async throws -> Bool {
        buffer.removeSubrange(..<start)
        start = 0
        var hasEnded = false
        while true {
            try Task.checkCancellation()
            do {
                buffer += try socket.read(atMost: 64 << 10)
                return true
            } catch SocketError.disconnected {
                return false
            } catch SocketError.blocked {
                if hasEnded { return false }
                do {
                    try await pool.suspendSocket(socket, untilReadyFor: .read)
                } catch SocketError.disconnected {
                    // The last bytes may arrive together with the end of the stream, so read them first.
                    hasEnded = true
                }
            }
        }
    }

    func write(_ bytes: [UInt8]) async throws {
        try await AsyncSocket(socket: socket, pool: pool).write(Data(bytes))
    }
}
