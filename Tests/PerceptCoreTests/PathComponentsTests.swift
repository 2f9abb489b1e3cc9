import Foundation
import PerceptCore
import Testing

/// Against `NSString`, whose rules are those of POSIX too.
@Suite struct PathComponentsTests {
    @Test(arguments: [
        "", "/", "//", "a", "a/", "a//", "/a", "/a/b.txt", "a.b/c", "a.b/c.d.e", ".hidden", "..", ".", "a.", "a/.b.c",
        "/tmp/été.tar.gz", "...", "..a", "a..b", "name with blanks.jpg", "/usr/lib/", "a.b/",
    ]) func componentsEqualThoseOfNSString(_ path: String) {
        #expect(path.lastPathComponent == (path as NSString).lastPathComponent)
        #expect(path.deletingPathExtension == (path as NSString).deletingPathExtension)
        #expect(path.pathExtension == (path as NSString).pathExtension)
    }
}
