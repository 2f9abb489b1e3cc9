"""Writes decoding.json: small JPEG and WebP files that encoders wrote, and hashes of what Pillow decodes of them.

Run with Pillow 13.0.0 (libjpeg-turbo, libwebp 1.6.0) and ffmpeg 5.1 (for 4:1:1): python3 make_decoding_golden.py
The files stand in base64; a hash is 64-bit FNV-1a over the raw pixels. Both decoders of a format follow the same
integer arithmetic (the accurate inverse DCT and smooth chroma of libjpeg-turbo, libwebp's), so that pixels are equal.
"""

import base64
import io
import json
import pathlib
import subprocess

import PIL
from PIL import Image, ImageCms, features

WIDTH, HEIGHT = 53, 37


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


def saved(image, format, **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def by_ffmpeg(pixel_format):
    command = ["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-i", "-",
               "-frames:v", "1", "-pix_fmt", pixel_format, "-q:v", "3", "-bitexact", "-f", "mjpeg", "-"]
    return subprocess.run(command, input=scene().tobytes(), stdout=subprocess.PIPE, check=True).stdout


def exif(orientation):
    data = Image.Exif()
    data[0x0112] = orientation
    return data.tobytes()


srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
FILES = {
    "JPEG gray": saved(scene().convert("L"), "JPEG", quality=85),
    "JPEG 4:4:4": saved(scene(), "JPEG", quality=85, subsampling=0),
    "JPEG 4:2:2": saved(scene(), "JPEG", quality=85, subsampling=1),
    "JPEG 4:2:0": saved(scene(), "JPEG", quality=85, subsampling=2),
    "JPEG 4:1:1": by_ffmpeg("yuvj411p"),
    "JPEG 4:4:0": by_ffmpeg("yuvj440p"),
    "JPEG progressive": saved(scene(), "JPEG", quality=85, progressive=True),
    "JPEG restart": saved(scene(), "JPEG", quality=85, restart_marker_blocks=3),
    "JPEG progressive restart": saved(scene(), "JPEG", quality=60, progressive=True, restart_marker_rows=1),
    "JPEG RGB": saved(scene(), "JPEG", quality=90, keep_rgb=True),
    "WebP lossy": saved(scene(), "WEBP", quality=70, method=6),
    "WebP lossy alpha": saved(scene(alpha=True), "WEBP", quality=70, alpha_quality=60, method=6),
    "WebP lossless": saved(scene(), "WEBP", lossless=True, method=6),
    "WebP lossless alpha": saved(scene(alpha=True), "WEBP", lossless=True, exact=True, method=6),
    "WebP metadata": saved(scene(), "WEBP", quality=70, method=6, exif=exif(6), icc_profile=srgb),
    "WebP animated": saved(scene(), "WEBP", quality=20, save_all=True, append_images=[scene().rotate(180)]),
}


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


cases = []
for name, data in FILES.items():
    image = Image.open(io.BytesIO(data))
    image.load()
    cases.append({
        "name": name, "width": image.width, "height": image.height, "mode": image.mode,
        "fnv1a": fnv1a(image.tobytes()), "file": base64.b64encode(data).decode(),
    })

made_with = (f"Pillow {PIL.__version__}, libjpeg-turbo {features.version('libjpeg_turbo')}, "
             f"libwebp {features.version('webp')}")
lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
path = pathlib.Path(__file__).parent / "decoding.json"
path.write_text(f'{{"madeWith":{json.dumps(made_with)},"cases":[\n{lines}\n]}}\n')
print(path, path.stat().st_size, made_with)
