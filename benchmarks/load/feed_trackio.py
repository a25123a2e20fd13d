"""Fill trackio's database: feed_trackio.py DIRECTORY RUNS POINTS.

Prints "filled" when RUNS runs with POINTS points each are there. Then gives the first run one more
point for each line on standard input, which is its step, and prints the monotonic time at which
that was begun.
"""

import os
import sys
import time

os.environ["TRACKIO_DIR"] = sys.argv[1]

from trackio.sqlite_storage import SQLiteStorage  # noqa: E402

runs, points = int(sys.argv[2]), int(sys.argv[3])


def add(number: int, steps: range) -> None:
    """Append some points to a run."""
    losses = [{"loss": 1 / (step + 1)} for step in steps]
    SQLiteStorage.bulk_log("bench", f"run-{number}", losses, steps=list(steps))


for number in range(runs):
    add(number, range(points))
print("filled", flush=True)
for line in sys.stdin:
    begun = time.monotonic_ns()
    add(0, range(int(line), int(line) + 1))
    print(begun, flush=True)
