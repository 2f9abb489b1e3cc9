import HTTPTypes
public import PerceptCore

/// The file format of tapes. Parsing is strict, so that mistakes are found before a test relies on them.
extension Tape {
    /// The maximum size of a tape file, in bytes.
    static let fileByteLimit = 256 << 20

    /// Reads a tape file.
    ///
    /// - Throws: `MediaError` `.inputMissing`, `.limitExceeded` above 256 MiB, or `.malformedInput` with the
    ///   position in the file.
    public init(contentsOf path: String) throws(MediaError) {
        let file = try InputFile(path: path)
        guard file.byteCount <= Self.fileByteLimit else {
            throw MediaError(
                .limitExceeded, source: path,
                problem: "the tape has \(file.byteCount) bytes, at most \(Self.fileByteLimit) are allowed")
        }
        try self.init(parsing: try file.read(at: 0, count: file.byteCount), name: path)
    }

    /// Parses a tape from JSON text.
    ///
    /// - Parameters:
    ///   - bytes: The text in UTF-8.
    ///   - name: The name of the tape in errors.
    /// - Throws: `MediaError` `.malformedInput` with the position.
    public init(parsing bytes: [UInt8], name: String = "tape") throws(MediaError) {
        let root: JSONValue
        do {
            root = try JSONValue(parsing: bytes)
        } catch {
            throw MediaError(.malformedInput, source: name, problem: "the tape is not JSON: \(error)")
        }
        let entry = TapeValue(value: root, path: "$", name: name)
        let object = try entry.object(keys: ["format", "version", "note", "exchanges"])
        guard root["format"]?.stringValue == "percept-tape" else {
            throw entry.wrong("is not a tape: its format is not \"percept-tape\"")
        }
        guard root["version"]?.integerValue == 1 else {
            throw entry.wrong("has an unknown version, expected 1")
        }
        note = try object.member("note")?.string()
        exchanges = try (try object.required("exchanges")).elements().map { entry throws(MediaError) in
            let exchange = try entry.object(keys: ["request", "response", "repeat"])
            return Exchange(
                request: try RequestMatcher(exchange.required("request")),
                response: try Response(exchange.required("response")),
                repeatCount: try exchange.member("repeat")?.integer(atLeast: 1) ?? 1)
        }
    }

    /// Returns the tape as JSON text for reading and editing.
    public func serialized() -> [UInt8] {
        var root: JSONObject = ["format": "percept-tape", "version": 1]
        root["note"] = note.map(JSONValue.string)
        root["exchanges"] = .array(exchanges.map(\.json))
        return JSONValue.object(root).serializedForReading()
    }
}

/// A value in a tape file and its path.
private struct TapeValue {
    let value: JSONValue
    let path: String
    let name: String

    func wrong(_ problem: String) -> MediaError {
        MediaError(.malformedInput, source: name, problem: "\(path) \(problem)", remedy: "see docs/tape.md")
    }

    private func expected(_ what: String) -> MediaError {
        wrong("is \(value.kindDescription), expected \(what)")
    }

    func object(keys: Set<String>) throws(MediaError) -> TapeValue {
        guard let object = value.objectValue else { throw expected("an object") }
        if let unknown = object.keys.first(where: { !keys.contains($0) }) {
            let known = keys.sorted().joined(separator: ", ")
            throw wrong("has an unknown member \"\(unknown)\", expected one of \(known)")
        }
        return self
    }

    func member(_ key: String) -> TapeValue? {
        guard let value = value[key], !value.isNull else { return nil }
        return TapeValue(value: value, path: "\(path).\(key)", name: name)
    }

    func required(_ key: String) throws(MediaError) -> TapeValue {
        guard let member = member(key) else { throw wrong("lacks \"\(key)\"") }
        return member
    }

    func elements() throws(MediaError) -> [TapeValue] {
        guard let array = value.arrayValue else { throw expected("an array") }
        return array.enumerated().map { TapeValue(value: $1, path: "\(path)[\($0)]", name: name) }
    }

    func string() throws(MediaError) -> String {
        guard let string = value.stringValue else { throw expected("a string") }
        return string
    }

    func integer(atLeast minimum: Int) throws(MediaError) -> Int {
        guard let integer = value.integerValue, integer >= minimum else {
            throw expected("an integer of at least \(minimum)")
        }
        return integer
    }

    func seconds() throws(MediaError) -> Double {
        guard let seconds = value.doubleValue, seconds >= 0 else { throw expected("a number of seconds") }
        return seconds
    }
}

extension Tape.RequestMatcher {
    fileprivate init(_ entry: TapeValue) throws(MediaError) {
        let object = try entry.object(keys: ["method", "path", "contentType", "bodySHA256", "upload"])
        self.init(path: try object.required("path").string())
        guard path.hasPrefix("/") else { throw entry.wrong("has a path that does not start with a slash") }
        method = try object.member("method")?.string().uppercased() ?? "POST"
        contentType = try object.member("contentType")?.string().lowercased()
        bodySHA256 = try object.member("bodySHA256")?.string().lowercased()
        if let hash = bodySHA256, hash.count != 64 || !hash.allSatisfy(\.isHexDigit) {
            throw entry.wrong("has a bodySHA256 that is not 64 hexadecimal digits")
        }
        if let upload = object.member("upload") { self.upload = try UploadExpectation(upload) }
    }

    fileprivate var json: JSONValue {
        var object: JSONObject = ["method": .string(method), "path": .string(path)]
        object["contentType"] = contentType.map(JSONValue.string)
        object["bodySHA256"] = bodySHA256.map(JSONValue.string)
        object["upload"] = upload?.json
        return .object(object)
    }
}

extension UploadExpectation {
    fileprivate init(_ entry: TapeValue) throws(MediaError) {
        let object = try entry.object(keys: [
            "mediaType", "sampleRate", "channelCount", "bitDepth", "minimumDuration", "maximumDuration", "width",
            "height",
            "longestSide",
        ])
        func count(_ key: String) throws(MediaError) -> Int? { try object.member(key)?.integer(atLeast: 1) }
        self.init(
            mediaType: try object.member("mediaType").map { entry throws(MediaError) in
                MediaType(rawValue: try entry.string().lowercased())
            },
            sampleRate: try count("sampleRate"), channelCount: try count("channelCount"),
            bitDepth: try count("bitDepth"),
            minimumDuration: try object.member("minimumDuration")?.seconds(),
            maximumDuration: try object.member("maximumDuration")?.seconds(), width: try count("width"),
            height: try count("height"), longestSide: try count("longestSide"))
        if let minimumDuration, let maximumDuration, minimumDuration > maximumDuration {
            throw entry.wrong("has a minimumDuration above its maximumDuration")
        }
    }

    fileprivate var json: JSONValue {
        var object = JSONObject()
        object["mediaType"] = mediaType.map { .string($0.rawValue) }
        object["sampleRate"] = sampleRate.map(JSONValue.integer)
        object["channelCount"] = channelCount.map(JSONValue.integer)
        object["bitDepth"] = bitDepth.map(JSONValue.integer)
        object["minimumDuration"] = minimumDuration.map(JSONValue.double)
        object["maximumDuration"] = maximumDuration.map(JSONValue.double)
        object["width"] = width.map(JSONValue.integer)
        object["height"] = height.map(JSONValue.integer)
        object["longestSide"] = longestSide.map(JSONValue.integer)
        return .object(object)
    }
}

extension Tape.Response {
    fileprivate init(_ entry: TapeValue) throws(MediaError) {
        let object = try entry.object(keys: ["status", "headers", "json", "text", "base64"])
        let bodies = ["json", "text", "base64"].filter { object.value[$0] != nil }
        guard bodies.count <= 1 else {
            throw entry.wrong("has \(bodies.joined(separator: " and ")): one body is possible")
        }
        self.init(status: try object.member("status")?.integer(atLeast: 200) ?? 200, body: .empty)
        guard status <= 599 else { throw entry.wrong("has a status above 599") }
        if let headers = object.member("headers") {
            guard let fields = headers.value.objectValue else { throw headers.wrong("is not an object of strings") }
            for (name, value) in fields {
                guard let name = HTTPField.Name(name), let value = value.stringValue, HTTPField.isValidValue(value)
                else {
                    throw headers.wrong("has an invalid header name or value (\"\(name)\")")
                }
                self.headers.append(HTTPField(name: name, value: value))
            }
        }
        // A member that is null is a body too: the JSON text null.
        if let json = object.value["json"] { body = .json(json) }
        if let text = object.member("text") { body = .text(try text.string()) }
        if let base64 = object.member("base64") {
            do {
                body = .bytes(try Base64.decode(try base64.string()))
            } catch {
                throw base64.wrong("is not base64: \(error.problem)")
            }
        }
    }

    fileprivate var json: JSONValue {
        var object: JSONObject = ["status": .integer(status)]
        if !headers.isEmpty {
            object["headers"] = .object(JSONObject(headers.map { ($0.name.rawName, .string($0.value)) }))
        }
        switch body {
        case .json(let value): object["json"] = value
        case .text(let text): object["text"] = .string(text)
        case .bytes(let bytes): object["base64"] = .string(Base64.encode(bytes))
        case .empty: break
        }
        return .object(object)
    }
}

extension Tape.Exchange {
    fileprivate var json: JSONValue {
        var object: JSONObject = ["request": request.json, "response": response.json]
        if repeatCount != 1 { object["repeat"] = .integer(repeatCount) }
        return .object(object)
    }
}
