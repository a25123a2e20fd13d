"""The page of many runs in Chromium: runs_page.py URL CHROMIUM LOADS RUNS.

Prints a line of JSON with the times of LOADS first visits. Then, for each line on standard input,
one of what the page did since the line before: frames, the work of its main thread, its memory.
"""

import json
import sys

from playwright.sync_api import CDPSession, Page, sync_playwright

FIRST_TABLE = """
addEventListener('pulse-runs', ({ detail }) => {
  if (detail.total) window.first ??= performance.now();
  if (detail.total === RUNS) window.whole ??= performance.now();
});
"""
FRAMES = """
window.gaps = [];
let last = performance.now();
requestAnimationFrame(function count(now) {
  gaps.push(now - last);
  last = now;
  requestAnimationFrame(count);
});
"""


def busy_ms(session: CDPSession) -> float:
    """How long the page's main thread has worked so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1000 * next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")


def heap_mb(session: CDPSession) -> float:
    """What the page's own code holds, after everything that is garbage is gone."""
    session.send("HeapProfiler.collectGarbage")
    return session.send("Runtime.getHeapUsage")["usedSize"] / 1e6


def seen(page: Page, session: CDPSession) -> dict:
    """What happened since the last time."""
    gaps = page.evaluate("gaps.splice(0)")
    rows = page.locator("training-runs [part=row]").count()
    return {
        "frames_per_second": 1000 * len(gaps) / max(sum(gaps), 1),
        "late_frames": sum(gap > 34 for gap in gaps), "frames": len(gaps), "rows": rows,
        "busy_ms": busy_ms(session), "heap_mb": heap_mb(session),
    }  # fmt: skip


def main() -> None:
    """Visit, then watch."""
    url, chromium, loads, runs = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        times: dict[str, list[float]] = {"first_ms": [], "whole_ms": []}
        for _ in range(loads):
            # A profile of its own each time: nothing is cached.
            context = browser.new_context()
            context.add_init_script(FIRST_TABLE.replace("RUNS", runs))
            page = context.new_page()
            page.goto(url)
            # The page's policy forbids what `wait_for_function` does.
            while page.evaluate("window.whole ?? null") is None:
                page.wait_for_timeout(20)
            times["first_ms"].append(page.evaluate("first"))
            times["whole_ms"].append(page.evaluate("whole"))
            context.close()
        print(json.dumps(times), flush=True)
        page = browser.new_page()
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        page.goto(url)
        page.wait_for_selector("training-runs [part=row]")
        page.evaluate(FRAMES)
        for _ in sys.stdin:
            print(json.dumps(seen(page, session)), flush=True)
        browser.close()


main()
