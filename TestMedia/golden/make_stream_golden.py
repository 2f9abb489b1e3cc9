"""Writes streams.json: short MP3, Ogg Vorbis and Ogg Opus streams of tones, and what other decoders make of each.

Run with ffmpeg (libmp3lame, libvorbis, libopus), lame, opus-tools, vorbis-tools and madplay: python3 make_stream_golden.py
Channel c (from 0) of each is a sine of 300 + 200·c Hz with an amplitude of 0.25; LAME multiplies its input by 0.95 before it encodes
(lame_set_scale in its presets), so that an MP3 holds 0.2375. The streams are in base64. `samples` holds every 149th sample of each
channel in units of 1/32768, in the order of WAV. They are decoded

- by ffmpeg, with its own decoders, where nothing else is said here;
- by opusdec of opus-tools for Opus. ffmpeg agrees within 2e-4 on packets of CELT alone, which is checked here. Of hybrid packets
  ("opus 1", and the centre of 5.1 and 7.1) it differs by up to 0.05: it is 1 to 2 samples earlier, after which 0.002 (centre) and
  0.011 ("opus 1") remain. RFC 6716, section 4.2.9, does not prescribe the resampler of SILK's part, and libopus is the reference;
- by oggdec of vorbis-tools for "vorbis 22050", of which ffmpeg loses the first block;
- by madplay (libmad) for free format, which ffmpeg cannot read. It keeps the 1105 samples of delay, which are left out here.

`frameCount` is the length of the tones, with what the encoder adds where the stream does not say how much that is.
"""

import base64
import json
import pathlib
import re
import struct
import subprocess
import tempfile

FOLDER = pathlib.Path(__file__).parent
STEP = 149
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}


def run(*arguments):
    return subprocess.run(arguments, check=True, capture_output=True).stdout


def tones(channels, rate, seconds):
    expression = "|".join(f"0.25*sin(2*PI*{300 + 200 * c}*t)" for c in range(channels))
    return ["-f", "lavfi", "-i", f"aevalsrc={expression}:s={rate}:d={seconds}:c={LAYOUTS[channels]}"]


def encoded(folder, suffix, channels, rate, seconds, *options):
    path = folder / f"stream.{suffix}"
    run("ffmpeg", "-v", "error", "-y", *tones(channels, rate, seconds), *options, "-fflags", "+bitexact", "-flags", "+bitexact", str(path))
    return path.read_bytes()


def checksum(page):
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7) & 0xFFFFFFFF if value & 0x80000000 else value << 1
    return value


def with_opus_head(data, offset, value):
    """The stream with other bytes in its identification header, which is the first page."""
    data = bytearray(data)
    start = data.index(b"OpusHead") + offset
    data[start : start + len(value)] = value
    length = 27 + data[26] + sum(data[27 : 27 + data[26]])
    data[22:26] = bytes(4)
    data[22:26] = checksum(bytes(data[:length])).to_bytes(4, "little")
    return bytes(data)


def floats(path, channels):
    """The channels of a file that ffmpeg reads, or of a WAV file that another decoder wrote."""
    raw = run("ffmpeg", "-v", "error", "-i", str(path), "-f", "f32le", "-")
    values = struct.unpack(f"<{len(raw) // 4}f", raw)
    return [values[c::channels] for c in range(channels)]


def decoded(folder, name, data, suffix, channels):
    path, wav = folder / f"decode.{suffix}", folder / "decoded.wav"
    path.write_bytes(data)
    if suffix == "opus":
        run("opusdec", "--quiet", "--float", "--rate", "48000", str(path), str(wav))
        planes = floats(wav, channels)
        # Mono at 24 kbit/s is hybrid; the centre is the third channel of WAV's order.
        hybrid = [0] if name == "opus 1" else [2] if channels > 2 else []
        for channel, (one, other) in enumerate(zip(planes, floats(path, channels))):
            assert len(one) == len(other)
            assert channel in hybrid or max(abs(a - b) for a, b in zip(one, other)) < 2e-4, (name, channel)
    elif name == "vorbis 22050":
        run("oggdec", "--quiet", "-b", "16", "-o", str(wav), str(path))
        planes = floats(wav, channels)
    elif name == "mp3 in free format":
        run("madplay", "--quiet", "--bit-depth=24", "--no-dither", f"--output=wave:{wav}", str(path))
        planes = [plane[1105 : 1105 + 6400] for plane in floats(wav, channels)]
    else:
        planes = floats(path, channels)
    return [[round(v * 32768) for v in plane] for plane in planes]


def case(folder, name, suffix, channels, rate, data):
    planes = decoded(folder, name, data, suffix, channels)
    return {
        "name": name, "sampleRate": rate, "channelCount": channels, "frameCount": len(planes[0]),
        "samples": [plane[::STEP] for plane in planes], "file": base64.b64encode(data).decode(),
    }


def main():
    cases = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)

        def add(label, suffix, channels, rate, seconds, *options, change=lambda data: data):
            data = change(encoded(folder, suffix, channels, rate, seconds, *options))
            cases.append(case(folder, label, suffix, channels, rate, data))
            # ffmpeg loses a block at the end of some Vorbis streams; the last granule position is what was encoded.
            if suffix == "ogg":
                cases[-1]["frameCount"] = round(seconds * rate)

        mp3 = ["-c:a", "libmp3lame", "-id3v2_version", "0"]
        add("mp3 22050 mono", "mp3", 1, 22050, 0.6, *mp3, "-b:a", "32k")
        add("mp3 44100 stereo", "mp3", 2, 44100, 0.5, *mp3, "-b:a", "64k")
        add("mp3 8000 mono", "mp3", 1, 8000, 0.5, *mp3, "-b:a", "16k")
        add("mp3 48000 mono without information", "mp3", 1, 48000, 0.4, *mp3, "-b:a", "48k", "-write_xing", "0")
        add("mp3 48000 stereo without information", "mp3", 2, 48000, 0.4, *mp3, "-b:a", "64k", "-write_xing", "0")
        add("layer II 32000 mono", "mp2", 1, 32000, 0.4, "-c:a", "mp2", "-b:a", "64k")
        for channels in LAYOUTS:
            seconds = 1 if channels == 1 else 0.3
            pages = ["-page_duration", "100000"]
            add(f"vorbis {channels}", "ogg", channels, 44100, seconds, "-c:a", "libvorbis", "-q:a", "1", "-serial_offset", "7", *pages)
            add(f"opus {channels}", "opus", channels, 48000, seconds, "-c:a", "libopus", "-b:a", f"{24 * channels}k", "-serial_offset", "7",
                *(["-mapping_family", "1"] if channels > 2 else []), *pages)
        add("vorbis 22050", "ogg", 1, 22050, 0.5, "-c:a", "libvorbis", "-q:a", "1", "-serial_offset", "7")
        add("opus with an unspecified input rate", "opus", 1, 48000, 0.3, "-c:a", "libopus", "-b:a", "48k",
            change=lambda data: with_opus_head(data, 12, bytes(4)))
        add("opus with a gain of -6 dB", "opus", 1, 48000, 0.3, "-c:a", "libopus", "-b:a", "48k",
            change=lambda data: with_opus_head(data, 16, (-1536).to_bytes(2, "little", signed=True)))
        wav = folder / "free.wav"
        run("ffmpeg", "-v", "error", "-y", *tones(1, 44100, 0.2), str(wav))
        run("lame", "--quiet", "--freeformat", "-b", "48", "-m", "m", str(wav), str(folder / "free.mp3"))
        # LAME resamples to 32 kHz for this bit rate: 0.2 s are 6400 samples.
        cases.append(case(folder, "mp3 in free format", "mp3", 1, 32000, (folder / "free.mp3").read_bytes()))
    versions = []
    for program in [("ffmpeg", "-version"), *((name, "--version") for name in ("lame", "opusdec", "oggdec", "madplay"))]:
        result = subprocess.run(program, capture_output=True, text=True)
        lines = (result.stdout + result.stderr).splitlines()
        versions.append(next(line for line in lines if re.search(r"\d+\.\d", line)))
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    header = json.dumps({"madeWith": versions, "step": STEP})[:-1]
    (FOLDER / "streams.json").write_text(f'{header}, "cases": [\n{lines}\n]}}\n')


main()
