"""Archives that servers of each schema wrote: the present one opens them, and goes on."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sample_archive
from processes import ROOT, pulse_binary, wait_until
from sample_archive import PLACE, START, rows
from served_runs import Runs

ARCHIVES = sorted((ROOT / "Tests" / "EndToEndTests" / "archives").glob("schema-*.db"))

#: How each run has ended, its attempt, and its curve.
EXPECTED = {
    f"done@{START}": ("done", 1, [0.0, 1.0, 2.0, 3.0], [1.0, 0.5, 0.75, 0.25]),
    f"failed@{START}": ("error", 1, [0.0, 1.0, 1.5], [1.0, 0.5, 0.5]),
    f"replaced@{START}": ("replaced", 1, [0.0, 1.0], [1.0, 0.5]),
    f"replaced@{START + 2}": (None, 1, [0.0, 1.0], [0.875, 0.375]),
    f"resumed@{START}": (None, 2, [0.0, 1.0, 1.5, 2.25], [1.0, 0.5, 0.375, 0.25]),
    f"second@{START}": (None, 1, [0.0, 1.0, 3.0], [1.0, 0.5, 0.25]),
}


@pytest.fixture(params=ARCHIVES, ids=lambda path: path.stem)
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A copy, whose runs are in `tmp_path / "runs"`; the file itself stays as it is."""
    kept = request.param.read_bytes()
    copy = Path(shutil.copyfile(request.param, tmp_path / request.param.name))
    (tmp_path / "runs").mkdir()
    sample_archive.move(copy, PLACE, tmp_path / "runs")
    yield copy
    assert request.param.read_bytes() == kept
    assert list(request.param.parent.glob("*.db-*")) == []


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """One that the present server writes."""
    return sample_archive.make(tmp_path)


def check_runs(archive: Path, folder: Path) -> None:
    """All runs and curves are there, by `pulse runs`."""
    command = [pulse_binary(), "runs"]
    listed = subprocess.run(
        [*command, "list", "--json", "--archive", archive], capture_output=True, text=True, check=True
    )
    runs = {run["id"]: run for run in map(json.loads, listed.stdout.splitlines())}
    subprocess.run(
        [*command, "export", "--archive", archive, "--to", folder], capture_output=True, check=True
    )
    found = {}
    for id, run in runs.items():
        curve = list(csv.DictReader((folder / f"{id}.csv").read_text().splitlines()))
        epochs, losses = ([float(point[name]) for point in curve] for name in ("epoch", "loss"))
        found[id] = (run["end"], run["attempt"], epochs, losses)
    assert found == EXPECTED
    assert rows(archive, "PRAGMA integrity_check") == [("ok",)]


def test_all_runs_are_there_with_their_curves(archive: Path, tmp_path: Path) -> None:
    assert rows(archive, "PRAGMA user_version") == [(int(archive.stem.removeprefix("schema-")),)]
    check_runs(archive, tmp_path / "curves")


def test_the_present_server_writes_the_newest_of_them(sample: Path, tmp_path: Path) -> None:
    """What is kept and what is written have the same tables, and say the same."""
    tables = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"
    assert rows(sample, tables) == rows(Path(shutil.copy(ARCHIVES[-1], tmp_path / "kept")), tables)
    check_runs(sample, tmp_path / "curves")


def test_a_server_goes_on_and_tells_what_was_left(archive: Path, tmp_path: Path) -> None:
    told = tmp_path / "told"
    (left,) = rows(archive, "SELECT id, transition FROM transition")
    runs = Runs(
        tmp_path / "runs", tmp_path / "log", "--archive", str(archive), "--on-transition",
        f'echo "$PULSE_TRANSITION_ID $PULSE_TRANSITION $PULSE_RUN" >> {told}',
    )
    # A moment after what the archive knows of it.
    runs.write("resumed.json", 3.0, loss=0.125, timestamp=START + 60)
    runs.start()
    try:
        wait_until(
            lambda: told.exists() and f"{left[0]} error failed@{START}" in told.read_text(),
            "what was left is told",
        )
        assert {run["id"] for run in runs.list()["runs"]} == EXPECTED.keys()
        went_on = runs.wait_for("resumed", epoch=3.0)
        assert (went_on["id"], went_on["attempt"]) == (f"resumed@{START}", 2)
        for id, (_, _, epochs, losses) in EXPECTED.items():
            history = runs.server.get(f"/runs/{id}/history").json()
            more = ([3.0], [0.125]) if id == went_on["id"] else ([], [])
            assert (history["epoch"], history["loss"]) == (epochs + more[0], losses + more[1]), id
        details = runs.server.get(f"/runs/second@{START}/v2/history").json()
        assert details["steps_done"] == [0, 10, 30]
        assert details["metrics"] == {"eval_loss": [0.0, 1.0, 3.0]}
        assert runs.server.metric("pulse_archive_up") == 1
        wait_until(lambda: rows(archive, "SELECT * FROM transition") == [], "nothing is left to be told")
    finally:
        runs.server.stop()
    assert rows(archive, "PRAGMA integrity_check") == [("ok",)]
