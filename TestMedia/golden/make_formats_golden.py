"""Writes formats.json: small TIFF, BMP, GIF and WebP files, and what Pillow or tifffile reads from them.

Run with Pillow 13.0.0, tifffile 2026.3.3, imagecodecs 2026.3.6 and numpy: python3 make_formats_golden.py
The files stand in base64. A hash is 64-bit FNV-1a over the raw pixels, 16-bit samples with the low byte first. Files that
Pillow does not write are written by tifffile, or byte by byte here after the specification; their pixels are those they
were made from, and Pillow confirms them where it reads them.
"""

import base64
import io
import json
import pathlib
import struct

import numpy as np
import tifffile
from PIL import Image

WIDTH, HEIGHT = 37, 29
FOLDER = pathlib.Path(__file__).parent
cases = []


def scene(channels=3, depth=8):
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    inside = (x - 20) ** 2 + (y - 14) ** 2 < 90
    planes = [7 * x, 8 * y, 255 - 5 * x, np.where(inside, 255, 6 * x)]
    planes[0] = np.where(inside, 200, planes[0])
    data = np.clip(np.stack(planes, -1), 0, 255).astype(np.uint32)
    data = data[..., [0, 3]] if channels == 2 else data[..., :channels]
    data = data if depth == 8 else data * 257 + (x * 3)[..., None] % 255
    return np.clip(data, 0, (1 << depth) - 1).astype(np.uint8 if depth == 8 else np.uint16)


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


MODES = {1: "gray", 2: "grayAlpha", 3: "rgb", 4: "rgba"}


def add(name, file, pixels, warnings=0, tolerance=0, orientation=1, confirmed=True):
    """`pixels` is an array of rows; `confirmed` compares it with what Pillow reads."""
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    if confirmed:
        image = Image.open(io.BytesIO(file))
        mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[pixels.shape[2]]
        found = np.asarray(image.convert(mode)).astype(int).reshape(pixels.shape)
        assert np.abs(found - pixels).max() <= tolerance, (name, np.abs(found - pixels).max())
    entry = {"name": name, "width": pixels.shape[1], "height": pixels.shape[0], "model": MODES[pixels.shape[2]],
             "bits": 16 if pixels.dtype == np.uint16 else 8, "warnings": warnings, "orientation": orientation,
             "tolerance": tolerance, "file": base64.b64encode(file).decode()}
    raw = pixels.astype("<u2" if pixels.dtype == np.uint16 else np.uint8).tobytes()
    if tolerance:
        entry["pixels"] = base64.b64encode(raw).decode()
    else:
        entry["fnv1a"] = fnv1a(raw)
    cases.append(entry)


def saved(array, format, mode=None, **options):
    file = io.BytesIO()
    image = array if isinstance(array, Image.Image) else Image.fromarray(array)
    image.save(file, format, **options)
    return file.getvalue()


def tiff(array, **options):
    file = io.BytesIO()
    options.setdefault("metadata", None)
    tifffile.imwrite(file, array, **options)
    return file.getvalue()


def tiffs():
    rgb, rgba, gray, deep = scene(), scene(4), scene(1)[..., 0], scene(3, 16)
    for compression in ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"]:
        add(f"TIFF {compression}", saved(rgb, "TIFF", compression=compression), rgb)
    file = saved(rgb, "TIFF", compression="jpeg", quality=90)
    add("TIFF JPEG", file, np.asarray(Image.open(io.BytesIO(file)).convert("RGB")), tolerance=1)
    bilevel = np.where(gray > 100, 255, 0).astype(np.uint8)
    for compression in ["group3", "group4", "raw"]:
        add(f"TIFF bilevel {compression}",
            saved(Image.fromarray(bilevel).convert("1"), "TIFF", compression=compression), bilevel)
    indexed = Image.fromarray(rgb).quantize(16)
    add("TIFF palette", saved(indexed, "TIFF"), np.asarray(indexed.convert("RGB")))
    cmyk = np.stack([255 - rgb[..., 0], 255 - rgb[..., 1], 255 - rgb[..., 2], rgb[..., 0] // 4], -1).astype(np.uint8)
    file = saved(Image.fromarray(cmyk, "CMYK"), "TIFF")
    add("TIFF CMYK", file, np.asarray(Image.open(io.BytesIO(file)).convert("RGB")), tolerance=1)
    lab = Image.fromarray(rgb).convert("LAB")
    file = saved(lab, "TIFF")
    add("TIFF Lab", file, np.asarray(Image.open(io.BytesIO(file)).convert("RGB")), tolerance=2)
    add("TIFF straight alpha", tiff(rgba, photometric="rgb", extrasamples=["unassalpha"]), rgba)
    alpha = rgba[..., 3:].astype(int)
    multiplied = np.concatenate([(rgba[..., :3] * alpha + 127) // 255, alpha], -1).astype(np.uint8)
    back = np.where(alpha > 0, (multiplied[..., :3].astype(int) * 255 + alpha // 2) // np.maximum(alpha, 1), 0)
    back = np.concatenate([np.minimum(back, 255), alpha], -1).astype(np.uint8)
    add("TIFF premultiplied", tiff(multiplied, photometric="rgb", extrasamples=["assocalpha"]), back, tolerance=1)
    add("TIFF gray alpha", tiff(scene(2), photometric="minisblack", extrasamples=["unassalpha"]), scene(2))
    add("TIFF further channels", tiff(np.concatenate([rgb, gray[..., None], gray[..., None]], -1), photometric="rgb",
        planarconfig="contig", extrasamples=["unspecified", "unspecified"]), rgb, warnings=1, confirmed=False)
    add("TIFF tiles", tiff(rgb, photometric="rgb", tile=(16, 16), compression="zlib"), rgb)
    add("TIFF planes", tiff(np.moveaxis(rgb, -1, 0).copy(), photometric="rgb", planarconfig="separate"), rgb)
    add("TIFF planes in tiles", tiff(np.moveaxis(rgb, -1, 0).copy(), photometric="rgb", planarconfig="separate",
        tile=(16, 16), compression="lzw"), rgb)
    add("BigTIFF, big-endian", tiff(rgb, photometric="rgb", bigtiff=True, byteorder=">", rowsperstrip=5), rgb,
        confirmed=False)
    add("TIFF 16 bits", tiff(deep, photometric="rgb"), deep, confirmed=False)
    add("TIFF 16 bits, big-endian, compressed", tiff(deep, photometric="rgb", byteorder=">", compression="zlib",
        predictor=True), deep, confirmed=False)
    gray16 = scene(1, 16)[..., 0]
    add("TIFF 16 bits gray", tiff(gray16, photometric="minisblack", byteorder=">"), gray16, confirmed=False)
    add("TIFF white is zero", tiff(gray, photometric="miniswhite"), 255 - gray)
    numbers = gray.astype(np.float32) / 255
    add("TIFF float", tiff(numbers, photometric="minisblack"), np.round(numbers.astype(float) * 65535).astype(np.uint16),
        confirmed=False)
    add("TIFF double to 255", tiff(numbers.astype(np.float64) * 200, photometric="minisblack"),
        np.floor(numbers.astype(float) * 200 / 255 * 65535 + 0.5).astype(np.uint16), warnings=1, confirmed=False)
    halves = numbers.astype(np.float16)
    add("TIFF half", tiff(halves, photometric="minisblack", compression="zlib", predictor=True),
        np.floor(halves.astype(float) * 65535 + 0.5).astype(np.uint16), confirmed=False)
    signed = gray.astype(np.int16) * 100 - 5000
    add("TIFF signed", tiff(signed, photometric="minisblack"), np.maximum(signed, 0).astype(np.uint16), warnings=1,
        confirmed=False)
    wide = gray.astype(np.uint32) << 22
    add("TIFF 32 bits", tiff(wide, photometric="minisblack"), (wide >> 16).astype(np.uint16), confirmed=False)
    twelve = (scene(1, 16)[..., 0] >> 4).astype(np.uint16)
    add("TIFF 12 bits", tiff(twelve, photometric="minisblack", bitspersample=12),
        ((twelve.astype(np.uint32) * 65535 + 2047) // 4095).astype(np.uint16), confirmed=False)
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "TIFF", save_all=True, append_images=[Image.fromarray(255 - rgb)])
    add("TIFF of two pages", file.getvalue(), rgb, warnings=1)
    add("TIFF turned", tiff(rgb, photometric="rgb", extratags=[(274, "H", 1, 6, True)]), rgb, orientation=6,
        confirmed=False)


def gifs():
    indexed = Image.fromarray(scene()).quantize(32)
    pixels = np.asarray(indexed.convert("RGB"))
    add("GIF", saved(indexed, "GIF"), pixels)
    add("GIF interlaced", saved(indexed, "GIF", interlace=True), pixels)
    file = saved(indexed, "GIF", transparency=3)
    add("GIF transparent", file, np.asarray(Image.open(io.BytesIO(file)).convert("RGBA")))
    other = Image.fromarray(255 - scene()).quantize(32)
    add("GIF animation", saved(indexed, "GIF", save_all=True, append_images=[other, indexed], disposal=2), pixels,
        warnings=1)
    # An image on a larger canvas, after GIF89a: what is free has the background colour, or is transparent.
    data = bytearray(saved(indexed, "GIF"))
    descriptor = data.index(b"\x2c\0\0\0\0" + struct.pack("<HH", WIDTH, HEIGHT))
    data[6:10] = struct.pack("<HH", 48, 40)
    data[descriptor + 1:descriptor + 5] = struct.pack("<HH", 5, 7)
    add("GIF on a canvas", bytes(data), np.asarray(Image.open(io.BytesIO(bytes(data))).convert("RGB")))


def webps():
    pixels = np.maximum(scene(4), 1)
    first, second = Image.fromarray(pixels), Image.fromarray(pixels[::-1].copy())
    file = saved(first, "WEBP", save_all=True, append_images=[second], lossless=True)
    add("WebP animation", file, pixels, warnings=1)
    file = saved(Image.fromarray(scene()), "WEBP", save_all=True, append_images=[Image.fromarray(255 - scene())],
                 quality=90)
    add("lossy WebP animation", file, np.asarray(Image.open(io.BytesIO(file)).convert("RGB")), warnings=1, tolerance=1)


def bmp(bits, rows, header=40, compression=0, palette=(), masks=(), height=HEIGHT, extra=b"", colors=None):
    """A bitmap after Microsoft's BITMAPINFOHEADER, BITMAPV4HEADER and BITMAPV5HEADER, or OS/2's BITMAPCOREHEADER."""
    if header == 12:
        info = struct.pack("<IHHHH", 12, WIDTH, height, 1, bits)
        table = b"".join(bytes(color[::-1]) for color in palette)
    else:
        info = struct.pack("<IiiHHIIiiII", header, WIDTH, height, 1, bits, compression, len(rows), 2835, 2835,
                           len(palette) if colors is None else colors, 0)
        if header >= 52:
            info += b"".join(struct.pack("<I", mask) for mask in masks)
        info += bytes(header - len(info)) if header > len(info) else b""
        if header == 40:
            info += b"".join(struct.pack("<I", mask) for mask in masks)
        table = b"".join(bytes(color[::-1]) + b"\0" for color in palette)
    offset = 14 + len(info) + len(table)
    return b"BM" + struct.pack("<IHHI", offset + len(rows), 0, 0, offset) + info + table + rows + extra


def padded(rows):
    return b"".join(row + bytes(-len(row) % 4) for row in rows)


def bmps():
    rgb, rgba = scene(), scene(4)
    bgr = [row[:, ::-1].tobytes() for row in rgb]
    add("BMP 24", bmp(24, padded(bgr[::-1])), rgb)
    add("BMP from top to bottom", bmp(24, padded(bgr), height=-HEIGHT), rgb)
    add("BMP OS/2 24", bmp(24, padded(bgr[::-1]), header=12), rgb)
    add("BMP clipboard", bmp(24, padded(bgr[::-1]))[14:], rgb)
    bgrx = [np.concatenate([row[:, ::-1], np.full((WIDTH, 1), 9, np.uint8)], -1).tobytes() for row in rgb]
    add("BMP 32", bmp(32, b"".join(bgrx[::-1])), rgb)
    bgra = [row[:, [2, 1, 0, 3]].tobytes() for row in rgba]
    masks = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    for header in (56, 108, 124):
        add(f"BMP V{ {56: 3, 108: 4, 124: 5}[header] } alpha",
            bmp(32, b"".join(bgra[::-1]), header=header, compression=3, masks=masks), rgba)
    odd = (0x3FF00000, 0x000FFC00, 0x000003FF)
    words = (rgb.astype(np.uint32) * 1023 + 127) // 255
    packed = (words[..., 0] << 20 | words[..., 1] << 10 | words[..., 2]).astype("<u4")
    add("BMP 10 bits a channel", bmp(32, packed[::-1].tobytes(), compression=3, masks=odd),
        ((words * 255 + 511) // 1023).astype(np.uint8), confirmed=False)
    five = rgb.astype(np.uint16) >> 3
    packed = (five[..., 0] << 10 | five[..., 1] << 5 | five[..., 2]).astype("<u2")
    expected = ((five.astype(np.uint32) * 255 + 15) // 31).astype(np.uint8)
    add("BMP 16", bmp(16, padded([row.tobytes() for row in packed[::-1]])), expected, tolerance=1)
    six = rgb[..., 1].astype(np.uint16) >> 2
    packed = (five[..., 0] << 11 | six << 5 | five[..., 2]).astype("<u2")
    expected = np.stack([expected[..., 0], (six.astype(np.uint32) * 255 + 31) // 63, expected[..., 2]], -1).astype(np.uint8)
    add("BMP 565", bmp(16, padded([row.tobytes() for row in packed[::-1]]), compression=3,
                       masks=(0xF800, 0x07E0, 0x1F)), expected, tolerance=1)
    for bits in (1, 2, 4, 8):
        indexed = Image.fromarray(rgb).quantize(min(1 << bits, 200))
        indices = np.asarray(indexed)
        palette = [tuple(indexed.getpalette()[3 * i:3 * i + 3]) for i in range(indices.max() + 1)]
        pixels = np.asarray(palette, np.uint8)[indices]
        rows = []
        for row in indices[::-1]:
            bitmap = "".join(f"{index:0{bits}b}" for index in row)
            bitmap += "0" * (-len(bitmap) % 8)
            rows.append(bytes(int(bitmap[i:i + 8], 2) for i in range(0, len(bitmap), 8)))
        add(f"BMP {bits}", bmp(bits, padded(rows), palette=palette), pixels, confirmed=bits != 2)
        if bits == 4:
            full = palette + [(0, 0, 0)] * (16 - len(palette))
            add("BMP OS/2 4", bmp(4, padded(rows), header=12, palette=full), pixels)
            runs = b""
            for row in indices[::-1]:
                for start in range(0, WIDTH, 2):
                    pair = row[start:start + 2]
                    runs += bytes([len(pair), int(pair[0]) << 4 | (int(pair[1]) if len(pair) > 1 else 0)])
                runs += b"\0\0"
            add("BMP RLE4", bmp(4, runs + b"\0\1", compression=2, palette=palette), pixels)
        if bits == 8:
            runs = b""
            for row in indices[::-1]:
                literal = row[:7].tobytes()
                runs += bytes([0, 7]) + literal + b"\0"
                position = 7
                while position < WIDTH:
                    length = 1
                    while position + length < WIDTH and row[position + length] == row[position]:
                        length += 1
                    runs += bytes([length, int(row[position])])
                    position += length
                runs += b"\0\0"
            add("BMP RLE8", bmp(8, runs + b"\0\1", compression=1, palette=palette), pixels)
            skipped = bytes([3, 5, 0, 2, 4, 2, 2, 6, 0, 1])
            holes = np.zeros((HEIGHT, WIDTH), np.uint8)
            holes[HEIGHT - 1, 0:3] = 5
            holes[HEIGHT - 3, 7:9] = 6
            add("BMP RLE8 with jumps", bmp(8, skipped, compression=1, palette=palette),
                np.asarray(palette, np.uint8)[holes], confirmed=False)
            wrong = bytearray(bmp(8, padded(rows), palette=palette))
            wrong[10:14] = struct.pack("<I", 54)
            add("BMP with a wrong position", bytes(wrong), pixels, warnings=1)


tiffs()
gifs()
webps()
bmps()
versions = f"Pillow {Image.__version__ if hasattr(Image, '__version__') else __import__('PIL').__version__}, tifffile {tifffile.__version__}"
(FOLDER / "formats.json").write_text(json.dumps({"made by": versions, "cases": cases}, indent=1) + "\n")
print(len(cases), "cases,", (FOLDER / "formats.json").stat().st_size, "bytes")
