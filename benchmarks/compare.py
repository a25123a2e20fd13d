#!/usr/bin/env python3
"""Measure one run with two builds of Pulse in turns, and print how the second compares.

    python3 benchmarks/compare.py BEFORE AFTER
    python3 benchmarks/compare.py BEFORE AFTER --only requests --rounds 10

BEFORE and AFTER are binaries. Rounds alternate, so that what else the machine does meets both
alike; a ratio is of the medians. All samples go to benchmarks/results/compare.json.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import tempfile
from pathlib import Path

from bench import footprint, requests, servers, streams, tools
from bench.numbers import number
from bench.report import grid
from bench.samples import Samples
from bench.streams import Size

PARTS = ("requests", "streams", "latency", "rest")
ROWS = (
    ("`GET /status`: server CPU", "µs", "get.pulse.cpu_us"),
    ("`GET /status`, unchanged (304): server CPU", "µs", "get304.pulse.cpu_us"),
    ("one event to 10,000 streams: last client", "ms", "fanout10000.pulse.last_ms"),
    ("CPU of one delivery at 10,000 streams", "µs", "fanout10000.pulse.cpu_us_per_delivery"),
    ("memory of an idle stream", "KiB", "fanout10000.pulse.kib_per_stream"),
    ("rename of the status file → event at one client", "ms", "one.pulse.last_ms"),
    ("idle, polling every 2 s, 10 streams: share of a core", "%", "idle.core_percent"),
    ("exec → first 200 on `/status`", "ms", "start.ms"),
    ("memory at rest, in no file", "MB", "rest.written.mb"),
)


def main() -> None:
    """Measure, then show."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--rounds", type=int, default=6, help="how often each is measured")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part; repeatable")
    results = tools.HERE / "results/compare.json"
    parser.add_argument("--json", type=Path, default=results, help="where the samples go")
    arguments = parser.parse_args()
    kit = tools.prepare(arguments.after)
    before, after = Samples(), Samples()
    builds = [(dataclasses.replace(kit, pulse=arguments.before), before), (kit, after)]
    for part in arguments.only or PARTS:
        for round_number in range(arguments.rounds):
            for build, samples in builds if round_number % 2 else builds[::-1]:
                measure(part, build, samples)
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    arguments.json.write_text(json.dumps({"before": before.values, "after": after.values}) + "\n")
    print("\n".join(table(before, after)))


def measure(part: str, kit: tools.Tools, samples: Samples) -> None:
    """Measure one build once."""
    if part == "requests":
        with tempfile.TemporaryDirectory() as name, servers.pulse(kit, Path(name)) as server:
            tag = server.get("/status").getheader("ETag")
            requests.load(kit, samples, "get.pulse", server, "/status", None, 2)
            requests.load(kit, samples, "get304.pulse", server, "/status", tag, 2)
    elif part == "streams":
        streams.fan_out(kit, samples, "fanout10000.pulse", "pulse", Size(10_000, 20, 250))
    elif part == "latency":
        streams.measure_latency(kit, samples, 200)
    else:
        footprint.measure_start(kit, samples, 5)
        streams.measure_idle(kit, samples, 5)


def table(before: Samples, after: Samples) -> list[str]:
    """One row for each quantity, with its ratio."""
    lines = []
    for what, unit, name in ROWS:
        old, new = before.median(name), after.median(name)
        if old and new:
            shown = [f"{number(value)} {unit}" for value in (old, new)]
            lines.append([what, *shown, f"{new / old:.2f} ×"])
    return grid(["one run", "before", "after", "ratio"], lines)


if __name__ == "__main__":
    main()
