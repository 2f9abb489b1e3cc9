import HTTPTypes

/// Parses the time to retry from the headers of a failure. Successful responses contain them too, without meaning.
enum RetryAfter {
    /// The maximum wait: one day. Longer ones are shortened to it.
    private static let limit = 86_400.0

    /// Returns the seconds from `Retry-After` (RFC 9110 §10.2.3: seconds or a date), else from the `t` of a
    /// `ratelimit` header with nothing remaining (`"api";r=0;t=55`), else `nil`.
    ///
    /// - Parameter now: The current time in seconds since 1970.
    static func seconds(in headers: HTTPFields, now: Double) -> Double? {
        let value = headers.value("retry-after")?.trimmed
        if let value, let seconds = Double(value), seconds.isFinite { return limited(seconds) }
        if let value, let date = HTTPDate.secondsSince1970(value) { return limited(date - now) }
        guard let ratelimit = headers.value("ratelimit") else { return nil }
        return rateLimitReset(ratelimit).map(limited)
    }

    /// Limits a time that a service names to a reasonable range.
    static func limited(_ seconds: Double) -> Double { min(max(0, seconds), limit) }

    /// Returns the largest `t` among the listed policies with nothing remaining.
    private static func rateLimitReset(_ value: String) -> Double? {
        value.split(separator: ",").compactMap { policy -> Double? in
            var parameters: [String: Double] = [:]
            for part in policy.split(separator: ";") {
                let pair = part.split(separator: "=", maxSplits: 1).map(\.trimmed)
                if pair.count == 2, let number = Double(pair[1]), number.isFinite {
                    parameters[pair[0].lowercased()] = number
                }
            }
            guard let seconds = parameters["t"], (parameters["r"] ?? 0) <= 0 else { return nil }
            return seconds
        }.max()
    }
}

/// Dates in HTTP headers.
enum HTTPDate {
    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    /// Parses the three date formats of RFC 9110 §5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`,
    /// `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`; `nil` for anything else.
    static func secondsSince1970(_ text: String) -> Double? {
        let words = text.lowercased().split { " ,-".contains($0) }.map(String.init)
        // The last format has no comma, and its year follows the time.
        let isAsctime = words.count == 5 && words[3].contains(":")
        guard isAsctime || words.count == 6 && words[4].contains(":") && words[5] == "gmt" else { return nil }
        let (day, month, year, time) =
            isAsctime ? (words[2], words[1], words[4], words[3]) : (words[1], words[2], words[3], words[4])
        let clock = time.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
        guard let day = Int(day), let month = months.firstIndex(of: month), var year = Int(year),
            clock.count == 3, (0..<24).contains(clock[0]), (0..<60).contains(clock[1]), (0...60).contains(clock[2]),
            (1...31).contains(day), (0...9999).contains(year)
        else { return nil }
        if year < 100 { year += year < 70 ? 2000 : 1900 }
        let days = daysSince1970(year: year, month: month + 1, day: day)
        return Double(((days * 24 + clock[0]) * 60 + clock[1]) * 60 + clock[2])
    }

    /// Returns the days in the Gregorian calendar. Years start in March, so that the leap day is the last day of the
    /// year, and ⌊(153 m + 2) / 5⌋ days precede month `m`.
    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let marchYear = month > 2 ? year : year - 1
        let marchMonth = (month + 9) % 12
        let leapDays =
            Int((Double(marchYear) / 4).rounded(.down)) - Int((Double(marchYear) / 100).rounded(.down))
            + Int((Double(marchYear) / 400).rounded(.down))
        let sinceYearZero = 365 * marchYear + leapDays + (153 * marchMonth + 2) / 5 + day - 1
        return sinceYearZero - 719_468
    }
}
