import PerceptAudio
import PerceptInference

extension AudioTrack {
    /// The track as a member of `"tracks"`.
    var json: JSONObject {
        var json: JSONObject = ["index": .integer(index), "codec": .string(codec)]
        json["language"] = language.map { .string($0) }
        json["title"] = title.map { .string($0) }
        json["sampleRate"] = JSONValue(sampleRate)
        json["channelCount"] = JSONValue(channelCount)
        json["isDefault"] = .bool(isDefault)
        return json
    }

    /// Creates a track from ``json``; `nil` if a required member is missing.
    init?(json: JSONObject) {
        guard let index = json["index"]?.integerValue, let codec = json["codec"]?.stringValue,
            let isDefault = json["isDefault"]?.boolValue
        else { return nil }
        self.init(
            index: index, codec: codec, language: json["language"]?.stringValue, title: json["title"]?.stringValue,
            sampleRate: json["sampleRate"]?.integerValue, channelCount: json["channelCount"]?.integerValue,
            isDefault: isDefault)
    }
}

extension ChannelLevels {
    /// The levels as a member of `"channelLevels"`.
    var json: JSONObject {
        [
            "peak": .double(peak), "peakDecibels": JSONValue(peakDecibels), "rms": .double(rms),
            "rmsDecibels": JSONValue(rmsDecibels), "dcOffset": .double(dcOffset),
        ]
    }

    /// Creates levels from ``json``; `nil` if a required member is missing.
    init?(json: JSONObject) {
        guard let peak = json["peak"]?.doubleValue, let rms = json["rms"]?.doubleValue,
            let dcOffset = json["dcOffset"]?.doubleValue
        else { return nil }
        self.init(peak: peak, rms: rms, dcOffset: dcOffset)
    }
}
