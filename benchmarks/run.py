#!/usr/bin/env python3
"""Measure Pulse beside the best there is, in one run, and print one table.

    python3 benchmarks/run.py                       everything: about ten minutes
    python3 benchmarks/run.py --quick               does it work? half a minute, no figures
    python3 benchmarks/run.py --only requests       one part
    python3 benchmarks/run.py --write docs/PERFORMANCE.md
    python3 benchmarks/run.py --from benchmarks/results/latest.json --write docs/PERFORMANCE.md

Every server is a child of this program on a loopback port, and ends with it. All samples go to
benchmarks/results/latest.json.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import footprint, report, requests, streams, tools
from bench.samples import Samples, describe_machine
from bench.streams import Size

PARTS = ("requests", "streams", "growth", "meanwhile", "rest", "code")
STREAMS = 10_000


def main() -> int:
    """Measure or load, then show."""
    arguments = parse()
    if arguments.source:
        samples = Samples.load(arguments.source)
    else:
        samples = measure(arguments)
        samples.save(arguments.json)
    table = report.markdown(samples, 200 if arguments.quick else STREAMS)
    print(table)
    if arguments.write:
        report.write_between_marks(arguments.write, table)
    return 0


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
    return parser.parse_args()


def measure(arguments: argparse.Namespace) -> Samples:
    """Run the parts one after the other: nothing is measured while something else runs."""
    kit = tools.prepare(arguments.binary)
    samples = Samples(machine={**describe_machine(), "versions": versions(kit)})
    quick, rounds = arguments.quick, 1 if arguments.quick else arguments.rounds
    many = Size(200, 3, 100) if quick else Size(STREAMS, 40, 250)
    for part in arguments.only or PARTS:
        print(f"measuring {part}…", file=sys.stderr)
        if part == "requests":
            with tempfile.TemporaryDirectory() as name:
                Path(name).chmod(0o755)
                requests.measure(kit, Path(name), samples, rounds, 1 if quick else 3)
        elif part == "streams":
            streams.measure(kit, samples, rounds, many)
            few = Size(many.streams // 10, many.events, many.interval)
            for _ in range(rounds):
                streams.fan_out(kit, samples, f"fanout{few.streams}.pulse", "pulse", few)
            streams.measure_latency(kit, samples, 20 if quick else 1000)
        elif part == "growth":
            few = Size(100, many.events, 50)
            streams.fan_out(kit, samples, "fanout100.pulse", "pulse", few)
            streams.measure_growth(kit, samples, 4 if quick else 200, 20 if quick else 1000)
        elif part == "meanwhile":
            seconds = Size(many.streams, 2 if quick else 20, 1000)
            streams.measure_requests_meanwhile(kit, samples, 1 if quick else 3, seconds)
        elif part == "rest":
            footprint.measure_start(kit, samples, 2 if quick else 20)
            streams.measure_idle(kit, samples, 2 if quick else 30)
        else:
            footprint.measure_codec(kit, samples, rounds, 10_000 if quick else 1_000_000)
            footprint.measure_writers(kit, samples, rounds, 20 if quick else 500)
    return samples


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
