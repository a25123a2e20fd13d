"""Measures what the panel costs: its first render, and an update. For a quiet machine.

PULSE_BINARY=.build/release/pulse python Tests/EndToEndTests/panel_cost.py
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import CDPSession, Page, sync_playwright
from processes import PulseServer, StatusFile

LOADS = 15
UPDATES = 200
PACE = 0.05  # seconds between updates: 20 a second

FIRST_RENDER = """
addEventListener('pulse-verdict', ({ detail }) => {
  if (detail.verdict !== 'connecting') window.rendered ??= performance.now();
});
"""


def first_render(page: Page, url: str) -> float:
    """Milliseconds from the start of the navigation until a status is in the DOM."""
    page.goto(url)
    page.wait_for_selector("training-panel article:not([data-verdict=connecting])")
    return page.evaluate("rendered")


def busy(session: CDPSession) -> float:
    """Milliseconds that the page's main thread has worked so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1000 * next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        status_file = StatusFile(Path(name) / "status.json")
        status_file.running(epoch=0)
        server = PulseServer(status_file.path, log=Path(name) / "log")
        executable = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        try:
            times = []
            for _ in range(LOADS):
                # A profile of its own each time: nothing is cached.
                context = browser.new_context()
                context.add_init_script(FIRST_RENDER)
                page = context.new_page()
                times.append(first_render(page, server.url))
                context.close()
            print(f"first render: median {statistics.median(times):.0f} ms, best {min(times):.0f}")

            page = browser.new_page()
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable")
            page.goto(server.url)
            page.wait_for_timeout(1000)
            before = busy(session)
            for step in range(UPDATES):
                status_file.running(step / 100, UPDATES / 100, 1 + 1 / (step + 1), f"step {step}")
                time.sleep(PACE)
            page.wait_for_timeout(200)
            print(f"an update: {(busy(session) - before) / UPDATES:.1f} ms of the main thread")
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
