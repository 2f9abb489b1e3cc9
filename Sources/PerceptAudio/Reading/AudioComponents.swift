public import PerceptCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Component {
    /// The libraries that decode and encode recordings, and ffmpeg. Starts ffmpeg if it is installed.
    public static var ofAudio: [Component] {
        [
            Component(
                "libsndfile", "read and write WAV, AIFF, CAF and AU", version: .text("sf_version_string"),
                package: "libsndfile1"),
            Component(
                "libFLAC", "read unusual FLAC", version: .variable("FLAC__VERSION_STRING"), package: "libflac12"),
            Component(
                // Only mpg123 1.32 and later states its release; the fallback says that it is there.
                "libmpg123", "read MP3", version: .none("mpg123_new"), fallback: mpegVersion, package: "libmpg123-0"),
            Component("opusfile", "read Opus", version: .none("op_open_callbacks"), package: "libopusfile0"),
            Component("libopus", "decode Opus", version: .text("opus_get_version_string"), package: "libopus0"),
            Component(
                "libvorbis", "read Ogg Vorbis", version: .text("vorbis_version_string"), package: "libvorbisfile3"),
            ffmpeg(at: FFmpegSource.program()),
        ]
    }

    private static var mpegVersion: String? {
        Component("", "", version: .text("mpg123_distversion"), package: "").version
    }

    /// Describes the program at `path`, which is started; `nil` describes a missing one.
    static func ffmpeg(at path: String?) -> Component {
        Component(
            "ffmpeg", "decode all other recordings", .started, isFound: path != nil,
            version: path.flatMap(programVersion), path: path, package: "ffmpeg")
    }

    /// Returns the version in the first line that `ffmpeg -version` prints: `ffmpeg version 5.1.6-0+deb12u1 …`.
    private static func programVersion(_ path: String) -> String? {
        guard let program = try? ChildProcess(path, ["-version"], inheriting: 0, takeErrors: { _ in }) else {
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = (try? bytes.withUnsafeMutableBytes { try program.read(into: $0) }) ?? 0
        let line = String(decoding: bytes.prefix(count).prefix { $0 != 0x0A }, as: UTF8.self)
        let words = line.split(separator: " ")
        return words.count > 2 && words[1] == "version" ? String(words[2]) : nil
    }
}
