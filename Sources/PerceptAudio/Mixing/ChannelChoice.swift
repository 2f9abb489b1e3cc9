import PerceptCore

/// One channel of a recording: by its place, or by its number.
public enum ChannelChoice: Sendable, Hashable {
    /// The first channel that is meant for this place.
    case position(ChannelLayout.Position)
    /// The channel of this index, from 0 on.
    case index(Int)

    /// Reads what people write: `left`, `right` or `center`, the name of any ``ChannelLayout/Position``, or a number from 1 on;
    /// `nil` when it is anything else.
    public init?(_ description: String) {
        if let number = Int(description), number > 0, description.allSatisfy(\.isNumber) {
            self = .index(number - 1)
        } else if let position = Self.everydayNames[description] ?? ChannelLayout.Position(rawValue: description),
            position != .unspecified
        {
            self = .position(position)
        } else {
            return nil
        }
    }

    private static let everydayNames: [String: ChannelLayout.Position] = [
        "left": .frontLeft, "right": .frontRight, "center": .frontCenter,
    ]

    /// The index of the channel among those of `layout`.
    ///
    /// - Parameter name: what an error calls the recording.
    /// - Throws: `MediaError` `.invalidArgument` when there is no such channel; the error lists those that there are.
    func index(in layout: ChannelLayout, of name: String) throws(MediaError) -> Int {
        let index =
            switch self {
            case .index(let index): layout.positions.indices.contains(index) ? index : nil
            case .position(let position): layout.positions.firstIndex(of: position)
            }
        guard let index else {
            let present = layout.positions.enumerated().map { "\($0.offset + 1) (\($0.element.rawValue))" }
            throw MediaError(
                .invalidArgument, source: name,
                problem: "has no channel \(self), but \(present.joined(separator: ", "))",
                remedy: "choose one of these, by number or name")
        }
        return index
    }
}

extension ChannelChoice: CustomStringConvertible {
    /// The name of the place, or the number from 1 on.
    public var description: String {
        switch self {
        case .position(let position): position.rawValue
        case .index(let index): "\(index + 1)"
        }
    }
}
