"""Measures the static binary: its size without symbols, and the time and memory of a start.

    python3 Benchmarks/binary.py [BINARY]      (default: that of `make install`, .build-static/release/percept)
"""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 41


def start(binary):
    """Returns the seconds and the peak memory in bytes of one start."""
    began = time.perf_counter()
    process = os.posix_spawn(binary, [binary, "--version"], {}, file_actions=[
        (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(process, 0)
    assert status == 0
    scale = 1 if sys.platform == "darwin" else 1024
    return time.perf_counter() - began, usage.ru_maxrss * scale


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    source = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root / ".build-static/release/percept"
    with tempfile.TemporaryDirectory() as folder:
        binary = str(pathlib.Path(folder, "percept"))
        shutil.copy(source, binary)
        subprocess.run(["strip", binary], check=True)
        # A child inherits this process' peak until it executes the binary, so this process stays small.
        runs = [start(binary) for _ in range(RUNS)]
        print(f"size    {os.path.getsize(binary) / 2**20:.1f} MiB  (goal 16)")
        print(f"start   {statistics.median(seconds for seconds, _ in runs) * 1000:.1f} ms  (goal 12)")
        print(f"memory  {statistics.median(count for _, count in runs) / 1e6:.1f} MB  (goal 20)")


if __name__ == "__main__":
    main()
