public import ArgumentParser
import PerceptCore
public import PerceptImage

extension ResizeFilter: ExpressibleByArgument {}
extension ImagePreparation.Format: ExpressibleByArgument {}
extension ImagePreparation.Preset: ExpressibleByArgument {}

/// The options for preparing images.
struct ImagePreparationOptions: ParsableArguments {
    /// A number of pixels, or `none` for no limit.
    enum Side: ExpressibleByArgument, Equatable {
        case none
        case pixels(Int)

        init?(argument: String) {
            if argument == "none" {
                self = .none
            } else if let pixels = Int(argument), pixels > 0 {
                self = .pixels(pixels)
            } else {
                return nil
            }
        }

        /// The number of pixels; `nil` if there is no limit.
        var count: Int? {
            if case .pixels(let count) = self { count } else { nil }
        }
    }

    /// Width and height as `800x600`.
    struct Size: ExpressibleByArgument, Equatable {
        let size: PixelSize

        init?(argument: String) {
            let sides = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
            guard sides.count == 2, let width = sides[0], let height = sides[1], min(width, height) > 0 else {
                return nil
            }
            size = PixelSize(width: width, height: height)
        }
    }

    /// A rectangle as `100,50,640x480`.
    struct Rectangle: ExpressibleByArgument, Equatable {
        let rectangle: PixelRectangle

        init?(argument: String) {
            let parts = argument.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, let x = Int(parts[0]), let y = Int(parts[1]), min(x, y) >= 0,
                let size = Size(argument: String(parts[2]))?.size
            else { return nil }
            rectangle = PixelRectangle(x: x, y: y, width: size.width, height: size.height)
        }
    }

    /// A colour in CSS notation.
    struct CSSColor: ExpressibleByArgument, Equatable {
        var color: Color

        init(_ color: Color) {
            self.color = color
        }

        init?(argument: String) {
            guard let color = try? Color(hex: argument) else { return nil }
            self.color = color
        }

        var defaultValueDescription: String { "\(color)" }
    }

    /// A chroma subsampling, or `auto` for the one that suits the image.
    enum Chroma: ExpressibleByArgument, Equatable {
        case auto
        case fixed(ChromaSubsampling)

        init?(argument: String) {
            if argument == "auto" {
                self = .auto
            } else if let chroma = ChromaSubsampling(rawValue: argument) {
                self = .fixed(chroma)
            } else {
                return nil
            }
        }

        static var allValueStrings: [String] { ["auto"] + ChromaSubsampling.allCases.map(\.rawValue) }

        var defaultValueDescription: String {
            switch self {
            case .auto: "auto"
            case .fixed(let chroma): chroma.rawValue
            }
        }
    }

    @Option(
        help: ArgumentHelp(
            "Resize the way a family of models expects: detr (--shortest-side 800 --longest-side 1333), vit "
                + "(--exact 224x224), yolo (--letterbox 640x640), all bilinear. Other options take precedence.",
            valueName: "family"))
    var preset: ImagePreparation.Preset?

    @Option(
        help: ArgumentHelp(
            "Use only this part of the image: the top left corner and the size, in pixels of the upright image.",
            valueName: "X,Y,WxH"))
    var crop: Rectangle?

    @Option(
        help: ArgumentHelp(
            "Limit the longest side to N pixels, or none; images are never enlarged. (default: 1333)",
            valueName: "n|none"), completion: .list(["none"]))
    var longestSide: Side?

    @Option(help: ArgumentHelp("Reduce the shortest side to N pixels; images are never enlarged.", valueName: "n"))
    var shortestSide: Side?

    @Option(help: ArgumentHelp("Stretch to exactly this size, ignoring the aspect ratio.", valueName: "WxH"))
    var exact: Size?

    @Option(
        help: ArgumentHelp("Fit the whole image into exactly this size, padded with --pad-color.", valueName: "WxH"))
    var letterbox: Size?

    @Option(
        help: ArgumentHelp(
            "Crop the middle of the image to exactly this size, after reducing it until it just covers that size or "
                + "its shortest side is --shortest-side.",
            valueName: "WxH"))
    var centerCrop: Size?

    @Option(help: ArgumentHelp("Set the padding colour of a letterbox. (default: #727272)", valueName: "color"))
    var padColor: CSSColor?

    @Option(help: "Set the resampling filter. (default: lanczos)")
    var filter: ResizeFilter?

    @Option(help: "Set the format of the prepared image; keep uses the format of the input.")
    var imageFormat = ImagePreparation.Format.jpeg

    @Option(help: "Set the JPEG quality, 1 to 100.")
    var quality = 90

    @Option(
        help: "Set the JPEG chroma subsampling; auto uses 4:4:4 for text and drawings, 4:2:0 for photos.",
        completion: .list(Chroma.allValueStrings))
    var chroma = Chroma.auto

    @Option(help: ArgumentHelp("Set the background colour of transparent pixels in a JPEG.", valueName: "color"))
    var matte = CSSColor(.white)

    @Flag(
        help: """
            Decode a JPEG at full resolution even if it is then reduced, instead of at 1/2, 1/4 or 1/8 of its size.
            """)
    var fullDecoding = false

    @Option(
        help: ArgumentHelp(
            "Stretch an image with 16 bits per channel: LOW becomes 0 and HIGH 65535; auto uses the lowest and highest "
                + "sample.",
            valueName: "auto|LOW-HIGH"), completion: .list(["auto"]))
    var levels: LevelsArgument?

    @OptionGroup var reading: LeniencyOption

    func validate() throws {
        guard (1...100).contains(quality) else {
            throw ValidationError("invalid value “\(quality)” for --quality: must be 1 to 100")
        }
        let sizes = [("--exact", exact), ("--letterbox", letterbox), ("--center-crop", centerCrop)].filter {
            $0.1 != nil
        }
        if sizes.count > 1 { throw ValidationError("\(sizes[0].0) cannot be used with \(sizes[1].0)") }
        if padColor != nil {
            guard case .letterbox = geometry().fit else {
                throw ValidationError("--pad-color requires --letterbox or --preset yolo")
            }
        }
    }

    func preparation(_ limits: UploadLimitOptions) -> ImagePreparation {
        var preparation = geometry()
        if let filter { preparation.filter = filter }
        preparation.format = imageFormat
        preparation.quality = quality
        preparation.chroma = if case .fixed(let chroma) = chroma { chroma } else { nil }
        preparation.matte = matte.color
        preparation.maximumByteCount = limits.maxBytes?.value
        preparation.reducesDecoding = !fullDecoding
        preparation.isLenient = reading.lenient
        preparation.levels = levels?.levels
        return preparation
    }

    /// The preset's size, filter and fit, overridden by the options that were given explicitly.
    private func geometry() -> ImagePreparation {
        var preparation = preset.map { ImagePreparation(preset: $0) } ?? ImagePreparation()
        preparation.crop = crop?.rectangle
        if longestSide != nil || shortestSide != nil { preparation.exactSize = nil }
        if let longestSide { preparation.longestSide = longestSide.count }
        if let shortestSide { preparation.shortestSide = shortestSide.count }
        if let exact { (preparation.exactSize, preparation.fit) = (exact.size, .stretch) }
        if let letterbox {
            (preparation.exactSize, preparation.fit) = (letterbox.size, .letterbox(.letterboxGray))
        }
        if let centerCrop {
            (preparation.exactSize, preparation.fit) = (centerCrop.size, .centerCrop(shortestSide: shortestSide?.count))
        }
        if preparation.exactSize == nil { preparation.fit = .stretch }
        if let padColor, case .letterbox = preparation.fit { preparation.fit = .letterbox(padColor.color) }
        return preparation
    }
}

/// `auto`, or a range of 16-bit samples as `100-3000`.
struct LevelsArgument: ExpressibleByArgument, Equatable {
    let levels: ImageLevels

    init?(argument: String) {
        if argument == "auto" {
            levels = .automatic
            return
        }
        let ends = argument.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard ends.count == 2, let low = ends[0], let high = ends[1], low < high,
            let range = SampleRange(low: low, high: high)
        else { return nil }
        levels = .range(range)
    }
}
