#!/usr/bin/env python3
"""Count the instructions of the hot paths, and compare them with those recorded.

    python3 benchmarks/check.py              fail where a path takes 5 % more than recorded
    python3 benchmarks/check.py --record     record what is counted now
    python3 benchmarks/check.py --only get   one path

Instructions are counted by callgrind (valgrind), so that neither the machine's load nor its clock
matters; another compiler or another C library does, and asks for a new record.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bench import instructions, tools

RECORD = tools.HERE / "instructions.json"
#: How much more than recorded a path may take.
TOLERANCE = 0.05


def main() -> int:
    """Count, then compare or record."""
    arguments = parse()
    paths = arguments.only or list(instructions.HOT_PATHS)
    binary = tools.strip(arguments.binary or tools.build_pulse())
    recorded = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    worse = []
    for name in paths:
        path = instructions.HOT_PATHS[name]
        counted = path.instructions(binary)
        before = recorded.get(name)
        if before and counted > before * (1 + TOLERANCE):
            # How often threads wake one another hangs on the moment, and only ever adds.
            counted = min(counted, path.instructions(binary))
        ratio = counted / before if before else None
        shown = f"  {ratio:.3f} ×" if ratio else ""
        print(f"{path.what:48} {counted:>12,.0f}{shown}", flush=True)
        if ratio is not None and ratio > 1 + TOLERANCE:
            worse.append(f"{path.what}: {counted:,.0f} instructions, {before:,.0f} recorded")
        recorded[name] = round(counted)
    if arguments.record:
        RECORD.write_text(json.dumps(recorded, indent=2) + "\n")
        return 0
    missing = [name for name in paths if name not in recorded]
    for line in worse:
        print(f"slower: {line}", file=sys.stderr)
    return 1 if worse or missing else 0


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--record", action="store_true", help="record what is counted")
    parser.add_argument("--binary", type=Path, help="count in this pulse instead of building one")
    parser.add_argument(
        "--only", choices=list(instructions.HOT_PATHS), action="append", help="one path; repeatable"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
