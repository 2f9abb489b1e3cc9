import Foundation
import PerceptCore
import PerceptImage

// Resizes a picture each time that a line comes in, and answers with the seconds it took; resizer.py asks.
// Arguments: a file of 8-bit RGB pixels, width, height, new width, new height, filter, a file for the result.
let arguments = CommandLine.arguments
guard arguments.count == 8, let width = Int(arguments[2]), let height = Int(arguments[3]),
    let newWidth = Int(arguments[4]), let newHeight = Int(arguments[5]),
    let filter = ResizeFilter(rawValue: arguments[6])
else { exit(64) }
let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: arguments[1])))
let image = try Image(size: PixelSize(width: width, height: height), layout: .rgb8, bytes: bytes)
let newSize = PixelSize(width: newWidth, height: newHeight)
var resized = image
while readLine() != nil {
    let start = ContinuousClock.now
    resized = try image.resized(to: newSize, filter: filter)
    let time = ContinuousClock.now - start
    print(Double(time.components.attoseconds) * 1e-18 + Double(time.components.seconds))
    fflush(nil)
}
try Data(resized.bytes).write(to: URL(fileURLWithPath: arguments[7]))
