"""The page of many runs as the tests see it: a directory, its server, and its rows by their names."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect
from processes import PulseServer


class RunsDirectory:
    """A directory of runs; each document is another one than that before it."""

    def __init__(self, directory: Path, log: Path) -> None:
        directory.mkdir()
        self.directory = directory
        self.log = log
        self.server: PulseServer | None = None

    def serve(self, *flags: str, port: int = 0) -> PulseServer:
        self.server = PulseServer(
            None,
            "--runs-dir",
            str(self.directory),
            "--poll-interval",
            "200ms",
            *flags,
            log=self.log,
            port=port,
            state=str(self.log.parent),
        )
        return self.server

    def write(self, name: str, **fields: Any) -> None:
        document = {
            "status": "running",
            "epoch": 1.0,
            "total_epochs": 4.0,
            "loss": 0.5,
            "message": f"message of {name}",
            "timestamp": int(time.time()),
        } | fields
        new = self.directory / f".{name}.new"
        new.write_text(json.dumps(document))
        new.replace(self.directory / f"{name}.json")

    def sweep(self, names: Sequence[str], start: int = 1_700_000_000) -> None:
        """Runs that began one after the other, the first of them last."""
        for index, name in enumerate(names):
            self.write(name, timestamp=start - index, loss=0.5 + index / 100)

    def remove(self, name: str) -> None:
        (self.directory / f"{name}.json").unlink()

    def ids(self) -> dict[str, str]:
        runs = self.server.get("/runs?limit=1000").json()["runs"]
        return {run["source"]: run["id"] for run in runs}


class RunsPage:
    """A `<training-runs>` in a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator("training-runs article[part=runs]")
        self.rows = page.locator("training-runs [part=row]")

    @classmethod
    def open(cls, page: Page, server: PulseServer, query: str = "") -> RunsPage:
        page.goto(f"{server.url}/{query}")
        return cls(page)

    def part(self, name: str) -> Locator:
        return self.root.locator(f"[part={name}]")

    def row(self, name: str) -> Locator:
        """The row of a source's current run."""
        return self.page.locator(f"training-runs [part=row][data-run^='{name}@']")

    def cell(self, name: str, part: str) -> Locator:
        return self.row(name).locator(f"[part={part}]")

    def box(self, name: str) -> Locator:
        return self.row(name).locator("input")

    def state(self, name: str) -> Locator:
        return self.part("filter").locator(f"[data-state={name}]")

    def head(self, name: str) -> Locator:
        return self.root.locator(f"[data-column={name}]")

    def expect_names(self, *names: str) -> None:
        """Expect these runs, in this order on the page and for a screen reader."""
        expect(self.rows.locator("[part=name]")).to_have_text(list(names))

    def entry(self, name: str) -> Locator:
        return self.part("legend").locator(f"li[data-run^='{name}@']")

    def curve(self, name: str) -> Locator:
        return self.part("plot").locator(f"g[data-run^='{name}@'] path.curve")

    def colour(self, name: str) -> str:
        return self.curve(name).evaluate("path => getComputedStyle(path).stroke")
