"""Write TensorBoard's event files: feed_tensorboard.py DIRECTORY RUNS POINTS.

Prints "filled" when RUNS runs with POINTS points each are there. Then gives the first run one more
point for each line on standard input, which is its step, and prints the monotonic time at which
that was begun.
"""

import sys
import time
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

directory, runs, points = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])


def add(writer: EventFileWriter, step: int) -> None:
    """Append one point."""
    value = Summary.Value(tag="loss", simple_value=1 / (step + 1))
    writer.add_event(Event(step=step, wall_time=step, summary=Summary(value=[value])))


# The first last: it stays open, as that of a training does.
for number in reversed(range(runs)):
    writer = EventFileWriter(str(directory / f"run-{number}"))
    for step in range(points):
        add(writer, step)
    if number:
        writer.close()
writer.flush()
print("filled", flush=True)
for line in sys.stdin:
    begun = time.monotonic_ns()
    add(writer, int(line))
    writer.flush()
    print(begun, flush=True)
