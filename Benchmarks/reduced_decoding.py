#!/usr/bin/env python3
"""How far pictures decoded at half, a quarter or an eighth lie from those of all pixels, on photographs.

    python3 Benchmarks/reduced_decoding.py PERCEPT PHOTO... [--quality 92]

Needs Python with numpy and Pillow. Each photo is cut to multiples of eight and saved as JPEG 4:2:0 and 4:4:4. For each reduction it is
then prepared as PNG with the longest side at which that reduction just comes into use, with and without --full-decoding. PSNR over
all channels, in decibels; the lowest one is what counts.
"""

import argparse
import pathlib
import subprocess
import tempfile


def prepared(percept, photo, side, *options):
    import numpy
    from PIL import Image

    target = photo.with_name("prepared.png")
    subprocess.run([percept, "prepare", photo, "-o", target, "--longest-side", str(side), "--image-format", "png", "--quiet", *options],
                   check=True, stdout=subprocess.DEVNULL)
    pixels = numpy.asarray(Image.open(target).convert("RGB")).astype(float)
    target.unlink()
    return pixels


def main():
    import numpy
    from PIL import Image

    parser = argparse.ArgumentParser()
    parser.add_argument("percept", type=pathlib.Path)
    parser.add_argument("photos", type=pathlib.Path, nargs="+")
    parser.add_argument("--quality", type=int, default=92)
    arguments = parser.parse_args()
    lowest = float("inf")
    print("| photo | pixels | chroma | 1/2 | 1/4 | 1/8 |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for photo in arguments.photos:
            image = Image.open(photo).convert("RGB")
            image = image.crop((0, 0, image.width // 8 * 8, image.height // 8 * 8))
            for chroma, subsampling in (("4:2:0", 2), ("4:4:4", 0)):
                jpeg = pathlib.Path(folder, "photo.jpg")
                image.save(jpeg, quality=arguments.quality, subsampling=subsampling)
                cells = []
                for factor, margin in ((2, 1.5), (4, 2), (8, 2)):
                    side = int(max(image.size) / (factor * margin))
                    # Rounding of the shorter side must not forbid the reduction.
                    while min(image.size) < factor * margin * round(side * min(image.size) / max(image.size)):
                        side -= 1
                    reduced = prepared(arguments.percept, jpeg, side)
                    squares = float(numpy.mean((reduced - prepared(arguments.percept, jpeg, side, "--full-decoding")) ** 2))
                    ratio = 10 * numpy.log10(255 ** 2 / squares) if squares else float("inf")
                    lowest = min(lowest, ratio)
                    cells.append(f"{ratio:.1f}")
                print(f"| {photo.stem} | {image.width}×{image.height} | {chroma} | " + " | ".join(cells) + " |")
    print(f"\nLowest: {lowest:.1f} dB")


if __name__ == "__main__":
    main()
