#!/usr/bin/env python3
"""How faithful the resampler is, measured from outside: sines through `percept prepare`, beside SoX and ffmpeg.

    python3 Benchmarks/resampling_quality.py .build/release/percept [--from 44100] [--to 16000]

For each tool: how far the gain in the passband strays from 0 dB, the worst of what tones above the new Nyquist frequency leave, and
noise and distortion beside a 1 kHz tone. 24-bit input at −1 dB, 32-bit float output (24-bit for SoX). Needs sox, ffmpeg, numpy.
"""

import argparse
import pathlib
import subprocess
import tempfile

import numpy


def write_wav(path, samples, rate):
    data = (samples * (1 << 23)).round().astype("<i4")
    bytes24 = data.view("u1").reshape(-1, 4)[:, :3].tobytes()
    header = b"RIFF" + (36 + len(bytes24)).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    header += (1).to_bytes(2, "little") * 2 + rate.to_bytes(4, "little") + (rate * 3).to_bytes(4, "little")
    header += (3).to_bytes(2, "little") + (24).to_bytes(2, "little") + b"data" + len(bytes24).to_bytes(4, "little")
    path.write_bytes(header + bytes24)


def read_wav(path):
    raw = subprocess.check_output(["ffmpeg", "-v", "error", "-i", path, "-f", "f64le", "-"])
    return numpy.frombuffer(raw)


def fitted(samples, frequency, rate):
    """Amplitude of the tone, and the RMS of what is left without it."""
    n = numpy.arange(len(samples))
    angle = 2 * numpy.pi * frequency * n / rate
    basis = numpy.stack([numpy.sin(angle), numpy.cos(angle)], 1)
    weights, *_ = numpy.linalg.lstsq(basis, samples, rcond=None)
    return numpy.hypot(*weights), (samples - basis @ weights).std()


def decibels(ratio):
    return 20 * numpy.log10(max(ratio, 1e-12))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("percept")
    parser.add_argument("--from", dest="source", type=int, default=44_100)
    parser.add_argument("--to", dest="target", type=int, default=16_000)
    arguments = parser.parse_args()
    rate, target = arguments.source, arguments.target
    nyquist = min(rate, target) / 2
    level = 10 ** (-1 / 20)

    def percept(quality):
        return lambda i, o: [arguments.percept, "prepare", i, "-o", o, "--rate", str(target), "--audio-format", "wav",
                             "--sample-format", "f32", "--resampling", quality, "--quiet"]

    tools = {
        "percept standard": percept("standard"),
        "percept best": percept("best"),
        "sox rate -h": lambda i, o: ["sox", i, "-b", "24", o, "rate", "-h", str(target)],
        "sox rate -v": lambda i, o: ["sox", i, "-b", "24", o, "rate", "-v", str(target)],
        "ffmpeg": lambda i, o: ["ffmpeg", "-v", "error", "-y", "-i", i, "-ar", str(target), "-c:a", "pcm_f32le", o],
    }
    passband = [nyquist * f for f in (0.01, 0.1, 0.25, 0.5, 0.7, 0.8, 0.85, 0.9)]
    stopband = [f for f in (nyquist * r for r in (1.0003, 1.01, 1.03, 1.1, 1.25, 1.5, 2.0, 2.5)) if f < rate / 2]
    print(f"| {rate} → {target} Hz | passband to 0.90 | worst alias | beside 1 kHz |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        tone, out = pathlib.Path(folder) / "tone.wav", pathlib.Path(folder) / "out.wav"

        def through(command, frequency):
            n = numpy.arange(rate * 2)
            write_wav(tone, level * numpy.sin(2 * numpy.pi * frequency * n / rate), rate)
            subprocess.run([str(part) for part in command(tone, out)], check=True, stdout=subprocess.DEVNULL)
            samples = read_wav(out)
            margin = len(samples) // 4
            return samples[margin:-margin]

        for name, command in tools.items():
            gains = [decibels(fitted(through(command, f), f, target)[0] / level) for f in passband]
            ripple = max(abs(gain) for gain in gains)
            alias = max(decibels(through(command, f).std() * 2 ** 0.5 / level) for f in stopband) if stopband else 0
            amplitude, rest = fitted(through(command, 1000), 1000, target)
            noise = decibels(rest * 2 ** 0.5 / amplitude)
            print(f"| {name} | ±{ripple:.4f} dB | {alias:.1f} dB | {noise:.1f} dB |", flush=True)


if __name__ == "__main__":
    main()
