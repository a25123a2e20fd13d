#!/usr/bin/env python3
"""Write an archive with one run of each kind, as a real server leaves it.

    python3 Tests/EndToEndTests/sample_archive.py Tests/EndToEndTests/archives/schema-1.db

The binary is that of the tests: `PULSE_BINARY`, else the debug build.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import tempfile
from pathlib import Path

from processes import wait_until
from served_runs import Runs

START = 1_700_000_000
#: What the directory of the runs is called in the archive.
PLACE = "/runs"
#: One epoch and its loss after the other, and whatever else a document says.
Document = tuple[float, float, dict]

VERSION_2 = {
    "version": 2, "profile": "small", "dataset": "words", "total_steps": 30, "lr": 0.001,
    "batch_size": 8, "gpu_memory_usage": 1_000_000, "run": None, "attempt": None,
}

#: The documents of each source; the first is a run's first.
DOCUMENTS: dict[str, list[Document]] = {
    "done": [(0.0, 1.0, {}), (1.0, 0.5, {}), (2.0, 0.75, {}), (3.0, 0.25, {"status": "done"})],
    "failed": [(0.0, 1.0, {}), (1.0, 0.5, {}), (1.5, 0.5, {"status": "error"})],
    "replaced": [(0.0, 1.0, {}), (1.0, 0.5, {}), (0.0, 0.875, {}), (1.0, 0.375, {})],
    "resumed": [
        (0.0, 1.0, {}), (1.0, 0.5, {}), (2.0, 0.75, {}), (2.5, 0.75, {"status": "error"}),
        (1.5, 0.375, {}), (2.25, 0.25, {}),
    ],
    "second": [
        (epoch, 1 / (epoch + 1), VERSION_2 | {"steps_done": int(epoch * 10), "metrics": {"eval_loss": epoch}})
        for epoch in (0.0, 1.0, 3.0)
    ],
}

#: The run whose end is still to be told.
WAITING = f"failed@{START}"


def make(folder: Path) -> Path:
    """The archive of a server that has seen all of it, and told of all but one."""
    (folder / "runs").mkdir()
    archive = folder / "pulse.db"
    command = f'[ "$PULSE_TRANSITION $PULSE_RUN" != "error {WAITING}" ]'
    runs = Runs(
        folder / "runs", folder / "log", "--archive", str(archive), "--on-transition", command
    ).start()
    try:
        for name, documents in DOCUMENTS.items():
            for second, (epoch, loss, fields) in enumerate(documents):
                runs.write(f"{name}.json", epoch, loss=loss, timestamp=START + second, **fields)
                runs.wait_for(name, timestamp=START + second)
        waiting = "SELECT count(*), max(begun) > 0 FROM transition WHERE transition = 'error'"
        wait_until(lambda: rows(archive, waiting) == [(1, 1)], "one was tried, and the others told")
        wait_until(lambda: rows(archive, "SELECT count(*) FROM transition") == [(1,)], "all are told")
    finally:
        runs.server.stop()
    move(archive, folder / "runs", PLACE)
    return archive


def rows(archive: Path, query: str) -> list[tuple]:
    database = sqlite3.connect(archive)
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()


def move(archive: Path, old: Path | str, new: Path | str) -> None:
    """Have an archive say that its runs are in another directory."""
    database = sqlite3.connect(archive)
    with database:
        for table in ("source", "place"):
            database.execute(f"UPDATE {table} SET address = replace(address, ?, ?)", (str(old), str(new)))
    # All of it in the file itself, and nothing of what it was.
    database.execute("VACUUM")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="is made anew")
    file = parser.parse_args().file
    with tempfile.TemporaryDirectory(prefix="pulse-sample-") as folder:
        shutil.copy(make(Path(folder)), file)
    file.chmod(0o644)


if __name__ == "__main__":
    main()
