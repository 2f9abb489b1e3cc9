public import ArgumentParser
import Percept
public import PerceptAudio

/// How pictures of recordings look.
struct SoundPictureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Size of pictures of sound in pixels; 1200x600 when nothing is said.", valueName: "width>x<height"))
    var pictureSize: ImagePreparationOptions.Size?

    @Option(help: "How a spectrogram spreads its frequencies.")
    var frequencyScale = FrequencyScale.mel

    var style: SoundPicture.Style {
        var style = SoundPicture.Style(frequencyScale: frequencyScale)
        if let size = pictureSize?.size { style.size = size }
        return style
    }
}

extension FrequencyScale: ExpressibleByArgument {}
