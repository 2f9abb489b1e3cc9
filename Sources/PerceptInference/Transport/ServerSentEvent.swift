/// One event of an event stream (`text/event-stream`).
public struct ServerSentEvent: Sendable, Hashable {
    /// What kind of event it is; `message` where the stream names none.
    public var type: String
    /// The lines of its data, joined by line feeds.
    public var data: String
    /// The latest identifier that the stream gave, of this event or one before it; empty when there was none.
    public var lastEventID: String
    /// The milliseconds after which a client that lost the stream should come back, where the stream named any so far.
    public var retryMilliseconds: Int?

    public init(type: String = "message", data: String, lastEventID: String = "", retryMilliseconds: Int? = nil) {
        self.type = type
        self.data = data
        self.lastEventID = lastEventID
        self.retryMilliseconds = retryMilliseconds
    }
}

/// Takes an event stream apart (WHATWG HTML §9.2.6), whatever the pieces in which it arrives.
///
/// Lines end in CR, LF or CRLF, also where a piece ends between the two; an empty line completes an event. A byte order
/// mark at the beginning, comments and unknown fields are passed over; what is no UTF-8 becomes U+FFFD. Different from
/// the standard in one thing: an event that the end of the stream cuts short is given too, as services end streams
/// without the last empty line.
public struct ServerSentEventParser: Sendable {
    /// Bytes of one line, and of the data of one event, that are held at most.
    public let byteLimit: Int

    private var line: [UInt8] = []
    private var isFirstLine = true
    /// The last line ended in CR: a LF that follows belongs to it.
    private var isAfterCarriageReturn = false
    private var type = ""
    private var data: [UInt8] = []
    private var hasData = false
    private var lastEventID = ""
    private var retryMilliseconds: Int?

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// - Parameter byteLimit: bytes of one line, and of the data of one event, that are held at most.
    public init(byteLimit: Int = 4 << 20) {
        self.byteLimit = byteLimit
    }

    /// Reads the next piece of the stream and appends the events that it completes.
    ///
    /// - Throws: ``TransportError`` `.answerTooLarge` for a line or an event beyond ``byteLimit``; the events before it
    ///   were appended.
    public mutating func read(
        _ piece: some Collection<UInt8>, into events: inout [ServerSentEvent]
    ) throws(TransportError) {
        var rest = piece[...]
        while let first = rest.first {
            if isAfterCarriageReturn {
                isAfterCarriageReturn = false
                if first == Self.lineFeed {
                    rest = rest.dropFirst()
                    continue
                }
            }
            let end = rest.firstIndex { $0 == Self.lineFeed || $0 == Self.carriageReturn } ?? rest.endIndex
            let part = rest[..<end]
            guard part.count <= byteLimit - line.count else {
                throw TransportError(
                    .answerTooLarge, problem: "a line of the event stream exceeds the limit of \(byteLimit) bytes")
            }
            line.append(contentsOf: part)
            guard end < rest.endIndex else { return }
            isAfterCarriageReturn = rest[end] == Self.carriageReturn
            rest = rest[end...].dropFirst()
            if let event = try endLine() { events.append(event) }
        }
    }

    /// What the end of the stream leaves: the event that no empty line completed, or `nil`.
    ///
    /// - Throws: ``TransportError`` `.answerTooLarge` as ``read(_:into:)``.
    public mutating func finish() throws(TransportError) -> ServerSentEvent? {
        if !line.isEmpty { _ = try endLine() }
        return takeEvent()
    }

    /// Takes the line that is held for complete.
    ///
    /// - Returns: the event that it completes, if any.
    private mutating func endLine() throws(TransportError) -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: Self.byteOrderMark) { line.removeFirst(Self.byteOrderMark.count) }
        }
        guard !line.isEmpty else { return takeEvent() }
        let name: ArraySlice<UInt8>
        var value: ArraySlice<UInt8> = []
        if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            name = line[..<colon]
            value = line[(colon + 1)...]
            if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        } else {
            name = line[...]
        }
        // A comment has an empty name, and is passed over with the fields that nobody knows.
        switch String(decoding: name, as: UTF8.self) {
        case "data":
            guard value.count < byteLimit - data.count || !hasData && value.count <= byteLimit else {
                throw TransportError(
                    .answerTooLarge, problem: "an event of the stream exceeds the limit of \(byteLimit) bytes")
            }
            if hasData { data.append(Self.lineFeed) }
            data.append(contentsOf: value)
            hasData = true
        case "event": type = String(decoding: value, as: UTF8.self)
        case "id" where !value.contains(0): lastEventID = String(decoding: value, as: UTF8.self)
        case "retry" where value.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }:
            retryMilliseconds = Int(String(decoding: value, as: UTF8.self)) ?? retryMilliseconds
        default: break
        }
        return nil
    }

    private mutating func takeEvent() -> ServerSentEvent? {
        defer {
            type = ""
            data.removeAll(keepingCapacity: data.count <= 65_536)
            hasData = false
        }
        guard hasData else { return nil }
        return ServerSentEvent(
            type: type.isEmpty ? "message" : type, data: String(decoding: data, as: UTF8.self),
            lastEventID: lastEventID, retryMilliseconds: retryMilliseconds)
    }
}
