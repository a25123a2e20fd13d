"""The page of many runs in Chromium: its first table, its frames while runs change, its memory."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from .process import Process
from .runs import RunsServer, fill, writing
from .samples import Samples
from .tools import HERE, ROOT, Tools

#: What changes of all runs, and how often a second.
MOVING = 50
PACE = 20


def measure(
    tools: Tools, samples: Samples, runs: int, loads: int, seconds: float, hour: float
) -> None:
    """Visit the page, watch it for some seconds, then give it an hour's updates in less time.

    `hour` is how many updates a second there are then; nothing is measured without a browser.
    """
    if not tools.python or not tools.chromium:
        return
    with tempfile.TemporaryDirectory() as folder:
        directory = fill(Path(folder), runs)
        flags = ["--no-archive", "--public-dir", ROOT / "public"]
        with RunsServer(tools, directory, *flags) as server:
            url = f"http://127.0.0.1:{server.port}/"
            command = [tools.python, HERE / "load/runs_page.py", url, tools.chromium]
            with Process([*command, str(loads), str(runs)]) as browser:
                for name, values in json.loads(browser.line()).items():
                    samples.add(f"page{runs}.{name}", *values)
                time.sleep(2)
                quiet = look(browser)
                with writing(tools, directory, MOVING, PACE, seconds, 2) as load:
                    load.line()
                moving = look(browser)
                samples.add(f"page{runs}.frames_per_second", moving["frames_per_second"])
                samples.add(f"page{runs}.late_percent",
                            100 * moving["late_frames"] / moving["frames"])  # fmt: skip
                updates = PACE * seconds
                samples.add(f"page{runs}.update.ms",
                            (moving["busy_ms"] - quiet["busy_ms"]) / updates)  # fmt: skip
                samples.add(f"page{runs}.heap.mb", moving["heap_mb"])
                if hour:
                    with writing(tools, directory, MOVING, hour, 3600 * PACE / hour, 10) as load:
                        load.line()
                    samples.add(f"page{runs}.heap_hour.mb", look(browser)["heap_mb"])


def look(browser: Process) -> dict[str, float]:
    """What the page did since it was looked at last."""
    browser.say("look")
    seen: dict[str, float] = json.loads(browser.line())
    return seen
