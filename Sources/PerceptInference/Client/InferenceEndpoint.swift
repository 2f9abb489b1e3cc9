#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// The address of a service and the protocol that it uses.
public enum InferenceEndpoint: Sendable, Hashable {
    /// The public service, `https://router.huggingface.co/hf-inference/models/{model}`; it requires a token.
    case router
    /// Another server with the same protocol.
    ///
    /// To a URL with a path ending in `hf-inference`, `/models/{model}` is appended; to one ending in `models`,
    /// `/{model}`. Any other URL is a dedicated endpoint, which serves one model, and is used unchanged.
    case url(URL)
    /// A dedicated endpoint with the service's own container (huggingface-inference-toolkit); the URL is used
    /// unchanged, whatever its path ends in.
    ///
    /// A recording or image is sent raw when there are no parameters and as base64 JSON otherwise. That container also
    /// reads parameters from the query, but releases before August 2026 convert only integers and booleans there: a
    /// threshold of 0.3 stays text.
    case dedicated(URL)
    /// A server with the protocol of 2023; `/models/{model}` is appended to the URL.
    ///
    /// The ``RequestOptions`` for the service are sent in the body as `"options":{…}`, with those members that are
    /// not the default. A raw upload has no body for them and uses headers instead. A task other than the model's
    /// default uses the route `/pipeline/{task}/{model}`.
    case legacy(URL)
    /// A server with OpenAI's API, such as `http://127.0.0.1:8000/v1`; a missing `/v1` is appended.
    ///
    /// Chat, text generation, feature extraction, speech recognition (a multipart form), text-to-speech and
    /// text-to-image are supported; other tasks are rejected.
    case openAI(URL)
    /// Another inference provider, called through the router with OpenAI's API. `auto` lets the router choose a
    /// provider, for chat only.
    ///
    /// Models have the provider's own id; with `auto` the hub's id, optionally followed by `:provider`. Providers with
    /// an API of their own (fal-ai, replicate, wavespeed) are rejected.
    case provider(String)
}

extension InferenceEndpoint {
    private static let routerHost = "https://router.huggingface.co"

    /// True if requests use OpenAI's API.
    package var speaksOpenAI: Bool {
        switch self {
        case .openAI, .provider: true
        case .router, .url, .dedicated, .legacy: false
        }
    }

    /// The name of the provider, or `nil` for other endpoints.
    var provider: String? { if case .provider(let name) = self { name } else { nil } }

    /// True if the service's options are sent in JSON bodies instead of headers.
    var takesOptionsInBody: Bool { if case .legacy = self { true } else { false } }

    /// True if a token is required.
    var asksForToken: Bool {
        switch self {
        case .router, .provider: true
        case .url, .dedicated, .legacy, .openAI: false
        }
    }

    /// Returns the URL for a request about `model`, including the task's route.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` if the model id is malformed, the provider is unknown, or the
    ///   URL is neither http nor https, has no host, or contains a user name or password.
    package func url(forModel model: String, route: TaskRoute = .model) throws(InferenceError) -> URL {
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

    /// Returns the path below a dedicated endpoint: only chat has one; other tasks use the URL itself.
    private static func dedicatedPath(_ path: Substring, _ route: TaskRoute) -> String? {
        guard route == .chatCompletions, !path.hasSuffix("/chat/completions") else { return nil }
        return path.hasSuffix("/v1") ? "\(path)/chat/completions" : path + route.suffix
    }

    /// Returns the URL with another path and the same query; `nil` from `path` keeps the URL unchanged.
    private static func appending(
        to base: URL, _ path: (Substring) -> String?
    ) throws(InferenceError) -> URL {
        var components = try validate(base)
        guard let path = path(components.percentEncodedPath.droppingTrailingSlashes) else { return base }
        components.percentEncodedPath = path
        return try parse(components.string ?? "")
    }

    /// Rejects ids that would leave the route or break the URL. The slash in `owner/name` is a path separator and is
    /// kept. An id that is only in the body may be any single line.
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
                .invalidArgument, problem: "“\(model.excerpt(limit: 80))” is not a model id",
                remedy: "pass an id such as facebook/detr-resnet-50 (owner/name; letters, digits, - _ .)")
        }
    }

    private static func validate(_ url: URL) throws(InferenceError) -> URLComponents {
        guard let components = URLComponents(url: url, resolvingAgainstBaseURL: true),
            ["http", "https"].contains(components.scheme?.lowercased()), components.host?.isEmpty == false
        else {
            throw InferenceError(
                .invalidArgument,
                problem: "“\(url.absoluteString.excerpt(limit: 200))” is not an http or https URL",
                remedy: "pass a URL such as https://example.org/hf-inference")
        }
        guard components.user == nil, components.password == nil else {
            throw InferenceError(
                .invalidArgument, problem: "the endpoint's URL contains a user name or password",
                remedy: "remove them and pass a token instead")
        }
        return components
    }

    private static func parse(_ text: String) throws(InferenceError) -> URL {
        guard let url = URL(string: text) else {
            throw InferenceError(.invalidArgument, problem: "“\(text.excerpt(limit: 200))” is not a URL")
        }
        return url
    }
}

extension URL {
    /// The host with the port, unless that is the scheme's default: `127.0.0.1:8080`.
    var authorityDescription: String {
        let host = host() ?? ""
        let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        return port.map { "\(name):\($0)" } ?? name
    }

    /// The scheme, host and port (including the default port), for which a token is valid.
    var origin: String {
        let scheme = scheme?.lowercased() ?? ""
        return "\(scheme)://\(host()?.lowercased() ?? ""):\(port ?? (scheme == "https" ? 443 : 80))"
    }

    /// True if others could read the request in transit: plain http to another machine.
    var isUnprotected: Bool {
        guard scheme?.lowercased() != "https" else { return false }
        let host = String((host()?.lowercased() ?? "").filter { $0 != "[" && $0 != "]" })
        if host == "localhost" || host == "::1" { return false }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return !(numbers.count == 4 && numbers[0] == 127 && numbers.allSatisfy { $0 != nil })
    }
}
