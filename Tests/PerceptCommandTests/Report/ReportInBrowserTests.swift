import Foundation
import PerceptInference
import PerceptTestSupport
import Testing

/// The page in a browser: what is visible, and what happens when it is used.
@Suite(.enabled(if: HeadlessBrowser.executable != nil, "no Chromium is installed (apt-get install chromium)"))
struct ReportInBrowserTests {
    private static let hostile = "<script>alert(1)</script>"

    /// The demo's results, and one that would do harm if it could.
    private func page(in folder: TemporaryFolder) throws -> String {
        let box = #"{"xmin":100,"ymin":60,"xmax":300,"ymax":260}"#
        let sentences = (0..<400).map {
            #"{"text":"Sentence number \#($0), long enough.","timestamp":[\#($0),\#($0 + 1)]}"#
        }
        let results = [
            #"{"file":"scene.png","detections":[{"label":"\#(Self.hostile)","score":0.4,"box":\#(box)}]}"#,
            #"{"file":"long.wav","text":"x","chunks":[\#(sentences.joined(separator: ","))]}"#,
        ]
        _ = try folder.write(Array(results.joined(separator: "\n").utf8), as: "run/5-more.jsonl")
        // Cards that are out of sight.
        for index in 0..<20 {
            let line = #"{"file":"gone-\#(index).jpg","detections":[{"label":"ball","score":0.5,"box":\#(box)}]}"#
            _ = try folder.write(Array(line.utf8), as: "run/6-\(index + 10).jsonl")
        }
        let run = try CommandRun(["report", "run", "-o", "report.html", "--title", "Harbour", "-q"], in: folder)
        try #require(run.status == 0, "\(run.errors)")
        return folder.file("report.html")
    }

    /// Where pictures of the page go: a folder that is named, or the test's own.
    private func pictures(_ folder: TemporaryFolder) -> (String) -> String {
        let named = ProcessInfo.processInfo.environment["PERCEPT_SCREENSHOTS"]
        return { name in named.map { "\($0)/\(name)" } ?? folder.file(name) }
    }

    @Test(.timeLimit(.minutes(2))) func thePageWorks() throws {
        let folder = try ReportCommandTests.run()
        let profile = try TemporaryFolder()
        let path = try page(in: folder)
        let browser = try HeadlessBrowser(profile: profile.path)
        try browser.resize(width: 1280, height: 1000)
        try browser.open(path)
        try browser.wait("document.querySelectorAll('.card.built').length > 0")
        let picture = pictures(folder)

        try looksRight(browser, picture)
        try isFiltered(browser)
        try isUsedByKeyboard(browser)
        try isPointedAt(browser)
        try isHeard(browser, picture)
        try isOnAPhone(browser, picture)
        try isDark(browser, picture)
        try isQuiet(browser)
    }

    /// Labels are legible even where there is not room for all of them.
    @Test(.timeLimit(.minutes(2))) func aCrowdIsLegible() throws {
        let folder = try TemporaryFolder()
        let profile = try TemporaryFolder()
        try crowd(in: folder)
        let run = try CommandRun(["report", "run.jsonl", "-o", "report.html", "-q"], in: folder)
        try #require(run.status == 0, "\(run.errors)")
        let browser = try HeadlessBrowser(profile: profile.path)
        try browser.resize(width: 1280, height: 1000)
        try browser.open(folder.file("report.html"))
        try browser.wait("document.querySelectorAll('.card.built .plate').length >= 100")
        let picture = pictures(folder)

        try platesMakeWay(browser, picture)
        try labelsAreFound(browser)
        try hasItsSize(browser)
        try isPrinted(browser, picture)
        try isQuiet(browser)
    }

    /// A recording that is too large is played from a copy with the same times, and the page says so.
    @Test(.timeLimit(.minutes(2))) func aCopyIsPlayed() throws {
        let folder = try TemporaryFolder()
        let profile = try TemporaryFolder()
        _ = try folder.write(TestFiles.bytes(of: TestFiles.kitchen), as: "talk.wav")
        let chunks = #"[{"text":"Two cups of flour,","timestamp":[0.2,2.3]},{"text":"salt.","timestamp":[2.7,3.9]}]"#
        _ = try folder.write(Array(#"{"file":"talk.wav","text":"x","chunks":\#(chunks)}"#.utf8), as: "run.jsonl")
        let run = try CommandRun(
            ["report", "run.jsonl", "-o", "report.html", "--recording-bytes", "40000"], in: folder)
        try #require(run.status == 0)
        let page = try String(contentsOfFile: folder.file("report.html"), encoding: .utf8)
        // This libsndfile may write no MP3; there is no player then, and a warning.
        guard page.contains("audio/mpeg") else { return #expect(run.errors.contains("shown without a player")) }
        let browser = try HeadlessBrowser(profile: profile.path)
        try browser.resize(width: 1280, height: 1000)
        try browser.open(folder.file("report.html"))
        try browser.wait("document.querySelector('audio')?.readyState >= 1")
        // 205 046 frames at 48 000 Hz, by the file's header; MP3 has whole frames of 36 ms.
        let duration = try browser.evaluate("document.querySelector('audio').duration").doubleValue ?? 0
        #expect(abs(duration - 205_046.0 / 48_000) < 0.15)
        try browser.click(".line:nth-child(2) .time")
        try browser.wait("!document.querySelector('audio').seeking")
        #expect(
            abs((try browser.evaluate("document.querySelector('audio').currentTime").doubleValue ?? 0) - 2.7) < 0.01)
        #expect(try browser.evaluate("document.querySelector('.line.now span[dir]').textContent") == "salt.")
        let note = try browser.evaluate("document.querySelector('.copy').textContent").stringValue ?? ""
        #expect(note.hasPrefix("Played from a copy: MP3 · 16 kHz · "))
        try isQuiet(browser)
    }

    /// A hundred boxes in rows, with labels wider than they are; strips and a dot; more labels than are looked through.
    private func crowd(in folder: TemporaryFolder) throws {
        func detection(_ label: String, _ score: Double, _ x: Int, _ y: Int, _ width: Int, _ height: Int) -> String {
            #"{"label":"\#(label)","score":\#(score),"box":{"xmin":\#(x),"ymin":\#(y),"xmax":\#(x + width),"#
                + #""ymax":\#(y + height)}}"#
        }
        func line(_ name: String, _ detections: [String]) -> String {
            #"{"file":"\#(name)","detections":[\#(detections.joined(separator: ","))]}"#
        }
        let crowd = (0..<100).map { index in
            let label = index == 7 ? String(repeating: "long ", count: 60) : "passer-by \(index % 30)"
            return detection(
                label, Double(index + 1) / 101, 20 + index % 10 * 120, 20 + index / 10 * 115, 130, 100)
        }
        let outside = detection("outside", 1, -900, -900, 100, 100)
        _ = try folder.write(TestFiles.bytes(of: TestFiles.photo), as: "crowd.jpg")
        _ = try folder.write(TestFiles.bytes(of: TestFiles.scene), as: "scene.png")
        for (name, size) in [("panorama", "4000x300"), ("tower", "300x4000"), ("dot", "1x1")] {
            let run = try CommandRun(
                ["prepare", "scene.png", "-o", "\(name).png", "--exact", size, "--image-format", "png"], in: folder)
            try #require(run.status == 0, "\(run.errors)")
        }
        let lines = [
            line("crowd.jpg", crowd + [outside]), line("panorama.png", [detection("quay", 0.9, 100, 60, 300, 200)]),
            line("tower.png", [detection("window", 0.9, 40, 60, 100, 80)]),
            line("dot.png", [detection("dot", 1, 0, 0, 1, 1)]),
        ]
        _ = try folder.write(Array(lines.joined(separator: "\n").utf8), as: "run.jsonl")
    }

    /// Rectangles of the plates of the first picture that are seen, their labels beside them.
    private static let seenPlates = """
        [...document.querySelectorAll('#card-1 .plate')].filter(node => node.checkVisibility({ visibilityProperty: \
        true }))
          .map(node => [node.textContent, node.getBoundingClientRect()])
        """

    private func platesMakeWay(_ browser: HeadlessBrowser, _ picture: (String) -> String) throws {
        try browser.screenshot(to: picture("report-crowd.png"))
        func check(_ note: Comment) throws -> [JSONValue] {
            let found = try browser.evaluate(
                """
                (() => {
                  const plates = \(Self.seenPlates);
                  const frame = document.querySelector('#card-1 .frame').getBoundingClientRect();
                  const isOver = (a, b) => a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 \
                  && b.top < a.bottom - 0.5;
                  const overlaps = plates.filter(([, one], index) => plates.some(([, other], place) => place > index \
                  && isOver(one, other)));
                  const beyond = plates.filter(([, one]) => one.left < frame.left - 0.5 || one.right > frame.right + 0.5
                    || one.top < frame.top - 0.5 || one.bottom > frame.bottom + 0.5);
                  const area = plates.reduce((sum, [, one]) => sum + one.width * one.height, 0) / (frame.width * \
                  frame.height);
                  return [overlaps.length, beyond.length, area, plates.map(([text]) => text)];
                })()
                """)
            #expect(found[0] == 0 && found[1] == 0, note)
            #expect(found[2]?.doubleValue.map { $0 > 0 && $0 < 0.26 } == true, note)
            return found[3]?.arrayValue ?? []
        }
        let seen = try check("all of them")
        #expect(seen.count > 20 && seen.count < 100)
        // The surest has its place; what lies outside has none.
        #expect(seen.contains("passer-by 9 0.99") && !seen.contains { $0.stringValue?.hasPrefix("outside") == true })
        // What had no room is seen when it is pointed at, its row within the list.
        let hidden = try browser.evaluate(
            "[...document.querySelectorAll('#card-1 .plate.away')].findIndex(node => "
                + "node.textContent.startsWith('passer-by 0 '))"
        )
        #expect((hidden.integerValue ?? -1) >= 0)
        let place = try browser.evaluate(
            """
            (() => {
              const box = document.querySelector('#card-1 .frame').getBoundingClientRect();
              return [box.left + (20 + 8) / 1200 * box.width, box.top + (20 + 50) / 1600 * box.height];
            })()
            """)
        try browser.point(at: place)
        #expect(
            try browser.evaluate(
                "document.querySelector('#card-1 .plate.active').checkVisibility({ visibilityProperty: true })") == true
        )
        #expect(
            try browser.evaluate("document.querySelector('#card-1 .plate.active').textContent") == "passer-by 0 0.00")
        let lastPlace = try browser.evaluate(
            """
            (() => {
              const box = document.querySelector('#card-1 .frame').getBoundingClientRect();
              return [box.left + (20 + 9 * 120 + 60) / 1200 * box.width, box.top + (20 + 5 * 115 + 50) / 1600 * \
              box.height];
            })()
            """)
        try browser.point(at: lastPlace)
        #expect(
            try browser.evaluate(
                """
                (() => {
                  const [row, list] = ['.result.active', '.results'].map(name => document.querySelector('#card-1 ' + \
                  name).getBoundingClientRect());
                  return row.top >= list.top - 1 && row.bottom <= list.bottom + 1;
                })()
                """) == true)
        try browser.point(at: [2, 2])
        // With fewer there is room for others; a narrow window has room for fewer.
        try browser.set("#threshold", to: "0.97")
        #expect((2...3).contains(try check("the surest").count))
        try browser.set("#threshold", to: "0")
        try browser.resize(width: 360, height: 780, isPhone: true)
        try browser.wait("document.documentElement.scrollWidth === 360")
        try browser.wait("\(Self.seenPlates).length < \(seen.count)")
        #expect(try check("on a phone").count >= 3)
        try browser.screenshot(to: picture("report-crowd-phone.png"))
        try browser.resize(width: 1280, height: 1000)
        try browser.wait("\(Self.seenPlates).length === \(seen.count)")
    }

    private func labelsAreFound(_ browser: HeadlessBrowser) throws {
        _ = try browser.evaluate("document.querySelector('.labels').open = true")
        let offered =
            "[...document.querySelectorAll('.chip')].filter(node => node.checkVisibility()).map(node => "
            + "node.querySelector('bdi').textContent)"
        try browser.set("#find-label", to: "BY 2")
        // 2, 20 to 29.
        #expect(try browser.evaluate("\(offered).length") == 11)
        // What is switched off is what is offered.
        try browser.click(".chips .plain")
        #expect(try browser.evaluate("document.querySelectorAll('.chip input:not(:checked)').length") == 11)
        try browser.click(".chips .plain")
        try browser.set("#find-label", to: "")
        #expect(try browser.evaluate("document.querySelectorAll('.chip input:not(:checked)').length") == 0)
        #expect(try browser.evaluate("document.documentElement.scrollWidth") == 1280)
        _ = try browser.evaluate("document.querySelector('.labels').open = false")
    }

    /// Strips are legible, and a tiny image is not enlarged without limit.
    private func hasItsSize(_ browser: HeadlessBrowser) throws {
        func size(_ card: Int) throws -> (width: Double, height: Double) {
            _ = try browser.evaluate("document.getElementById('card-\(card)').scrollIntoView({ behavior: 'instant' })")
            try browser.wait("document.querySelector('#card-\(card) .frame')?.clientWidth > 0")
            let size = try browser.evaluate(
                "(() => { const frame = document.querySelector('#card-\(card) .frame'); return [frame.clientWidth, "
                    + "frame.clientHeight]; })()"
            )
            return (size[0]?.doubleValue ?? 0, size[1]?.doubleValue ?? 0)
        }
        let (panorama, tower, dot) = (try size(2), try size(3), try size(4))
        #expect(panorama.width > 1000 && abs(panorama.width / panorama.height - 4000.0 / 300) < 0.2)
        #expect(tower.width >= 280 && tower.width <= 300)
        #expect(dot.width >= 100 && dot.width <= 200)
    }

    /// On paper: light, all cards, no controls, no list cut off.
    private func isPrinted(_ browser: HeadlessBrowser, _ picture: (String) -> String) throws {
        try browser.prefer("prefers-color-scheme", "dark", on: "print")
        _ = try browser.evaluate("dispatchEvent(new Event('beforeprint'))")
        #expect(try browser.evaluate("document.querySelectorAll('.card:not(.built)').length") == 0)
        #expect(try browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(244, 243, 239)")
        #expect(try browser.evaluate("document.getElementById('controls').checkVisibility()") == false)
        #expect(
            try browser.evaluate(
                "[...document.querySelectorAll('.results')].every(node => node.scrollHeight <= node.clientHeight + 1)")
                == true)
        #expect(try browser.evaluate("getComputedStyle(document.querySelector('.plate')).printColorAdjust") == "exact")
        try browser.screenshot(to: picture("report-print.png"))
        try browser.prefer("prefers-color-scheme", "light")
    }

    private func looksRight(_ browser: HeadlessBrowser, _ picture: (String) -> String) throws {
        // The first picture is upright, as large as truth.json says, and its boxes lie where they were found.
        try browser.wait(
            "document.querySelector('#card-1 img')?.complete && document.querySelector('#card-1 img').naturalWidth > 0")
        #expect(
            try browser.evaluate("document.querySelector('#card-1 svg').getAttribute('viewBox')") == "0 0 1200 1600")
        #expect(try browser.evaluate("document.querySelector('#card-1 img').naturalWidth") == 1200)
        #expect(try browser.evaluate("document.querySelectorAll('#card-1 rect.box').length") == 3)
        let offset = try browser.evaluate(
            """
            (() => {
              const image = document.querySelector('#card-1 img').getBoundingClientRect();
              const box = document.querySelector('#card-1 rect.box').getBoundingClientRect();
              return [(box.left - image.left) / image.width * 1200, (box.top - image.top) / image.height * \
              1600].map(Math.round);
            })()
            """)
        // The largest box is the first in the drawing: the cone of truth.json, at 640, 820.
        #expect(offset == [640, 820])
        #expect(try browser.evaluate("document.querySelectorAll('#card-2 path.mask').length") == 3)
        #expect(
            try browser.evaluate(
                "document.querySelectorAll('.card.built').length < document.querySelectorAll('.card').length") == true)
        #expect(try browser.evaluate("document.querySelector('#card-2 .result:last-child bdi').isConnected") == true)
        // A label is text, and did not run.
        let labels = try browser.evaluate(
            "[...document.querySelectorAll('#card-2 .result bdi')].map(node => node.textContent)")
        #expect(labels.arrayValue?.contains(.string(Self.hostile)) == true)
        #expect(try browser.evaluate("document.querySelectorAll('script:not([type])').length") == 1)
        try browser.screenshot(to: picture("report-light.png"))
    }

    private func isFiltered(_ browser: HeadlessBrowser) throws {
        let visible =
            "[...document.querySelectorAll('#card-1 .shape, #card-2 .shape')].filter(node => "
            + "getComputedStyle(node).display !== 'none').length"
        #expect(try browser.evaluate(visible) == 7)
        // Scores of the tape: 0.998, 0.985 and 0.972, for boxes and masks alike; 0.4 beside them.
        try browser.set("#threshold", to: "0.98")
        #expect(try browser.evaluate(visible) == 4)
        #expect(try browser.evaluate("document.querySelector('#card-1 .count').textContent") == "2 of 3")
        try browser.set("#threshold", to: "0")
        try browser.click(".chip input")
        #expect(try browser.evaluate("document.querySelector('.chip bdi').textContent") == "ball")
        #expect(try browser.evaluate(visible) == 5)
        try browser.click(".chip input")
        for (button, count) in [("#show-boxes", 3), ("#show-masks", 4)] {
            try browser.click(button)
            #expect(try browser.evaluate("document.querySelector('\(button)').getAttribute('aria-pressed')") == "false")
            #expect(try browser.evaluate(visible) == .integer(count))
            try browser.click(button)
        }
        try browser.click("#show-labels")
        let plates =
            "[...document.querySelectorAll('#card-1 .plate')].filter(node => node.checkVisibility({ "
            + "visibilityProperty: true })).length"
        #expect(try browser.evaluate(plates) == 0)
        try browser.click("#show-labels")
        #expect(try browser.evaluate(plates) == 3)
    }

    private func isUsedByKeyboard(_ browser: HeadlessBrowser) throws {
        _ = try browser.evaluate("document.querySelector('#card-1 .result').focus()")
        let focused = "document.activeElement.querySelector('bdi')?.textContent"
        let active = "document.querySelector('#card-1 .plate.active')?.textContent"
        #expect(try browser.evaluate(focused) == "ball")
        #expect(try browser.evaluate(active) == "ball 0.99")
        try browser.press("ArrowDown")
        #expect(try browser.evaluate(focused) == "crate")
        #expect(try browser.evaluate(active) == "crate 0.98")
        try browser.press("End")
        #expect(try browser.evaluate(focused) == "cone")
        #expect(try browser.evaluate("document.querySelectorAll('#card-1 .result[tabindex=\"0\"]').length") == 1)
        // The focus is seen.
        #expect(try browser.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2") == true)
        try browser.press("Tab")
        #expect(try browser.evaluate("document.activeElement.closest('.results')") == .null)
        // All that is used has a name.
        let nameless = try browser.evaluate(
            """
            [...document.querySelectorAll('button, input, select, audio, [role=slider]')]
              .filter(node => !(node.textContent.trim() || node.getAttribute('aria-label') || \
              node.labels?.length)).length
            """)
        #expect(nameless == 0)
    }

    private func isPointedAt(_ browser: HeadlessBrowser) throws {
        let place = try browser.evaluate(
            """
            (() => {
              const node = document.querySelector('#card-1 rect.box');
              node.scrollIntoView({ block: 'center', behavior: 'instant' });
              const box = node.getBoundingClientRect();
              return [box.x + box.width / 2, box.y + box.height / 2];
            })()
            """)
        try browser.point(at: place)
        #expect(try browser.evaluate("document.getElementById('tip').checkVisibility()") == true)
        #expect(try browser.evaluate("document.getElementById('tip').textContent") == "cone 0.97")
        try browser.point(at: [2, 2])
        #expect(try browser.evaluate("document.getElementById('tip').checkVisibility()") == false)
    }

    private func isHeard(_ browser: HeadlessBrowser, _ picture: (String) -> String) throws {
        _ = try browser.evaluate("document.getElementById('card-3').scrollIntoView({ behavior: 'instant' })")
        try browser.wait("document.querySelector('#card-3 audio')?.readyState >= 1")
        // 232 388 frames at 44 100 Hz, by the file's header.
        let duration = try browser.evaluate("document.querySelector('#card-3 audio').duration").doubleValue ?? 0
        #expect(abs(duration - 232_388.0 / 44_100) < 0.01)
        let now = "document.querySelector('#card-3 audio').currentTime"
        // Times of the tape.
        #expect(
            try browser.evaluate("[...document.querySelectorAll('#card-3 .time')].map(node => node.textContent)") == [
                "0:00.2", "0:03.2",
            ])
        try browser.click("#card-3 li:nth-child(2) .time")
        #expect(abs((try browser.evaluate(now).doubleValue ?? 0) - 3.27) < 0.01)
        #expect(
            try browser.evaluate("document.querySelector('#card-3 .line.now span[dir]').textContent")
                == "The first stop is the lighthouse.")
        try browser.screenshot(to: picture("report-recording.png"))
        try browser.press("ArrowUp")
        try browser.press("Enter")
        #expect(abs((try browser.evaluate(now).doubleValue ?? 0) - 0.25) < 0.01)
        // The middle of the waveform is the middle of the recording.
        try browser.click("#card-3 .wave")
        #expect(abs((try browser.evaluate(now).doubleValue ?? 0) - duration / 2) < 0.05)
        try browser.press("Home")
        #expect(try browser.evaluate(now) == 0)
        try browser.press("ArrowRight")
        #expect(try browser.evaluate("document.querySelector('#card-3 .wave').getAttribute('aria-valuenow')") == "1.00")
        // A long transcript is laid out piece by piece.
        _ = try browser.evaluate("document.getElementById('card-5').scrollIntoView({ behavior: 'instant' })")
        try browser.wait("document.querySelectorAll('#card-5 .line').length === 400")
        #expect(
            try browser.evaluate("getComputedStyle(document.querySelector('#card-5 .piece')).contentVisibility")
                == "auto")
    }

    private func isOnAPhone(_ browser: HeadlessBrowser, _ picture: (String) -> String) throws {
        try browser.resize(width: 360, height: 780, isPhone: true)
        for card in ["card-1", "card-2", "card-3", "card-5"] {
            _ = try browser.evaluate("document.getElementById('\(card)').scrollIntoView({ behavior: 'instant' })")
            #expect(try browser.evaluate("document.documentElement.scrollWidth") == 360, "\(card)")
            _ = try browser.evaluate("document.querySelector('#\(card) details')?.setAttribute('open', '')")
            #expect(try browser.evaluate("document.documentElement.scrollWidth") == 360, "\(card), with its receipt")
            _ = try browser.evaluate("document.querySelector('#\(card) details')?.removeAttribute('open')")
        }
        _ = try browser.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
        try browser.screenshot(to: picture("report-phone.png"))
        _ = try browser.evaluate("document.getElementById('card-3').scrollIntoView({ behavior: 'instant' })")
        try browser.screenshot(to: picture("report-phone-recording.png"))
        try browser.resize(width: 1280, height: 1000)
    }

    private func isDark(_ browser: HeadlessBrowser, _ picture: (String) -> String) throws {
        let ground = "getComputedStyle(document.body).backgroundColor"
        let light = try browser.evaluate(ground)
        try browser.prefer("prefers-color-scheme", "dark")
        let dark = try browser.evaluate(ground)
        #expect(light == "rgb(244, 243, 239)" && dark == "rgb(19, 21, 23)")
        _ = try browser.evaluate("document.getElementById('card-2').scrollIntoView({ behavior: 'instant' })")
        try browser.wait("document.querySelector('#card-2 img').complete")
        try browser.screenshot(to: picture("report-dark.png"))
        try browser.set("#theme", to: "light")
        #expect(try browser.evaluate(ground) == light)
        try browser.set("#theme", to: "")
        try browser.prefer("prefers-color-scheme", "light")
        try browser.prefer("prefers-reduced-motion", "reduce")
        #expect(try browser.evaluate("getComputedStyle(document.querySelector('.shape')).transitionDuration") == "0s")
    }

    /// Nothing was asked of any network, nothing was refused by the policy, and no script failed.
    private func isQuiet(_ browser: HeadlessBrowser) throws {
        let addresses = browser.events.filter { $0.method == "Network.requestWillBeSent" }
            .compactMap { $0.parameters["request"]?["url"]?.stringValue }
        #expect(!addresses.isEmpty)
        #expect(
            addresses.allSatisfy { address in ["file:", "blob:", "data:"].contains { address.hasPrefix($0) } },
            "\(addresses)")
        let complaints = browser.events.filter { event in
            ["Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded", "Page.javascriptDialogOpening"]
                .contains(event.method)
        }
        #expect(complaints.isEmpty, "\(complaints)")
        // The policy holds: what is put into the page later does not run.
        let hasRun = try browser.evaluate(
            """
            (() => {
              const script = document.createElement('script');
              script.textContent = 'window.hasRun = true';
              document.body.append(script);
              return window.hasRun === true;
            })()
            """)
        #expect(hasRun == false)
    }
}
