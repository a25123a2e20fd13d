"""Loads a real `pulse serve` until it should give in, and writes the figures to docs/RELIABILITY.md.

All traffic goes to loopback, and is bounded in count and time. The whole takes half an hour; parts
can be run one by one, as `stress.py load stops`, and the page has the newest figures of each.
With `--small` everything takes seconds, and nothing is written down.
"""

from __future__ import annotations

import argparse
import resource
import sys

import archive_kills
import event_streams
import failing_calls
import hard_limits
import status_files
from figures import Part, keep, show, write_page
from sizes import FULL, SMALL

PARTS = {
    "replaces": status_files.replaces,
    "killed-writers": status_files.killed_writers,
    "load": event_streams.load,
    "killed-clients": event_streams.killed_clients,
    "stops": event_streams.stops,
    "restarts": event_streams.restarts,
    "archive-kills": archive_kills.archive_kills,
    "descriptors": hard_limits.descriptors,
    "slow-clients": hard_limits.slow_clients,
    "system-calls": failing_calls.system_calls,
}


def main() -> int:
    """Run the parts; 0 when all of it held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--small", action="store_true", help="seconds instead of minutes")
    parser.add_argument("--list", action="store_true", help="name the parts")
    options = parser.parse_args()
    if options.list:
        print("\n".join(PARTS))
        return 0
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    sizes = SMALL if options.small else FULL
    held = True
    for name in options.parts or PARTS:
        measure = PARTS[name]
        part = Part(name, " ".join((measure.__doc__ or "").split()), measure(sizes))
        show(part)
        held = held and all(row.held for row in part.figures)
        if not options.small:
            keep(part)
            write_page(list(PARTS))
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
