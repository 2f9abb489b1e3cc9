#!/usr/bin/env python3
"""200 labelled boxes on a picture of 12 MP, drawn by PerceptImage and by supervision over OpenCV: the drawing alone.

    python3 Benchmarks/drawing/drawing.py [--runs 15]

Needs Python with supervision and opencv-python(-headless). Both draw in place, with the same boxes, line width and height of
capitals; they take turns, and the medians of the processor's time are given. "first" is PerceptImage's first drawing, which finds
the font and draws its glyphs; "smart" lets supervision's labels make way for each other, which PerceptImage's do always. Both pictures are left in the
temporary folder that is named.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

# numpy asks for huge pages for its arrays; a picture that was read from a file, by either, lies in ordinary ones.
os.environ["NUMPY_MADVISE_HUGEPAGE"] = "0"

import cv2
import numpy
import supervision

WIDTH, HEIGHT, COUNT = 4000, 3000, 200
NAMES = ["person", "bicycle", "car", "traffic light", "dog", "cat", "backpack", "umbrella"]
# Of OpenCV's FONT_HERSHEY_SIMPLEX at scale 1, in pixels.
HERSHEY_CAP_HEIGHT = 21


def scattered_boxes():
    state, boxes = 1, []
    for index in range(COUNT):
        numbers = []
        for _ in range(4):
            state = (state * 1664525 + 1013904223) % 2**32
            numbers.append(state >> 8)
        left, top = numbers[0] % 3600, numbers[1] % 2700
        boxes.append((left, top, left + 40 + numbers[2] % 360, top + 40 + numbers[3] % 260,
                      index % 100 / 100, NAMES[index % len(NAMES)]))
    return boxes


class Supervision:
    def __init__(self, boxes, line_width, cap_height, smart):
        self.detections = supervision.Detections(
            xyxy=numpy.array([box[:4] for box in boxes], float), confidence=numpy.array([box[4] for box in boxes]),
            class_id=numpy.array([NAMES.index(box[5]) for box in boxes]))
        self.labels = [f"{box[5]} {box[4]:.2f}" for box in boxes]
        self.boxes = supervision.BoxAnnotator(thickness=line_width)
        self.label = supervision.LabelAnnotator(
            text_scale=cap_height / HERSHEY_CAP_HEIGHT, text_thickness=max(1, round(cap_height * 0.15)),
            text_padding=round(cap_height * 0.4), smart_position=smart)
        self.image = numpy.empty((HEIGHT, WIDTH, 3), numpy.uint8)

    def seconds(self):
        self.image[:] = 100
        start = time.process_time()
        self.boxes.annotate(self.image, self.detections)
        self.label.annotate(self.image, self.detections, self.labels)
        return time.process_time() - start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--scratch-path", default=None)
    options = parser.parse_args()
    here = pathlib.Path(__file__).parent
    build = ["swift", "build", "-c", "release", "--package-path", str(here)]
    if options.scratch_path:
        build += ["--scratch-path", options.scratch_path]
    subprocess.run(build, check=True)
    program = subprocess.run(build + ["--show-bin-path"], check=True, capture_output=True, text=True).stdout.strip()
    folder = tempfile.mkdtemp()
    boxes = scattered_boxes()
    path = os.path.join(folder, "boxes.txt")
    pathlib.Path(path).write_text("".join(" ".join(map(str, box)) + "\n" for box in boxes))
    percept = subprocess.Popen(
        [os.path.join(program, "drawing"), path, str(WIDTH), str(HEIGHT), os.path.join(folder, "percept.png")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(typeface, line_width, cap_height):
        percept.stdin.write(f"{typeface} {line_width} {cap_height}\n")
        percept.stdin.flush()
        return float(percept.stdout.readline())

    print(f"supervision {supervision.__version__}, OpenCV {cv2.__version__}; milliseconds, medians of {options.runs}")
    print("line caps" + "".join(f"{name:>14}" for name in ("first", "automatic", "built-in", "supervision", "smart")))
    first = ask("automatic", 12, 62) * 1000
    for line_width, cap_height in ((12, 62), (12, 24), (4, 24), (2, 12)):
        plain = Supervision(boxes, line_width, cap_height, False)
        smart = Supervision(boxes, line_width, cap_height, True)
        draw = [lambda: ask("automatic", line_width, cap_height), lambda: ask("builtIn", line_width, cap_height),
                plain.seconds, smart.seconds]
        rounds = [[one() for one in draw] for _ in range(options.runs)]
        medians = [statistics.median(times) * 1000 for times in zip(*rounds)]
        print(f"{line_width:4} {cap_height:4}" + "".join(f"{time:14.2f}" for time in [first] + medians)
              + f"   {medians[2] / medians[0]:.1f} times, built-in {medians[2] / medians[1]:.1f} times as fast")
        first = float("nan")
        cv2.imwrite(os.path.join(folder, "supervision.png"), plain.image)
    percept.stdin.close()
    percept.wait()
    print(f"The last pictures: {folder}/percept.png and {folder}/supervision.png")


if __name__ == "__main__":
    main()
