"""Writes colour.json: what Pillow's ImageCms makes of a few colours under ICC profiles that are built here.

Run with Pillow 13.0.0 (Little CMS 2.19): python3 make_colour_golden.py
Each case has its profile (in base64), colours as they are stored, and the same in sRGB by
ImageCms.profileToProfile with its default intent, perceptual, and no flags.
"""

import base64
import io
import json
import math
import pathlib
import struct

import PIL
from PIL import Image, ImageCms, features

D50 = (0.9642, 1.0, 0.8249)


def s15(value):
    return struct.pack(">i", round(value * 65536))


def xyz(values):
    return b"XYZ \0\0\0\0" + b"".join(s15(v) for v in values)


def curve(exponent=None, table=None):
    """A tone curve: an exponent, or a table of values 0…1."""
    if table is None:
        return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(exponent * 256))
    return b"curv\0\0\0\0" + struct.pack(">I", len(table)) + b"".join(struct.pack(">H", round(v * 65535)) for v in table)


def text(value):
    data = value.encode() + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(data)) + data + bytes(78)


def profile(space, connection, device_class, tags):
    """An ICC profile of version 2.4 (ICC.1:2001-04)."""
    tags = [("desc", text("test")), ("cprt", b"text\0\0\0\0none\0"), ("wtpt", xyz(D50))] + tags
    directory, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    places = {}
    for name, data in tags:
        if data not in places:
            body += bytes(-len(body) % 4)
            places[data] = start + len(body)
            body += data
        directory += name.encode() + struct.pack(">II", places[data], len(data))
    header = struct.pack(">I4sI4s4s4s", start + len(body), b"\0\0\0\0", 0x02400000, device_class, space, connection)
    header += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + bytes(28)
    header += b"".join(s15(v) for v in D50)
    return header + bytes(128 - len(header)) + directory + body


def matrix_product(a, b):
    return [[sum(a[i][k] * b[k][j] for k in range(3)) for j in range(3)] for i in range(3)]


def inverse(m):
    (a, b, c), (d, e, f), (g, h, i) = m
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return [
        [(e * i - f * h) / determinant, (c * h - b * i) / determinant, (b * f - c * e) / determinant],
        [(f * g - d * i) / determinant, (a * i - c * g) / determinant, (c * d - a * f) / determinant],
        [(d * h - e * g) / determinant, (b * g - a * h) / determinant, (a * e - b * d) / determinant],
    ]


def times(m, v):
    return [sum(m[i][k] * v[k] for k in range(3)) for i in range(3)]


def from_chromaticity(x, y):
    return [x / y, 1, (1 - x - y) / y]


def colorants(white, red, green, blue):
    """The columns red, green, blue in the D50 of the connection space, adapted by Bradford's matrix."""
    primaries = [from_chromaticity(*p) for p in (red, green, blue)]
    columns = [[primaries[j][i] for j in range(3)] for i in range(3)]
    scale = times(inverse(columns), from_chromaticity(*white))
    columns = [[columns[i][j] * scale[j] for j in range(3)] for i in range(3)]
    bradford = [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    source, target = times(bradford, from_chromaticity(*white)), times(bradford, D50)
    gain = [[target[i] / source[i] if i == j else 0 for j in range(3)] for i in range(3)]
    adapted = matrix_product(inverse(bradford), matrix_product(gain, matrix_product(bradford, columns)))
    return [[adapted[i][j] for i in range(3)] for j in range(3)]


def rgb_profile(white, red, green, blue, tone):
    points = colorants(white, red, green, blue)
    tags = [(name + "XYZ", xyz(p)) for name, p in zip("rgb", points)] + [(name + "TRC", tone) for name in "rgb"]
    return profile(b"RGB ", b"XYZ ", b"mntr", tags)


def srgb_light(v):
    return v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4


D65 = (0.3127, 0.3290)
SRGB_TABLE = curve(table=[srgb_light(i / 1023) for i in range(1024)])


def lab_of_inks(c, m, y, k):
    """A press that does not exist: light through four filters, as Lab under D50.

    Its black is perfect: versions of Little CMS differ in what they take for the darkest colour of an imperfect one.
    """
    filters = [(0.10, 0.45, 0.85), (0.80, 0.12, 0.45), (0.90, 0.80, 0.10), (0, 0, 0)]
    light = [0.96, 0.96, 0.93]
    for amount, transmission in zip((c, m, y, k), filters):
        light = [v * (1 - amount + amount * t) for v, t in zip(light, transmission)]
    to_xyz = [[0.4361, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7141]]
    f = [u ** (1 / 3) if u > 216 / 24389 else (24389 / 27 * u + 16) / 116
         for u in (v / w for v, w in zip(times(to_xyz, light), D50))]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def cmyk_profile():
    """A table of 5 points a side to Lab in 8 bits (lut8Type, ICC.1:2001-04 §6.5.10)."""
    side = 5
    table = bytearray()
    for index in range(side ** 4):
        inks = [index // side ** (3 - n) % side / (side - 1) for n in range(4)]
        lightness, a, b = lab_of_inks(*inks)
        table += bytes(min(255, max(0, round(v))) for v in (lightness * 2.55, a + 128, b + 128))
    linear = bytes(range(256))
    identity = b"".join(s15(v) for v in (1, 0, 0, 0, 1, 0, 0, 0, 1))
    lut = b"mft1\0\0\0\0" + bytes([4, 3, side, 0]) + identity + linear * 4 + bytes(table) + linear * 3
    return profile(b"CMYK", b"Lab ", b"prtr", [("A2B0", lut), ("A2B1", lut)])


STEPS = (0, 20, 51, 96, 128, 187, 230, 255)
COLOURS = [(r, g, b) for r in STEPS[::2] + (255,) for g in STEPS[1::2] + (0,) for b in STEPS[::3]]
INKS = [(c, m, y, k) for c in (0, 90, 255) for m in (0, 128, 255) for y in (0, 200, 255) for k in (0, 60, 255)]
GRAYS = [(v,) for v in range(0, 256, 3)]

P3 = (D65, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
CASES = [
    ("displayP3", "RGB", rgb_profile(*P3, SRGB_TABLE), COLOURS),
    ("adobeRGB", "RGB", rgb_profile(D65, (0.64, 0.33), (0.21, 0.71), (0.15, 0.06), curve(2.19921875)), COLOURS),
    ("proPhoto", "RGB", rgb_profile((0.3457, 0.3585), (0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001),
                                   curve(1.8)), COLOURS),
    ("sRGB", "RGB", rgb_profile(D65, (0.64, 0.33), (0.30, 0.60), (0.15, 0.06), SRGB_TABLE), COLOURS),
    ("grayGamma18", "L", profile(b"GRAY", b"XYZ ", b"mntr", [("kTRC", curve(1.8))]), GRAYS),
    ("grayDotGain", "L", profile(b"GRAY", b"XYZ ", b"prtr", [
        ("kTRC", curve(table=[(i / 255) ** 2.2 * (1 - 0.2 * math.sin(math.pi * i / 255)) for i in range(256)])),
    ]), GRAYS),
    ("press", "CMYK", cmyk_profile(), INKS),
]

srgb = ImageCms.createProfile("sRGB")
cases = []
for name, mode, data, colours in CASES:
    image = Image.frombytes(mode, (len(colours), 1), bytes(v for colour in colours for v in colour))
    source = ImageCms.ImageCmsProfile(io.BytesIO(data))
    out = ImageCms.profileToProfile(image, source, srgb, outputMode="RGB")
    cases.append({
        "name": name, "mode": mode, "profile": base64.b64encode(data).decode(),
        "stored": list(image.tobytes()), "srgb": list(out.tobytes()),
    })

made_with = f"Pillow {PIL.__version__}, Little CMS {features.version('littlecms2')}"
lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
path = pathlib.Path(__file__).parent / "colour.json"
path.write_text(f'{{"madeWith":{json.dumps(made_with)},"cases":[\n{lines}\n]}}\n')
print(path, path.stat().st_size, made_with)
