"""Makes the pictures of docs/images: the panel in its main states, and many runs, from real servers.

PULSE_BINARY=.build/debug/pulse python Tests/EndToEndTests/screenshots.py
"""

from __future__ import annotations

import json
import math
import os
import random
import tempfile
import time
from pathlib import Path

from panel import Panel
from playwright.sync_api import Browser, sync_playwright
from processes import ROOT, PulseServer, StatusFile
from runs_page import RunsDirectory, RunsPage

IMAGES = ROOT / "docs" / "images"
EPOCHS = 10
DESKTOP = {"width": 860, "height": 660}
PHONE = {"width": 360, "height": 780}
LYING = {"width": 844, "height": 390}
SHEET = {"width": 720, "height": 1020}  # A4 within its margins, at 96 pixels an inch
MARGIN = 8


#: What a run is from its first step to its last.
DETAILS = {
    "version": 2,
    "total_epochs": float(EPOCHS),
    "profile": "qlora",
    "dataset": "alpaca_en",
    "total_steps": 500,
    "batch_size": 64,
    "gpu_memory_usage": 21 << 30,
    "run": None,
    "attempt": None,
}


def report(status_file: StatusFile, step: int, loss: float | None, **fields: object) -> None:
    """A step of a run, as PULSE v2."""
    rate = 2e-4 * (1 + math.cos(math.pi * step / 500)) / 2
    known: dict[str, object] = {"steps_done": step, "lr": rate, "metrics": {}, "loss": loss}
    status_file.document(**DETAILS | known | {"epoch": step / 50} | fields)


def train(status_file: StatusFile, steps: int) -> None:
    """Most of a run at once, and its newest steps at the pace of a real one."""
    source = random.Random(1)
    for step in range(1, steps + 1):
        epoch = step / 50
        loss = 2.1 * math.exp(-epoch / 1.7) + 0.18 + source.gauss(0, 0.035) * math.exp(-epoch / 6)
        metrics = {"eval_loss": round(2.2 * math.exp(-epoch / 1.6) + 0.31, 4)} if step % 25 == 0 else {}
        report(
            status_file, step, round(loss, 4), metrics=metrics, message="41.3 samples/s"
        )
        time.sleep(0.008 if step < steps - 75 else 0.1)


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        # A `status.json` is called after its folder.
        folder = Path(name) / "llama-8b-sft"
        folder.mkdir()
        status_file = StatusFile(folder / "status.json")
        flags = ("--stale-after", "3s", "--poll-interval", "200ms")
        server = PulseServer(status_file.path, *flags, log=Path(name) / "log")
        executable = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        try:
            picture_waiting(browser, server)
            picture_sign_in(browser, Path(name))
            picture_runs(browser, Path(name))
            picture_states(browser, server, status_file)
        finally:
            browser.close()
            server.stop()


SWEEP = ("llama-8b-lr1e-4", "llama-8b-lr2e-4", "llama-8b-lr5e-4", "resnet50-cifar10", "bert-ner")


def train_sweep(folder: RunsDirectory) -> None:
    """Five runs of forty steps, each with its own pace of learning; three of them end."""
    source = random.Random(1)
    start = int(time.time()) - 1200
    for step in range(41):
        for index, name in enumerate(SWEEP):
            epoch = step / 5
            loss = (2 + index / 4) * math.exp(-epoch / (1.5 + index / 2)) + 0.2
            loss += source.gauss(0, 0.03) * math.exp(-epoch / 9)
            fields = {"epoch": epoch, "total_epochs": float(EPOCHS), "loss": round(loss, 4)}
            message = f"step {step * 10} of 500"
            folder.write(name, **fields, timestamp=start + step * 29 - index * 60, message=message)
        time.sleep(0.22)
    folder.write(
        SWEEP[3],
        status="done",
        epoch=10.0,
        total_epochs=10.0,
        loss=0.1801,
        message="accuracy 93.4 %",
    )
    folder.write(
        SWEEP[2],
        status="error",
        epoch=8.0,
        total_epochs=10.0,
        loss=0.35,
        message="CUDA out of memory: tried to allocate 2.1 GiB",
    )


def picture_runs(browser: Browser, folder: Path) -> None:
    runs = RunsDirectory(folder / "runs", folder / "runs.log")
    server = runs.serve("--stale-after", "60s")
    train_sweep(runs)
    for name, scheme, size, query in (
        ("runs", "light", {"width": 1280, "height": 860}, "?compare=" + ",".join(SWEEP[:3])),
        ("runs-dark", "dark", {"width": 1280, "height": 480}, ""),
        ("runs-phone", "light", {"width": 360, "height": 780}, ""),
    ):
        context = browser.new_context(locale="en-GB", color_scheme=scheme, viewport=size)
        table = RunsPage.open(context.new_page(), server, query)
        table.page.wait_for_selector("training-runs .spark path[d^=M]")
        table.page.wait_for_timeout(500)  # the small curves come one after the other
        table.page.screenshot(path=IMAGES / f"{name}.png")
        print(f"docs/images/{name}.png")
    server.stop()


def picture_waiting(browser: Browser, server: PulseServer) -> None:
    """The page before anything was written, and who may not see it."""
    page = browser.new_context(locale="en-GB", viewport=DESKTOP).new_page()
    Panel.open(page, server)
    page.wait_for_selector(".start pre")
    page.screenshot(path=IMAGES / "page-waiting.png", full_page=True)
    print("docs/images/page-waiting.png")


def picture_sign_in(browser: Browser, folder: Path) -> None:
    (folder / "token").write_text("0123456789abcdef\n")
    flags = ("--token-file", str(folder / "token"))
    server = PulseServer(folder / "status.json", *flags, log=folder / "guarded.log")
    viewport = {"width": 560, "height": 420}
    page = browser.new_context(locale="en-GB", viewport=viewport).new_page()
    page.goto(f"{server.url}/?token=wrong")
    page.screenshot(path=IMAGES / "page-sign-in.png")
    print("docs/images/page-sign-in.png")
    server.stop()


def picture_states(browser: Browser, server: PulseServer, status_file: StatusFile) -> None:
    def panel(locale: str, scheme: str, size: dict[str, int]) -> Panel:
        context = browser.new_context(locale=locale, color_scheme=scheme, viewport=size)
        return Panel.open(context.new_page(), server)

    light = panel("en-GB", "light", DESKTOP)
    dark = panel("en-GB", "dark", DESKTOP)
    phone = panel("ru-RU", "light", PHONE)
    lying = panel("en-GB", "dark", LYING)
    russian = panel("ru-RU", "light", DESKTOP)
    sheet = panel("en-GB", "light", SHEET)

    def picture(name: str, verdict: str, shown: Panel = light) -> None:
        if verdict == "running":
            # However long the pictures take: the newest step is told again, with the time of now.
            newest = json.loads(status_file.path.read_bytes())
            status_file.document(**newest | {"timestamp": int(time.time())})
        shown.expect_verdict(verdict)
        box = shown.root.bounding_box()
        clip = {
            "x": box["x"] - MARGIN,
            "y": box["y"] - MARGIN,
            "width": box["width"] + 2 * MARGIN,
            "height": box["height"] + 2 * MARGIN,
        }
        shown.page.screenshot(path=IMAGES / f"panel-{name}.png", clip=clip, full_page=True)
        print(f"docs/images/panel-{name}.png")

    other = PulseServer(status_file.path, log=server.log.with_name("other.log"))
    lost = Panel.open(browser.new_context(locale="en-GB", viewport=DESKTOP).new_page(), other)
    train(status_file, steps=330)
    picture("running", "running")
    picture("running-dark", "running", dark)
    picture("running-phone", "running", phone)
    picture("running-lying", "running", lying)
    picture("running-russian", "running", russian)
    for part in ("cut", "nearer"):
        sheet.part(part).click()
    sheet.page.emulate_media(media="print")
    picture("print", "running", sheet)
    other.stop()
    picture("stale", "stale")
    picture("unreachable", "unreachable", lost)
    report(status_file, 335, math.nan, message="diverged")
    picture("invalid", "broken")
    picture("invalid-russian", "broken", russian)
    reason = "CUDA out of memory: tried to allocate 2.1 GiB"
    report(status_file, 335, 0.2387, status="error", message=reason)
    picture("error", "error")
    report(status_file, 0, None, message="epoch 0")
    train(status_file, steps=500)
    report(status_file, 500, 0.1801, status="done", message="Training completed: accuracy 93.4 %")
    picture("done", "done", dark)
    light.expect_verdict("done")
    server.stop()
    light.expect(connection="Server stopped")
    picture("done-gone", "done")


if __name__ == "__main__":
    main()
