import ArgumentParser
import Foundation
import PerceptInference
import PerceptTestSupport
import Testing

@testable import PerceptCommand

/// The completion scripts, tried in an interactive bash on a terminal.
@Suite struct CompletionTests {
    private static let bash = "/bin/bash"
    /// The reason why bash cannot be tried here; `nil` if it can.
    private static let missing: String? = {
        guard FileManager.default.isExecutableFile(atPath: bash) else { return "\(bash) is not installed" }
        // The bash 3.2 of macOS has no compopt.
        guard FileManager.default.fileExists(atPath: "/usr/bin/script"), !isMacOS else {
            return "no bash 4.2 with script(1) of util-linux"
        }
        return nil
    }()
    #if os(macOS)
        private static let isMacOS = true
    #else
        private static let isMacOS = false
    #endif

    /// Types `keys` in an interactive bash and returns what the terminal shows.
    private func typed(_ keys: String) throws -> String {
        let folder = try TemporaryFolder()
        for name in ["photo one.jpg", "phone.png", "it's.wav", "tape.json", "notes.txt"] {
            try Data().write(to: folder.url.appendingPathComponent(name))
        }
        for name in ["masks", "my folder"] {
            try FileManager.default.createDirectory(
                at: folder.url.appendingPathComponent(name), withIntermediateDirectories: false)
        }
        let command = try CommandRun.executable()
        let script = try CommandRun(["--generate-completion-script", "bash"], in: folder)
        #expect(script.status == 0)
        try Data(script.output.utf8).write(to: folder.url.appendingPathComponent(".completions"))
        // Readline reads its settings from a file; bash prints a word when it is ready to be typed to.
        try Data("set bell-style none\nset show-all-if-ambiguous on\nset enable-bracketed-paste off\n".utf8)
            .write(to: folder.url.appendingPathComponent(".inputrc"))
        try Data(
            "source .completions\nPATH=\"\(command.deletingLastPathComponent().path):$PATH\"\nPS1='ready> '\n".utf8
        )
        .write(to: folder.url.appendingPathComponent(".bashrc"))

        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/script")
        process.arguments = ["-qefc", "\(Self.bash) --noprofile --rcfile .bashrc -i", "/dev/null"]
        process.currentDirectoryURL = folder.url
        process.environment = [
            "HOME": folder.path, "PATH": "/usr/bin:/bin", "TERM": "dumb", "INPUTRC": "\(folder.path)/.inputrc",
            "LC_ALL": "C.UTF-8", "COLUMNS": "200",
        ]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var shown = ""
        while !shown.contains("ready> ") {
            let piece = output.fileHandleForReading.availableData
            try #require(!piece.isEmpty, "bash ended: \(shown)")
            shown += String(decoding: piece, as: UTF8.self)
        }
        // The line is deleted at the end, so that nothing runs.
        try input.fileHandleForWriting.write(contentsOf: Data("\(keys)\u{15}echo over$((1))\nexit\n".utf8))
        try input.fileHandleForWriting.close()
        let rest = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: rest, as: UTF8.self)
        #expect(text.contains("over1"))
        return text.components(separatedBy: "echo over")[0]
    }

    @Test(
        .enabled(if: missing == nil),
        arguments: [
            ("percept trans\t", ["percept transcribe "]),
            ("percept run fill-\t", ["percept run fill-mask "]),
            ("percept detect photo\t", [#"percept detect photo\ one.jpg "#]),
            ("percept detect pho\t", ["phone.png", "photo one.jpg"]),
            (#"percept detect photo\ o\#t"#, [#"photo\ one.jpg "#]),
            ("percept detect \"photo o\t", ["\"photo one.jpg\" "]),
            ("percept inspect it\t", [#"percept inspect it\'s.wav "#]),
            ("percept transcribe x --format \t", ["json", "srt", "text", "vtt"]),
            ("percept transcribe x --format=s\t", ["--format=srt "]),
            ("percept inspect --for groq\t", ["--for groq "]),
            ("percept detect x --preset \t", ["detr", "vit", "yolo"]),
            ("percept detect x --crops my\t", [#"my\ folder/"#]),
            ("percept worker seg\t", ["percept worker segment "]),
            // A folder of the name of a verb gives the verb no slash.
            ("percept mas\t", ["percept masks "]),
            ("percept detect x --tape ta\t", ["--tape tape.json "]),
            ("percept detect x --endpoint-k\t", ["--endpoint-kind "]),
        ] as [(String, [String])])
    func bashCompletes(_ keys: String, _ expected: [String]) throws {
        let shown = try typed(keys)
        for text in expected {
            #expect(shown.contains(text), "\(keys.debugDescription) shows \(shown.debugDescription)")
        }
    }

    @Test func theScriptForBashIsCorrectedEverywhere() throws {
        let generated = PerceptCommand.completionScript(for: .bash)
        for (text, corrected) in CompletionScript.corrections {
            #expect(generated.components(separatedBy: text).count == 2, "the parser generates another script: \(text)")
            #expect(CompletionScript.corrected(generated).contains(corrected))
        }
        #expect(CompletionScript.corrected("1.0") == "1.0")
    }

    /// The names of values that nobody can list: numbers, sizes, colours, labels, texts, names of accounts and URLs.
    private static let free: Set = [
        "X,Y,WxH", "WxH", "bytes", "color", "colors", "format:hz:channels", "i/n", "json", "json|@file|-", "label",
        "label=score", "n", "n/unit", "n|size", "name", "opacity", "overlap", "pixels", "quality", "score", "seconds",
        "seed", "sigma", "text", "url", "width>x<height",
    ]

    @Test func everyArgumentCompletesOrIsFree() throws {
        let folder = try TemporaryFolder()
        let help = try JSONValue(
            parsing: Array(CommandRun(["--experimental-dump-help"], in: folder).output.utf8))
        var count = 0
        for command in try #require(help["command"]?["subcommands"]?.arrayValue) where command["commandName"] != "help"
        {
            for argument in command["arguments"]?.arrayValue ?? [] {
                guard argument["kind"] != "flag", argument["shouldDisplay"] == true else { continue }
                count += 1
                let name = argument["valueName"]?.stringValue ?? ""
                #expect(
                    argument["completionKind"] != nil || Self.free.contains(name),
                    "\(command["commandName"]?.stringValue ?? "") \(name) has no completion")
            }
        }
        #expect(count > 200)
    }
}
