#!/usr/bin/env python3
"""Measure Pulse beside the best there is, in one run, and print one table.

    python3 benchmarks/run.py                       everything: some forty minutes
    python3 benchmarks/run.py --quick               does it work? two minutes, no figures
    python3 benchmarks/run.py --only requests       one part
    python3 benchmarks/run.py --write docs/PERFORMANCE.md
    python3 benchmarks/run.py --from benchmarks/results/latest.json --write docs/PERFORMANCE.md

A part that isn't measured keeps the samples of the run before, and one that fails is named in the
end. Every server is a child of this program on a loopback port, and ends with it. All samples go to
benchmarks/results/latest.json.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from bench import (
    archive,
    footprint,
    growth,
    many,
    neighbours,
    page,
    report,
    requests,
    streams,
    tools,
)
from bench.samples import Samples, describe_machine
from bench.streams import Size

PARTS = ("requests", "streams", "growth", "meanwhile", "rest", "code",
         "many", "neighbours", "archive", "page", "more")  # fmt: skip
STREAMS = 10_000


def main() -> int:
    """Measure or load, then show."""
    arguments = parse()
    failed: list[str] = []
    if arguments.source:
        samples = Samples.load(arguments.source)
    else:
        samples, failed = measure(arguments)
    table = report.markdown(samples, *(200, 50) if arguments.quick else (STREAMS, 1_000))
    print(table)
    if arguments.write:
        report.write_between_marks(arguments.write, table)
    if failed:
        print(f"not measured to the end: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="only see that it works")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part; repeatable")
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is measured")
    parser.add_argument("--binary", type=Path, help="measure this pulse instead of building one")
    results = tools.HERE / "results/latest.json"
    parser.add_argument("--json", type=Path, default=results, help="where the samples go")
    parser.add_argument("--from", dest="source", type=Path, help="show samples, measure nothing")
    parser.add_argument("--write", type=Path, help="put the table between a document's marks")
    arguments = parser.parse_args()
    if arguments.quick and arguments.json == results:
        arguments.json = tools.HERE / "results/quick.json"
    return arguments


def measure(arguments: argparse.Namespace) -> tuple[Samples, list[str]]:
    """Run the parts one after the other: nothing is measured while something else runs.

    What was measured is saved after each, and stays when another one fails; those are named.
    """
    kit = tools.prepare(arguments.binary)
    samples = Samples(machine={**describe_machine(), "versions": versions(kit)})
    before = {}
    if arguments.only and arguments.json.exists():
        before = Samples.load(arguments.json).values
    failed = []
    for part in arguments.only or PARTS:
        print(f"measuring {part}…", file=sys.stderr, flush=True)
        begun = time.monotonic()
        try:
            measure_part(part, kit, samples, arguments)
        except Exception:  # noqa: BLE001 (half an hour of measurements is worth keeping)
            traceback.print_exc()
            failed.append(part)
        print(f"  {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
        Samples(before | samples.values, samples.machine).save(arguments.json)
    samples.values = before | samples.values
    return samples, failed


def measure_part(
    part: str, kit: tools.Tools, samples: Samples, arguments: argparse.Namespace
) -> None:
    """Run one part."""
    quick, rounds = arguments.quick, 1 if arguments.quick else arguments.rounds
    size = Size(200, 3, 100) if quick else Size(STREAMS, 40, 250)
    if part == "requests":
        with tempfile.TemporaryDirectory() as name:
            Path(name).chmod(0o755)
            requests.measure(kit, Path(name), samples, rounds, 1 if quick else 3)
    elif part == "streams":
        streams.measure(kit, samples, rounds, size)
        few = Size(size.streams // 10, size.events, size.interval)
        for _ in range(rounds):
            streams.fan_out(kit, samples, f"fanout{few.streams}.pulse", "pulse", few)
        streams.measure_split(kit, samples, rounds, size)
        streams.measure_latency(kit, samples, 20 if quick else 1000)
    elif part == "growth":
        few = Size(100, size.events, 50)
        streams.fan_out(kit, samples, "fanout100.pulse", "pulse", few)
        streams.measure_growth(kit, samples, 4 if quick else 200, 20 if quick else 1000)
    elif part == "meanwhile":
        seconds = Size(size.streams, 2 if quick else 20, 1000)
        streams.measure_requests_meanwhile(kit, samples, 1 if quick else 3, seconds)
    elif part == "rest":
        footprint.measure_start(kit, samples, 2 if quick else 20)
        streams.measure_idle(kit, samples, 2 if quick else 30)
    elif part == "code":
        footprint.measure_codec(kit, samples, rounds, 10_000 if quick else 1_000_000)
        footprint.measure_writers(kit, samples, rounds, 20 if quick else 500)
    else:
        measure_runs(part, kit, samples, quick=quick)


def measure_runs(part: str, kit: tools.Tools, samples: Samples, *, quick: bool) -> None:
    """Run one of the parts that have many runs."""
    counts, seconds, rounds = ((50,), 2.0, 1) if quick else ((1_000, 10_000), 15.0, 3)
    # As many points in all, however many runs there are.
    points = {runs: (10_000 if quick else 2_000_000) // runs for runs in counts}
    if part == "many":
        many.measure_growth(kit, samples, 1, seconds)
        for runs in counts:
            many.measure(kit, samples, runs, seconds)
    elif part == "neighbours":
        for runs in counts:
            archive.measure_start(kit, samples, f"over{runs}", 1, runs, points[runs], rounds)
            neighbours.measure(kit, samples, runs, points[runs], seconds, 2 if quick else 12)
    elif part == "archive":
        runs = counts[0]
        archive.measure_start(kit, samples, f"over{runs}", 1, runs, points[runs], rounds)
        archive.measure_start(kit, samples, f"both{runs}", runs, runs, points[runs], rounds)
        for _ in range(rounds):
            archive.measure_writing(kit, samples, "archive.point", runs, runs, seconds / 3)
        archive.measure_writing(kit, samples, "archive.end", runs, 100, seconds, ends=True)
        archive.measure_writing(kit, samples, "archive.end100", 100, 100, seconds, ends=True)
    elif part == "page":
        page.measure(kit, samples, counts[0], 2 if quick else 15, seconds, 0 if quick else 500)
    else:
        for runs in growth.RUNS[:2] if quick else growth.RUNS:
            many.measure_growth(kit, samples, runs, seconds)
        for viewers in growth.VIEWERS[:2] if quick else growth.VIEWERS:
            many.measure_viewers(kit, samples, viewers, 4 if quick else 40)
        for total, (runs, each) in list(growth.POINTS.items())[: 2 if quick else None]:
            archive.measure_start(kit, samples, f"points{total}", 1, runs, each, rounds)


def versions(kit: tools.Tools) -> str:
    """Name what was compared."""
    found = []
    if kit.nginx:
        shown = subprocess.run(
            [kit.nginx, "-v"], capture_output=True, text=True, check=False, env=kit.environment
        )
        found.append(shown.stderr.strip().rpartition(" ")[2])
    pulse = subprocess.run([kit.pulse, "--version"], capture_output=True, text=True, check=False)
    found.insert(0, f"pulse {pulse.stdout.strip()}")
    library = subprocess.run(
        ["pkg-config", "--modversion", "libmicrohttpd"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found.insert(1, f"libmicrohttpd {library.stdout.strip()}")
    return ", ".join(found)


if __name__ == "__main__":
    sys.exit(main())
