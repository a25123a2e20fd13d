"""An archive of many long runs: every command works on it, in as little memory as on a small one."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import PulseServer, StatusFile, pulse_binary, wait_until

START = 1_700_000_000
RUNS = 150
POINTS = 2_000
#: In KiB: of a command its data, of a server all that is resident.
MEMORY = 64 * 1024


def fill(archive: Path) -> None:
    """Give the one source of an archive runs that are over."""
    database = sqlite3.connect(archive)
    ((source,),) = database.execute("SELECT id FROM source").fetchall()
    for run in range(RUNS):
        state = {
            "status": "done", "epoch": 100.0, "total_epochs": 100.0, "loss": 0.5, "message": "m",
            "timestamp": START + run,
        }  # fmt: skip
        cursor = database.execute(
            "INSERT INTO run(source, name, started, ordinal, attempt, ending, ended, best, updated, document)"
            " VALUES (?, 'job', ?, 1, 1, 'done', ?, 0.1, ?, ?)",
            (source, START + run, START + run, START + run, json.dumps(state).encode()),
        )
        database.execute(
            "WITH RECURSIVE step(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM step LIMIT ?)"
            " INSERT INTO point SELECT ?, n, 1, NULL, ? + n, n / 20.0, 1.0 / (n + 1), NULL FROM step",
            (POINTS, cursor.lastrowid, START),
        )
    database.commit()
    database.close()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, StatusFile]:
    """An archive that a server has made, and the file of its one source."""
    folder = tmp_path_factory.mktemp("large")
    file = StatusFile(folder / "job.json")
    file.running(1.0, total=100.0)
    archive = folder / "pulse.db"
    server = PulseServer(file.path, "--archive", str(archive), log=archive.with_name("log"))
    wait_until(lambda: server.get("/status").status == 200, "it serves")
    server.stop()
    fill(archive)
    return archive, file


@pytest.fixture
def server(large: tuple[Path, StatusFile]) -> Iterator[PulseServer]:
    archive, file = large
    server = PulseServer(file.path, "--archive", str(archive), log=archive.with_name("log"))
    yield server
    server.stop()


def run(large: tuple[Path, StatusFile], *arguments: str) -> str:
    """What a command prints, which may have no more memory than is said above."""
    limited = ["sh", "-c", 'ulimit -d "$0" && exec "$@"', str(MEMORY)]
    command = [*limited, pulse_binary(), *arguments, "--archive", str(large[0])]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PULSE_")}
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment, timeout=60
    ).stdout


def peak(server: PulseServer) -> int:
    """KiB that were in memory at most."""
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def test_runs_are_listed_shown_and_exported(large: tuple[Path, StatusFile], tmp_path: Path) -> None:
    listed = [json.loads(line) for line in run(large, "runs", "list", "--json").splitlines()]
    assert len(listed) == RUNS + 1
    assert f"job@{START}" in run(large, "runs", "show", f"job@{START}")
    run(large, "runs", "export", "--to", str(tmp_path / "out"))
    curves = list((tmp_path / "out").rglob("*.csv"))
    assert len(curves) == RUNS + 1
    assert max(len(curve.read_text().splitlines()) for curve in curves) == POINTS + 1


def test_doctor_reads_all_of_it(large: tuple[Path, StatusFile]) -> None:
    printed = run(large, "doctor", "--status-file", str(large[1].path), "--port", "0")
    assert "is whole" in printed


def test_a_server_lists_them_and_draws_their_curves(server: PulseServer) -> None:
    assert server.get("/runs").json()["total"] == RUNS + 1
    for number in range(20):
        history = server.get(f"/runs/job@{START + number}/history").json()
        assert len(history["epoch"]) == POINTS
        assert history["loss"][0] == 1.0
    assert peak(server) < MEMORY


def test_one_is_deleted_beside_a_server(large: tuple[Path, StatusFile], server: PulseServer) -> None:
    gone = f"job@{START + 100}"
    run(large, "runs", "delete", gone)
    wait_until(lambda: server.get(f"/runs/{gone}").status == 404, "it is gone")


def test_those_that_are_not_to_be_kept_go(large: tuple[Path, StatusFile]) -> None:
    archive, file = large
    server = PulseServer(
        file.path, "--archive", str(archive), "--keep-runs", "10", log=archive.with_name("log")
    )
    try:
        file.running(2.0, total=100.0)
        wait_until(lambda: server.get("/runs").json()["total"] == 11, "ten are left")
        oldest = min(run["started"] for run in server.get("/runs?current=false").json()["runs"])
        assert oldest == START + RUNS - 10
        assert peak(server) < MEMORY
    finally:
        server.stop()
