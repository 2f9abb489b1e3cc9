import Foundation
import PerceptCore
import PerceptImage

// Draws labelled boxes into a gray picture each time that a line comes in, and answers with the seconds of processor
// time it took; drawing.py asks. A line is `TYPEFACE LINE-WIDTH CAP-HEIGHT`, the first being `automatic`, `builtIn`, or
// a font. Arguments: a file of boxes (left, top, right, bottom, score, label in each line), width, height, a file for
// the last picture.
let arguments = CommandLine.arguments
guard arguments.count == 5, let width = Int(arguments[2]), let height = Int(arguments[3]) else { exit(64) }
let boxes = try String(contentsOfFile: arguments[1], encoding: .utf8).split(separator: "\n").map { line in
    let fields = line.split(separator: " ", maxSplits: 5)
    let numbers = fields.prefix(5).compactMap { Double($0) }
    guard fields.count == 6, numbers.count == 5 else { exit(65) }
    return LabelledBox(
        BoundingBox(xMin: numbers[0], yMin: numbers[1], xMax: numbers[2], yMax: numbers[3]), label: String(fields[5]),
        score: numbers[4])
}
func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
let size = PixelSize(width: width, height: height)
var image = try Image(size: size, layout: .rgb8, bytes: [UInt8](repeating: 100, count: size.pixelCount * 3))
while let line = readLine() {
    let fields = line.split(separator: " ")
    guard fields.count == 3, let lineWidth = Double(fields[1]), let capHeight = Double(fields[2]) else { exit(65) }
    let typeface: Typeface =
        switch fields[0] {
        case "automatic": .automatic
        case "builtIn": .builtIn
        case let font: Typeface(fileOrFamily: String(font))
        }
    // Each drawing begins with the gray image, in memory whose pages have all been written to.
    image.withMutableBytes { bytes in
        for index in bytes.indices { bytes[index] = 100 }
    }
    let start = processorSeconds()
    _ = try image.draw(boxes, style: BoxStyle(lineWidth: lineWidth, capHeight: capHeight, typeface: typeface))
    print(processorSeconds() - start)
    fflush(nil)
}
try image.write(to: arguments[4], as: .png)
