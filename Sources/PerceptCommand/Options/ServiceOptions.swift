import ArgumentParser
import PerceptInference
import PerceptSandbox

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The options that select the service and configure requests to it.
struct ServiceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Use this model (owner/name); each task has a default.", valueName: "id"),
        completion: .list(Set(TaskCatalogue.tasks.map(\.defaultModel)).sorted()))
    var model: String?

    @Option(
        help: ArgumentHelp(
            "Send requests to a dedicated or local endpoint. If the URL ends in hf-inference, /models/ID is appended.",
            valueName: "url"))
    var endpoint: String?

    @Option(
        help: ArgumentHelp(
            "Set the protocol of --endpoint: hub; dedicated (the service's own container); openai; legacy (the hub of "
                + "2023). (default: hub)",
            valueName: "kind"))
    var endpointKind: EndpointKind?

    @Option(
        help: ArgumentHelp(
            "Use another inference provider through the router, such as together or groq; auto chooses one.",
            valueName: "name"), completion: .list(InferenceEndpoint.providerNames))
    var provider: String?

    @Option(
        help: ArgumentHelp("Replay recorded responses instead of sending requests.", valueName: "tape"),
        completion: .file(extensions: ["json"]))
    var tape: String?

    @Option(
        help: ArgumentHelp("Save the responses as a tape, without the token.", valueName: "tape"),
        completion: .file(extensions: ["json"]))
    var record: String?

    @Option(
        help: ArgumentHelp(
            "Read the token from this file. (default: HF_TOKEN, HUGGING_FACE_HUB_TOKEN, then the standard files)",
            valueName: "file"), completion: .file())
    var tokenFile: String?

    @Flag(
        help: ArgumentHelp(
            "Send the token over plain http to other machines too; only for networks that are trusted as a whole."))
    var sendTokenUnprotected = false

    @Option(help: ArgumentHelp("Bill requests to this organisation (its name on the hub).", valueName: "name"))
    var billTo: String?

    @Option(help: ArgumentHelp("Give up an attempt after this many seconds.", valueName: "seconds"))
    var timeout = 120.0

    @Option(help: ArgumentHelp("Retry a failed request up to N times.", valueName: "n"))
    var retries = 4

    @Option(
        help: ArgumentHelp(
            "Limit a response to this many bytes; K, M and G are powers of 1024. (default: 256M)", valueName: "bytes"))
    var maxAnswer: ByteCount?

    @Flag(help: "Request a GPU, if the endpoint still supports the option.")
    var useGpu = false

    @Flag(help: "Bypass the service's cache of responses.")
    var noCache = false

    @Flag(help: "Ask the service to hold the request until the model is loaded.")
    var waitForModel = false

    @Flag(help: "Do not retry failed requests.")
    var noRetry = false

    func validate() throws {
        guard timeout > 0, timeout <= 86_400 else {
            throw ValidationError(
                "invalid value “\(timeout)” for --timeout: must be more than 0 and at most 86400 seconds")
        }
        guard (0...100).contains(retries) else {
            throw ValidationError("invalid value “\(retries)” for --retries: must be 0 to 100")
        }
        guard tape == nil || endpoint == nil else { throw ValidationError("--tape cannot be used with --endpoint") }
        guard provider == nil || endpoint == nil else {
            throw ValidationError("--provider cannot be used with --endpoint")
        }
        guard endpointKind == nil || endpoint != nil else {
            throw ValidationError("--endpoint-kind requires --endpoint")
        }
        guard tape == nil || record == nil else { throw ValidationError("--tape cannot be used with --record") }
    }

    /// Returns the session that all inputs of one run share.
    func session() -> ServiceSession { ServiceSession(self) }

    /// Returns a client with the endpoint, token and limits of these options.
    func client() throws -> InferenceClient {
        var client = InferenceClient(token: nil)
        client.userAgent = "percept/\(PerceptCommand.configuration.version)"
        client.timeout = .seconds(timeout)
        // Attempts and waits together may take five minutes; a longer timeout for one attempt takes precedence.
        client.retry.totalDeadline = max(client.retry.totalDeadline, client.timeout)
        client.retry.maximumRetries = retries
        if let maxAnswer { client.answerByteLimit = maxAnswer.value }
        client.billedOrganization = billTo
        client.sendsTokenUnprotected = sendTokenUnprotected
        if let provider { client.endpoint = .provider(provider) }
        if let tape {
            client.transport = ReplayTransport(try Tape(contentsOf: tape), describingUploads: UploadDecoding.describe)
            return client
        }
        client.token = try tokenFile.map { try AccessToken(fileAt: $0) } ?? AccessToken.discover()
        if let endpoint {
            guard let url = URL(string: endpoint), url.scheme != nil, url.host() != nil else {
                throw InferenceError(
                    .invalidArgument, problem: "“\(endpoint)” is not a URL with a scheme and a host",
                    remedy: "pass one such as http://127.0.0.1:8080/hf-inference")
            }
            client.endpoint = (endpointKind ?? .hub).endpoint(at: url)
        }
        return client
    }
}

/// The protocol of an endpoint.
enum EndpointKind: String, ExpressibleByArgument, CaseIterable {
    case hub, dedicated, openai, legacy

    func endpoint(at url: URL) -> InferenceEndpoint {
        switch self {
        case .hub: .url(url)
        case .dedicated: .dedicated(url)
        case .openai: .openAI(url)
        case .legacy: .legacy(url)
        }
    }
}
