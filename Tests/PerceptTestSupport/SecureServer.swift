public import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A TLS server on 127.0.0.1, whose certificate is of an authority of its own; both are made anew by `openssl`.
///
/// One connection after the other, each with one request, which the test answers with bytes of its own.
public final class SecureServer: Sendable {
    /// Where `openssl` is; `nil` where it is not on the PATH.
    public static let openSSL: URL? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let paths = folders.map { "\($0)/openssl" }
        return paths.first(where: FileManager.default.isExecutableFile).map(URL.init(fileURLWithPath:))
    }()

    /// The port of the server.
    public let port: Int
    /// The authority's certificate, in PEM.
    public let authorityFile: String
    /// A folder with the same, as `openssl rehash` makes one.
    public let authorityFolder: String
    private let folder: TemporaryFolder
    private let process: Process
    private let log = Mutex<[String]>([])

    /// The requests as they came, as Latin-1.
    public var requests: [String] { log.withLock { $0 } }

    /// - Parameter answer: gives the pieces of an answer; they are sent as they are taken, and may be waited for.
    public init(answering answer: @escaping @Sendable (_ request: String) -> [@Sendable () -> [UInt8]]) throws {
        let folder = try TemporaryFolder()
        let authorities = folder.file("authorities")
        try FileManager.default.createDirectory(atPath: authorities, withIntermediateDirectories: false)
        let (authority, authorityKey) = ("\(authorities)/authority.pem", folder.file("authority.key"))
        let (certificate, key) = (folder.file("server.pem"), folder.file("server.key"))
        let (request, extensions) = (folder.file("server.csr"), folder.file("extensions"))
        _ = try folder.write(
            Array("subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n".utf8), as: "extensions")
        let make = ["req", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        try Self.run(
            make + ["-x509", "-keyout", authorityKey, "-out", authority, "-subj", "/CN=An authority of a test"]
                + ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"])
        try Self.run(make.dropLast(2) + ["-keyout", key, "-out", request, "-subj", "/CN=localhost"])
        try Self.run(
            ["x509", "-req", "-in", request, "-CA", authority, "-CAkey", authorityKey, "-CAcreateserial"]
                + ["-days", "2", "-extfile", extensions, "-out", certificate])
        try Self.run(["rehash", authorities])

        port = try Self.freePort()
        process = Process()
        process.executableURL = Self.openSSL
        process.arguments = [
            "s_server", "-quiet", "-accept", "127.0.0.1:\(port)", "-cert", certificate, "-key", key,
        ]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        (authorityFile, authorityFolder, self.folder) = (authority, authorities, folder)
        try waitUntilListening()

        // s_server prints what comes and sends what it reads: the test talks through it.
        Thread.detachNewThread { [weak self] in
            var text = ""
            while true {
                let bytes = output.fileHandleForReading.availableData
                guard !bytes.isEmpty else { return }
                text.unicodeScalars.append(contentsOf: bytes.map { Unicode.Scalar($0) })
                guard Self.isComplete(text) else { continue }
                self?.log.withLock { $0.append(text) }
                for piece in answer(text) {
                    try? input.fileHandleForWriting.write(contentsOf: Data(piece()))
                }
                text = ""
            }
        }
    }

    deinit {
        // What was started from a thread of a pool may have inherited that SIGTERM is blocked.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Returns true if the head and a body of its Content-Length are complete.
    private static func isComplete(_ text: String) -> Bool {
        guard let end = text.range(of: "\r\n\r\n") else { return false }
        let lines = text[..<end.lowerBound].lowercased().components(separatedBy: "\r\n")
        let length = lines.first { $0.hasPrefix("content-length:") }?.dropFirst(15) ?? "0"
        return text[end.upperBound...].unicodeScalars.count >= Int(length.filter(\.isNumber)) ?? 0
    }

    private static func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = openSSL
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw POSIXError(.EINVAL, userInfo: ["openssl": arguments.joined(separator: " ")])
        }
    }

    private func waitUntilListening() throws {
        for _ in 0..<500 {
            let socket = try LoopbackSocket()
            // A connection without a word ends, and the next one is waited for.
            if socket.connect(to: port) { return }
            usleep(10_000)
        }
        throw POSIXError(.ECONNREFUSED)
    }

    private static func freePort() throws -> Int {
        let socket = try LoopbackSocket()
        return try socket.bind()
    }
}
