internal import CImageCodecs
internal import PerceptCore

/// One open encoder of CImageCodecs; its status codes and pointers do not leave this file.
struct ImageEncoder: ~Copyable {
    /// The kind of content, which decides how a PNG is compressed.
    enum Content {
        case photo
        /// Large areas of one value, as in masks; PNG only. With `colors`, the values are indices into them.
        case flatAreas(colors: [Color] = [])
    }

    private let handle: EncoderHandle
    private let bytesPerRow: Int

    /// Opens an encoder.
    ///
    /// - Parameter descriptor: The destination, owned by the caller; `nil` writes to memory.
    init(
        size: PixelSize, layout: Image.Layout, encoding: ImageEncoding, descriptor: CInt?,
        content: Content = .photo
    ) throws(MediaError) {
        var settings = ImageEncoderSettings(
            width: UInt32(clamping: size.width), height: UInt32(clamping: size.height),
            channel_count: Int32(layout.colorModel.channelCount), bit_depth: Int32(layout.bitDepth.rawValue),
            quality: 0, full_chroma: false, is_flat: false)
        var colors: [Color] = []
        if case .flatAreas(let table) = content {
            settings.is_flat = true
            colors = table
        }
        let format: ImageCodecFormat
        switch encoding {
        case .jpeg(let quality, let chroma):
            format = .jpeg
            settings.quality = Int32(clamping: quality)
            settings.full_chroma = chroma == .yuv444
        case .png: format = .png
        }
        guard let pointer = image_encoder_create(format, descriptor ?? -1, settings) else {
            throw MediaError.outOfMemory(source: nil)
        }
        let handle = EncoderHandle(pointer: pointer)
        let palette = colors.flatMap { [$0.red, $0.green, $0.blue] }
        let status = image_encoder_set_palette(pointer, palette, UInt32(clamping: colors.count))
        guard status == .ok else {
            throw MediaError(
                .invalidArgument, problem: "too many colours for an indexed PNG: \(colors.count), at most 256")
        }
        self.handle = handle
        bytesPerRow = size.width * layout.bytesPerPixel
    }

    /// The number of bytes written so far.
    var byteCount: Int { Int(clamping: image_encoder_byte_count(handle.pointer)) }

    mutating func write(_ rows: UnsafeRawBufferPointer, file: borrowing OutputFile?) throws(MediaError) {
        guard let address = rows.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
        let status = image_encoder_write_rows(
            handle.pointer, address, bytesPerRow, UInt32(clamping: rows.count / bytesPerRow))
        if status != .ok { throw error(status, file: file) }
    }

    mutating func finish(file: borrowing OutputFile?) throws(MediaError) {
        let status = image_encoder_finish(handle.pointer)
        if status != .ok { throw error(status, file: file) }
    }

    /// The bytes written to memory.
    var bytes: [UInt8] {
        guard let start = image_encoder_bytes(handle.pointer) else { return [] }
        return Array(UnsafeBufferPointer(start: start, count: byteCount))
    }

    private func error(_ status: ImageCodecStatus, file: borrowing OutputFile?) -> MediaError {
        let name: String? =
            switch file {
            case .some(let file): file.name
            case .none: nil
            }
        switch status {
        case .inputOutput:
            return .writing(name ?? "the image", image_encoder_system_code(handle.pointer))
        case .outOfMemory: return .outOfMemory(source: name)
        default:
            let message = String(cString: image_encoder_message(handle.pointer))
            return MediaError(
                .invalidArgument, source: name,
                problem: message.isEmpty ? "the number of rows written differs from the image's height" : message)
        }
    }
}

/// Closes the encoder with the value.
///
/// Not private: Swift 6.3 cannot compile another module that contains such a value, since its deinit is local.
struct EncoderHandle: ~Copyable {
    let pointer: OpaquePointer

    init(pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        image_encoder_close(pointer)
    }
}
