import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A stream socket of 127.0.0.1, closed with the value.
public final class LoopbackSocket: Sendable {
    /// The descriptor of the socket.
    public let descriptor: CInt

    /// Creates a socket.
    public init() throws {
        #if canImport(Darwin)
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
            descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        #endif
        guard descriptor >= 0 else { throw POSIXError(.EMFILE) }
    }

    /// Takes over a descriptor.
    public init(_ descriptor: CInt) { self.descriptor = descriptor }

    deinit {
        close(descriptor)
    }

    /// - Returns: the port, one that is free.
    public func bind() throws -> Int {
        var address = Self.address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutableBytes(of: &address) { bytes -> Bool in
            let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            #if canImport(Glibc)
                let result = Glibc.bind(descriptor, pointer, length)
            #elseif canImport(Musl)
                let result = Musl.bind(descriptor, pointer, length)
            #else
                let result = Darwin.bind(descriptor, pointer, length)
            #endif
            return result == 0 && getsockname(descriptor, pointer, &length) == 0
        }
        guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Connects to a port; returns true on success.
    public func connect(to port: Int) -> Bool {
        var address = Self.address(port)
        return withUnsafeMutableBytes(of: &address) { bytes in
            let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            let length = socklen_t(MemoryLayout<sockaddr_in>.size)
            #if canImport(Glibc)
                return Glibc.connect(descriptor, pointer, length) == 0
            #elseif canImport(Musl)
                return Musl.connect(descriptor, pointer, length) == 0
            #else
                return Darwin.connect(descriptor, pointer, length) == 0
            #endif
        }
    }

    /// Waits for a connection; `nil` once the socket is shut.
    public func accept() -> LoopbackSocket? {
        listen(descriptor, 64)
        #if canImport(Glibc)
            let accepted = Glibc.accept(descriptor, nil, nil)
        #elseif canImport(Musl)
            let accepted = Musl.accept(descriptor, nil, nil)
        #else
            let accepted = Darwin.accept(descriptor, nil, nil)
        #endif
        return accepted >= 0 ? LoopbackSocket(accepted) : nil
    }

    /// Waits for bytes; `nil` at the end.
    public func read() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    /// - Returns: whether the peer took them all.
    @discardableResult
    public func write(_ bytes: [UInt8]) -> Bool {
        #if canImport(Darwin)
            let flags: CInt = 0
        #else
            let flags = CInt(MSG_NOSIGNAL)
        #endif
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, flags) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Ends both directions: whoever waits here goes on.
    public func shut() {
        shutdown(descriptor, CInt(SHUT_RDWR))
    }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }
}
