"""Writes resize.json: hashes of what Pillow's Image.resize makes of pictures that the tests can compute for themselves.

Run with Pillow 13.0.0: python3 make_resize_golden.py
As of Pillow 13 the height is resized before the width where it loses more than twice as many pixels; older ones differ
there in single units.
"""

import json
import pathlib

import PIL
from PIL import Image

MODES = {"gray": "L", "grayAlpha": "LA", "rgb": "RGB", "rgba": "RGBA"}
FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "box": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "hamming": Image.Resampling.HAMMING,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
# Down, up, one direction alone, odd, one pixel wide or high, much lower.
SIZES = [
    ((97, 61), (40, 25)),
    ((97, 61), (10, 7)),
    ((31, 17), (83, 50)),
    ((64, 48), (64, 20)),
    ((64, 48), (20, 48)),
    ((1, 30), (7, 9)),
    ((30, 1), (9, 7)),
    ((50, 40), (1, 1)),
    ((40, 200), (35, 9)),
    ((33, 90), (70, 11)),
]


def picture(size, channel_count):
    """Bits 16…23 of the states of a linear congruential generator; each fourth pixel opaque, each fifth clear."""
    state, data = 1, bytearray()
    for pixel in range(size[0] * size[1]):
        for channel in range(channel_count):
            state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
            value = state >> 16 & 0xFF
            if channel == channel_count - 1 and channel_count in (2, 4):
                value = 255 if pixel % 4 == 0 else 0 if pixel % 5 == 0 else value
            data.append(value)
    return bytes(data)


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


if __name__ == "__main__":
    cases = []
    for model, mode in MODES.items():
        for source, target in SIZES:
            image = Image.frombytes(mode, source, picture(source, len(mode)))
            for name, resampling in FILTERS.items():
                cases.append(
                    {"colorModel": model, "from": source, "to": target, "filter": name,
                     "fnv1a": fnv1a(image.resize(target, resampling).tobytes())})
    text = ",\n".join(json.dumps(case) for case in cases)
    path = pathlib.Path(__file__).with_name("resize.json")
    path.write_text(f'{{"pillow": "{PIL.__version__}", "cases": [\n{text}\n]}}\n')
