#!/usr/bin/env python3
"""Many inputs: whole processes of percept against a threaded service on loopback, beside Python.

    python3 Benchmarks/batch.py [PERCEPT] [--small] [--runs 3] [--only throughput,memory,resume,faults]

The peer is huggingface_hub's AsyncInferenceClient with Pillow and 32 requests in flight; it prepares photos in threads
and in the same way (longest side 1024, Lanczos, JPEG quality 90). Both are installed into .build/batch-venv if missing,
and photos are made there. percept and the peer take turns; medians are given. The service is a process of its own, so
its processor time is not counted, but it shares the machine. --small divides every count by ten. Prints a Markdown
table.
"""
import argparse
import asyncio
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

import service

ROOT = pathlib.Path(__file__).resolve().parent.parent
LONGEST_SIDE = 1024
JOBS = 32
# ru_maxrss and the processor time of a process that this one starts itself would include this one's own peak memory.
MEASURE = """
import json, os, sys, time
start = time.perf_counter()
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
json.dump({"seconds": time.perf_counter() - start, "processor": usage.ru_utime + usage.ru_stime,
           "kilobytes": usage.ru_maxrss, "code": os.waitstatus_to_exitcode(status)}, open(sys.argv[1], "w"))
"""


def measured(command, output=os.devnull, expected=0):
    """Runs a command and returns its seconds, processor seconds, peak kilobytes and exit code."""
    with tempfile.NamedTemporaryFile("r") as figures, open(output, "wb") as stdout, tempfile.TemporaryFile() as errors:
        arguments = [str(part) for part in command]
        subprocess.run([sys.executable, "-S", "-c", MEASURE, figures.name, *arguments], check=True, stdout=stdout,
                       stderr=errors, stdin=subprocess.DEVNULL)
        result = json.load(figures)
        if expected is not None and result["code"] != expected:
            errors.seek(0)
            sys.exit(f"{' '.join(arguments[:2])} exited with {result['code']}, expected {expected}:\n"
                     + errors.read().decode(errors="replace")[-2000:])
    return result


# What runs in the virtual environment: the peer, and the making and checking of images.

def make_photos(folder, count, megapixels):
    """Writes photo-like JPEGs: soft shapes with sensor noise, sizes spread over a range of megapixels."""
    from PIL import Image
    low, high = megapixels
    for index in range(count):
        pixels = (low + (high - low) * index / max(1, count - 1)) * 1e6
        size = (round((pixels * 4 / 3) ** 0.5), round((pixels * 3 / 4) ** 0.5))
        channels = []
        for channel in range(3):
            shapes = Image.frombytes("L", (12, 9), random.Random(index * 3 + channel).randbytes(108))
            noise = Image.effect_noise(size, 24)
            channels.append(Image.blend(shapes.resize(size, Image.Resampling.BICUBIC), noise, 0.25))
        Image.merge("RGB", channels).save(pathlib.Path(folder, f"{index:03}.jpg"), quality=90)


def check_images(folder):
    from PIL import Image
    for path in pathlib.Path(folder).rglob("*"):
        # A process that is killed leaves its hidden temporary files.
        if path.is_file() and not path.name.startswith("."):
            with Image.open(path) as image:
                image.load()


def prepared(path):
    """Does what percept does: upright, longest side 1024, JPEG 90. `thumbnail` decodes at reduced size if it can."""
    import io

    from PIL import Image, ImageOps
    with Image.open(path) as image:
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
        upload = io.BytesIO()
        ImageOps.exif_transpose(image).convert("RGB").save(upload, "JPEG", quality=90)
    return upload.getvalue()


async def peer(url, folder):
    from huggingface_hub import AsyncInferenceClient
    client = AsyncInferenceClient(token="unused", timeout=120)
    gate = asyncio.Semaphore(JOBS)

    async def one(path):
        async with gate:
            upload = await asyncio.to_thread(prepared, path)
            boxes = await client.object_detection(upload, model=url)
        return json.dumps({"file": str(path), "detections": [[box.label, box.score] for box in boxes]})

    for line in await asyncio.gather(*(one(path) for path in sorted(pathlib.Path(folder).rglob("*.jpg")))):
        print(line)


def virtual_python(folder):
    """Returns the Python of a virtual environment with the peer; makes it first if it is missing."""
    python = pathlib.Path(folder, "bin", "python")
    check = [str(python), "-c", "import huggingface_hub, PIL, aiohttp"]
    if not python.exists() or subprocess.run(check, capture_output=True).returncode != 0:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "huggingface_hub", "pillow", "aiohttp"], check=True)
    return python


class Benchmark:
    def __init__(self, chosen, folder):
        self.percept = pathlib.Path(chosen.percept).resolve()
        self.python = virtual_python(chosen.venv)
        self.runs, self.folder = chosen.runs, pathlib.Path(folder)
        self.scale = 10 if chosen.small else 1
        self.rows = []

    def note(self, what, figure, goal=""):
        self.rows.append(f"| {what} | {figure} | {goal} |")
        print(f"{what}: {figure}", file=sys.stderr)

    def helper(self, *arguments):
        return [self.python, pathlib.Path(__file__).resolve(), *arguments]

    def photos(self, name, count, megapixels, different=24):
        sources, folder = self.folder / f"{name}-sources", self.folder / name
        sources.mkdir()
        measured(self.helper("--make-photos", sources, different, *megapixels))
        jpegs = [path.read_bytes() for path in sorted(sources.iterdir())]
        return folder, service.write_copies(jpegs, folder, count)

    def detect(self, url, source, *options):
        return [self.percept, "detect", source, "--endpoint", url, "--longest-side", LONGEST_SIDE, "--jobs", JOBS,
                "--json", "--quiet", *options]

    def throughput(self):
        count, delay = 1000 // self.scale, 0.2
        folder, _ = self.photos("photos", count, (1, 3))
        least = count / JOBS * delay
        ours, peers, instant, alone = [], [], [], []
        for _ in range(self.runs):
            with service.running(delay=delay) as url:
                ours.append(measured(self.detect(url, folder)))
            with service.running(delay=delay) as url:
                peers.append(measured(self.helper("--peer", url, folder)))
            with service.running() as url:
                instant.append(measured(self.detect(url, folder)))
            with tempfile.TemporaryDirectory(dir=self.folder) as output:
                alone.append(measured([self.percept, "prepare", folder, "--longest-side", LONGEST_SIDE, "--quiet",
                                       "-o", output]))

        def median(runs, key="seconds"):
            return statistics.median(run[key] for run in runs)

        what = f"{count:,} photos of 1–3 MP, 200 ms, {JOBS} in flight"
        self.note(f"{what}: percept", f"{median(ours):.2f} s", f"{least:.2f} s if only latency counted")
        self.note(f"{what}: Python", f"{median(peers):.2f} s", "no faster than percept")
        self.note("share of what the latency allows", f"{least / median(ours):.2f}", "≥ 0.85")
        processor = [median(runs, "processor") / count * 1000 for runs in (ours, peers)]
        self.note("processor time per photo: percept", f"{processor[0]:.1f} ms")
        self.note("processor time per photo: Python", f"{processor[1]:.1f} ms, {processor[1] / processor[0]:.1f} × "
                  "percept's", "≥ 3 ×")
        self.note("peak memory: percept, Python", " and ".join(
            f"{max(run['kilobytes'] for run in runs) / 1024:.0f} MB" for runs in (ours, peers)))
        self.note("instant service: rate / rate of `prepare` alone", f"{median(alone) / median(instant):.2f} "
                  f"({count / median(instant):.1f} and {count / median(alone):.1f} photos/s)", "≥ 0.9")

    def memory(self):
        _, tiny = self.photos("tiny", 100, (0.0005, 0.002))
        peaks = []
        for count in (1000 // self.scale, 100_000 // self.scale):
            folder = self.folder / f"links-{count}"
            for index in range(count):
                link = folder / f"{index // 1000:03}" / f"{index:06}.jpg"
                link.parent.mkdir(parents=True, exist_ok=True)
                os.link(tiny[index % len(tiny)], link)
            with service.running(classify=True) as url:
                run = measured([self.percept, "classify", folder, "--endpoint", url, "--jobs", JOBS, "--json", "-q"])
            peaks.append(run["kilobytes"] / 1024)
            self.note(f"peak memory, {count:,} tiny images classified", f"{peaks[-1]:.1f} MB in {run['seconds']:.0f} s",
                      f"within 10 MB: {peaks[1] - peaks[0]:+.1f} MB" if len(peaks) == 2 else "")

    def resume(self):
        count, kills = 10_000 // self.scale, 10
        folder, paths = self.photos("resume", count, (0.005, 0.02))
        ledger, output = self.folder / "resume.ledger", self.folder / "resume-output"
        moments = sorted(random.Random(7).uniform(0.02, 0.95) * count for _ in range(kills))
        done = 0
        with service.running(delay=0.02) as url:
            command = [str(part) for part in self.detect(url, folder, "--ledger", ledger, "-o", output)]
            for moment in moments:
                process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                while process.poll() is None and service.statistics_of(url)["requests"] < moment:
                    time.sleep(0.01)
                done += process.poll() is None
                process.kill()
                process.wait()
            measured(command)
            requests = service.statistics_of(url)["requests"]
        counts = json.loads(subprocess.run([self.percept, "ledger", ledger, "--json"], check=True,
                                           capture_output=True).stdout)
        measured(self.helper("--check-images", output))
        written = sum(path.is_file() and not path.name.startswith(".") for path in output.rglob("*"))
        what = f"{count:,} inputs, SIGKILL {done} times"
        self.note(f"{what}: answered, whole outputs", f"{counts['answered']:,} and {written:,}", f"{count:,} each")
        self.note(f"{what}: requests", f"{requests:,}", f"≤ {count + kills * JOBS:,}")

    def faults(self):
        count = 2000 // self.scale
        folder, paths = self.photos("faults", count, (0.02, 0.1))
        bad = {str(path) for path in paths[7::20]}
        for path in bad:
            pathlib.Path(path).write_bytes(pathlib.Path(path).read_bytes()[:60])
        ledger = ["--ledger", self.folder / "faults.ledger"]
        for name, options, code in (("no ledger", [], 65), ("a ledger", ledger, 0)):
            results = self.folder / "faults.jsonl"
            with service.running(delay=0.02, faults=0.1) as url:
                run = measured(self.detect(url, folder, *options), output=results, expected=None)
                requests = service.statistics_of(url)["requests"]
            lines = [json.loads(line) for line in results.read_text().splitlines()]
            order = "in order" if [line["file"] for line in lines] == [str(path) for path in paths] else "NOT IN ORDER"
            good = sum("error" not in line for line in lines)
            failed = {line["file"] for line in lines if "error" in line}
            self.note(f"{count:,} inputs, 5 % bad, a tenth of requests fail, {name}",
                      f"{good:,} answered, {'the bad ones failed' if failed == bad else 'OTHERS FAILED'}, {order}, "
                      f"exit {run['code']}, {requests:,} requests, {run['seconds']:.1f} s",
                      f"{count - len(bad):,} answered, in order, exit {code}")


def main():
    if sys.argv[1:2] == ["--make-photos"]:
        return make_photos(sys.argv[2], int(sys.argv[3]), (float(sys.argv[4]), float(sys.argv[5])))
    if sys.argv[1:2] == ["--check-images"]:
        return check_images(sys.argv[2])
    if sys.argv[1:2] == ["--peer"]:
        return asyncio.run(peer(*sys.argv[2:]))
    parts = ["throughput", "memory", "resume", "faults"]
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("percept", nargs="?", default=ROOT / ".build/release/percept", help="the command")
    parser.add_argument("--small", action="store_true", help="divide every count by ten")
    parser.add_argument("--runs", type=int, default=3, help="runs of each tool (default: 3)")
    parser.add_argument("--only", default=",".join(parts), help="parts to run, separated by commas (default: all)")
    parser.add_argument("--venv", default=ROOT / ".build/batch-venv", help="the virtual environment of the peer")
    chosen = parser.parse_args()
    if not pathlib.Path(chosen.percept).is_file():
        parser.error(f"{chosen.percept} does not exist; swift build -c release --product percept builds it")
    with tempfile.TemporaryDirectory() as folder:
        benchmark = Benchmark(chosen, folder)
        for part in chosen.only.split(","):
            getattr(benchmark, part)()
    print("| figure | measured | goal |\n|---|---|---|")
    print("\n".join(benchmark.rows))


if __name__ == "__main__":
    main()
