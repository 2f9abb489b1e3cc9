#!/usr/bin/env python3
"""Makes the recordings, pictures, truths and the tape of TestMedia/.

Needs espeak-ng, sox, and Python with numpy and Pillow; the tests and the demo need none of them. Run from anywhere:

    python3 TestMedia/make_media.py

Everything is made from the constants below: the text that is spoken, and the shapes that are rendered. What the tape
answers is this same truth, in the form in which the service would state it. No model was asked.
"""

import base64
import io
import json
import math
import pathlib
import subprocess
import tempfile
import wave

import numpy
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
SUPERSAMPLING = 4

# --- Speech ---------------------------------------------------------------------------------------------------------

HARBOUR = ["The ship leaves the harbour at half past seven.", "The first stop is the lighthouse."]
KITCHEN = ["Two cups of flour, one of milk,", "and a pinch of salt."]
LEAD, PAUSE, TAIL = 0.25, 0.4, 0.35  # seconds of room before, between and after the sentences


def run(*command):
    subprocess.run([str(part) for part in command], check=True)


def speak(sentence, path, rate):
    raw = path.with_suffix(".espeak.wav")
    run("espeak-ng", "-v", "en-us", "-s", "165", "-w", raw, sentence)
    # Silence at the ends is cut, so that the times of the sentences are known.
    trim = ["silence", "1", "0", "0.5%", "reverse", "silence", "1", "0", "0.5%", "reverse"]
    run("sox", "-R", raw, "-b", "16", path, "gain", "-n", "-6", *trim, "rate", "-v", str(rate))
    with wave.open(str(path)) as file:
        return file.getnframes() / file.getframerate()


def speech(sentences, rate, channels, output):
    """Sentences with pauses, in a room: gives the chunks with their times in seconds."""
    chunks, pieces, now = [], [], LEAD
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for index, sentence in enumerate(sentences):
            piece = folder / f"{index}.wav"
            length = speak(sentence, piece, rate)
            chunks.append({"text": sentence, "timestamp": [round(now, 2), round(now + length, 2)]})
            pad = ["pad", str(LEAD if index == 0 else 0), str(PAUSE if index < len(sentences) - 1 else TAIL)]
            run("sox", "-R", piece, folder / f"{index}-padded.wav", *pad)
            pieces.append(folder / f"{index}-padded.wav")
            now += length + PAUSE
        dry, noise = folder / "dry.wav", folder / "noise.wav"
        run("sox", "-R", *pieces, dry)
        spread = ["remix", "1", "1v0.8", "delay", "0", "0.0004"] if channels == 2 else []
        run("sox", "-R", dry, folder / "placed.wav", *spread)
        length = ["trim", "0", str(now - PAUSE + TAIL)]
        run("sox", "-R", "-n", "-r", rate, "-c", channels, "-b", "16", noise, "synth", *["pinknoise"] * channels,
            "gain", "-58", *length)
        run("sox", "-R", "-m", "-v", "1", folder / "placed.wav", "-v", "1", noise, "-b", "16", output)
    return chunks


# --- Scenes ---------------------------------------------------------------------------------------------------------


class Shape:
    """A label, a colour, and an inside test over arrays of x and y, in pixels of the upright picture."""

    def __init__(self, label, colour, inside):
        self.label, self.colour, self.inside = label, colour, inside


def disc(cx, cy, r):
    return lambda x, y: (x - cx) ** 2 + (y - cy) ** 2 < r * r


def rectangle(x0, y0, x1, y1):
    return lambda x, y: (x >= x0) & (x < x1) & (y >= y0) & (y < y1)


def triangle(ax, ay, bx, by, cx, cy):
    def side(x, y, px, py, qx, qy):
        return (qx - px) * (y - py) - (qy - py) * (x - px)

    return lambda x, y: (
        (side(x, y, ax, ay, bx, by) >= 0) & (side(x, y, bx, by, cx, cy) >= 0) & (side(x, y, cx, cy, ax, ay) >= 0)
    )


LANDSCAPE = (960, 640, [
    Shape("ball", (200, 40, 44), disc(250, 420, 110)),
    Shape("crate", (52, 92, 168), rectangle(470, 260, 690, 520)),
    Shape("cone", (236, 140, 28), triangle(812, 180, 900, 540, 724, 540)),
])
PORTRAIT = (1200, 1600, [
    Shape("ball", (200, 40, 44), disc(860, 420, 220)),
    Shape("crate", (52, 92, 168), rectangle(180, 900, 520, 1420)),
    Shape("cone", (236, 140, 28), triangle(860, 820, 1080, 1480, 640, 1480)),
])


def render(width, height, shapes):
    """The picture (RGB, 8 bit) and the coverage of each shape (0…255)."""
    s = SUPERSAMPLING
    x = (numpy.arange(width * s) + 0.5) / s
    y = ((numpy.arange(height * s) + 0.5) / s)[:, None]
    horizon = 0.55 * height
    picture = numpy.empty((height, width, 3))
    rows = numpy.linspace(0, 1, height)[:, None]
    sky = numpy.array([168, 204, 236]) * (1 - rows) + numpy.array([232, 240, 246]) * rows
    ground = numpy.array([124, 150, 92]) * (1 - rows) + numpy.array([86, 110, 62]) * rows
    picture[:] = numpy.where((numpy.arange(height) < horizon)[:, None], sky, ground)[:, None, :]
    coverages = []
    for shape in shapes:
        inside = shape.inside(x[None, :], y)
        coverage = inside.reshape(height, s, width, s).mean(axis=(1, 3))
        shade = 1.12 - 0.35 * numpy.linspace(0, 1, width)[None, :, None]
        colour = numpy.clip(numpy.array(shape.colour) * shade, 0, 255)
        picture = picture * (1 - coverage[:, :, None]) + colour * coverage[:, :, None]
        coverages.append(coverage)
    # What lies behind is hidden by what lies in front.
    for index in range(len(coverages)):
        for front in coverages[index + 1:]:
            coverages[index] = coverages[index] * (1 - front)
    return picture.round().astype("uint8"), [(c >= 0.5) for c in coverages]


def box_of(mask, divisor=1):
    """The box that a detector would state: integer pixels of the picture that it was sent."""
    ys, xs = numpy.nonzero(mask)
    edges = [xs.min() / divisor, ys.min() / divisor, (xs.max() + 1) / divisor, (ys.max() + 1) / divisor]
    return dict(zip(["xmin", "ymin", "xmax", "ymax"], [int(round(float(edge))) for edge in edges]))


def png_bytes(array):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def scores(count):
    return [round(0.998 - 0.013 * index, 3) for index in range(count)]


# --- The tape -------------------------------------------------------------------------------------------------------

ROUTE = "/hf-inference/models/"


def exchange(model, response, content_type=None, **upload):
    request = {"method": "POST", "path": ROUTE + model}
    if content_type:
        request["contentType"] = content_type
    if upload:
        request["upload"] = upload
    return {"request": request, "response": {"status": 200, "json": response}}


def main():
    (HERE / "audio").mkdir(exist_ok=True)
    (HERE / "images").mkdir(exist_ok=True)
    (HERE / "tapes").mkdir(exist_ok=True)

    harbour = speech(HARBOUR, 44_100, 2, HERE / "audio/harbour-44100-stereo.flac")
    kitchen = speech(KITCHEN, 48_000, 1, HERE / "audio/kitchen-48000-mono.wav")
    exchanges = []
    truth = {}
    for name, chunks in [("harbour-44100-stereo.flac", harbour), ("kitchen-48000-mono.wav", kitchen)]:
        end = chunks[-1]["timestamp"][1]
        text = " ".join(chunk["text"] for chunk in chunks)
        truth[name] = {"text": text, "chunks": chunks}
        span = {"sampleRate": 16_000, "channelCount": 1, "minimumDuration": end, "maximumDuration": end + 1}
        model = "facebook/wav2vec2-large-960h-lv60-self"
        spoken = "".join(c for c in text.upper() if c.isalpha() or c == " ")
        exchanges.append(exchange(model, {"text": spoken}, "audio/flac", **span))
        exchanges.append(exchange(model, {"text": text, "chunks": chunks}, "application/json", **span))
    (HERE / "audio/truth.json").write_text(json.dumps(truth, indent=2) + "\n")
    emotions = [{"label": "neu", "score": 0.91}, {"label": "hap", "score": 0.06}, {"label": "sad", "score": 0.03}]
    exchanges.append(exchange("superb/hubert-large-superb-er", emotions, sampleRate=16_000, channelCount=1))

    width, height, shapes = LANDSCAPE
    picture, masks = render(width, height, shapes)
    (HERE / "images/scene.png").write_bytes(png_bytes(picture))
    size = {"width": width, "height": height}
    detections, segments, scene_truth = [], [], []
    for shape, mask, score in zip(shapes, masks, scores(len(shapes))):
        gray = png_bytes((mask * 255).astype("uint8"))
        name = f"scene-{shape.label}-mask.png"
        (HERE / "images" / name).write_bytes(gray)
        detections.append({"score": score, "label": shape.label, "box": box_of(mask)})
        segments.append({"score": score, "label": shape.label, "mask": base64.b64encode(gray).decode()})
        scene_truth.append({"label": shape.label, "box": box_of(mask), "mask": name, "area": int(mask.sum())})
    exchanges.append(exchange("facebook/detr-resnet-50", detections, **size))
    exchanges.append(exchange("facebook/detr-resnet-50-panoptic", segments, **size))
    classes = [{"label": "ball", "score": 0.62}, {"label": "crate", "score": 0.27}, {"label": "traffic cone", "score": 0.11}]
    exchanges.append(exchange("google/vit-base-patch16-224", classes, **size))

    width, height, shapes = PORTRAIT
    picture, masks = render(width, height, shapes)
    # Orientation 6: the viewer must turn the stored picture clockwise, so it is stored turned counterclockwise.
    stored = Image.fromarray(picture).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    stored.save(HERE / "images/photo-orientation-6.jpg", quality=88, exif=exif.tobytes())
    photo_truth = [{"label": s.label, "box": box_of(m), "area": int(m.sum())} for s, m in zip(shapes, masks)]
    quarter = {"width": width // 4, "height": height // 4}
    detections = [
        {"score": score, "label": shape.label, "box": box_of(mask, 4)}
        for shape, mask, score in zip(shapes, masks, scores(len(shapes)))
    ]
    exchanges.append(exchange("facebook/detr-resnet-50", detections, **quarter))
    segments = []
    for shape, mask, score in zip(shapes, masks, scores(len(shapes))):
        small = mask.reshape(height // 4, 4, width // 4, 4).mean(axis=(1, 3)) >= 0.5
        gray = png_bytes((small * 255).astype("uint8"))
        segments.append({"score": score, "label": shape.label, "mask": base64.b64encode(gray).decode()})
    exchanges.append(exchange("facebook/detr-resnet-50-panoptic", segments, **quarter))

    truths = {"scene.png": scene_truth, "photo-orientation-6.jpg": photo_truth}
    (HERE / "images/truth.json").write_text(json.dumps(truths, indent=2) + "\n")
    note = ("Answers authored from the known truth of the recordings and pictures of TestMedia (see PROVENANCE.md): "
            "no model was asked.")
    tape = {"format": "percept-tape", "version": 1, "note": note, "exchanges": exchanges}
    (HERE / "tapes/demo.json").write_text(json.dumps(tape, indent=1) + "\n")


if __name__ == "__main__":
    main()
