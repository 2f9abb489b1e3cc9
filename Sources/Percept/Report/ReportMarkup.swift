import PerceptCore
import PerceptImage
import PerceptInference

/// The static markup of a page.
enum ReportMarkup {
    static let style = String(decoding: PackageResources.page_css, as: UTF8.self)
    /// The parts of the script, in dependency order, in one scope.
    static let script = """
        "use strict";
        (() => {
        \(scriptParts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n"))
        })();
        """

    private static let scriptParts = [
        PackageResources.page_js, PackageResources.controls_js, PackageResources.picture_js,
        PackageResources.recording_js, PackageResources.cards_js,
    ]

    /// A policy that blocks all network requests, and allows only the style and script with these hashes.
    static let policy = [
        "default-src 'none'", "img-src data: blob:", "media-src data: blob:", "style-src \(hashSource(style))",
        "script-src \(hashSource(script))", "base-uri 'none'", "form-action 'none'",
    ].joined(separator: "; ")

    private static func hashSource(_ text: String) -> String {
        "'sha256-\(Base64.encode(SHA256.digest(of: Array(text.utf8))))'"
    }

    /// A frame with a box in it.
    private static let icon = """
        data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E\
        %3Crect width='16' height='16' \
        rx='4' fill='%23176b87'/%3E%3Crect x='4' y='4' width='8' height='8' rx='1' fill='none' stroke='white' \
        stroke-width='2'/%3E%3C/svg%3E
        """

    static func head(_ report: Report, title: String) -> String {
        let data = String(decoding: HTMLText.scriptContents(pageData(report)), as: UTF8.self)
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <title>\(HTMLText.escaped(title))</title>
            <link rel="icon" href="\(icon)">
            <style>\(style)</style>
            </head>
            <body>
            <a class="skip" href="#cards">Skip to the results</a>
            <header class="page-head">
            <h1 dir="auto">\(HTMLText.escaped(title))</h1>
            <p class="summary">\(HTMLText.escaped(summary(report)))</p>
            </header>
            <noscript><p class="note">Without JavaScript, this page shows only text.</p></noscript>
            <div id="controls" class="controls" role="group" aria-label="View options" hidden></div>
            \(contents(report))
            <script type="application/json" id="page-data">\(data)</script>
            <main id="cards" tabindex="-1">

            """
    }

    static let tail = """
        </main>
        <p id="tip" class="tip" role="tooltip" hidden></p>
        <script>\(script)</script>
        </body>
        </html>

        """

    static func cardHead(_ entry: Report.Entry, _ index: Int) -> String {
        """
        <article class="card" id="card-\(index + 1)" aria-labelledby="name-\(index + 1)">
        <h2 id="name-\(index + 1)"><bdi>\(HTMLText.escaped(entry.name))</bdi></h2>
        <noscript>\(entry.findings.map(text).joined())</noscript>
        <script type="application/json" class="data">
        """
    }

    /// Returns a finding as text, for readers without JavaScript.
    private static func text(_ finding: Report.Finding) -> String {
        func list(_ items: [(label: String, score: Double?)]) -> String {
            let rows = items.map { item in
                "<li><bdi>\(HTMLText.escaped(item.label))</bdi>\(item.score.map { " \($0)" } ?? "")</li>"
            }
            return "<ul>\(rows.joined())</ul>"
        }
        let content =
            switch finding.content {
            case .classes(let classes): list(classes.map { ($0.label, $0.score) })
            case .detections(let detections): list(detections.map { ($0.label, $0.score) })
            case .segments(let segments, _): list(segments.map { ($0.label, $0.score) })
            case .transcript(let text, _): "<p dir=\"auto\">\(HTMLText.escaped(text))</p>"
            case .failure(let message): "<p>\(HTMLText.escaped(message))</p>"
            }
        return "<h3>\(finding.taskName)</h3>\(content)"
    }

    private static func contents(_ report: Report) -> String {
        guard report.entries.count > 2 else { return "" }
        let items = report.entries.enumerated().map { index, entry in
            "<li><a href=\"#card-\(index + 1)\"><bdi>\(HTMLText.escaped(entry.name))</bdi></a></li>"
        }
        return """
            <nav class="contents" aria-label="Contents"><details><summary>Contents (\(items.count))</summary>
            <ol>\(items.joined(separator: "\n"))</ol></details></nav>
            """
    }

    private static func summary(_ report: Report) -> String {
        let findings = report.entries.flatMap(\.findings)
        let found = findings.reduce(into: (objects: 0, segments: 0, transcripts: 0)) { counts, finding in
            switch finding.content {
            case .detections(let list): counts.objects += list.count
            case .segments(let list, _): counts.segments += list.count
            case .transcript: counts.transcripts += 1
            case .classes, .failure: break
            }
        }
        let parts = [(found.objects, "object"), (found.segments, "segment"), (found.transcripts, "transcript")]
        return
            ([Quantity.counted(report.entries.count, "file")]
            + parts.filter { $0.0 > 0 }.map { Quantity.counted($0.0, $0.1) }).joined(separator: " · ")
    }

    /// Returns the labels of all objects and segments in order of first appearance, each with a colour.
    ///
    /// Colours are assigned in that order, so labels share a colour only if there are more labels than colours.
    private static func pageData(_ report: Report) -> JSONValue {
        var counts: [(label: String, count: Int)] = []
        var places: [String: Int] = [:]
        for label in report.entries.lazy.flatMap(\.findings).flatMap(\.labels) {
            if let place = places[label] {
                counts[place].count += 1
            } else {
                places[label] = counts.count
                counts.append((label, 1))
            }
        }
        return [
            "labels": .array(
                counts.enumerated().map { index, entry in
                    let color = Palette.okabeIto.color(at: index)
                    return [
                        "label": .string(entry.label), "count": .integer(entry.count),
                        "color": .string("\(color)"), "ink": .string("\(color.legibleTextColor)"),
                    ]
                })
        ]
    }
}
