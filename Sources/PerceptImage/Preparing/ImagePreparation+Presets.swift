internal import PerceptCore

extension ImagePreparation {
    /// The input format of a well-known family of models, from its own image processor.
    public enum Preset: String, Sendable, Hashable, Codable, CaseIterable {
        /// Shortest side 800, longest side 1333, bilinear: `DetrImageProcessor` and `facebook/detr-resnet-50` (size
        /// `{"shortest_edge": 800, "longest_edge": 1333}`, resample 2).
        ///
        /// The processor enlarges smaller images and rounds the longer side down. This preset enlarges nothing, which
        /// the service does itself without extra bytes, and rounds the longer side to nearest.
        case detr
        /// 224×224 at any aspect ratio, bilinear: `ViTImageProcessor` and `google/vit-base-patch16-224` (size
        /// `{"height": 224, "width": 224}`, resample 2).
        case vit
        /// 640×640, with the whole image centred on gray 114, bilinear: `LetterBox` of Ultralytics' YOLO.
        ///
        /// YOLO's bilinear filter reads four pixels of the source at any scale; this filter is widened to avoid
        /// aliasing. Ties are rounded up here, and to even in YOLO.
        case yolo
    }

    /// Creates a preparation with the size, fit and filter of a preset, and defaults otherwise.
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
    /// The background of letterboxes in YOLO's training.
    public static let letterboxGray = Color(red: 114, green: 114, blue: 114)
}
