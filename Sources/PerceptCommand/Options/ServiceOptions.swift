import ArgumentParser
import Foundation
import PerceptInference
import PerceptSandbox

/// Where the answer comes from.
struct ServiceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The model, as owner/name; each task has a default.", valueName: "id"))
    var model: String?

    @Option(
        help: ArgumentHelp(
            "A dedicated or local endpoint; /models/ID is appended to one that ends in hf-inference.", valueName: "url")
    )
    var endpoint: String?

    @Option(
        help: ArgumentHelp(
            "What is spoken at --endpoint: hub; dedicated, the service's own container; openai; legacy, as in 2023.",
            valueName: "kind"))
    var endpointKind: EndpointKind?

    @Option(
        help: ArgumentHelp(
            "Another inference provider, through the router: together, groq, …; auto chooses one.", valueName: "name"))
    var provider: String?

    @Option(help: ArgumentHelp("Replays recorded answers instead of asking.", valueName: "tape"))
    var tape: String?

    @Option(help: ArgumentHelp("Saves the answers as a tape, without the token.", valueName: "tape"))
    var record: String?

    @Option(
        help: ArgumentHelp(
            "A file holding the token; else HF_TOKEN, HUGGING_FACE_HUB_TOKEN and the standard files.", valueName: "file"
        ))
    var tokenFile: String?

    @Flag(
        help: ArgumentHelp(
            "Sends the token over plain http to other machines too, where the network is trusted as a whole."))
    var sendTokenUnprotected = false

    @Option(help: ArgumentHelp("The organisation that pays, by its name on the hub.", valueName: "name"))
    var billTo: String?

    @Option(help: ArgumentHelp("The longest that one attempt may take.", valueName: "seconds"))
    var timeout = 120.0

    @Option(help: ArgumentHelp("How often a failed request is sent again.", valueName: "n"))
    var retries = 4

    @Option(
        help: ArgumentHelp(
            "Bytes of one answer at most, K, M and G being powers of 1024 (default: 256M).", valueName: "bytes"))
    var maxAnswer: ByteCount?

    @Flag(help: "Asks for a GPU, where the endpoint still knows the option.")
    var useGpu = false

    @Flag(help: "Refuses answers from the service's cache.")
    var noCache = false

    @Flag(help: "Has the service hold the request until the model is loaded.")
    var waitForModel = false

    @Flag(help: "Takes the first failure for final.")
    var noRetry = false

    func validate() throws {
        guard timeout > 0, timeout <= 86_400 else {
            throw ValidationError("--timeout is more than 0, up to 86400 seconds.")
        }
        guard (0...100).contains(retries) else { throw ValidationError("--retries is 0 to 100.") }
        guard tape == nil || endpoint == nil else { throw ValidationError("Pass --tape or --endpoint, not both.") }
        guard provider == nil || endpoint == nil else {
            throw ValidationError("Pass --provider or --endpoint, not both.")
        }
        guard endpointKind == nil || endpoint != nil else {
            throw ValidationError("--endpoint-kind is about an --endpoint.")
        }
        guard tape == nil || record == nil else { throw ValidationError("Pass --tape or --record, not both.") }
    }

    /// What all inputs of one run are asked with.
    func session() -> ServiceSession { ServiceSession(self) }

    /// Sends to where the options say, with their token and limits.
    func client() throws -> InferenceClient {
        var client = InferenceClient(token: nil)
        client.userAgent = "percept/\(PerceptCommand.configuration.version)"
        client.timeout = .seconds(timeout)
        // Attempts and waits together may take five minutes, but one that is allowed more is not cut short.
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
                    .invalidArgument, problem: "“\(endpoint)” is no URL",
                    remedy: "pass one such as http://127.0.0.1:8080/hf-inference")
            }
            client.endpoint = (endpointKind ?? .hub).endpoint(at: url)
        }
        return client
    }
}

/// What is spoken at an endpoint's URL.
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
