#!/usr/bin/env python3
"""A threaded inference service on loopback, for benchmarks and tests: slow, limited or faulty on request.

    python3 Benchmarks/service.py [--delay 0.2] [--faults 0.1] [--classify]

Prints its URL on the first line. Every POST is answered with one box (or two classes) after the delay; the given share
of requests is answered with 429, 503 or a reset connection instead. GET /statistics returns the counts as JSON. It ends
when its standard input is closed.
"""
import argparse
import contextlib
import json
import os
import pathlib
import random
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.request

BOXES = json.dumps([{"score": 0.9, "label": "cat", "box": {"xmin": 2, "ymin": 2, "xmax": 12, "ymax": 12}}]).encode()
CLASSES = json.dumps([{"label": "cat", "score": 0.9}, {"label": "dog", "score": 0.1}]).encode()
REASONS = {200: "OK", 429: "Too Many Requests", 503: "Service Unavailable"}


class Service:
    """Answers requests; one thread per connection."""

    def __init__(self, delay=0.0, faults=0.0, body=BOXES):
        self.delay, self.faults, self.body = delay, faults, body
        self.random = random.Random(1)
        self.lock = threading.Lock()
        self.counts = {"requests": 0, "answered": 0, "connections": 0, "in_flight": 0, "most_in_flight": 0}
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with contextlib.suppress(OSError), connection, connection.makefile("rb", buffering=1 << 16) as stream:
            if request := stream.readline():
                if request.startswith(b"GET"):
                    return reply(connection, 200, json.dumps(self.counts).encode())
                with self.lock:
                    self.counts["connections"] += 1
            while request:
                headers = {}
                while (line := stream.readline()) not in (b"\r\n", b""):
                    name, _, value = line.partition(b":")
                    headers[name.lower()] = value.strip()
                if headers.get(b"expect", b"").lower() == b"100-continue":
                    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                skip_body(stream, headers)
                if not self.respond(connection):
                    return
                request = stream.readline()

    def respond(self, connection):
        """Responds to one request; returns False if the connection has to be closed."""
        with self.lock:
            counts = self.counts
            counts["requests"] += 1
            counts["in_flight"] += 1
            counts["most_in_flight"] = max(counts["most_in_flight"], counts["in_flight"])
            fault = self.random.choice((429, 503, "reset")) if self.random.random() < self.faults else None
        try:
            if fault == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            if fault:
                reply(connection, fault, b'{"error": "overloaded"}')
                return True
            if self.delay:
                time.sleep(self.delay)
        finally:
            with self.lock:
                counts["in_flight"] -= 1
        with self.lock:
            counts["answered"] += 1
        reply(connection, 200, self.body)
        return True


def skip_body(stream, headers):
    if headers.get(b"transfer-encoding", b"").lower() == b"chunked":
        while size := int(stream.readline().split(b";")[0] or b"0", 16):
            stream.read(size + 2)
        stream.readline()
    else:
        stream.read(int(headers.get(b"content-length", 0)))


def reply(connection, status, body):
    head = [f"HTTP/1.1 {status} {REASONS[status]}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    connection.sendall("\r\n".join([*head, "", ""]).encode() + body)


@contextlib.contextmanager
def running(**options):
    """Yields the URL of a service in a process of its own, so that its processor time is not counted."""
    command = [sys.executable, os.path.abspath(__file__)]
    for name, value in options.items():
        command += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def statistics_of(url):
    with urllib.request.urlopen(url + "/statistics") as response:
        return json.load(response)


def with_comment(jpeg, text):
    """Returns the JPEG with a comment after its first marker, so that copies of one image have bytes of their own."""
    comment = text.encode()
    return jpeg[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + jpeg[2:]


def write_copies(jpegs, folder, count):
    """Writes JPEG copies with different bytes into a folder and returns their paths in order."""
    paths = []
    for index in range(count):
        path = pathlib.Path(folder, f"{index // 1000:03}", f"{index:06}.jpg")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(with_comment(jpegs[index % len(jpegs)], f"copy {index}"))
        paths.append(path)
    return paths


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--delay", type=float, default=0, help="seconds before each response")
    parser.add_argument("--faults", type=float, default=0, help="share of requests that fail, 0 to 1")
    parser.add_argument("--classify", action="store_true", help="respond with classes instead of boxes")
    chosen = parser.parse_args()
    service = Service(chosen.delay, chosen.faults, CLASSES if chosen.classify else BOXES)
    print(service.url, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
