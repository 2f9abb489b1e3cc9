import PerceptCore

/// One channel of a recording, by position or by number.
public enum ChannelChoice: Sendable, Hashable, Codable {
    /// The first channel with this position.
    case position(ChannelLayout.Position)
    /// The channel with this index, counted from 0.
    case index(Int)

    /// Parses `left`, `right` or `center`, the name of a ``ChannelLayout/Position``, or a number from 1; `nil` for
    /// anything else.
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

    /// Returns the index of the channel in `layout`.
    ///
    /// - Parameter name: The name of the recording for errors.
    /// - Throws: `MediaError` `.invalidArgument` if the channel does not exist; the error lists the existing channels.
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
                problem: "has no channel \(self) (channels: \(present.joined(separator: ", ")))",
                remedy: "choose one of them by number or name")
        }
        return index
    }
}

extension ChannelChoice: CustomStringConvertible {
    /// The name of the position, or the number from 1.
    public var description: String {
        switch self {
        case .position(let position): position.rawValue
        case .index(let index): "\(index + 1)"
        }
    }
}
