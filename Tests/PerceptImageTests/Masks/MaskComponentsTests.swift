import PerceptCore
import PerceptImage
import PerceptTestSupport
import Testing

@Suite("Connected components and holes")
struct MaskComponentsTests {
    /// Labels components by flood filling from each pixel; 0 where `members` is false.
    private static func flooded(
        _ members: [Bool], _ size: PixelSize, _ connectivity: PixelConnectivity
    ) -> [Int] {
        var labels = [Int](repeating: 0, count: members.count)
        var count = 0
        for start in members.indices where members[start] && labels[start] == 0 {
            count += 1
            var open = [start]
            labels[start] = count
            while let pixel = open.popLast() {
                let (x, y) = (pixel % size.width, pixel / size.width)
                for dy in -1...1 {
                    for dx in -1...1 where connectivity == .eight || dx == 0 || dy == 0 {
                        guard (0..<size.width).contains(x + dx), (0..<size.height).contains(y + dy) else { continue }
                        let other = (y + dy) * size.width + x + dx
                        guard members[other], labels[other] == 0 else { continue }
                        labels[other] = count
                        open.append(other)
                    }
                }
            }
        }
        return labels
    }

    @Test("components equal flood filling", arguments: 0..<150 as Range<UInt64>, PixelConnectivity.allCases)
    func components(seed: UInt64, connectivity: PixelConnectivity) throws {
        var random = SplitMix64(seed: seed)
        let mask = try Mask.random(&random)
        let labels = Self.flooded(mask.members, mask.size, connectivity)
        let components = mask.connectedComponents(connectivity)
        #expect(components.count == labels.max() ?? 0)
        for (index, component) in components.enumerated() {
            #expect(component.members == labels.map { $0 == index + 1 })
        }
    }

    @Test(
        "holes are the pixels that flood filling from the edge does not reach", arguments: 0..<150 as Range<UInt64>,
        PixelConnectivity.allCases)
    func holes(seed: UInt64, connectivity: PixelConnectivity) throws {
        var random = SplitMix64(seed: seed)
        let mask = try Mask.random(&random)
        let (width, height) = (mask.size.width, mask.size.height)
        let labels = Self.flooded(mask.members.map { !$0 }, mask.size, connectivity)
        let outer = Set(
            labels.indices.filter { [0, width - 1].contains($0 % width) || [0, height - 1].contains($0 / width) }
                .map { labels[$0] })
        let filled = mask.fillingHoles(connectivity)
        #expect(filled.members == labels.map { $0 == 0 || !outer.contains($0) })
    }

    @Test("corners connect only with eight neighbours")
    func corners() throws {
        let mask = try Mask(rows: [".#.", "#.#", ".#."])
        #expect(mask.connectedComponents(.eight).count == 1)
        #expect(mask.connectedComponents(.four).count == 4)
        #expect(mask.fillingHoles(.four).rows == [".#.", "###", ".#."])
        #expect(mask.fillingHoles(.eight).rows == [".#.", "#.#", ".#."])
        #expect(try Mask(rows: ["..", ".."]).connectedComponents().isEmpty)
    }
}
