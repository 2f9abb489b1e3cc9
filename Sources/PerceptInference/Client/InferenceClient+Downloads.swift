import HTTPTypes

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension InferenceClient {
    /// The maximum number of redirects from a link to its media.
    private static let maximumLinkRedirects = 5

    /// Downloads the media that a response links to, retrying as for other requests.
    ///
    /// The token is never sent along: a link may lead to any host. A link over plain http is followed only if the
    /// endpoint itself is reached over http. All downloads of a response together are limited to ``answerByteLimit``.
    ///
    /// - Returns: The media by link.
    func download(
        _ links: [String], _ options: RequestOptions, onWait: (@Sendable (WaitNotice) -> Void)?
    ) async throws(InferenceError) -> [String: [UInt8]] {
        var downloads: [String: [UInt8]] = [:]
        var remainingByteCount = answerByteLimit
        for link in links where downloads[link] == nil {
            let url = try downloadURL(link, relativeTo: nil)
            let answer = try await attempt(options, onWait: onWait) { [remainingByteCount] _ in
                TransportRequest(
                    url: url, method: .get, headers: [.accept: "*/*", .userAgent: userAgent],
                    responseByteLimit: remainingByteCount, timeout: timeout)
            } exchange: { request throws(InferenceError) in
                try await media(at: request)
            }
            downloads[link] = answer.body
            remainingByteCount -= answer.body.count
        }
        return downloads
    }

    private func media(at request: TransportRequest) async throws(InferenceError) -> InferenceAnswer {
        var request = request
        for _ in 0...Self.maximumLinkRedirects {
            let reply: TransportReply
            do {
                reply = try await transport.send(request)
            } catch {
                throw Task.isCancelled ? .cancelled : Self.failedDownload(InferenceError(error), from: request.url)
            }
            let answer = InferenceAnswer(status: reply.status, headers: reply.headers, body: reply.body)
            if answer.status == 200 { return answer }
            guard (301...303).contains(answer.status) || (307...308).contains(answer.status),
                let location = answer.header("location")
            else {
                let error = InferenceError(
                    answer: answer, uploadByteCount: 0, tokenSource: nil, now: timekeeping.wallClock())
                throw Self.failedDownload(error, from: request.url)
            }
            request.url = try downloadURL(location, relativeTo: request.url)
        }
        throw InferenceError(.redirected, problem: "the link to the generated media redirects in a loop")
    }

    /// Returns the error with the address, without the query, which may be signed.
    private static func failedDownload(_ error: InferenceError, from url: URL) -> InferenceError {
        var components = URLComponents(url: url, resolvingAgainstBaseURL: true)
        components?.query = nil
        var error = error
        let address = (components?.string ?? "an unknown address").excerpt(limit: 200)
        if error.status == nil {
            error.problem = "the generated media at \(address): \(error.problem)"
        } else {
            // The usual words about a status are about the model and the endpoint.
            error.problem = "the generated media at \(address) cannot be downloaded"
            error.remedy = "send the request again; the link may have expired"
        }
        return error
    }

    private func downloadURL(_ link: String, relativeTo base: URL?) throws(InferenceError) -> URL {
        let url = URL(string: link, relativeTo: base)?.absoluteURL
        let isPlainAllowed = (try? endpoint.url(forModel: "owner/model"))?.scheme?.lowercased() == "http"
        switch url?.scheme?.lowercased() {
        case "https": break
        case "http" where isPlainAllowed: break
        default:
            throw InferenceError(
                .answerMalformed,
                problem: "the response links to \(link.excerpt(limit: 200)), which is not an https address",
                remedy: "download it from there if you trust it")
        }
        guard let url, url.host()?.isEmpty == false else {
            throw InferenceError(
                .answerMalformed, problem: "the response links to \(link.excerpt(limit: 200)), which is not a URL")
        }
        return url
    }
}
