import CKernels
import PerceptCore
import PerceptTestSupport
import Testing

@Suite struct HashingTests {
    /// Hashes a message in pieces of some length, with plain C and with the processor's SHA instructions; `nil` for one
    /// piece.
    private static func digests(
        _ message: [UInt8], _ algorithm: Hashing.Algorithm, pieceLength: Int? = nil
    ) -> [[UInt8]] {
        [PerceptKernelScalar, PerceptKernelAVX512].map { kernel in
            withKernel(kernel) {
                var hashing = Hashing(algorithm)
                let length = pieceLength ?? max(message.count, 1)
                for start in stride(from: 0, to: message.count, by: length) {
                    message[start..<min(start + length, message.count)].withUnsafeBytes { hashing.update($0) }
                }
                return hashing.finish()
            }
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    /// The test suite of RFC 1321, appendix A.5.
    @Test(arguments: [
        ("", "d41d8cd98f00b204e9800998ecf8427e"), ("a", "0cc175b9c0f1b6a831c399e269772661"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"), ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"),
        (String(repeating: "1234567890", count: 8), "57edf4a22be3c955ac49da2e2107b67a"),
    ])
    func md5OfTheStandardsMessages(_ message: String, _ digest: String) {
        for pieceLength in [nil, 1, 7, 64, 100] {
            for found in Self.digests(Array(message.utf8), .md5, pieceLength: pieceLength) {
                #expect(Self.hexadecimal(found) == digest)
            }
        }
    }

    /// The examples of FIPS 180-4 (NIST CSRC, "SHA-256 examples").
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ])
    func sha256OfTheStandardsMessages(_ message: String, _ digest: String) {
        let bytes = Array(message.utf8)
        for pieceLength in [nil, 1, 7, 64, 100] {
            for found in Self.digests(bytes, .sha256, pieceLength: pieceLength) {
                #expect(Self.hexadecimal(found) == digest)
            }
        }
        #expect(SHA256.hexadecimalDigest(of: bytes) == digest)
        #expect(Self.hexadecimal(SHA256.digest(of: bytes)) == digest)
    }

    /// The third message of FIPS 180-2, appendix B; for MD5, Python 3.11's hashlib.
    @Test(arguments: [
        (Hashing.Algorithm.sha256, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        (.md5, "7707d6ae4e027c70eea2a935c2296f21"),
    ])
    func aMillionTimesA(_ algorithm: Hashing.Algorithm, _ digest: String) {
        for found in Self.digests([UInt8](repeating: 0x61, count: 1_000_000), algorithm, pieceLength: 4099) {
            #expect(Self.hexadecimal(found) == digest)
        }
    }

    /// Messages of 0…130 bytes, so that padding ends at, before and after every block boundary. Python 3.11's hashlib
    /// gives the SHA-256 of their digests one after the other:
    /// `for n in range(131): h.update(md5(bytes((i * 197 + 7) % 256 for i in range(n))).digest())`.
    @Test(arguments: [
        (Hashing.Algorithm.md5, "6bedf22fe30a909abd02c00771eaad21e82a912a590c37e18662d897289b21c2"),
        (.sha256, "ab860a9e4d05c644f37e8e14eb9c093df808bc06992ba394ec166f0fa5200f71"),
    ])
    func everyLengthAroundBlocks(_ algorithm: Hashing.Algorithm, _ digest: String) {
        var all: [[UInt8]] = [[], []]
        for count in 0...130 {
            let message = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 197 + 7) }
            for (kernel, found) in Self.digests(message, algorithm, pieceLength: 1 + count / 2).enumerated() {
                all[kernel] += found
            }
        }
        #expect(all[0] == all[1])
        #expect(SHA256.hexadecimalDigest(of: all[0]) == digest)
    }
}
