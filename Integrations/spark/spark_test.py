#!/usr/bin/env python3
"""Runs percept_spark.py on a local cluster with two executors, and kills a worker midway.

    make spark-test      # or: python3 Integrations/spark/spark_test.py [--percept PERCEPT] [--count 2000]

Needs PySpark, PyArrow and Java 17. The photos are copies of one of TestMedia with a comment of their own; the service
is a loopback process. Passes if there is one row per photo, none is repeated, and each has a result.
"""
import argparse
import collections
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(ROOT / "Benchmarks")]

import service  # noqa: E402
from percept_spark import perceive  # noqa: E402


def workers(marker):
    """Returns the process numbers of the workers that were started with this URL, oldest first."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().split(b"\0")
                started = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[19])
            except OSError:
                continue
            if command[1:2] == [b"worker"] and marker.encode() in command:
                found.append((started, int(entry.name)))
    return [process for _, process in sorted(found)]


def kill_one(url, after, killed):
    """Kills a worker once the service has answered so many requests; gives up if it no longer responds."""
    try:
        while service.statistics_of(url)["answered"] < after:
            time.sleep(0.02)
    except OSError:
        return
    deadline = time.monotonic() + 60
    while not killed and time.monotonic() < deadline:
        for process in workers(url)[:1]:
            os.kill(process, signal.SIGKILL)
            killed.append(process)
        time.sleep(0.005)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--percept", default=shutil.which("percept"), help="the command (default: on the PATH)")
    parser.add_argument("--count", type=int, default=2000, help="the number of photos (default: 2000)")
    parser.add_argument("--jobs", type=int, default=8, help="requests in flight of each task (default: 8)")
    parser.add_argument("--delay", type=float, default=0.2, help="seconds before each response (default: 0.2)")
    chosen = parser.parse_args()
    if not chosen.percept:
        parser.error("percept is not on the PATH; use --percept")
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    # The executors import percept_spark too: what they run is sent to them by reference.
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    with tempfile.TemporaryDirectory() as folder, service.running(delay=chosen.delay) as url:
        folder = pathlib.Path(folder)
        photo = (ROOT / "TestMedia/images/photo-orientation-6.jpg").read_bytes()
        paths = service.write_copies([photo], folder / "photos", chosen.count)
        spark = (
            SparkSession.builder.master("local-cluster[2,1,1024]").appName("percept spark_test")
            .config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "8")
            .config("spark.executorEnv.PYTHONPATH", os.environ["PYTHONPATH"]).getOrCreate())
        spark.sparkContext.setLogLevel("ERROR")
        spark.sparkContext.addPyFile(str(HERE / "percept_spark.py"))
        killed = []
        # Eight tasks, two at a time: in the middle of the third pair.
        threading.Thread(target=kill_one, args=(url, chosen.count * 5 // 8, killed), daemon=True).start()
        options = ["--endpoint", url, "--longest-side", "640", "--jobs", str(chosen.jobs)]
        table = (
            spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(str(folder / "photos"))
            .select("path", "content").coalesce(8))
        start = time.monotonic()
        perceive(table, "detect", options, percept=str(pathlib.Path(chosen.percept).resolve())).write.parquet(
            str(folder / "found"))
        seconds = time.monotonic() - start
        rows = spark.read.parquet(str(folder / "found")).collect()
        spark.stop()
        requests = service.statistics_of(url)["requests"]
    print(f"{len(rows):,} rows of {chosen.count:,} photos in {seconds:.1f} s, {requests:,} requests, "
          f"{len(killed)} worker killed")
    names = collections.Counter(pathlib.Path(row["path"]).name for row in rows)
    findings = []
    if not killed:
        findings.append("no worker was killed")
    if repeated := [name for name, count in names.items() if count > 1]:
        findings.append(f"{len(repeated)} repeated, such as {repeated[0]}")
    if missing := {path.name for path in paths} - names.keys():
        findings.append(f"{len(missing)} missing, such as {min(missing)}")
    if failed := [row for row in rows if row["error"] or not json.loads(row["result"] or "{}").get("detections")]:
        findings.append(f"{len(failed)} without a result, such as {failed[0]}")
    if findings:
        sys.exit("failed: " + "; ".join(findings))
    print("passed: one row per photo, each with its result")


if __name__ == "__main__":
    main()
