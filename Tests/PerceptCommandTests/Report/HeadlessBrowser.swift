import Foundation
import PerceptInference

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A Chromium without a window, driven through its DevTools protocol over two pipes; ended with the value.
final class HeadlessBrowser {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Where a browser is installed, or `nil`.
    static let executable: String? = {
        let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
        let folders = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"]
        let places =
            folders.flatMap { folder in names.map { "\(folder)/\($0)" } }
            + ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"]
        return places.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    private let process: pid_t
    private let commands: CInt
    private let answers: CInt
    private var received: [UInt8] = []
    private var nextID = 0
    private var session: String?
    /// The events of the page since ``open(_:)``: method and parameters.
    private(set) var events: [(method: String, parameters: JSONValue)] = []

    /// Seconds that one answer may take.
    private static let patience = 30.0

    /// Starts the browser with a profile of its own in `folder`, and a page.
    init(profile folder: String) throws {
        let path = try Self.executable ?? { throw Failure(description: "there is no browser") }()
        let (toBrowser, fromBrowser) = (try Self.pipe(), try Self.pipe())
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
        #else
            var actions = posix_spawn_file_actions_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The browser reads from 3 and writes to 4. The ends here lie above these, so that none is overwritten.
        posix_spawn_file_actions_adddup2(&actions, toBrowser.read, 3)
        posix_spawn_file_actions_adddup2(&actions, fromBrowser.write, 4)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // Root may not use the sandbox.
        let sandbox = geteuid() == 0 ? ["--no-sandbox"] : []
        let arguments =
            [
                path, "--headless=new", "--remote-debugging-pipe", "--user-data-dir=\(folder)", "--disable-gpu",
                "--mute-audio", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb",
            ] + sandbox + ["about:blank"]
        var pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        let environment = ["HOME=\(folder)", "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC"]
        var variables = environment.map { strdup($0) } + [nil]
        defer { for variable in variables { free(variable) } }
        var process = pid_t()
        let failure = posix_spawn(&process, path, &actions, nil, &pointers, &variables)
        close(toBrowser.read)
        close(fromBrowser.write)
        (commands, answers, self.process) = (toBrowser.write, fromBrowser.read, process)
        guard failure == 0 else { throw Failure(description: "the browser does not start: error \(failure)") }
        let target = try send("Target.createTarget", ["url": "about:blank"])
        let attached = try send(
            "Target.attachToTarget", ["targetId": target["targetId"] ?? .null, "flatten": true])
        session = attached["sessionId"]?.stringValue
        for domain in ["Page", "Runtime", "Network", "Log"] { try send("\(domain).enable") }
    }

    deinit {
        close(commands)
        close(answers)
        kill(process, SIGTERM)
        var status: CInt = 0
        for _ in 0..<50 where waitpid(process, &status, WNOHANG) == 0 { usleep(20_000) }
        if kill(process, 0) == 0 {
            kill(process, SIGKILL)
            waitpid(process, &status, 0)
        }
    }

    /// Both ends above 10, and closed in other children.
    private static func pipe() throws -> (read: CInt, write: CInt) {
        var ends: [CInt] = [0, 0]
        #if canImport(Glibc)
            let result = Glibc.pipe(&ends)
        #elseif canImport(Musl)
            let result = Musl.pipe(&ends)
        #else
            let result = Darwin.pipe(&ends)
        #endif
        guard result == 0 else { throw Failure(description: "no pipe: error \(errno)") }
        let moved = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
        for end in ends { close(end) }
        return (moved[0], moved[1])
    }

    /// Sends a command and waits for its answer; events that come before it are kept.
    @discardableResult
    func send(_ method: String, _ parameters: JSONObject = [:]) throws -> JSONValue {
        nextID += 1
        let id = nextID
        var message: JSONObject = ["id": .integer(id), "method": .string(method), "params": .object(parameters)]
        if let session { message["sessionId"] = .string(session) }
        let bytes = JSONValue.object(message).serialized() + [0]
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { write(commands, $0.baseAddress.map { $0 + sent }, bytes.count - sent) }
            guard count > 0 else { throw Failure(description: "the browser has gone") }
            sent += count
        }
        let deadline = Date().addingTimeInterval(Self.patience)
        while true {
            let answer = try receive(until: deadline, method)
            guard answer["id"]?.integerValue == id else { continue }
            if let error = answer["error"] {
                throw Failure(description: "\(method): \(error["message"]?.stringValue ?? "refused")")
            }
            return answer["result"] ?? .null
        }
    }

    private func receive(until deadline: Date, _ method: String) throws -> JSONValue {
        while true {
            if let end = received.firstIndex(of: 0) {
                let message = try JSONValue(parsing: Array(received[..<end]))
                received.removeSubrange(...end)
                if let event = message["method"]?.stringValue { events.append((event, message["params"] ?? .null)) }
                return message
            }
            var descriptor = pollfd(fd: answers, events: Int16(POLLIN), revents: 0)
            let left = max(0, deadline.timeIntervalSinceNow)
            guard poll(&descriptor, 1, CInt(left * 1000)) > 0 else {
                throw Failure(description: "no answer to \(method) in time")
            }
            var block = [UInt8](repeating: 0, count: 1 << 16)
            let count = read(answers, &block, block.count)
            guard count > 0 else { throw Failure(description: "the browser has gone, asked \(method)") }
            received += block[..<count]
        }
    }

    /// Opens a file and waits until it is loaded.
    func open(_ path: String) throws {
        events = []
        try send("Page.navigate", ["url": .string(URL(fileURLWithPath: path).absoluteString)])
        try wait("document.readyState === 'complete' && location.protocol === 'file:'")
    }

    /// The value of an expression in the page.
    func evaluate(_ expression: String) throws -> JSONValue {
        let answer = try send(
            "Runtime.evaluate",
            [
                "expression": .string(expression), "returnByValue": true, "awaitPromise": true, "userGesture": true,
            ])
        if let exception = answer["exceptionDetails"] {
            let text = exception["exception"]?["description"]?.stringValue ?? exception["text"]?.stringValue
            throw Failure(description: "\(expression): \(text ?? "failed")")
        }
        return answer["result"]?["value"] ?? .null
    }

    /// Waits until an expression is true.
    func wait(_ expression: String) throws {
        let deadline = Date().addingTimeInterval(Self.patience)
        while try evaluate(expression) != true {
            guard Date() < deadline else { throw Failure(description: "never true: \(expression)") }
            usleep(20_000)
        }
    }

    /// Clicks in the middle of the first element that a selector finds.
    func click(_ selector: String) throws {
        try evaluateVoid(
            "document.querySelector(\(Self.quoted(selector))).scrollIntoView({ block: 'center', behavior: 'instant' })")
        let place = try evaluate(
            "(() => { const r = document.querySelector(\(Self.quoted(selector))).getBoundingClientRect(); return [r.x "
                + "+ r.width / 2, r.y + r.height / 2]; })()"
        )
        try mouse("mouseMoved", place)
        try mouse("mousePressed", place)
        try mouse("mouseReleased", place)
    }

    /// Gives a control a value, as a hand would.
    func set(_ selector: String, to value: String) throws {
        try evaluateVoid(
            """
            (() => {
              const control = document.querySelector(\(Self.quoted(selector)));
              control.value = \(Self.quoted(value));
              for (const type of ['input', 'change']) control.dispatchEvent(new Event(type, { bubbles: true }));
            })()
            """)
    }

    /// Moves the pointer to a place of the window.
    func point(at place: JSONValue) throws { try mouse("mouseMoved", place) }

    private func mouse(_ type: String, _ place: JSONValue) throws {
        try send(
            "Input.dispatchMouseEvent",
            [
                "type": .string(type), "x": place[0] ?? .null, "y": place[1] ?? .null,
                "button": type == "mouseMoved" ? "none" : "left", "clickCount": type == "mouseMoved" ? 0 : 1,
            ])
    }

    /// Presses a key that has a name and a code.
    func press(_ key: String) throws {
        let codes = ["Tab": 9, "ArrowDown": 40, "ArrowUp": 38, "ArrowRight": 39, "Home": 36, "End": 35, "Enter": 13]
        for type in ["keyDown", "keyUp"] {
            try send(
                "Input.dispatchKeyEvent",
                [
                    "type": .string(type), "key": .string(key), "code": .string(key),
                    "windowsVirtualKeyCode": .integer(codes[key] ?? 0),
                    "text": key == "Enter" && type == "keyDown" ? "\r" : "",
                ])
        }
    }

    /// The size of the window, in CSS pixels.
    func resize(width: Int, height: Int, isPhone: Bool = false) throws {
        try send(
            "Emulation.setDeviceMetricsOverride",
            [
                "width": .integer(width), "height": .integer(height), "deviceScaleFactor": isPhone ? 2 : 1,
                "mobile": .bool(isPhone),
            ])
    }

    /// - Parameter medium: `print` for paper, empty for the screen.
    func prefer(_ feature: String, _ value: String, on medium: String = "") throws {
        try send(
            "Emulation.setEmulatedMedia",
            ["media": .string(medium), "features": [["name": .string(feature), "value": .string(value)]]])
    }

    /// Writes what the window shows as PNG.
    func screenshot(to path: String) throws {
        let answer = try send("Page.captureScreenshot", ["format": "png"])
        let data = Data(base64Encoded: answer["data"]?.stringValue ?? "") ?? Data()
        guard !data.isEmpty else { throw Failure(description: "no picture of the page") }
        try data.write(to: URL(fileURLWithPath: path))
    }

    private func evaluateVoid(_ expression: String) throws { _ = try evaluate("(\(expression), 0)") }

    static func quoted(_ text: String) -> String {
        String(decoding: JSONValue.string(text).serialized(), as: UTF8.self)
    }
}
