"""The page of many runs and the panel in Firefox: what the tests in Chromium look at closely, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import PulseServer, StatusFile, free_port

pytest.importorskip("websockets")
from firefox import FIREFOX, Firefox

pytestmark = pytest.mark.skipif(FIREFOX is None, reason="Firefox isn't installed: firefox-esr")

TABLE = "document.querySelector('training-runs').shadowRoot"
PANEL = "document.querySelector('training-panel').shadowRoot"


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    browser = Firefox(tmp_path / "firefox")
    yield browser
    browser.close()


def names() -> str:
    return f"[...{TABLE}.querySelectorAll('[part=row] [part=name]')].map(n => n.textContent)"


def text(part: str, within: str = TABLE) -> str:
    return f"{within}.querySelector('[part={part}]').textContent"


def cell(name: str, part: str) -> str:
    return text(part, f"{TABLE}.querySelector('[part=row][data-run^=\"{name}@\"]')")


def click(element: str) -> str:
    return f"{TABLE}.querySelector('{element}').click() ?? true"


def test_the_table_of_many_runs(firefox: Firefox, folder, tmp_path: Path) -> None:
    folder.sweep(["alpha", "beta", "gamma"])
    server = folder.serve(port=free_port())
    firefox.open(server.url)
    firefox.expect(names(), ["alpha", "beta", "gamma"])
    firefox.expect(text("connection"), "Connected")

    # It is live, and new runs come at their place.
    for step in (2, 3):
        for index, name in enumerate(["alpha", "beta"]):
            folder.write(name, epoch=float(step), loss=1 / step, timestamp=1_700_000_000 + step - index)
            firefox.expect(cell(name, "epoch"), f"{step} of 4")
    folder.write("delta", timestamp=1_800_000_000)
    firefox.expect(names(), ["delta", "alpha", "beta", "gamma"])
    folder.write("gamma", status="error", epoch=1.5, timestamp=1_700_000_100)
    firefox.expect(cell("gamma", "state"), "Error")

    # Two are compared; the address says so, and opens the same in another browser.
    for name in ("alpha", "beta"):
        assert firefox.get(click(f'[part=row][data-run^="{name}@"] input'))
    curves = f"{TABLE}.querySelectorAll('[part=plot] path.curve').length"
    firefox.expect(curves, 2)
    address = firefox.get("location.href")
    assert "compare=" in address
    other = Firefox(tmp_path / "other")
    try:
        other.open(address)
        other.expect(names(), ["delta", "alpha", "beta", "gamma"])
        other.expect(curves, 2)
    finally:
        other.close()

    # A run opens in its panel, and the list comes back.
    assert firefox.get(click('[part=row][data-run^="gamma@"] [part=name]'))
    panel = f"({TABLE}.querySelector('training-panel') ?? document.querySelector('training-panel'))"
    firefox.expect(f"{panel}?.shadowRoot.querySelector('[part=state]')?.textContent", "Error")
    firefox.get("history.back() ?? true")
    firefox.expect(names(), ["delta", "alpha", "beta", "gamma"])

    server.stop()
    firefox.expect(text("connection"), "Offline")
    firefox.expect(names(), ["delta", "alpha", "beta", "gamma"])
    folder.serve(port=server.port)
    firefox.expect(text("connection"), "Connected")


def test_the_panel(firefox: Firefox, tmp_path: Path) -> None:
    job = StatusFile(tmp_path / "status.json")
    job.running(1.0, message="warm-up")
    server = PulseServer(
        tmp_path / "status.json", "--stale-after", "2s", "--poll-interval", "200ms",
        log=tmp_path / "log",
    )  # fmt: skip
    try:
        firefox.open(server.url)
        firefox.expect(text("message", PANEL), "warm-up")
        job.running(1.5, loss=0.25, message="half")
        firefox.expect(text("message", PANEL), "half")
        firefox.expect(text("loss", PANEL), "0.25")
        firefox.expect(f"{PANEL}.querySelector('article').dataset.verdict", "stale")
        job.done(message="all done")
        firefox.expect(f"{PANEL}.querySelector('article').dataset.verdict", "done")
        firefox.expect(text("percent", PANEL), "100%")
    finally:
        server.stop()
