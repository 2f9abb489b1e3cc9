"""Writes palettes.json: how far pictures are from the originals that Pillow gives a palette by Image.quantize.

Run with Pillow 13.0.0 and numpy 2.4.6: python3 make_palette_golden.py
The pictures are every sixth pixel of images/scene.png, the same with an alpha and in gray, and slopes with noise; the tests
make them alike, and a hash (64-bit FNV-1a over the raw pixels) says so. The error is the mean square of the differences
of all channels; of pictures with alpha in the mean over black and over white.
"""

import json
import pathlib

import numpy
import PIL
from PIL import Image

FOLDER = pathlib.Path(__file__).parent
COUNTS = [2, 16, 64, 256]


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def scene():
    return numpy.asarray(Image.open(FOLDER.parent / "images/scene.png").convert("RGB"))[::6, ::6]


def gray():
    pixels = scene().astype(int)
    return ((299 * pixels[..., 0] + 587 * pixels[..., 1] + 114 * pixels[..., 2] + 500) // 1000).astype(numpy.uint8)


def alpha():
    pixels = scene()
    height, width = pixels.shape[:2]
    y, x = numpy.mgrid[:height, :width]
    # A disc with a soft edge.
    value = numpy.clip((2250 - (x - 80) ** 2 - (y - 53) ** 2) // 4, 0, 255).astype(numpy.uint8)
    return numpy.dstack([pixels, value])


def slopes():
    width, height = 96, 72
    state = 1
    data = bytearray()
    for y in range(height):
        for x in range(width):
            for value in (2 * x + y, 200 - 2 * y, x * y // 32 + 20):
                state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
                data.append(min(max(value + (state >> 16) % 25 - 12, 0), 255))
    return numpy.frombuffer(bytes(data), numpy.uint8).reshape(height, width, 3)


def error(first, second):
    first, second = first.astype(float), second.astype(float)
    if first.shape[-1] != 4:
        return float(((first - second) ** 2).mean())

    def over(pixels, ground):
        alpha = pixels[..., 3:] / 255
        return pixels[..., :3] * alpha + ground * (1 - alpha)

    return float(sum(((over(first, g) - over(second, g)) ** 2).mean() for g in (0, 255)) / 2)


cases = []
for name, pixels in [("scene", scene()), ("alpha", alpha()), ("gray", gray()), ("slopes", slopes())]:
    image = Image.fromarray(numpy.ascontiguousarray(pixels))
    methods = {"fastOctree": Image.Quantize.FASTOCTREE}
    if image.mode != "RGBA":
        methods["medianCut"] = Image.Quantize.MEDIANCUT
    for count in COUNTS:
        errors = {
            key: round(error(pixels, numpy.asarray(image.quantize(count, method).convert(image.mode))), 4)
            for key, method in methods.items()
        }
        cases.append({"picture": name, "hash": fnv1a(image.tobytes()), "colorCount": count, "errors": errors})

(FOLDER / "palettes.json").write_text(json.dumps({"pillow": PIL.__version__, "cases": cases}, indent=1) + "\n")
