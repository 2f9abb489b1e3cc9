public import Foundation

/// Where requests go.
public enum InferenceEndpoint: Sendable, Hashable {
    /// The public service, `https://router.huggingface.co/hf-inference/models/{model}`; it asks for a token.
    case router
    /// Another server that speaks the same protocol.
    ///
    /// A URL whose path ends in `hf-inference` gets `/models/{model}` appended, one whose path ends in `models` gets
    /// `/{model}`. Any other URL is that of a dedicated endpoint, which serves one model, and is used as it is.
    case url(URL)
}

extension InferenceEndpoint {
    private static let routerBase = "https://router.huggingface.co/hf-inference"

    /// The URL that a request about `model` goes to, by the task's route below it.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` when the model's id is not well-formed, or the URL is neither
    ///   http nor https, has no host, or carries a user name or password.
    public func url(forModel model: String, route: TaskRoute = .model) throws(InferenceError) -> URL {
        try Self.validate(model: model)
        switch self {
        case .router:
            return try Self.parse("\(Self.routerBase)/models/\(model)\(route.suffix)")
        case .url(let base):
            var components = try Self.validate(base)
            let path = components.percentEncodedPath.droppingTrailingSlashes
            switch path.split(separator: "/").last {
            case "hf-inference": components.percentEncodedPath = "\(path)/models/\(model)\(route.suffix)"
            case "models": components.percentEncodedPath = "\(path)/\(model)\(route.suffix)"
            case "v1" where route == .chatCompletions: components.percentEncodedPath = "\(path)/chat/completions"
            default:
                // A dedicated endpoint serves one task at its own URL, but chat below it.
                guard route == .chatCompletions, !path.hasSuffix("/chat/completions") else { return base }
                components.percentEncodedPath = path + route.suffix
            }
            return try Self.parse(components.string ?? "")
        }
    }

    /// Refuses ids that would leave the route or break the URL; the slash of `owner/name` is a path separator and
    /// stays as it is.
    private static func validate(model: String) throws(InferenceError) {
        let parts = model.split(separator: "/", omittingEmptySubsequences: false)
        let isNameCharacter: (UInt8) -> Bool = { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        let isWellFormed =
            (1...2).contains(parts.count)
            && parts.allSatisfy { part in
                !part.isEmpty && part != "." && !part.contains("..") && part.utf8.allSatisfy(isNameCharacter)
            }
        guard isWellFormed, model.utf8.count <= 200 else {
            throw InferenceError(
                .invalidArgument, problem: "“\(model.excerpt(limit: 80))” is no model id",
                remedy: "pass one such as facebook/detr-resnet-50 (owner/name; letters, digits, - _ .)")
        }
    }

    private static func validate(_ url: URL) throws(InferenceError) -> URLComponents {
        guard let components = URLComponents(url: url, resolvingAgainstBaseURL: true),
            ["http", "https"].contains(components.scheme?.lowercased()), components.host?.isEmpty == false
        else {
            throw InferenceError(
                .invalidArgument, problem: "“\(url.absoluteString.excerpt(limit: 200))” is no http or https URL",
                remedy: "pass one such as https://example.org/hf-inference")
        }
        guard components.user == nil, components.password == nil else {
            throw InferenceError(
                .invalidArgument, problem: "the endpoint's URL holds a user name or password",
                remedy: "leave them out; pass a token instead")
        }
        return components
    }

    private static func parse(_ text: String) throws(InferenceError) -> URL {
        guard let url = URL(string: text) else {
            throw InferenceError(.invalidArgument, problem: "“\(text.excerpt(limit: 200))” is no URL")
        }
        return url
    }
}

extension URL {
    /// The host and, where it is not the scheme's own, the port: `127.0.0.1:8080`.
    var authorityDescription: String {
        let host = host() ?? ""
        let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        return port.map { "\(name):\($0)" } ?? name
    }

    /// Scheme, host and port with the scheme's own filled in: what a token is for.
    var origin: String {
        let scheme = scheme?.lowercased() ?? ""
        return "\(scheme)://\(host()?.lowercased() ?? ""):\(port ?? (scheme == "https" ? 443 : 80))"
    }

    /// Whether what is sent there can be read under way: plain http to another machine.
    var isUnprotected: Bool {
        guard scheme?.lowercased() != "https" else { return false }
        let host = (host()?.lowercased() ?? "").trimmingCharacters(in: ["[", "]"])
        if host == "localhost" || host == "::1" { return false }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return !(numbers.count == 4 && numbers[0] == 127 && numbers.allSatisfy { $0 != nil })
    }
}

extension String {
    fileprivate var droppingTrailingSlashes: Substring {
        self[..<(lastIndex { $0 != "/" }.map(index(after:)) ?? startIndex)]
    }
}
