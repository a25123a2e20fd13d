"""A directory of runs, and a `pulse serve` of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from processes import PulseServer, wait_until


class Runs:
    """A directory of runs, and the server of it."""

    def __init__(self, directory: Path, log: Path, *flags: str) -> None:
        self.directory = directory
        self.flags = flags
        self.log = log
        # A command that becomes the server, as `PulseServer` takes it.
        self.wrapper: list[str] = []
        self.server: PulseServer

    def start(self) -> Runs:
        self.server = PulseServer(
            None, "--runs-dir", str(self.directory), "--poll-interval", "200ms", *self.flags,
            log=self.log, wrapper=self.wrapper,
        )
        return self

    def write(self, name: str, epoch: float = 1.0, **fields: Any) -> None:
        document = {
            "status": "running", "epoch": epoch, "total_epochs": 4.0, "loss": 0.5, "message": name,
            "timestamp": 1_700_000_000,
        } | fields
        path = self.directory / name
        path.parent.mkdir(exist_ok=True)
        new = path.with_name(f".{path.name}.new")
        new.write_text(json.dumps(document))
        new.replace(path)

    def list(self, query: str = "") -> dict:
        return self.server.get(f"/runs{query}").json()

    def sources(self, query: str = "") -> list[str]:
        return [run["source"] for run in self.list(query)["runs"]]

    def wait_for(self, name: str, **values: object) -> dict:
        def item() -> dict:
            answer = self.server.get(f"/runs/{name}")
            return answer.json() if answer.status == 200 else {}

        wait_until(lambda: values.items() <= item().items(), f"{name} has {values}")
        return item()
