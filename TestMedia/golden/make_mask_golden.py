"""Writes masks.json: masks of the tests' own making, and what pycocotools says of them.

Run with pycocotools 2.0.11, numpy 2.4.6: python3 make_mask_golden.py
The numbers of the panoptic colours are by panopticapi's published formula, R + 256 G + 65536 B.
"""

import json
import pathlib

import numpy
from pycocotools import mask as coco

MODULUS = 1 << 64


def random_bytes(seed, count):
    """The upper bytes of Knuth's linear congruential generator (MMIX)."""
    state, result = seed, bytearray()
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % MODULUS
        result.append(state >> 56)
    return numpy.frombuffer(bytes(result), numpy.uint8)


def case(kind, seed, width, height):
    y, x = numpy.mgrid[0:height, 0:width]
    if kind == "noise":
        return (random_bytes(seed, width * height) >= 128).reshape(height, width)
    if kind == "specks":
        return (random_bytes(seed, width * height) >= 250).reshape(height, width)
    if kind == "ring":
        distance = (2 * x + 1 - width) ** 2 + (2 * y + 1 - height) ** 2
        side = min(width, height)
        return (distance <= side * side) & (4 * distance >= side * side)
    if kind == "stripes":
        return ((x + seed) // 3 + y // 5) % 2 == 0
    return numpy.full((height, width), kind == "full")


CASES = [
    ("noise", 1, 17, 11), ("noise", 2, 1, 40), ("noise", 3, 40, 1), ("specks", 4, 97, 61), ("ring", 0, 640, 427),
    ("ring", 0, 33, 50), ("stripes", 1, 50, 34), ("stripes", 4, 31, 64), ("full", 0, 5, 7), ("empty", 0, 5, 7),
    ("full", 0, 1, 1), ("empty", 0, 1, 1), ("full", 0, 1920, 1080), ("empty", 0, 1920, 1080),
]


def main():
    masks = []
    for kind, seed, width, height in CASES:
        pixels = numpy.asfortranarray(case(kind, seed, width, height), dtype=numpy.uint8)
        text = coco.encode(pixels)
        assert (coco.decode(text) == pixels).all()
        flat = pixels.reshape(-1, order="F")
        edges = numpy.flatnonzero(numpy.diff(numpy.concatenate([[0], flat, [2]])))
        counts = numpy.diff(numpy.concatenate([[0], edges])).tolist()
        if flat.size and edges.size and edges[-1] != flat.size:
            counts.append(int(flat.size - edges[-1]))
        again = coco.frPyObjects({"size": [height, width], "counts": counts}, height, width)
        assert again["counts"] == text["counts"]
        masks.append({
            "kind": kind, "seed": seed, "width": width, "height": height, "text": text["counts"].decode(),
            "counts": counts if len(counts) < 400 else None, "area": int(coco.area(text)),
            "box": [int(v) for v in coco.toBbox(text)],
        })
    overlaps = []
    for first, second in [(0, 0), (6, 6)]:
        kind, seed, width, height = CASES[first]
        one = coco.encode(numpy.asfortranarray(case(kind, seed, width, height), dtype=numpy.uint8))
        two = coco.encode(numpy.asfortranarray(case("ring", 0, width, height), dtype=numpy.uint8))
        overlaps.append({
            "index": first, "iou": float(coco.iou([one], [two], [0])[0][0]),
            "union": coco.merge([one, two])["counts"].decode(),
            "intersection": coco.merge([one, two], intersect=True)["counts"].decode(),
        })
    path = pathlib.Path(__file__).with_name("masks.json")
    lines = ",\n".join(json.dumps(mask) for mask in masks)
    path.write_text(f'{{"masks": [\n{lines}\n], "overlapsWithRing": {json.dumps(overlaps)}}}\n')


if __name__ == "__main__":
    main()
