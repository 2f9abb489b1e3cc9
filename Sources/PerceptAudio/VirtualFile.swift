import CSndfile
import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The storage that a C library reads and writes through callbacks: part of a recording after a header that may differ
/// from its own, or an output whose errors must be known exactly (libsndfile loses those that occur while it closes).
///
/// It is a class because the library keeps a pointer to it; one stream uses it at a time.
final class VirtualFile {
    private enum Storage {
        /// A header followed by a range of a recording, which is not copied.
        case input(header: [UInt8], InputBytes, Range<Int>)
        case memory([UInt8], byteLimit: Int)
        case descriptor(CInt, byteCount: Int)
    }

    /// The reason a write failed.
    enum WriteFailure {
        case system(CInt)
        case byteLimit(Int)
    }

    private var storage: Storage
    private(set) var offset = 0
    private(set) var writeFailure: WriteFailure?
    /// The reason reading the recording failed.
    private(set) var readFailure: MediaError?

    /// Creates a file that consists of `header` and the bytes in `range` of a recording.
    init(reading bytes: InputBytes, range: Range<Int>, after header: [UInt8] = []) {
        storage = .input(header: header, bytes, range)
    }

    /// Creates an output in memory of at most `byteLimit` bytes.
    init(byteLimit: Int) {
        storage = .memory([], byteLimit: byteLimit)
    }

    /// Creates an output to an open, empty file; the caller keeps ownership of the descriptor.
    init(writingTo descriptor: CInt) {
        storage = .descriptor(descriptor, byteCount: 0)
    }

    /// The bytes in memory; empty if a file is written.
    var bytes: [UInt8] {
        if case .memory(let bytes, _) = storage { bytes } else { [] }
    }

    var byteCount: Int {
        switch storage {
        case .input(let header, _, let range): header.count + range.count
        case .memory(let bytes, _): bytes.count
        case .descriptor(_, let byteCount): byteCount
        }
    }

    static let callbacks = SF_VIRTUAL_IO(
        get_filelen: { VirtualFile.from($0).map { sf_count_t($0.byteCount) } ?? 0 },
        seek: { VirtualFile.from($2)?.seek($0, whence: $1) ?? -1 },
        read: { VirtualFile.from($2)?.read(into: $0, count: $1) ?? 0 },
        write: { VirtualFile.from($2)?.write($0, count: $1) ?? 0 },
        tell: { VirtualFile.from($0).map { sf_count_t($0.offset) } ?? 0 })

    static func from(_ userData: UnsafeMutableRawPointer?) -> VirtualFile? {
        userData.map { Unmanaged<VirtualFile>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The pointer to pass to a C library, valid as long as this value.
    var pointer: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    /// Moves as `fseek` does; returns the new offset, or −1 if it does not exist.
    func seek(_ distance: sf_count_t, whence: CInt) -> sf_count_t {
        let origin =
            switch whence {
            case CInt(SF_SEEK_CUR): offset
            case CInt(SF_SEEK_END): byteCount
            default: 0
            }
        let (target, overflow) = origin.addingReportingOverflow(Int(distance))
        guard !overflow, target >= 0 else { return -1 }
        offset = target
        return sf_count_t(target)
    }

    /// Reads up to `count` bytes; returns their number.
    func read(into destination: UnsafeMutableRawPointer?, count: sf_count_t) -> sf_count_t {
        let available = max(0, min(Int(count), byteCount - offset))
        guard let destination, available > 0 else { return 0 }
        switch storage {
        case .input(let header, let bytes, let range):
            let buffer = UnsafeMutableRawBufferPointer(start: destination, count: available)
            return sf_count_t(read(header, bytes, range, into: buffer))
        case .memory(let bytes, _):
            bytes.withUnsafeBytes { source in
                guard let base = source.baseAddress else { return }
                destination.copyMemory(from: base + offset, byteCount: available)
            }
        case .descriptor(let descriptor, _):
            guard pread(descriptor, destination, available, off_t(offset)) == available else { return 0 }
        }
        offset += available
        return sf_count_t(available)
    }

    private func read(
        _ header: [UInt8], _ bytes: InputBytes, _ range: Range<Int>, into buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        let fromHeader = max(0, min(buffer.count, header.count - offset))
        if fromHeader > 0 { buffer.copyBytes(from: header[offset..<offset + fromHeader]) }
        offset += fromHeader
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[fromHeader...])
        do {
            let count = try bytes.read(at: range.lowerBound + offset - header.count, into: rest)
            offset += count
            return fromHeader + count
        } catch {
            readFailure = error
            return fromHeader
        }
    }

    /// Writes `bytes` starting at the offset `place`; returns `false` if that fails, with the reason in
    /// ``writeFailure``.
    func write(_ bytes: [UInt8], at place: Int) -> Bool {
        offset = place
        return bytes.withUnsafeBytes { write($0.baseAddress, count: sf_count_t($0.count)) == $0.count }
    }

    private func write(_ start: UnsafeRawPointer?, count: sf_count_t) -> sf_count_t {
        guard let start, count > 0, writeFailure == nil else { return 0 }
        let source = UnsafeRawBufferPointer(start: start, count: Int(count))
        switch storage {
        case .input: return 0
        case .memory(var bytes, let byteLimit):
            let (end, overflow) = offset.addingReportingOverflow(source.count)
            guard !overflow, end <= byteLimit else {
                writeFailure = .byteLimit(byteLimit)
                return 0
            }
            storage = .memory([], byteLimit: byteLimit)
            if offset > bytes.count { bytes.append(contentsOf: repeatElement(0, count: offset - bytes.count)) }
            bytes.replaceSubrange(offset..<min(end, bytes.count), with: source)
            storage = .memory(bytes, byteLimit: byteLimit)
        case .descriptor(let descriptor, let byteCount):
            if let code = writeAll(source, to: descriptor) {
                writeFailure = .system(code)
                return 0
            }
            storage = .descriptor(descriptor, byteCount: max(byteCount, offset + source.count))
        }
        offset += source.count
        return count
    }

    /// Writes at `offset`; returns the system's error code if that fails.
    private func writeAll(_ source: UnsafeRawBufferPointer, to descriptor: CInt) -> CInt? {
        var written = 0
        while written < source.count, let base = source.baseAddress {
            var count = pwrite(descriptor, base + written, source.count - written, off_t(offset + written))
            // A pipe has no offsets, but sequential writes are possible.
            if count < 0, errno == ESPIPE, offset == byteCount {
                #if canImport(Glibc)
                    count = Glibc.write(descriptor, base + written, source.count - written)
                #elseif canImport(Musl)
                    count = Musl.write(descriptor, base + written, source.count - written)
                #else
                    count = Darwin.write(descriptor, base + written, source.count - written)
                #endif
            }
            if count < 0 {
                if errno == EINTR { continue }
                return errno
            }
            written += count
        }
        return nil
    }
}
