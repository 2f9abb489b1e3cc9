public import ArgumentParser
import PerceptCore
public import PerceptImage

extension ResizeFilter: ExpressibleByArgument {}
extension ImagePreparation.Format: ExpressibleByArgument {}
extension ImagePreparation.Preset: ExpressibleByArgument {}

/// What pictures are made into.
struct ImagePreparationOptions: ParsableArguments {
    /// A number of pixels, or `none` for no bound.
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

        /// `nil` for no bound.
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

    /// A colour as CSS writes it.
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

    /// A chroma sampling, or `auto` for the one that suits the picture.
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
            "Size and filter as a family of models has them: detr (--shortest-side 800 --longest-side 1333), vit (--exact 224x224), yolo (--letterbox 640x640), all bilinear. Other options take precedence.",
            valueName: "family"))
    var preset: ImagePreparation.Preset?

    @Option(
        help: ArgumentHelp(
            "The part to use, in pixels of the upright picture: its top left corner and its size.",
            valueName: "X,Y,WxH"))
    var crop: Rectangle?

    @Option(
        help: ArgumentHelp(
            "Longest side in pixels, or none; nothing is enlarged. (default: 1333)", valueName: "n|none"))
    var longestSide: Side?

    @Option(help: ArgumentHelp("Shortest side in pixels; nothing is enlarged.", valueName: "n"))
    var shortestSide: Side?

    @Option(help: ArgumentHelp("Exactly this size, whatever the aspect.", valueName: "WxH"))
    var exact: Size?

    @Option(
        help: ArgumentHelp("Exactly this size, the whole picture in the middle of --pad-color.", valueName: "WxH"))
    var letterbox: Size?

    @Option(
        help: ArgumentHelp(
            "Exactly this size, the middle of the picture, made as small as will cover it, or until its shortest side is --shortest-side.",
            valueName: "WxH"))
    var centerCrop: Size?

    @Option(help: ArgumentHelp("The ground of a letterbox. (default: #727272)", valueName: "color"))
    var padColor: CSSColor?

    @Option(help: "How pixels are combined. (default: lanczos)")
    var filter: ResizeFilter?

    @Option(help: "Format of the picture that is made; keep: that of the input.")
    var imageFormat = ImagePreparation.Format.jpeg

    @Option(help: "JPEG quality, 1 to 100.")
    var quality = 90

    @Option(help: "JPEG chroma sampling; auto: 4:4:4 for text and drawings, 4:2:0 for photos.")
    var chroma = Chroma.auto

    @Option(help: ArgumentHelp("What shows through transparent pixels in a JPEG.", valueName: "color"))
    var matte = CSSColor(.white)

    @Flag(
        help:
            "Decodes all pixels of a JPEG that is made much smaller, instead of half, a quarter or an eighth of its sides."
    )
    var fullDecoding = false

    @Option(
        help: ArgumentHelp(
            "Stretch an image with 16 bits per channel: LOW becomes 0 and HIGH 65535; auto takes the lowest and highest sample.",
            valueName: "auto|LOW-HIGH"))
    var levels: LevelsArgument?

    @OptionGroup var reading: LeniencyOption

    func validate() throws {
        guard (1...100).contains(quality) else { throw ValidationError("--quality is 1 to 100.") }
        let sizes = [("--exact", exact), ("--letterbox", letterbox), ("--center-crop", centerCrop)].filter {
            $0.1 != nil
        }
        if sizes.count > 1 { throw ValidationError("\(sizes[0].0) and \(sizes[1].0) exclude each other.") }
        if padColor != nil {
            guard case .letterbox = geometry().fit else {
                throw ValidationError("--pad-color is for --letterbox or --preset yolo.")
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

    /// What is asked for outright takes the place of what the preset says of the size.
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
