#!/usr/bin/env python3
"""Percept beside ffmpeg, SoX and vipsthumbnail: same inputs, same run, whole processes.

    make bench                      # or: python3 Benchmarks/side_by_side.py PERCEPT [--minutes 30] [--runs 7]

Needs ffmpeg, sox, vipsthumbnail, espeak-ng, and Python with numpy and Pillow. Inputs are made in a temporary folder: so many
minutes of synthetic speech (44.1 kHz stereo) as WAV and FLAC, and a 12-megapixel photo-like picture as JPEG and PNG.
The tools take turns; the median of the runs is given, and its ratio to the peer's. Memory is the peak of the process.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def run(*command):
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def measured(command):
    """Wall seconds and peak kilobytes of one process."""
    start = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        sys.exit(f"failed: {command}")
    return seconds, usage.ru_maxrss


def make_speech(folder, minutes):
    words = "The quick brown fox jumps over the lazy dog while the ship leaves the harbour at half past seven. "
    run("espeak-ng", "-w", folder / "spoken.wav", words * 30)
    run("sox", "-R", folder / "spoken.wav", "-r", "44100", "-c", "2", "-b", "16", folder / "piece.wav")
    length = float(subprocess.check_output(["soxi", "-D", folder / "piece.wav"]))
    seconds = minutes * 60
    run("sox", "-R", folder / "piece.wav", folder / "speech.wav", "repeat", str(int(seconds / length)), "trim", "0", seconds)
    run("ffmpeg", "-y", "-i", folder / "speech.wav", folder / "speech.flac")


def make_photo(folder):
    """Smooth colour, edges and grain, so that the encoders have about the work that a photograph gives them."""
    import numpy
    from PIL import Image

    random = numpy.random.default_rng(1)
    height, width = 3000, 4000
    y, x = numpy.mgrid[0:height, 0:width].astype("float32")
    waves = [numpy.sin(x / 90 + channel) * numpy.cos(y / (130 + 20 * channel)) for channel in range(3)]
    picture = 128 + 70 * numpy.stack(waves, 2)
    for _ in range(300):
        cx, cy, r = random.integers(0, width), random.integers(0, height), random.integers(20, 200)
        box = (slice(max(0, cy - r), cy + r), slice(max(0, cx - r), cx + r))
        inside = (x[box] - cx) ** 2 + (y[box] - cy) ** 2 < r * r
        picture[box][inside] = random.integers(0, 255, 3)
    picture += random.normal(0, 6, picture.shape)
    image = Image.fromarray(picture.clip(0, 255).astype("uint8"))
    image.save(folder / "photo.jpg", quality=92)
    image.save(folder / "photo.png", compress_level=6)


def compare(title, runs, commands):
    """`commands` maps names to command lines; the first is ours, the ratios are ours over theirs."""
    seconds = {name: [] for name in commands}
    memory = {name: 0 for name in commands}
    for name, command in commands.items():
        measured(command)  # warms the file cache
    for _ in range(runs):
        for name, command in commands.items():
            wall, kilobytes = measured(command)
            seconds[name].append(wall)
            memory[name] = max(memory[name], kilobytes)
    ours = statistics.median(seconds[next(iter(commands))])
    for name in commands:
        median = statistics.median(seconds[name])
        print(f"| {title} | {name} | {median:.3f} s | {ours / median:.2f} | {memory[name] / 1024:.0f} MB |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("percept")
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--make-photo", type=pathlib.Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.make_photo:
        return make_photo(arguments.make_photo)
    percept = pathlib.Path(arguments.percept).resolve()
    for tool in ["ffmpeg", "sox", "vipsthumbnail", "espeak-ng"]:
        if not shutil.which(tool):
            sys.exit(f"{tool} is not installed")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        make_speech(folder, arguments.minutes)
        # In a process of its own: what this one holds would count as the peak of every process that it starts.
        run(sys.executable, __file__, arguments.percept, "--make-photo", folder)
        print("| work | tool | wall, median | percept / tool | peak memory |\n|---|---|---|---|---|")
        for kind in ["wav", "flac"]:
            source = folder / f"speech.{kind}"
            compare(f"{arguments.minutes} min 44.1 kHz stereo {kind.upper()} → 16 kHz mono FLAC", arguments.runs, {
                "percept": [percept, "prepare", source, "-o", folder / "ours.flac"],
                "ffmpeg": ["ffmpeg", "-y", "-i", source, "-ar", "16000", "-ac", "1", "-sample_fmt", "s16", folder / "f.flac"],
                "sox": ["sox", source, "-r", "16000", "-c", "1", "-b", "16", folder / "s.flac"],
            })
        for kind in ["jpg", "png"]:
            source = folder / f"photo.{kind}"
            compare(f"12 MP {kind.upper()} → longest side 1024, JPEG 90", arguments.runs, {
                "percept": [percept, "prepare", source, "--longest-side", "1024", "-o", folder / "ours.jpg"],
                "vipsthumbnail": ["vipsthumbnail", source, "-s", "1024", "-o", f"{folder}/vips.jpg[Q=90]"],
                "ffmpeg": ["ffmpeg", "-y", "-i", source, "-vf", "scale=1024:-2:flags=lanczos", "-q:v", "3", folder / "f.jpg"],
            })


if __name__ == "__main__":
    main()
