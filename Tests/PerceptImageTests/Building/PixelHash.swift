import Foundation

/// 64-bit FNV-1a, as the scripts in TestMedia/golden compute it over raw pixels.
func fnv1a(_ bytes: [UInt8]) -> String {
    let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return String(format: "%016llx", hash)
}
