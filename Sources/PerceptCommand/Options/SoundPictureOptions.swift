public import ArgumentParser
import Percept
public import PerceptAudio

/// The options for drawing recordings.
struct SoundPictureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Set the size of drawings of sound in pixels. (default: 1200x600)", valueName: "width>x<height"))
    var pictureSize: ImagePreparationOptions.Size?

    @Option(help: "Set the frequency scale of spectrograms.")
    var frequencyScale = FrequencyScale.mel

    var style: SoundPicture.Style {
        var style = SoundPicture.Style(frequencyScale: frequencyScale)
        if let size = pictureSize?.size { style.size = size }
        return style
    }
}

extension FrequencyScale: ExpressibleByArgument {}
