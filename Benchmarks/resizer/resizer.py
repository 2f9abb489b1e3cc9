"""The resizer alone beside Pillow, one thread each, in turns: 12 megapixels of RGB noise to a longest side of 1024.

    python3 Benchmarks/resizer/resizer.py [filter …]

Builds the little program beside it first. Prints medians, and fails when the bytes differ.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import PIL
from PIL import Image

SOURCE, TARGET, RUNS = (4000, 3000), (1024, 768), 11
folder = pathlib.Path(__file__).parent


def program():
    build = ["swift", "build", "-c", "release", "--package-path", str(folder)]
    subprocess.run(build, check=True, stdout=sys.stderr)
    path = subprocess.run([*build, "--show-bin-path"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    return os.path.join(path, "resizer")


def measure(resizer, image, name, scratch):
    pixels, result = os.path.join(scratch, "in"), os.path.join(scratch, "out")
    with open(pixels, "wb") as file:
        file.write(image.tobytes())
    arguments = [resizer, pixels, *map(str, (*SOURCE, *TARGET)), name, result]
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    ours, theirs = [], []
    for run in range(RUNS + 1):
        process.stdin.write("\n")
        process.stdin.flush()
        own = float(process.stdout.readline())
        start = time.perf_counter()
        expected = image.resize(TARGET, Image.Resampling[name.upper()])
        other = time.perf_counter() - start
        if run:  # The first warms the caches.
            ours.append(own)
            theirs.append(other)
    process.stdin.close()
    if process.wait() or open(result, "rb").read() != expected.tobytes():
        sys.exit(f"{name}: the bytes differ")
    return statistics.median(ours), statistics.median(theirs)


resizer = program()
image = Image.frombytes("RGB", SOURCE, os.urandom(SOURCE[0] * SOURCE[1] * 3))
print(f"| filter | percept | Pillow {PIL.__version__} | Pillow / percept |\n|---|---|---|---|")
for name in sys.argv[1:] or ["lanczos", "bicubic", "bilinear", "box"]:
    with tempfile.TemporaryDirectory() as scratch:
        own, other = measure(resizer, image, name, scratch)
    print(f"| {name} | {own * 1e3:.1f} ms | {other * 1e3:.1f} ms | {other / own:.2f} |")
