"""Writes heif.json: small HEIC and AVIF files that libheif's heif-enc wrote, and hashes of what its heif-convert makes of them.

Run with libheif 1.15.1 (heif-enc, heif-convert; x265 3.5, libde265, libaom 3.6.0, dav1d), Pillow 13.0.0 and numpy:
python3 make_heif_golden.py
The files stand in base64; a hash is 64-bit FNV-1a over the raw pixels, 16-bit samples with the low byte first. heif-convert
turns and mirrors as the file says, and neither applies a profile nor scales 10 bits as we do: that is done here, by Little CMS
through Pillow, and by v * 65535 / 1023 rounded to nearest.
"""

import base64
import io
import json
import pathlib
import struct
import subprocess
import tempfile

import numpy as np
import PIL
from PIL import Image, ImageCms

WIDTH, HEIGHT = 53, 37
FOLDER = pathlib.Path(__file__).parent
PROFILES = {case["name"]: base64.b64decode(case["profile"]) for case in json.loads((FOLDER / "colour.json").read_text())["cases"]}


def scene(alpha=False):
    """Slopes, an edge, a disc and a fine pattern."""
    data = bytearray()
    for y in range(HEIGHT):
        for x in range(WIDTH):
            inside = (x - 30) ** 2 + (y - 18) ** 2 < 120
            colour = (220, 60, 30) if inside else (4 * x, 6 * y, 200 - 3 * x if y < 25 else 90)
            if x > 44:
                colour = tuple(255 - v if (x + y) % 2 else v for v in colour)
            data += bytes(colour) + (bytes([255 if inside else min(255, 5 * x)]) if alpha else b"")
    return Image.frombytes("RGBA" if alpha else "RGB", (WIDTH, HEIGHT), bytes(data))


def encoded(picture, suffix, *options):
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "in." + picture[0]), pathlib.Path(folder, "out." + suffix)
        source.write_bytes(picture[1])
        subprocess.run(["heif-enc", *options, "-o", target, source], check=True, stdout=subprocess.DEVNULL)
        return target.read_bytes()


def png(image, **options):
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return "png", file.getvalue()


def jpeg_turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    scene().save(file, "JPEG", quality=95, subsampling=0, exif=exif.tobytes())
    return "jpg", file.getvalue()


def deep_png():
    """16 bits of a slope, by ffmpeg, since Pillow has no such pictures."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    samples = np.stack([x * 1200, y * 1700, 65535 - x * 900], axis=2).astype("<u2")
    command = ["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb48le", "-s", f"{WIDTH}x{HEIGHT}", "-i", "-",
               "-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-"]
    return "png", subprocess.run(command, input=samples.tobytes(), stdout=subprocess.PIPE, check=True).stdout


def with_property(data, content):
    """The file with one more property of its primary item (ISO 23008-12 §9.3), such as a turn."""
    def box(kind, start=0):
        at = data.index(kind, start)
        return at - 4, struct.unpack(">I", data[at - 4:at])[0]

    data = bytearray(data)
    meta, ipco, ipma, iprp, iloc, pitm = (box(k) for k in (b"meta", b"ipco", b"ipma", b"iprp", b"iloc", b"pitm"))
    primary = struct.unpack(">H", data[pitm[0] + 12:pitm[0] + 14])[0]
    # Properties are counted from 1 on.
    at, count = ipco[0] + 8, 1
    while at < ipco[0] + ipco[1]:
        at += struct.unpack(">I", data[at:at + 4])[0]
        count += 1
    # One entry per item: its number, how many properties, and a byte for each.
    at = ipma[0] + 16
    while struct.unpack(">H", data[at:at + 2])[0] != primary:
        at += 3 + data[at + 2]
    entry = at
    growth = len(content) + 1
    # Where the items' data stand, a base and an offset each, of four bytes; those in the file (method 0) move.
    assert data[iloc[0] + 8] == 1 and data[iloc[0] + 12:iloc[0] + 14] == b"\x44\x40"
    at = iloc[0] + 16
    for _ in range(struct.unpack(">H", data[at - 2:at])[0]):
        if data[at + 3] == 0:
            data[at + 6:at + 10] = struct.pack(">I", struct.unpack(">I", data[at + 6:at + 10])[0] + growth)
        at += 12 + 8 * struct.unpack(">H", data[at + 10:at + 12])[0]
    data[entry + 2] += 1
    for start, size, more in ((meta[0], meta[1], growth), (iprp[0], iprp[1], growth), (ipco[0], ipco[1], len(content)),
                              (ipma[0], ipma[1], 1)):
        data[start:start + 4] = struct.pack(">I", size + more)
    end_of_entry = entry + 3 + data[entry + 2] - 1
    assert end_of_entry > ipco[0] + ipco[1], "ipma stands behind ipco"
    data[end_of_entry:end_of_entry] = bytes([0x80 | count])
    data[ipco[0] + ipco[1]:ipco[0] + ipco[1]] = content
    return bytes(data)


def decoded(data, suffix):
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "in." + suffix), pathlib.Path(folder, "out.png")
        source.write_bytes(data)
        subprocess.run(["heif-convert", source, target], check=True, stdout=subprocess.DEVNULL)
        return target.read_bytes()


def to_srgb(image, profile):
    return ImageCms.profileToProfile(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"))


TURN = struct.pack(">I4sB", 9, b"irot", 1)
MIRROR = struct.pack(">I4sB", 9, b"imir", 1)
plain = encoded(png(scene()), "heic", "-q", "60")
FILES = {
    "HEIC": ("heic", plain),
    "HEIC alpha": ("heic", encoded(png(scene(alpha=True)), "heic", "-q", "60")),
    "HEIC lossless": ("heic", encoded(png(scene()), "heic", "-L", "-p", "chroma=444", "--matrix_coefficients=0")),
    "HEIC gray": ("heic", encoded(png(scene().convert("L")), "heic", "-q", "60")),
    "HEIC turned": ("heic", with_property(plain, TURN)),
    "HEIC mirrored": ("heic", with_property(plain, MIRROR)),
    "HEIC EXIF 6": ("heic", with_property(encoded(jpeg_turned(), "heic", "-q", "60"), TURN)),
    "HEIC profile": ("heic", encoded(png(scene(), icc_profile=PROFILES["displayP3"]), "heic", "-q", "60")),
    "HEIC 10 bits": ("heic", encoded(deep_png(), "heic", "-q", "80", "-b", "10")),
    "AVIF": ("avif", encoded(png(scene()), "avif", "-q", "60")),
    "AVIF alpha": ("avif", encoded(png(scene(alpha=True)), "avif", "-q", "60")),
    # heif-enc leaves primaries and transfer open (2); those of Display P3 are 12 and 13.
    "AVIF code points": ("avif", encoded(png(scene()), "avif", "-q", "60").replace(b"nclx\0\2\0\2", b"nclx\0\x0c\0\x0d")),
    "AVIF 12 bits": ("avif", encoded(deep_png(), "avif", "-q", "80", "-b", "12")),
}


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def deep_pixels(file, bits):
    """heif-convert shifts samples to the top of 16 bits, and fills the rest with their own first bits."""
    command = ["ffmpeg", "-v", "error", "-i", "-", "-f", "rawvideo", "-pix_fmt", "rgb48le", "-"]
    raw = subprocess.run(command, input=file, stdout=subprocess.PIPE, check=True).stdout
    samples = np.frombuffer(raw, "<u2").astype(np.uint64) >> (16 - bits)
    top = 2 ** bits - 1
    return ((samples * 65535 + top // 2) // top).astype("<u2").tobytes()


cases = []
for name, (suffix, data) in FILES.items():
    file = decoded(data, suffix)
    image = Image.open(io.BytesIO(file))
    bits = next((b for b in (10, 12) if f"{b} bits" in name), 8)
    mode = "RGBA" if "alpha" in name else "RGB"
    if bits > 8:
        pixels = deep_pixels(file, bits)
    else:
        image = image.convert(mode)
        if "profile" in name or "code points" in name:
            image = to_srgb(image, PROFILES["displayP3"])
        pixels = image.tobytes()
    cases.append({
        "name": name, "width": image.width, "height": image.height, "mode": mode, "bits": bits, "fnv1a": fnv1a(pixels),
        "file": base64.b64encode(data).decode(),
    })
    # We make a profile of the code points ourselves, which may round otherwise.
    if "code points" in name:
        cases[-1]["pixels"] = base64.b64encode(pixels).decode()

version = subprocess.run(["heif-enc", "-h"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout.split("version: ")[1].split()[0]
made_with = f"libheif {version}, Pillow {PIL.__version__}"
lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
path = FOLDER / "heif.json"
path.write_text(f'{{"madeWith":{json.dumps(made_with)},"cases":[\n{lines}\n]}}\n')
print(path, path.stat().st_size, made_with)
