#!/usr/bin/env python3
"""Simulates N machines that share a rate-limited service: adaptive against fixed concurrency.

    python3 Benchmarks/scale_simulation.py [--requests 1000000] [--seed 1]

The service takes at most R requests per second (a token bucket that holds one second's worth) and C at a time, and
answers others with 429. Each machine adapts as `percept --jobs` does: a 429 halves its requests in flight, once for all
that were in flight together, each success adds one up to the limit, and `Retry-After` pauses the whole machine. The
fixed client keeps all of its requests in flight; each request that fails waits by itself, for `Retry-After` or with
exponential backoff. `--rate` is R/N for each machine. All retry without limit here. The time to finish a million
requests is extrapolated from the rate of 100 simulated seconds, after 20 to settle. Prints a Markdown table.
"""
import argparse
import heapq
import random

SETTLING, MEASURED = 20.0, 100.0
# Inputs in progress beyond those in flight: two for each of four cores, as Flow.swift.
AHEAD = 8


class Limits:
    """The service: a token bucket and a number of places."""

    def __init__(self, rate, places):
        self.rate, self.places = rate, places
        self.tokens, self.at, self.busy = rate, 0.0, 0

    def accepts(self, now):
        self.tokens = min(self.rate, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1 or self.busy >= self.places:
            return False
        self.tokens -= 1
        self.busy += 1
        return True


class Machine:
    """The requests of one machine; `adapts` is false for fixed concurrency."""

    def __init__(self, jobs, adapts, interval=0.0):
        self.jobs, self.adapts, self.interval = jobs, adapts, interval
        self.window, self.flying = jobs, 0
        # Requests that wait for their backoff, and the attempts of those that have waited.
        self.sleeping, self.retries = 0, []
        self.last_halving, self.earliest, self.wakes = -1.0, 0.0, -1.0

    def next(self):
        """Returns the attempt of the next request, retries first; `None` if none may start."""
        if self.flying >= self.window:
            return None
        if self.retries:
            return self.retries.pop()
        # A machine has a limited number of inputs in progress, those that wait included.
        most = self.jobs + AHEAD if self.adapts else self.jobs
        return 0 if self.flying + self.sleeping < most else None


def simulate(rate, places, machines, jobs, client, latency, retry_after, seed):
    """Returns successes and 429s per second once settled."""
    source = random.Random(seed)
    limits = Limits(rate, places)
    interval = machines / rate if client == "adaptive, `--rate`" else 0.0
    pools = [Machine(jobs, client != "fixed", interval) for _ in range(machines)]
    events, order, end = [], 0, SETTLING + MEASURED
    successes = rejections = 0

    def push(time, *event):
        nonlocal order
        order += 1
        heapq.heappush(events, (time, order, *event))

    def fill(pool, now):
        while now >= pool.earliest and (attempt := pool.next()) is not None:
            pool.flying += 1
            pool.earliest = max(pool.earliest, now + pool.interval)
            # A request reaches the service after a few milliseconds.
            push(now + source.uniform(0.002, 0.006), "arrive", pool, now, attempt)
        if now < pool.earliest and pool.wakes < pool.earliest:
            pool.wakes = pool.earliest
            push(pool.earliest, "fill", pool, 0, 0)

    for pool in pools:
        push(source.uniform(0, 0.5), "fill", pool, 0, 0)
    while events:
        now, _, kind, pool, started, attempt = heapq.heappop(events)
        if now > end:
            break
        if kind == "arrive":
            if limits.accepts(now):
                push(now + latency * source.uniform(0.7, 1.3), "done", pool, started, attempt)
            else:
                push(now + 0.004, "rejected", pool, started, attempt)
            continue
        if kind == "done":
            limits.busy -= 1
            successes += now > SETTLING
            pool.flying -= 1
            if pool.adapts:
                pool.window = min(pool.jobs, pool.window + 1)
        elif kind == "rejected":
            rejections += now > SETTLING
            pool.flying -= 1
            if pool.adapts:
                if started >= pool.last_halving:
                    pool.window = max(1, pool.window // 2)
                    pool.last_halving = now
                pool.earliest = max(pool.earliest, now + retry_after)
            pool.sleeping += 1
            # As RetryPolicy.swift: doubled from 1 s to 30 s unless the service names a time, and up to a quarter more.
            wait = retry_after or min(30.0, 2.0 ** min(attempt, 5))
            push(now + wait * source.uniform(1, 1.25), "retry", pool, 0, attempt + 1)
        elif kind == "retry":
            pool.sleeping -= 1
            pool.retries.append(attempt)
        fill(pool, now)
    return successes / MEASURED, rejections / MEASURED


def duration(seconds):
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds / 60:.0f} min"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--requests", type=int, default=1_000_000, help="the length of the whole run")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    print("| limits | machines × jobs | `Retry-After` | client | requests/s | of the limit | 429s per 1,000 answered "
          f"| {chosen.requests:,} requests |\n|---|---|---|---|---|---|---|---|")
    latency = 0.2
    for rate, places in ((50, 64), (200, 32)):
        for machines, jobs in ((1, 32), (4, 32), (16, 32)):
            for retry_after in (0, 1):
                for client in ("adaptive", "adaptive, `--rate`", "fixed"):
                    done, rejected = simulate(rate, places, machines, jobs, client, latency, retry_after, chosen.seed)
                    most = min(rate, places / latency, machines * jobs / latency)
                    print(f"| {rate}/s, {places} at a time | {machines} × {jobs} | {retry_after or 'none'}"
                          f"{' s' if retry_after else ''} | {client} | {done:.0f} | {done / most:.0%} "
                          f"| {1000 * rejected / max(done, 1e-9):,.0f} "
                          f"| {duration(chosen.requests / max(done, 1e-9))} |")


if __name__ == "__main__":
    main()
