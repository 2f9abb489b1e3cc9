import PerceptCore

extension Parameter {
    /// The command's flag that sets the parameter, as warnings and remedies show it.
    var flag: String {
        switch self {
        case .isLenient: "--lenient"
        case .rawFormat: "--raw format:hz:channels, such as s16le:16000:1"
        case .audioTrack: "--audio-track N"
        case .replacesNonFinite: "--replace-non-finite"
        case .sampleRate: "--rate 16000"
        case .channels: "--channels 1"
        case .pickedChannel: "--pick-channel left"
        case .sampleFormat: "--sample-format s16"
        case .trimming: "--trim-silence"
        case .maximumDuration: "--max-duration"
        case .chunking: "--chunk SECONDS"
        case .crop: "--crop X,Y,WxH"
        case .levels: "--levels auto"
        case .longestSide: "--longest-side N"
        case .maximumByteCount: "--max-bytes"
        case .image: "--image"
        case .rescalingMasks: "--rescale-masks"
        case .recordingByteCount: "--recording-bytes"
        case .answerByteLimit: "--max-answer"
        case .sendsTokenUnprotected: "--send-token-unprotected"
        case .pixelCountLimit: ResourceLimits.Name.pixelCount.flag
        case .imageByteCountLimit: ResourceLimits.Name.imageByteCount.flag
        case .scanCountLimit: ResourceLimits.Name.scanCount.flag
        case .colorProfileByteCountLimit: ResourceLimits.Name.colorProfileByteCount.flag
        case .channelCountLimit: ResourceLimits.Name.channelCount.flag
        case .sampleRateLimit: ResourceLimits.Name.sampleRate.flag
        case .silenceDurationLimit: ResourceLimits.Name.silenceDuration.flag
        case .uploadByteCountLimit: ResourceLimits.Name.uploadByteCount.flag
        }
    }
}

extension ResourceLimits.Name {
    /// The option that sets the limit.
    fileprivate var flag: String { "--limit \(rawValue)=N" }
}
