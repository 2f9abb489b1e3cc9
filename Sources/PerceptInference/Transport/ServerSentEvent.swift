/// An event of an event stream (`text/event-stream`).
package struct ServerSentEvent: Sendable, Hashable {
    /// The event type; `message` if the stream names none.
    package var type: String
    /// The data lines, joined by line feeds.
    package var data: String
    /// The latest identifier in the stream, from this event or an earlier one; empty if there was none.
    package var lastEventID: String
    /// The delay in milliseconds after which a client should reconnect, if the stream has named one.
    package var retryMilliseconds: Int?

    /// Creates an event.
    package init(type: String = "message", data: String, lastEventID: String = "", retryMilliseconds: Int? = nil) {
        self.type = type
        self.data = data
        self.lastEventID = lastEventID
        self.retryMilliseconds = retryMilliseconds
    }
}

/// Parses an event stream (WHATWG HTML §9.2.6), however it is divided into pieces.
///
/// Lines end in CR, LF or CRLF, even if a piece ends between CR and LF; an empty line completes an event. A leading
/// byte order mark, comments and unknown fields are ignored; malformed UTF-8 becomes U+FFFD. Unlike the standard, an
/// event that is cut off by the end of the stream is returned too, because services omit the last empty line.
package struct ServerSentEventParser: Sendable {
    /// The maximum size in bytes of one line, and of the data of one event.
    package let byteLimit: Int

    private var line: [UInt8] = []
    private var isFirstLine = true
    /// True if the last line ended in CR, so that a following LF belongs to it.
    private var isAfterCarriageReturn = false
    private var type = ""
    private var data: [UInt8] = []
    private var hasData = false
    private var lastEventID = ""
    private var retryMilliseconds: Int?

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// Creates a parser.
    ///
    /// - Parameter byteLimit: The maximum size in bytes of one line, and of the data of one event.
    package init(byteLimit: Int = 4 << 20) {
        self.byteLimit = byteLimit
    }

    /// Parses the next piece of the stream and appends the completed events.
    ///
    /// - Throws: ``TransportError`` `.answerTooLarge` for a line or an event above ``byteLimit``; earlier events have
    ///   been appended.
    package mutating func read(
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

    /// Returns the event that is cut off by the end of the stream, or `nil`.
    ///
    /// - Throws: ``TransportError`` `.answerTooLarge` as ``read(_:into:)``.
    package mutating func finish() throws(TransportError) -> ServerSentEvent? {
        if !line.isEmpty { _ = try endLine() }
        return takeEvent()
    }

    /// Handles the current line as complete.
    ///
    /// - Returns: The event that it completes, if any.
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
        // A comment has an empty name and is ignored like an unknown field.
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
