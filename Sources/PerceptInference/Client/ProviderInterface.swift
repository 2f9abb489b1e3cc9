import HTTPTypes

/// What inference providers behind the router add to OpenAI's interface, as huggingface_hub 1.33 asks them.
///
/// TestMedia/golden/provider_requests.json holds its requests.
enum ProviderInterface {
    /// Where providers have their OpenAI interface, if that is not `v1`.
    private static let paths = [
        "cohere": "compatibility/v1", "deepinfra": "v1/openai", "fireworks-ai": "inference/v1", "groq": "openai/v1",
        "novita": "v3/openai", "zai-org": "api/paas/v4",
    ]

    /// Providers with an interface of their own: they queue a job and answer with links to its results.
    private static let others: Set = ["fal-ai", "replicate", "wavespeed"]

    /// Names by which providers tell where requests come from.
    static func headers(of provider: String) -> HTTPFields {
        var headers = HTTPFields()
        if provider == "zai-org" {
            headers[.acceptLanguage] = "en-US,en"
            headers.set("X-Source-Channel", "hugging_face")
        }
        return headers
    }

    /// What follows the router's host, before the resource.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` for a name that is not a provider's, and for a provider that is not
    ///   asked in OpenAI's form.
    static func path(of provider: String, for route: TaskRoute) throws(InferenceError) -> String {
        switch provider {
        case "auto":
            guard route == .chatCompletions || route.openAIResource == nil else {
                throw InferenceError(
                    .invalidArgument, problem: "the router chooses a provider for chat alone",
                    remedy: "name the provider")
            }
            return "v1"
        case "hf-inference":
            throw InferenceError(
                .invalidArgument, problem: "hf-inference is the router's own service, not another provider",
                remedy: "leave the provider out")
        case "openai":
            throw InferenceError(
                .invalidArgument, problem: "the router does not route to openai",
                remedy: "pass https://api.openai.com/v1 as an endpoint of OpenAI's interface, with a token of its own")
        case let name where others.contains(name):
            throw InferenceError(
                .invalidArgument, problem: "\(name) has an interface of its own, which is not supported",
                remedy: "choose a provider with OpenAI's interface, such as together or nscale")
        case "zai-org" where route == .imageGenerations:
            throw InferenceError(
                .invalidArgument, problem: "zai-org generates images in the background, which is not supported",
                remedy: "choose another provider, such as together or nscale")
        default:
            guard (1...60).contains(provider.utf8.count), provider.utf8.allSatisfy(isNameCharacter),
                provider.contains(where: { $0 != "." })
            else {
                throw InferenceError(
                    .invalidArgument, problem: "“\(provider.excerpt(limit: 80))” is not the name of a provider",
                    remedy: "pass one such as together or groq")
            }
            return "\(provider)/\(paths[provider] ?? "v1")"
        }
    }

    static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

/// A server of OpenAI's interface as a task's form for it may depend on it.
public struct OpenAIService: Sendable, Hashable {
    /// The model's ID, as it is sent.
    public var model: String
    /// The inference provider behind the router; `nil` for a server of the caller's.
    public var provider: String?

    public init(model: String, provider: String? = nil) {
        self.model = model
        self.provider = provider
    }
}
