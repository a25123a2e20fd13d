"""Atomic writes with pulse_wrapper: write_python.py SOURCES FILE COUNT. Prints the median in ns."""

import statistics
import sys
import time

sys.path.insert(0, sys.argv[1])

from pulse_wrapper import write_running_status  # noqa: E402

times = []
for number in range(int(sys.argv[3])):
    begun = time.monotonic_ns()
    write_running_status(sys.argv[2], number / 100, 1000.0, 0.25, "step")
    times.append(time.monotonic_ns() - begun)
print(int(statistics.median(times)))
