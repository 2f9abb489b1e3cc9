public import ArgumentParser
import PerceptCore
public import PerceptImage

extension ResizeFilter: ExpressibleByArgument {}
extension ImagePreparation.Format: ExpressibleByArgument {}
extension ChromaSubsampling: ExpressibleByArgument {}

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

        var defaultValueDescription: String {
            switch self {
            case .none: "none"
            case .pixels(let count): "\(count)"
            }
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

    /// A colour as CSS writes it.
    struct Matte: ExpressibleByArgument, Equatable {
        var color = Color.white

        init() {}

        init?(argument: String) {
            guard let color = try? Color(hex: argument) else { return nil }
            self.color = color
        }

        var defaultValueDescription: String { "#ffffff" }
    }

    @Option(help: ArgumentHelp("Longest side in pixels, or none; nothing is enlarged.", valueName: "n|none"))
    var longestSide = Side.pixels(1333)

    @Option(help: ArgumentHelp("Shortest side in pixels; nothing is enlarged.", valueName: "n"))
    var shortestSide: Side?

    @Option(help: ArgumentHelp("Exactly this size, whatever the aspect.", valueName: "WxH"))
    var exact: Size?

    @Option(help: "How pixels are combined.")
    var filter = ResizeFilter.lanczos

    @Option(help: "Format of the picture that is made; keep: that of the input.")
    var imageFormat = ImagePreparation.Format.jpeg

    @Option(help: "JPEG quality, 1 to 100.")
    var quality = 90

    @Option(help: "JPEG chroma sampling.")
    var chroma = ChromaSubsampling.yuv420

    @Option(help: ArgumentHelp("What shows through transparent pixels in a JPEG.", valueName: "color"))
    var matte = Matte()

    func validate() throws {
        guard (1...100).contains(quality) else { throw ValidationError("--quality is 1 to 100.") }
    }

    func preparation(_ limits: UploadLimitOptions) -> ImagePreparation {
        func pixels(_ side: Side?) -> Int? {
            if case .pixels(let count) = side { count } else { nil }
        }
        return ImagePreparation(
            longestSide: pixels(longestSide), shortestSide: pixels(shortestSide), exactSize: exact?.size,
            filter: filter,
            format: imageFormat, quality: quality, chroma: chroma, matte: matte.color,
            maximumByteCount: limits.maxBytes?.value)
    }
}
