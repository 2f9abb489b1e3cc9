internal import PerceptCore

extension ImagePreparation {
    /// What well-known families of models are given by their own processors.
    public enum Preset: String, Sendable, Hashable, Codable, CaseIterable {
        /// Shortest side 800, longest 1333, bilinear: `DetrImageProcessor` and `facebook/detr-resnet-50` (size
        /// `{"shortest_edge": 800, "longest_edge": 1333}`, resample 2).
        ///
        /// The processor enlarges smaller pictures and rounds the longer side down; here nothing is enlarged, which the
        /// service does itself at no cost of bytes, and the longer side is rounded to nearest.
        case detr
        /// 224×224 whatever the aspect, bilinear: `ViTImageProcessor` and `google/vit-base-patch16-224` (size
        /// `{"height": 224, "width": 224}`, resample 2).
        case vit
        /// 640×640, the whole picture in the middle of gray 114, bilinear: `LetterBox` of Ultralytics' YOLO.
        ///
        /// There, bilinear takes four pixels of the original however much smaller the result is; here the filter is
        /// widened, so that nothing aliases. A tie in rounding goes up here, and to even there.
        case yolo
    }

    /// The size, fit and filter of a preset, and otherwise what is usual.
    public init(preset: Preset) {
        self.init(filter: .bilinear)
        switch preset {
        case .detr: (shortestSide, longestSide) = (800, 1333)
        case .vit: exactSize = PixelSize(width: 224, height: 224)
        case .yolo:
            exactSize = PixelSize(width: 640, height: 640)
            fit = .letterbox(.letterboxGray)
        }
    }
}

extension Color {
    /// The ground of letterboxes that YOLO models were trained with.
    public static let letterboxGray = Color(red: 114, green: 114, blue: 114)
}
