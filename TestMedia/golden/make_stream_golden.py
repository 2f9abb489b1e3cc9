"""Writes streams.json: short MP3, Ogg Vorbis and Ogg Opus streams of tones, and what other decoders make of each.

Run with ffmpeg (libmp3lame, libvorbis, libopus) and lame: python3 make_stream_golden.py
Channel c (from 0) of each is a sine of 300 + 200·c Hz with an amplitude of 0.25. The streams stand in base64. `samples` holds every 149th
sample of each channel in units of 1/32768, decoded by ffmpeg (its own decoders, not the libraries that Percept uses), in the order
of WAV; there are none for free format, which ffmpeg cannot read. `frameCount` is that of the decoded samples, of Vorbis and of free
format that of the tones.
"""

import base64
import json
import pathlib
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


def decoded(folder, data, suffix, channels):
    path = folder / f"decode.{suffix}"
    path.write_bytes(data)
    raw = run("ffmpeg", "-v", "error", "-i", str(path), "-f", "f32le", "-")
    values = [v * 32768 for v in struct.unpack(f"<{len(raw) // 4}f", raw)]
    return [[round(v) for v in values[c::channels]] for c in range(channels)]


def case(folder, name, suffix, channels, rate, data):
    planes = decoded(folder, data, suffix, channels)
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
        # No other decoder at hand reads all of it: the tests know the tone.
        free = (folder / "free.mp3").read_bytes()
        cases.append({"name": "mp3 in free format", "sampleRate": 44100, "channelCount": 1, "frameCount": 8820, "samples": [],
                      "file": base64.b64encode(free).decode()})
    versions = [run("ffmpeg", "-version").decode().splitlines()[0], run("lame", "--version").decode().splitlines()[0]]
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    header = json.dumps({"madeWith": versions, "step": STEP})[:-1]
    (FOLDER / "streams.json").write_text(f'{header}, "cases": [\n{lines}\n]}}\n')


main()
