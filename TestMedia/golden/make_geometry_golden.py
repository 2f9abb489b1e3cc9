"""Writes geometry.json: hashes of uploads that Pillow makes by crop, resize and paste, of pictures that the tests can
compute for themselves, and the sizes and paddings that go with them.

Run with Pillow 13.0.0: python3 make_geometry_golden.py
Sizes follow what the processors of the models do: LetterBox of Ultralytics (round, and padding split as round(d/2 ± 0.1)),
and resize with shortest_edge followed by center_crop of Hugging Face's transformers (int(), and //).
"""

import json
import pathlib

import PIL
from PIL import Image

from make_resize_golden import FILTERS, MODES, fnv1a, picture

GROUND = {"L": 114, "LA": (114, 255), "RGB": (114, 114, 114), "RGBA": (114, 114, 114, 255)}
# Source, crop (left, upper, right, lower), kind, target, shortest side.
CASES = [
    ((97, 61), None, "letterbox", (64, 64), None),
    ((61, 97), None, "letterbox", (64, 63), None),
    ((31, 17), None, "letterbox", (90, 41), None),
    ((31, 17), (5, 3, 30, 17), "letterbox", (40, 40), None),
    ((1, 30), None, "letterbox", (9, 9), None),
    ((97, 61), None, "centerCrop", (24, 24), None),
    ((61, 97), None, "centerCrop", (25, 24), 33),
    ((40, 200), None, "centerCrop", (30, 17), 35),
    ((31, 17), None, "centerCrop", (50, 50), None),
    ((97, 61), (10, 0, 97, 50), "centerCrop", (21, 21), 32),
    ((97, 61), (11, 7, 90, 60), "stretch", (40, 25), None),
    ((40, 200), (1, 10, 38, 199), "stretch", (35, 9), None),
    ((97, 61), (11, 7, 90, 60), "stretch", (79, 53), None),
    ((97, 61), (96, 60, 97, 61), "stretch", (3, 2), None),
]


def upload(image, crop, kind, target, shortest, resampling):
    """The upload, the size after resizing, and the padding on the left, top, right and bottom."""
    image = image.crop(crop) if crop else image
    (width, height), (across, down) = image.size, target
    if kind == "stretch":
        return image.resize(target, resampling), target, (0, 0, 0, 0)
    if kind == "letterbox":
        ratio = min(across / width, down / height)
        size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
        dw, dh = (across - size[0]) / 2, (down - size[1]) / 2
        padding = (round(dw - 0.1), round(dh - 0.1), round(dw + 0.1), round(dh + 0.1))
        result = Image.new(image.mode, target, GROUND[image.mode])
        result.paste(image.resize(size, resampling), padding[:2])
        return result, size, padding
    if shortest is None:
        shortest = across if across * height >= down * width else down
        wide = across * height < down * width
    else:
        wide = width > height
    size = (int(shortest * width / height), shortest) if wide else (shortest, int(shortest * height / width))
    left, top = (size[0] - across) // 2, (size[1] - down) // 2
    result = image.resize(size, resampling).crop((left, top, left + across, top + down))
    return result, size, (-left, -top, left + across - size[0], top + down - size[1])


if __name__ == "__main__":
    cases = []
    for model, mode in MODES.items():
        for source, crop, kind, target, shortest in CASES:
            image = Image.frombytes(mode, source, picture(source, len(mode)))
            for name, resampling in FILTERS.items():
                result, size, padding = upload(image, crop, kind, target, shortest, resampling)
                case = {"colorModel": model, "from": source, "kind": kind, "to": target, "filter": name,
                        "resized": size, "padding": padding, "fnv1a": fnv1a(result.tobytes())}
                if crop:
                    case["crop"] = (crop[0], crop[1], crop[2] - crop[0], crop[3] - crop[1])
                if shortest:
                    case["shortestSide"] = shortest
                cases.append(case)
    text = ",\n".join(json.dumps(case) for case in cases)
    path = pathlib.Path(__file__).with_name("geometry.json")
    path.write_text(f'{{"pillow": "{PIL.__version__}", "cases": [\n{text}\n]}}\n')
