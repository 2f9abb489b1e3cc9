#!/usr/bin/env python3
"""`percept masks` beside Python doing the same: a saved answer of many masks in base64, each decoded and written as a PNG file.

    python3 Benchmarks/masks.py PERCEPT [--masks 100] [--runs 7]

Needs Python with numpy and Pillow. Python decodes and writes with two processes of multiprocessing; what it takes to start is
counted for both. The two take turns; the median of the runs is given, and that every file holds the same pixels is checked.
"""

import argparse
import base64
import io
import json
import multiprocessing
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

WIDTH, HEIGHT, PROCESSES = 1333, 800, 2


def write_mask(job):
    from PIL import Image

    index, text, folder = job
    image = Image.open(io.BytesIO(base64.b64decode(text)))
    image.load()
    image.convert("L").save(f"{folder}/{index:03}.png")


def python_writer(answer, folder):
    segments = json.loads(pathlib.Path(answer).read_text())
    with multiprocessing.Pool(PROCESSES) as pool:
        pool.map(write_mask, [(index, one["mask"], folder) for index, one in enumerate(segments)])


def answer(count):
    """Blobs with rough outlines and a hole, each a few percent to a third of the picture."""
    import numpy
    from PIL import Image

    random = numpy.random.default_rng(7)
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    segments = []
    for index in range(count):
        center = random.uniform(150, WIDTH - 150), random.uniform(100, HEIGHT - 100)
        angle = numpy.arctan2(y - center[1], x - center[0])
        distance = numpy.hypot(y - center[1], x - center[0])
        radius = random.uniform(40, 300) * (1 + sum(
            random.uniform(-0.12, 0.12) * numpy.sin(k * angle + random.uniform(0, 6)) for k in range(2, 14)))
        pixels = ((distance < radius) & (distance > radius * 0.15)).astype(numpy.uint8) * 255
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        segments.append({
            "label": f"thing {index % 9}", "score": 0.9, "mask": base64.b64encode(file.getvalue()).decode()})
    return json.dumps(segments)


def measured(command):
    """Wall and processor seconds of one process and its children."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} failed")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime


def check(ours, theirs, count):
    import numpy
    from PIL import Image

    files = sorted(ours.glob("*.png"))
    assert len(files) == count
    for file, other in zip(files, sorted(theirs.glob("*.png"))):
        assert (numpy.asarray(Image.open(file)) == numpy.asarray(Image.open(other))).all(), file
    return sum(f.stat().st_size for f in files), sum(f.stat().st_size for f in theirs.glob("*.png"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("percept")
    parser.add_argument("--masks", type=int, default=100)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        source = folder / "answer.json"
        source.write_text(answer(options.masks))
        (folder / "python").mkdir()
        commands = {
            "percept": [options.percept, "masks", str(source), "-o", str(folder / "percept"), "--quiet"],
            "python": [sys.executable, __file__, "--write", str(source), str(folder / "python")],
        }
        results = {tool: [] for tool in commands}
        for turn in range(options.runs + 1):
            for tool, command in commands.items():
                result = measured(command)
                if turn > 0:
                    results[tool].append(result)
        sizes = dict(zip(commands, check(folder / "percept", folder / "python", options.masks)))
        base = statistics.median(result[0] for result in results["percept"])
        print("| tool | wall, median | python / percept | processor | files |")
        print("|---|---|---|---|---|")
        for tool, runs in results.items():
            wall, cpu = (statistics.median(column) for column in zip(*runs))
            print(
                f"| {tool} | {wall:.3f} s | {wall / base:.2f} | {cpu:.3f} s |"
                f" {sizes[tool] / 1024:.0f} KiB |")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        python_writer(sys.argv[2], sys.argv[3])
    else:
        main()
