import Foundation
import PerceptCore
import PerceptImage
import PerceptInference
import PerceptTestSupport
import Testing

/// `--font`, as a script would use it.
@Suite struct LabelFontTests {
    private static let answer =
        #"[{"label": "猫 cat", "score": 0.98, "box": {"xmin": 40, "ymin": 60, "xmax": 200, "ymax": 160}}]"#

    private static func annotate(_ arguments: [String], in folder: TemporaryFolder) throws -> CommandRun {
        _ = try folder.write(Array(answer.utf8), as: "answer.json")
        return try CommandRun(
            ["annotate", TestFiles.scene, "--detections", "answer.json", "-o", "a.png"] + arguments, in: folder)
    }

    @Test func whatIsNoFontIsNamedAndNothingIsWritten() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(Array("no font".utf8), as: "broken.ttf")
        // sysexits.h: the input is bad, or missing.
        for (font, status) in [("broken.ttf", 65), ("none.ttf", 66), ("No Such Family Anywhere", 66)]
            as [(String, Int32)]
        {
            let run = try Self.annotate(["--font", font], in: folder)
            #expect(run.status == status)
            #expect(run.errors.contains(font))
        }
        #expect(try folder.contents() == ["answer.json", "broken.ttf"])
    }

    @Test func aFontIsForThePictureThatIsWritten() throws {
        let run = try CommandRun(["detect", TestFiles.scene, "--font", "sans-serif"], in: TemporaryFolder())
        #expect(run.status == 64)
    }

    @Test func aLabelIsWrittenWithWhateverFontsThereAre() throws {
        let folder = try TemporaryFolder()
        #expect(try Self.annotate(["--json"], in: folder).json()["drawn"] == 1)
        #expect(try Image(decoding: .file(folder.file("a.png"))).size == Image(decoding: .file(TestFiles.scene)).size)
    }
}
