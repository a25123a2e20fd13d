"""Replace status files at a steady pace: write_runs.py DIRECTORY RUNS PACE SECONDS FIRST [ends].

PACE is updates a second of all runs together. Each message is the monotonic time of its write.
FIRST is the first epoch; with "ends" each run ends with every other document, and begins anew with
the next. Prints one line of JSON: how many were written, in which time, and how late.
"""

import json
import os
import sys
import time
from pathlib import Path

directory, runs = Path(sys.argv[1]), int(sys.argv[2])
pace, seconds, first = float(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5])
ends = sys.argv[6:] == ["ends"]
begun = time.monotonic()
late = []
for number in range(int(pace * seconds)):
    pause = begun + number / pace - time.monotonic()
    if pause > 0:
        time.sleep(pause)
    late.append(-min(pause, 0))
    turn, run = divmod(number, runs)
    is_over = ends and turn % 2 == 0
    document = {
        "status": "done" if is_over else "running",
        "epoch": 1000.0 if is_over else 0.0 if ends else first + turn / 1000,
        "total_epochs": 1000.0, "loss": 1 / (turn + 1),
        "message": str(time.monotonic_ns()), "timestamp": int(time.time()),
    }  # fmt: skip
    temporary = directory / f".run-{run}"
    temporary.write_text(json.dumps(document), encoding="ascii")
    os.replace(temporary, directory / f"run-{run}.json")
late.sort()
lasted = time.monotonic() - begun
p99 = late[len(late) * 99 // 100] * 1e3
print(json.dumps({"written": len(late), "seconds": lasted, "late_p99_ms": p99}))
