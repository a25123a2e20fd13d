#!/usr/bin/env python3
"""Measure two servers on a NATS cluster of three nodes, and kill its leader again and again.

    python3 benchmarks/cluster.py                   everything: about twelve minutes
    python3 benchmarks/cluster.py --quick           does it work? a minute, no figures
    python3 benchmarks/cluster.py --only kills      one part
    python3 benchmarks/cluster.py --write docs/SCALING.md

A part that isn't measured keeps the samples of the run before. Everything runs on loopback, as
children of this program, and ends with it. All samples go to benchmarks/results/cluster.json.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from bench import cluster, kills, report, tools
from bench.numbers import number
from bench.samples import Samples, describe_machine
from bench.streams import Size

PARTS = ("streams", "kills")
STREAMS = 10_000
#: How soon both servers show what is written after a kill, in seconds.
PROMISE = 5.0


def main() -> int:
    """Measure, show; 0 when nothing was lost and service was back in time."""
    arguments = parse()
    samples = Samples.load(arguments.json) if arguments.json.exists() else Samples()
    if not arguments.show:
        measure(arguments, samples)
        samples.save(arguments.json)
    table = markdown(samples)
    print(table)
    if arguments.write:
        report.write_between_marks(arguments.write, table)
    return 0 if is_kept(samples, is_timed=not arguments.quick) else 1


def is_kept(samples: Samples, *, is_timed: bool) -> bool:
    """Tell whether every kill ended as it should; a quick run is no measurement of times."""
    late = is_timed and any(news > PROMISE for news in samples.values.get("kills.news_s", []))
    return not late and not any(
        any(samples.values.get(f"kills.{name}", [])) for name in ("wrong", "lost")
    )


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="only see that it works")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part; repeatable")
    parser.add_argument("--show", action="store_true", help="show samples, measure nothing")
    parser.add_argument("--rounds", type=int, help="how often streams are measured (5)")
    parser.add_argument("--kills", type=int, help="how often the leader is killed (50)")
    parser.add_argument("--binary", type=Path, help="measure this pulse instead of building one")
    results = tools.HERE / "results/cluster.json"
    parser.add_argument("--json", type=Path, default=results, help="where the samples go")
    parser.add_argument("--write", type=Path, help="put the table between a document's marks")
    arguments = parser.parse_args()
    arguments.rounds = arguments.rounds or (1 if arguments.quick else 5)
    arguments.kills = arguments.kills or (2 if arguments.quick else 50)
    if arguments.quick and arguments.json == results:
        arguments.json = tools.HERE / "results/cluster-quick.json"
    return arguments


def measure(arguments: argparse.Namespace, samples: Samples) -> None:
    """Run the parts one after the other."""
    tools.build_load_programs()
    pulse = arguments.binary or cluster.build_pulse()
    size = Size(200, 3, 100) if arguments.quick else Size(STREAMS, 40, 250)
    samples.machine = {
        **describe_machine(), "versions": versions(pulse), "streams": str(size.streams),
    }  # fmt: skip
    for part in arguments.only or PARTS:
        print(f"measuring {part}…", file=sys.stderr)
        prefixes = ("single.", "cluster.") if part == "streams" else ("kills.",)
        for name in [name for name in samples.values if name.startswith(prefixes)]:
            del samples.values[name]
        if part == "streams":
            cluster.fan_out(pulse, samples, arguments.rounds, size)
        else:
            kills.kill_leaders(pulse, samples, arguments.kills)


def versions(pulse: Path) -> str:
    """Name what was measured."""
    said = [
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]
        for command in ([pulse, "--version"], ["/usr/sbin/nats-server", "--version"])
    ]
    return f"pulse {said[0]}, nats-server {said[1].lstrip('v')}"


def markdown(samples: Samples) -> str:
    """The tables as a document shows them."""
    machine = samples.machine
    parts = [
        f"Measured on {machine.get('cores', '?')} cores ({machine.get('processor', '?')}), "
        f"Linux {machine.get('kernel', '?')}, all processes and all clients on these cores, over "
        f"loopback; {machine.get('versions', '')}."
    ]
    if samples.values.get("cluster.last_ms"):
        streams = int(machine["streams"])
        header = ["from the trainer's rename to the last client", "median", "p99", "worst"]
        lines = [
            [what, *(f"{number(samples.percentile(f'{name}.last_ms', share))} ms"
                     for share in (0.5, 0.99, 1))]
            for name, what in (
                ("single", f"one server on the file, {streams:,} streams"),
                ("cluster", f"two servers on three nodes, 2 × {streams // 2:,} streams"),
            )
        ]  # fmt: skip
        parts += ["", *report.grid(header, lines)]
    if samples.values.get("kills.news_s"):
        count = len(samples.values["kills.news_s"])
        header = [f"leader killed with SIGKILL, {count} times in a row", "median", "worst"]
        lines = [
            [what, *(f"{number(samples.percentile(f'kills.{name}_s', share))} s"
                     for share in (0.5, 1))]
            for name, what in (
                ("news", "until both servers show what the trainer wrote after it"),
                ("stored", "until a new leader stores"),
                ("done", "from the run's end to `done` on both servers"),
            )
        ]  # fmt: skip
        parts += ["", *report.grid(header, lines), ""]
        wrong, lost = (int(sum(samples.values[f"kills.{name}"])) for name in ("wrong", "lost"))
        parts.append(
            f"States that came after a newer one: {wrong}. Ends of runs that were lost, or shown "
            f"differently by two servers: {lost}."
        )
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
