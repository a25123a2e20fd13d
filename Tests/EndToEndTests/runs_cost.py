"""Measures what the page of 1,000 runs costs: its first table, and 20 updates a second. For a quiet machine.

PULSE_BINARY=.build/release/pulse python Tests/EndToEndTests/runs_cost.py
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from panel_cost import busy
from playwright.sync_api import Page, sync_playwright
from processes import wait_until
from runs_page import RunsDirectory

RUNS = 1000
MOVING = 50
LOADS = 15
SECONDS = 10
PACE = 0.05  # seconds between updates: 20 a second

FIRST_TABLE = """
addEventListener('pulse-runs', ({ detail }) => {
  if (detail.total) window.first ??= performance.now();
  if (detail.total === 1000) window.whole ??= performance.now();
});
"""

FRAMES = """() => {
  const seen = (window.seen = { gaps: [], last: performance.now() });
  const count = (now) => {
    seen.gaps.push(now - seen.last);
    seen.last = now;
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
}"""


def measure_frames(page: Page, folder: RunsDirectory, names: list[str]) -> str:
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    page.wait_for_timeout(2000)
    page.evaluate(FRAMES)
    before = busy(session)
    start = time.monotonic()
    updates = int(SECONDS / PACE)
    for step in range(updates):
        folder.write(names[step % MOVING], epoch=1 + step / updates, loss=1 / (step + 1))
        time.sleep(max(0, start + (step + 1) * PACE - time.monotonic()))
    cost = (busy(session) - before) / updates
    gaps = page.evaluate("seen.gaps.slice(1)")
    rate = 1000 * len(gaps) / sum(gaps)
    late = sum(gap > 34 for gap in gaps)
    return f"{rate:.0f} frames a second, {late} of {len(gaps)} late; an update: {cost:.1f} ms of the main thread"


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = RunsDirectory(Path(name) / "runs", Path(name) / "log")
        names = [f"run-{number:03}" for number in range(RUNS)]
        folder.sweep(names)
        server = folder.serve()
        wait_until(lambda: server.get("/runs?limit=1").json()["total"] == RUNS, "all are served")
        executable = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        try:
            first, whole = [], []
            for _ in range(LOADS):
                # A profile of its own each time: nothing is cached.
                context = browser.new_context()
                context.add_init_script(FIRST_TABLE)
                page = context.new_page()
                page.goto(server.url)
                page.wait_for_function("window.whole")
                first.append(page.evaluate("first"))
                whole.append(page.evaluate("whole"))
                context.close()
            print(f"first table: median {statistics.median(first):.0f} ms, best {min(first):.0f}")
            print(
                f"all {RUNS} runs: median {statistics.median(whole):.0f} ms, best {min(whole):.0f}"
            )
            page = browser.new_page()
            page.goto(server.url)
            page.wait_for_selector("training-runs [part=row]")
            print(f"list: {measure_frames(page, folder, names)}")
            page.goto(f"{server.url}/?sort=-updated&compare={','.join(names[:10])}")
            page.wait_for_selector("training-runs [part=plot] path.curve")
            print(f"sorted by update, ten compared: {measure_frames(page, folder, names)}")
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
