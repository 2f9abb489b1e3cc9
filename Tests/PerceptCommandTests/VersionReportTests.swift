import Foundation
import PerceptInference
import PerceptTestSupport
import Testing

@testable import PerceptCommand
@testable import PerceptCore

@Suite struct VersionReportTests {
    @Test func theVersionIsSemanticAndTheFirstOfTheChangelog() throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(["--version"], in: folder)
        #expect(run.status == 0)
        let version = run.output.trimmingCharacters(in: .newlines)
        #expect(version.wholeMatch(of: /\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?/) != nil)
        let changelog = try String(
            contentsOf: TestFiles.packageRoot.appendingPathComponent("CHANGELOG.md"), encoding: .utf8)
        let first = changelog.split(separator: "\n").first { $0.hasPrefix("## [") && !$0.contains("[Unreleased]") }
        #expect(first?.hasPrefix("## [\(version)]") == true)
    }

    @Test func theReportNamesVersionsAndPackages() throws {
        let folder = try TemporaryFolder()
        let json = try CommandRun(["--version", "--verbose", "--json"], in: folder).json()
        #expect(json["version"]?.stringValue == VersionReport.version)
        let components = try #require(json["components"]?.arrayValue)
        let names = components.compactMap { $0["name"]?.stringValue }
        #expect(names.count == Set(names).count)
        for name in ["libsndfile", "libpng", "libjpeg-turbo", "SQLite", "ffmpeg", "libheif", "libtiff", "default font"]
        {
            #expect(names.contains(name))
        }
        for component in components where component["use"] == "linked" {
            #expect(component["found"] == true, "\(component)")
        }
        #expect(components.allSatisfy { $0["package"]?.stringValue?.isEmpty == false })
    }

    @Test func aMissingComponentIsReportedWithItsPackage() throws {
        // Neither an ffmpeg nor fonts are on this path; the libraries are found all the same.
        let folder = try TemporaryFolder()
        let run = try CommandRun(["--verbose", "--version"], in: folder, environment: ["PATH": folder.path])
        #expect(run.status == 0)
        #expect(run.output.contains("missing: needed to decode all other recordings; install ffmpeg"))
        #expect(run.output.hasPrefix("percept \(VersionReport.version)\n"))
    }

    @Test func theVersionOfFFmpegIsTheProgramsOwn() throws {
        // The first line of Debian 12's ffmpeg, printed by a program of that name.
        let folder = try TemporaryFolder()
        let program = folder.url.appendingPathComponent("ffmpeg")
        try Data(
            "#!/bin/sh\necho 'ffmpeg version 5.1.6-0+deb12u1 Copyright (c) 2000-2024 the FFmpeg developers'\n".utf8
        )
        .write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        let run = try CommandRun(["--version", "--verbose"], in: folder, environment: ["PATH": folder.path])
        #expect(run.output.contains("ffmpeg         5.1.6-0+deb12u1  \(program.path)"))
    }

    @Test func verboseAloneIsNotAnOption() throws {
        let folder = try TemporaryFolder()
        #expect(try CommandRun(["--verbose"], in: folder).status == 64)
        #expect(try CommandRun(["inspect", "--version", "--verbose"], in: folder).status != 70)
    }

    @Test(arguments: [
        ("libcurl/7.88.1 OpenSSL/3.0.17", "7.88.1"), ("LIBTIFF, Version 4.5.0\nCopyright", "4.5.0"),
        ("Xiph.Org libVorbis 1.3.7", "1.3.7"), ("libsndfile-1.2.0", "1.2.0"), ("v.", nil), ("3", nil), ("", nil),
    ])
    func aVersionIsFoundInText(_ text: String, _ version: String?) {
        #expect(Component.version(in: text) == version)
    }

    @Test func aLibraryThatIsMissingIsNotFound() {
        let component = Component(
            "none", "test", loading: ["libpercept-none.so.1"], version: .text("none_version"), package: "none")
        #expect(!component.isFound)
        #expect(component.version == nil)
        #expect(component.path == nil)
    }
}
