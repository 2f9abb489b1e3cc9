import HTTPTypes

/// The differences between inference providers in OpenAI's API, as in huggingface_hub 1.33.
///
/// TestMedia/golden/provider_requests.json contains the requests of that library.
enum ProviderInterface {
    /// The path of a provider's OpenAI API, if it is not `v1`.
    private static let paths = [
        "cohere": "compatibility/v1", "deepinfra": "v1/openai", "fireworks-ai": "inference/v1", "groq": "openai/v1",
        "novita": "v3/openai", "zai-org": "api/paas/v4",
    ]

    /// Providers with an API of their own, which queue a job and respond with links to its results.
    private static let others: Set = ["fal-ai", "replicate", "wavespeed"]

    /// Returns the headers that identify the origin of a request.
    static func headers(of provider: String) -> HTTPFields {
        var headers = HTTPFields()
        if provider == "zai-org" {
            headers[.acceptLanguage] = "en-US,en"
            headers.set("X-Source-Channel", "hugging_face")
        }
        return headers
    }

    /// Returns the path between the router's host and the resource.
    ///
    /// - Throws: ``InferenceError`` `.invalidArgument` for an unknown provider, and for one without OpenAI's API.
    static func path(of provider: String, for route: TaskRoute) throws(InferenceError) -> String {
        switch provider {
        case "auto":
            guard route == .chatCompletions || route.openAIResource == nil else {
                throw InferenceError(
                    .invalidArgument, problem: "the router chooses a provider only for chat",
                    remedy: "name the provider")
            }
            return "v1"
        case "hf-inference":
            throw InferenceError(
                .invalidArgument, problem: "hf-inference is the router's own service, not another provider",
                remedy: "omit the provider")
        case "openai":
            throw InferenceError(
                .invalidArgument, problem: "the router does not route to openai",
                remedy: "pass https://api.openai.com/v1 as an OpenAI endpoint, with a token for it")
        case let name where others.contains(name):
            throw InferenceError(
                .invalidArgument, problem: "\(name) has an API of its own, which is not supported",
                remedy: "choose a provider with OpenAI's API, such as together or nscale")
        case "zai-org" where route == .imageGenerations:
            throw InferenceError(
                .invalidArgument, problem: "zai-org generates images asynchronously, which is not supported",
                remedy: "choose another provider, such as together or nscale")
        default:
            guard (1...60).contains(provider.utf8.count), provider.utf8.allSatisfy(isNameCharacter),
                provider.contains(where: { $0 != "." })
            else {
                throw InferenceError(
                    .invalidArgument, problem: "“\(provider.excerpt(limit: 80))” is not a provider name",
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

extension InferenceEndpoint {
    /// The names of providers with OpenAI's API, and `auto`. Others are accepted too.
    package static let providerNames = [
        "auto", "baseten", "cerebras", "cohere", "deepinfra", "featherless-ai", "fireworks-ai", "groq", "novita",
        "nscale",
        "ovhcloud", "publicai", "scaleway", "together", "zai-org",
    ]
}
