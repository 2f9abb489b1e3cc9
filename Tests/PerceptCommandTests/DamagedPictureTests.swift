import PerceptInference
import PerceptTestSupport
import Testing

@testable import PerceptCommand

/// A picture that was cut short, as a script would meet it.
@Suite struct DamagedPictureTests {
    private static func cutPhoto(_ folder: TemporaryFolder) throws -> String {
        let whole = try TestFiles.bytes(of: TestFiles.media("images/photo-orientation-6.jpg"))
        return try folder.write(Array(whole.prefix(whole.count / 2)), as: "cut.jpg")
    }

    @Test func isRefusedUnlessLenienceIsAskedFor() throws {
        let folder = try TemporaryFolder()
        let photo = try Self.cutPhoto(folder)
        let strict = try CommandRun(["prepare", photo, "-o", "strict.jpg"], in: folder)
        #expect(strict.status == 65)
        #expect(strict.errors.contains("cut short after"))
        #expect(try !folder.contents().contains("strict.jpg"))
        let lenient = try CommandRun(["prepare", photo, "-o", "lenient.jpg", "--lenient", "--json"], in: folder)
        #expect(lenient.status == 0)
        #expect(lenient.errors.contains("warning: ") && lenient.errors.contains("the rest is gray"))
        #expect(try lenient.json()["warnings"]?[0]?.stringValue?.contains("cut short after") == true)
        #expect(try folder.contents().contains("lenient.jpg"))
    }

    @Test func isAnnotatedWhereLenienceIsAskedFor() throws {
        let folder = try TemporaryFolder()
        let photo = try Self.cutPhoto(folder)
        let answer = try folder.write(
            Array(#"[{"label":"ball","score":0.9,"box":{"xmin":10,"ymin":10,"xmax":200,"ymax":200}}]"#.utf8),
            as: "answer.json")
        let arguments = ["annotate", photo, "--detections", answer, "-o", "out.png"]
        #expect(try CommandRun(arguments, in: folder).status == 65)
        let lenient = try CommandRun(arguments + ["--lenient"], in: folder)
        #expect(lenient.status == 0)
        #expect(lenient.errors.contains("the rest is gray"))
    }
}
