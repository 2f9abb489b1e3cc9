internal import CKernels

/// A hash of bytes that arrive in pieces.
package struct Hashing: Sendable {
    package enum Algorithm: Sendable {
        /// RFC 1321, 16 bytes: detects damage, not forgery.
        case md5
        /// FIPS 180-4, 32 bytes.
        case sha256
    }

    private var state = HashState()

    package init(_ algorithm: Algorithm) {
        percept_hash_init(&state, algorithm == .md5 ? HashAlgorithmMD5 : HashAlgorithmSHA256)
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        percept_hash_update(&state, bytes.baseAddress, bytes.count)
    }

    /// Returns the hash of all bytes so far.
    package consuming func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Int(PerceptLargestDigest)) { digest, count in
            guard let address = digest.baseAddress else { return }
            count = percept_hash_final(&state, address)
        }
    }

    /// Returns the hash of all bytes so far, in lower-case hexadecimal digits.
    package consuming func finishHexadecimal() -> String {
        finish().map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}

package enum SHA256 {
    /// Returns the hash of `bytes`, 32 bytes.
    package static func digest(of bytes: [UInt8]) -> [UInt8] {
        hashing(bytes).finish()
    }

    /// Returns the hash of `bytes` as 64 lower-case hexadecimal digits.
    package static func hexadecimalDigest(of bytes: [UInt8]) -> String {
        hashing(bytes).finishHexadecimal()
    }

    private static func hashing(_ bytes: [UInt8]) -> Hashing {
        var hashing = Hashing(.sha256)
        bytes.withUnsafeBytes { hashing.update($0) }
        return hashing
    }
}
