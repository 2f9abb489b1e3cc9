#!/usr/bin/env python3
"""Runs `percept worker` on every partition of a Spark job.

As a job:

    spark-submit percept_spark.py detect --input PATH --output PATH -- --endpoint URL --jobs 8

As a function:

    from percept_spark import perceive
    results = perceive(spark.read.format("binaryFile").load(folder), "detect", ["--jobs", "8"])

Each task starts one `percept worker`, feeds it lines, and yields one row per input: `path`, `result` (JSON),
`error` (JSON) and `transient`. If a worker dies, its task fails, Spark runs the task again, and no row is lost or
repeated, because a task's rows count only when it ends.
"""
from __future__ import annotations

import argparse
import base64
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

SCHEMA = "path string, result string, error string, transient boolean"
"""The schema of the rows."""

ROWS_PER_BATCH = 64
"""The number of rows that a task yields at once."""


class WorkerDied(RuntimeError):
    """The worker ended before it answered every line; Spark runs the task again."""


def answers(command: Sequence[str], inputs: Iterable[tuple[str, bytes | None]]) -> Iterator[dict[str, Any]]:
    """Yields one row per input: a path, and its contents unless the worker can read the path itself.

    The worker is fed by a thread, so that it answers while it is fed. It limits what it reads ahead, so that memory
    does not grow with the number of inputs.
    """
    paths: dict[int, str] = {}
    failure: list[BaseException] = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdin is not None and worker.stdout is not None

        def feed() -> None:
            try:
                with worker.stdin as lines:  # type: ignore[union-attr]
                    for number, (path, content) in enumerate(inputs):
                        paths[number] = path
                        line: dict[str, Any] = {"id": number}
                        if content is None:
                            line["file"] = local_path(path)
                        else:
                            line["name"] = path.rsplit("/", 1)[-1]
                            line["data"] = base64.b64encode(content).decode("ascii")
                        lines.write(json.dumps(line).encode() + b"\n")
                        # A worker without work to do has to see the line now.
                        lines.flush()
            except BrokenPipeError:
                pass  # The worker has died, which its exit code reports.
            except BaseException as error:  # Raised again by the reader.
                failure.append(error)
                worker.kill()

        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()
        for line in worker.stdout:
            result = json.loads(line)
            path = paths.pop(result.pop("id"))
            error = result.pop("error", None)
            # A result with a gap has both; the gap is then part of the result.
            has_result = len(result.keys() - {"file"}) > 0
            yield {
                "path": path,
                "result": json.dumps(result, ensure_ascii=False) if has_result else None,
                "error": json.dumps(error, ensure_ascii=False) if error else None,
                "transient": bool(error.get("transient")) if error else None,
            }
        code = worker.wait()
        feeder.join()
    if failure:
        raise failure[0]
    if code != 0 or paths:
        raise WorkerDied(f"{command[0]} ended with code {code}, {len(paths)} inputs were not answered")


def perceive(
    table: DataFrame, verb: str, options: Sequence[str] = (), *, percept: str = "percept"
) -> DataFrame:
    """Returns the results of `percept VERB OPTIONS` for each row of a table.

    The table has a column `path`, and `content` (binary) unless each executor can read the path itself; Spark's
    `binaryFile` source has both. `percept` is the command on the executors' PATH.
    """
    names = set(table.columns)
    if "path" not in names:
        raise ValueError(f"the table has the columns {sorted(names)}, but no `path`")
    has_content = "content" in names
    columns = ["path", "content"] if has_content else ["path"]
    command = [percept, "worker", verb, *options]

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        schema = pa.schema([
            ("path", pa.string()), ("result", pa.string()), ("error", pa.string()), ("transient", pa.bool_())])

        def inputs() -> Iterator[tuple[str, bytes | None]]:
            for batch in batches:
                for row in range(batch.num_rows):
                    path = batch.column("path")[row].as_py()
                    yield path, batch.column("content")[row].as_py() if has_content else None

        rows: list[dict[str, Any]] = []
        for row in answers(command, inputs()):
            rows.append(row)
            if len(rows) >= ROWS_PER_BATCH:
                yield pa.RecordBatch.from_pylist(rows, schema=schema)
                rows = []
        if rows:
            yield pa.RecordBatch.from_pylist(rows, schema=schema)

    return table.select(*columns).mapInArrow(run, SCHEMA)


def local_path(path: str) -> str:
    """Returns the path of a `file:` URL, as Spark writes local paths."""
    if not path.startswith("file:"):
        return path
    rest = path[len("file:"):]
    return "/" + rest.lstrip("/") if rest.startswith("/") else rest


def main(arguments: Sequence[str]) -> None:
    """Runs the job of the command line."""
    own, _, options = split(arguments)
    parser = argparse.ArgumentParser(
        prog="percept_spark.py", usage="%(prog)s VERB --input PATH|TABLE --output PATH [options] -- [percept's options]",
        description=__doc__.split("\n\n")[0])
    parser.add_argument("verb", help="inspect, transcribe, classify, detect or segment")
    parser.add_argument("--input", required=True, help="a folder of files, or a table with `path` or `content`")
    parser.add_argument("--output", required=True, help="the folder of Parquet files to write")
    parser.add_argument("--partitions", type=int, help="the number of tasks (default: four for each core)")
    parser.add_argument("--percept", default="percept", help="the command on the executors (default: percept)")
    parser.add_argument("--glob", default="*", help="the names of the files in a folder (default: all)")
    chosen = parser.parse_args(own)

    from pyspark.sql import SparkSession

    spark = SparkSession.builder.appName(f"percept {chosen.verb}").getOrCreate()
    table = read(spark, chosen.input, chosen.glob)
    partitions = chosen.partitions or 4 * spark.sparkContext.defaultParallelism
    # Joining parts leaves the contents of files where they are read; only dividing them sends them to other executors.
    has_enough = table.rdd.getNumPartitions() >= partitions
    table = table.coalesce(partitions) if has_enough else table.repartition(partitions)
    results = perceive(table, chosen.verb, options, percept=chosen.percept)
    results.write.mode("overwrite").parquet(chosen.output)
    spark.stop()


def read(spark: Any, place: str, glob: str) -> DataFrame:
    """Returns the table of that name, the table in Parquet files, or the files of a folder with their contents."""
    if re.fullmatch(r"\w+(\.\w+)*", place) and spark.catalog.tableExists(place):
        return spark.table(place)
    if place.rstrip("/").endswith(".parquet"):
        return spark.read.parquet(place)
    return (
        spark.read.format("binaryFile").option("recursiveFileLookup", "true").option("pathGlobFilter", glob)
        .load(place).select("path", "content"))


def split(arguments: Sequence[str]) -> tuple[list[str], str, list[str]]:
    """Splits the arguments at the first `--`."""
    given = list(arguments)
    if "--" not in given:
        return given, "", []
    at = given.index("--")
    return given[:at], "--", given[at + 1:]


if __name__ == "__main__":
    main(sys.argv[1:])
