public import Foundation

/// Where requests go, and which of the protocol's forms is spoken there.
public enum InferenceEndpoint: Sendable, Hashable {
    /// The public service, `https://router.huggingface.co/hf-inference/models/{model}`; it asks for a token.
    case router
    /// Another server that speaks the same protocol.
    ///
    /// A URL whose path ends in `hf-inference` gets `/models/{model}` appended, one whose path ends in `models` gets
    /// `/{model}`. Any other URL is that of a dedicated endpoint, which serves one model, and is used as it is.
    case url(URL)
    /// A dedicated endpoint with the service's own container (huggingface-inference-toolkit); the URL is used as it is,
    /// whatever its path ends in.
    ///
    /// A recording or image is sent raw when there are no parameters and as base64 JSON otherwise. That container also
    /// reads parameters from the query, but its releases before August 2026 convert integers and booleans alone there: a
    /// threshold of 0.3 stays a text.
    case dedicated(URL)
    /// A server that speaks the protocol of 2023; the URL is what `/models/{model}` follows.
    ///
    /// What ``RequestOptions`` has the service do goes into the body as `"options":{…}`: those of its members that are not
    /// the default, an empty object where all are. A raw upload has no place for it and carries the headers instead. A task
    /// that is not the model's default one has the route `/pipeline/{task}/{model}`.
    case legacy(URL)
    /// A server of OpenAI's interface: `http://127.0.0.1:8000/v1`; `/v1` is appended where it is missing.
    ///
    /// Chat, text generation, feature extraction, speech recognition (a multipart form), text-to-speech and text-to-image
    /// have a form there, other tasks are refused.
    case openAI(URL)
    /// Another inference provider, asked through the router in OpenAI's form; `auto` has the router choose one, for chat
    /// alone.
    ///
    /// Name the model by the provider's own id; with `auto` by the hub's, behind which `:provider` may follow. Providers
    /// with an interface of their own (fal-ai, replicate, wavespeed) are refused.
    case provider(String)
}

extension InferenceEndpoint {
    private static let routerHost = "https://router.huggingface.co"

    /// Whether tasks are asked in OpenAI's form.
    public var speaksOpenAI: Bool {
        switch self {
        case .openAI, .provider: true
        case .router, .url, .dedicated, .legacy: false
        }
    }

    /// The provider, where the endpoint is one.
    var provider: String? { if case .provider(let name) = self { name } else { nil } }

    /// Whether JSON bodies tell the service its options, instead of headers.
    var takesOptionsInBody: Bool { if case .legacy = self { true } else { false } }

    /// Whether nothing is answered there without a token.
    var asksForToken: Bool {
        switch self {
        case .router, .provider: true
        case .url, .dedicated, .legacy, .openAI: false
        }
    }

    /// The URL that a request about `model` goes to, by the task's route below it.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` when the model's id is not well-formed, the provider is none, or the
    ///   URL is neither http nor https, has no host, or carries a user name or password.
    public func url(forModel model: String, route: TaskRoute = .model) throws(InferenceError) -> URL {
        try validate(model: model)
        switch self {
        case .router:
            return try Self.parse("\(Self.routerHost)/hf-inference/models/\(model)\(route.suffix)")
        case .provider(let name):
            let base = "\(Self.routerHost)/\(try ProviderInterface.path(of: name, for: route))"
            return try Self.parse(route.openAIResource.map { "\(base)/\($0)" } ?? base)
        case .openAI(let base):
            return try Self.appending(to: base) { path in
                guard let resource = route.openAIResource, !path.hasSuffix("/\(resource)") else { return nil }
                return path.hasSuffix("/v1") ? "\(path)/\(resource)" : "\(path)/v1/\(resource)"
            }
        case .legacy(let base):
            return try Self.appending(to: base) { path in
                let path = path.hasSuffix("/models") ? path.dropLast("/models".count) : path
                if case .pipeline(let task) = route { return "\(path)/pipeline/\(task)/\(model)" }
                return "\(path)/models/\(model)\(route.suffix)"
            }
        case .url(let base):
            return try Self.appending(to: base) { path in
                switch path.split(separator: "/").last {
                case "hf-inference": "\(path)/models/\(model)\(route.suffix)"
                case "models": "\(path)/\(model)\(route.suffix)"
                default: Self.dedicatedPath(path, route)
                }
            }
        case .dedicated(let base):
            return try Self.appending(to: base) { Self.dedicatedPath($0, route) }
        }
    }

    /// A dedicated endpoint serves one task at its own URL, but chat below it.
    private static func dedicatedPath(_ path: Substring, _ route: TaskRoute) -> String? {
        guard route == .chatCompletions, !path.hasSuffix("/chat/completions") else { return nil }
        return path.hasSuffix("/v1") ? "\(path)/chat/completions" : path + route.suffix
    }

    /// The URL with another path, the query kept; the URL as it is where `path` gives none.
    private static func appending(
        to base: URL, _ path: (Substring) -> String?
    ) throws(InferenceError) -> URL {
        var components = try validate(base)
        guard let path = path(components.percentEncodedPath.droppingTrailingSlashes) else { return base }
        components.percentEncodedPath = path
        return try parse(components.string ?? "")
    }

    /// Refuses ids that would leave the route or break the URL; the slash of `owner/name` is a path separator and
    /// stays as it is. Where the id stands in the body alone, it may be anything that is one line.
    private func validate(model: String) throws(InferenceError) {
        let parts = model.split(separator: "/", omittingEmptySubsequences: false)
        let isWellFormed =
            speaksOpenAI
            ? !model.isEmpty && model.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            : (1...2).contains(parts.count)
                && parts.allSatisfy { part in
                    !part.isEmpty && part != "." && !part.contains("..")
                        && part.utf8.allSatisfy(ProviderInterface.isNameCharacter)
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
