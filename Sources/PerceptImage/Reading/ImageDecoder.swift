internal import CImageCodecs
internal import PerceptCore

/// An open decoder of CImageCodecs. Its status codes and pointers do not leave this file.
struct ImageDecoder: ~Copyable, Sendable {
    /// Keeps the file descriptor of the decoder open.
    private let file: InputFile?
    private let handle: DecoderHandle
    private let name: String
    private let limits: ResourceLimits
    let header: ImageHeader

    private static let codecs: [(type: MediaType, codec: ImageCodecFormat)] = [
        (.png, .png), (.jpeg, .jpeg), (.webp, .webp), (.heic, .heif), (.avif, .heif), (.tiff, .tiff), (.gif, .gif),
        (.bmp, .bmp),
    ]

    /// The formats that are read.
    static let readableTypes = codecs.map(\.type)

    /// Opens a decoder and reads the header.
    ///
    /// - Parameters:
    ///   - format: the format detected from the bytes.
    ///   - lenient: skips damage in the pixels.
    /// - Returns: `nil` if no decoder reads the format.
    init?(
        _ source: MediaSource, format: MediaType, limits: ResourceLimits, lenient: Bool
    ) throws(MediaError) {
        guard let codec = Self.codecs.first(where: { $0.type == format })?.codec else { return nil }
        let decoderLimits = ImageDecoderLimits(
            pixel_count: UInt64(max(0, limits.pixelCount)), byte_count: UInt64(max(0, limits.imageByteCount)),
            scan_count: Int32(clamping: limits.scanCount),
            profile_byte_count: UInt64(max(0, limits.colorProfileByteCount)))
        let created: OpaquePointer?
        let file: InputFile?
        switch source.storage {
        case .file(let path):
            let opened = try InputFile(path: path, name: source.name)
            created = image_decoder_create(codec, opened.descriptor, nil, 0, decoderLimits, lenient)
            file = consume opened
        case .bytes(let bytes):
            created = image_decoder_create(codec, -1, bytes, bytes.count, decoderLimits, lenient)
            file = nil
        }
        guard let created else { throw MediaError.outOfMemory(source: source.name) }
        let handle = DecoderHandle(pointer: created)
        var raw = ImageDecoderHeader()
        let status = image_decoder_read_header(handle.pointer, &raw)
        guard status == .ok else {
            throw Self.error(
                status, handle.pointer, name: source.name, format: format,
                PixelSize(width: Int(raw.width), height: Int(raw.height)), place: Self.headerPlace(handle.pointer),
                limits: limits)
        }
        self.header = ImageHeader(
            raw, mediaType: format, orientation: StatedOrientation { Self.metadata($0, of: handle.pointer) })
        self.handle = handle
        self.file = file
        self.name = source.name
        self.limits = limits
    }

    /// Requests smaller rows from now on; returns `false` if that is not possible.
    mutating func reduce(by factor: Int) -> Bool {
        image_decoder_reduce(handle.pointer, UInt32(clamping: factor))
    }

    /// Requests stretched samples from now on; returns `false` if the file does not have 16 bits per channel, or memory
    /// is exhausted.
    mutating func setLevels(_ range: SampleRange) -> Bool {
        image_decoder_set_levels(handle.pointer, ImageSampleRange(range))
    }

    /// The sample range of the rows read so far; `nil` if the file does not have 16 bits per channel.
    var sampleRange: SampleRange? {
        var range = ImageSampleRange()
        guard image_decoder_range(handle.pointer, &range) else { return nil }
        return SampleRange(low: Int(range.low), high: Int(range.high))
    }

    /// Reads the next `count` rows, `stride` bytes apart; the caller has checked that they exist and fit.
    mutating func readRows(
        _ count: Int, into rows: UnsafeMutableRawBufferPointer, stride: Int
    ) throws(MediaError) {
        guard let address = rows.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
        let status = image_decoder_read_rows(handle.pointer, address, stride, UInt32(clamping: count))
        guard status == .ok else {
            throw Self.error(
                status, handle.pointer, name: name, format: header.mediaType, header.storedSize, place: place(),
                limits: limits)
        }
    }

    var warnings: [Warning] {
        var warnings: [Warning] = []
        var isAboutProfileLimit = false
        while let text = image_decoder_warning(handle.pointer, warnings.count, &isAboutProfileLimit) {
            warnings.append(
                Warning(
                    String(cString: text), parameter: isAboutProfileLimit ? .colorProfileByteCountLimit : nil))
        }
        var damage = ImageDecoderDamage()
        if image_decoder_damage(handle.pointer, &damage) { warnings.append(describe(damage)) }
        return warnings
    }

    /// Returns a warning about the damage that a lenient reader skipped, and about the replaced pixels.
    private func describe(_ damage: ImageDecoderDamage) -> Warning {
        let isCut = damage.status == .truncated
        let message = String(cString: image_decoder_message(handle.pointer))
        let place = Self.words(for: damage.place, height: header.storedSize.height)
        let result =
            if damage.leaves_gray {
                "the rest is gray"
            } else if damage.place.unit == .rows && damage.place.fraction == 1 {
                "no row is missing, but their checksum cannot be verified"
            } else if header.isMultipass || damage.place.unit == .scanRows {
                "missing detail was made up from coarser data"
            } else {
                "pixels from there on may be wrong"
            }
        return Warning(
            "the \(header.mediaType.name) \(isCut ? "file is cut short" : "data is damaged") \(place)"
                + (isCut ? "" : " (\(message))") + ": \(result)")
    }

    /// Returns the progress in words: "after 120 of 480 rows (25 %)".
    private func place() -> String {
        Self.words(for: image_decoder_place(handle.pointer), height: header.storedSize.height)
    }

    /// Returns the position of an error in the header, which is known only for a format that is loaded as a whole.
    private static func headerPlace(_ pointer: OpaquePointer) -> String {
        let place = image_decoder_place(pointer)
        return place.unit == .bytes ? words(for: place, height: 0) : "in its header"
    }

    private static func words(for place: ImageDecoderPlace, height: Int) -> String {
        let percentage = percent(place.fraction)
        switch place.unit {
        case .rows:
            let rows = Int(place.fraction * Double(height) + 0.5)
            return "after \(rows) of \(height) rows (\(percentage))"
        case .interlacedRows: return "after \(percentage) of its interlaced rows"
        case .scanRows where place.fraction == 1: return "after scan \(place.scan_number)"
        case .scanRows: return "in scan \(place.scan_number), after \(percentage) of its rows"
        case .bytes: return "after \(percentage) of its bytes"
        case .picture: return "in its image data"
        }
    }

    private static func percent(_ fraction: Double) -> String { "\(Int(fraction * 100)) %" }

    private static func metadata(_ block: MetadataBlock, of pointer: OpaquePointer) -> [UInt8]? {
        let kind: ImageMetadata =
            switch block {
            case .exif: .exif
            case .rawEXIF: .rawExif
            case .rawAPP1: .rawApp1
            case .rawXMP: .rawXmp
            case .xmp: .xmp
            }
        var count = 0
        guard let bytes = image_decoder_metadata(pointer, kind, &count) else { return nil }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    private static func error(
        _ status: ImageCodecStatus, _ pointer: OpaquePointer, name: String, format: MediaType,
        _ size: PixelSize, place: String, limits: ResourceLimits
    ) -> MediaError {
        let message = String(cString: image_decoder_message(pointer))
        let wouldGoOn = image_decoder_would_go_on(pointer)
        let lenience = wouldGoOn ? ", or use what is left of it" : ""
        switch status {
        case .malformed, .ok:
            return MediaError(
                .malformedInput, source: name, problem: "the \(format.name) data is damaged \(place): \(message)",
                remedy: "copy or export it again" + lenience, parameter: wouldGoOn ? .isLenient : nil)
        case .truncated:
            return MediaError(
                .malformedInput, source: name, problem: "the \(format.name) file is cut short \(place)",
                remedy: "copy or download it again" + lenience, parameter: wouldGoOn ? .isLenient : nil)
        case .unsupported:
            return MediaError(
                .unsupportedFeature, source: name,
                problem: "this kind of \(format.name) is not readable here: \(message)",
                remedy: "convert it to an 8-bit baseline or progressive JPEG, or to PNG")
        case .libraryMissing:
            let package = format == .tiff ? "libtiff6" : "libheif1"
            return MediaError(
                .unsupportedFeature, source: name,
                problem: "\(format.name) is read with \(message), which is not installed, or too old",
                remedy: "install it, e.g. with `apt install \(package)` or `brew install \(message)`")
        case .tooManyPixels:
            return .exceeded(
                .pixelCount, limits.pixelCount, source: name,
                problem: "\(size) is \(size.pixelCount) pixels, more than the limit of \(limits.pixelCount)",
                alternative: "make it smaller")
        case .tooManyBytes:
            return .exceeded(
                .imageByteCount, limits.imageByteCount, source: name,
                problem: "decoding \(size) takes more memory than the limit of \(limits.imageByteCount) bytes",
                alternative: "make it smaller, save it as a baseline JPEG or a PNG without interlace")
        case .tooManyScans:
            return .exceeded(
                .scanCount, limits.scanCount, source: name,
                problem: "has more scans than the limit of \(limits.scanCount), where encoders write about ten",
                alternative: "save it again as a baseline JPEG")
        case .outOfMemory:
            return .outOfMemory(source: name)
        case .inputOutput:
            return MediaError(
                .inputOutput, source: name,
                problem: "reading failed \(place): \(systemMessage(image_decoder_system_code(pointer)))")
        case .invalidArgument:
            return MediaError(.invalidArgument, source: name, problem: "more rows were requested than remain")
        }
    }
}

/// Closes the decoder when it is deinitialized.
///
/// Not private: Swift 6.3 fails to compile another module that holds such a value, since its deinit stays local.
/// It has one owner, who may pass it to another thread.
struct DecoderHandle: ~Copyable, @unchecked Sendable {
    let pointer: OpaquePointer

    init(pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        image_decoder_close(pointer)
    }
}

extension MediaError {
    static func outOfMemory(source: String?) -> MediaError {
        MediaError(.limitExceeded, source: source, problem: "there is not enough memory for it")
    }
}

extension ImageHeader {
    fileprivate init(_ raw: ImageDecoderHeader, mediaType: MediaType, orientation: StatedOrientation?) {
        self.init(
            mediaType: mediaType, storedSize: PixelSize(width: Int(raw.width), height: Int(raw.height)),
            orientation: orientation?.orientation ?? .upright, orientationSource: orientation?.source,
            storedColorModel: StoredColorModel(raw.stored_color),
            storedBitDepth: Int(raw.stored_bit_depth),
            layout: Image.Layout(
                colorModel: [.gray, .grayAlpha, .rgb, .rgba][Int(raw.channel_count) - 1],
                bitDepth: raw.bit_depth == 16 ? .sixteen : .eight),
            isMultipass: raw.is_multipass, isHeldWhole: raw.is_held_whole, hasICCProfile: raw.has_icc_profile)
    }
}

extension ImageHeader.StoredColorModel {
    fileprivate init(_ color: ImageCodecColor) {
        self =
            switch color {
            case .gray: .gray
            case .grayAlpha: .grayAlpha
            case .palette: .palette
            case .rgb: .rgb
            case .rgba: .rgba
            case .ycbcr: .yCbCr
            case .cmyk: .cmyk
            case .ycck: .ycck
            case .lab: .lab
            }
    }
}
