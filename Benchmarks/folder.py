#!/usr/bin/env python3
"""A folder of photos: percept beside vipsthumbnail, pictures per second.

    python3 Benchmarks/folder.py PERCEPT [--count 40] [--runs 5]

Needs vipsthumbnail, and Python with numpy and Pillow. One 12-megapixel photo-like JPEG stands in a temporary folder under many
names. percept and one vipsthumbnail are given all of them at once; `xargs -P2 -n20` runs two vipsthumbnails at a time, and `-n1` one
for each picture. They take turns; the median of the runs is given. Memory is the peak of one process, processor time that of all.
"""

import argparse
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import side_by_side


def measured(command, folder):
    """Wall and processor seconds, and peak kilobytes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    process = subprocess.Popen(command, shell=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        sys.exit(f"failed: {command}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, processor, usage.ru_maxrss


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("percept", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    percept = arguments.percept.resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        # In a process of its own: what this one holds would count as the peak of every process that it starts.
        side_by_side.run(sys.executable, side_by_side.__file__, percept, "--make-photo", folder)
        (folder / "in").mkdir()
        (folder / "out").mkdir()
        for index in range(arguments.count):
            os.link(folder / "photo.jpg", folder / "in" / f"{index:03}.jpg")
        vips = f"vipsthumbnail -s 1024 -o '{folder}/out/%s.jpg[Q=90]'"
        commands = {
            "percept": f"exec '{percept}' prepare in/*.jpg --longest-side 1024 -o out",
            "vipsthumbnail, two at a time, 20 pictures each": f"ls -d in/*.jpg | xargs -P2 -n20 {vips}",
            "vipsthumbnail, two at a time, one picture each": f"ls -d in/*.jpg | xargs -P2 -n1 {vips}",
            "vipsthumbnail, one process": f"exec {vips} in/*.jpg",
        }
        results = {name: [] for name in commands}
        for _ in range(arguments.runs):
            for name, command in commands.items():
                results[name].append(measured(command, folder))
        rates = {name: arguments.count / statistics.median(run[0] for run in runs) for name, runs in results.items()}
        print("| tool | pictures per second | percept / tool | processor time of a picture | peak memory |\n|---|---|---|---|---|")
        for name, runs in results.items():
            processor = statistics.median(run[1] for run in runs) / arguments.count
            # Of xargs it would be its own.
            memory = f"{max(run[2] for run in runs) / 1024:.0f} MB" if "exec" in commands[name] else ""
            print(f"| {name} | {rates[name]:.1f} | {rates['percept'] / rates[name]:.2f} | {processor * 1000:.0f} ms | {memory} |")


if __name__ == "__main__":
    main()
