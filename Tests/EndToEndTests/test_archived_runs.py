"""`pulse runs`: what the archive's file holds, also while a server writes it."""

from __future__ import annotations

import csv
import json
import os
import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from processes import PulseServer, StatusFile, pulse_binary, wait_until

START = 1_700_000_000
OLD, NEW = f"job@{START}", f"job@{START + 100}"

Pulse = Callable[..., subprocess.CompletedProcess]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PulseServer]:
    """A server with two runs in its archive: one that is done, and one that is on."""
    file = StatusFile(tmp_path / "job.json")
    server = PulseServer(file.path, log=tmp_path / "log", state=str(tmp_path))
    documents = [(0, "running", 0.0), (1, "running", 1.0), (2, "done", 2.0), (100, "running", 0.0)]
    for second, status, epoch in documents:
        file.document(
            status=status, epoch=epoch, loss=1 / (epoch + 1), timestamp=START + second, message="m"
        )
        wait_until(
            lambda now=START + second: server.get("/status").status == 200
            and server.get("/status").json()["timestamp"] == now,
            "it is served",
        )
    wait_until(lambda: server.get("/runs").json()["total"] == 2, "both are archived")
    yield server
    server.stop()


@pytest.fixture
def pulse(tmp_path: Path) -> Pulse:
    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PULSE_")}
        environment |= {"XDG_STATE_HOME": str(tmp_path), **variables}
        command = [pulse_binary(), "runs", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=60
        )

    return run


def test_list_and_show(server: PulseServer, pulse: Pulse, tmp_path: Path) -> None:
    lines = pulse("list").stdout.splitlines()
    assert lines[0].split() == ["RUN", "END", "EPOCH", "LOSS", "BEST", "UPDATED", "SOURCE"]
    assert [line.split()[:3] for line in lines[1:]] == [[NEW, "-", "0.0/3.0"], [OLD, "done", "2.0/3.0"]]
    new, old = (json.loads(line) for line in pulse("list", "--json").stdout.splitlines())
    assert (new["id"], new["end"], new["ended"]) == (NEW, None, None)
    assert (old["id"], old["end"], old["best_loss"]) == (OLD, "done", 1 / 3)
    assert old["source"] == str(tmp_path / "job.json")
    assert json.loads(pulse("show", OLD, "--json").stdout) == old
    assert re.search("^end: +done$", pulse("show", OLD).stdout, re.MULTILINE)
    assert pulse("list", "--source", "other.json").stderr == "pulse: the archive has no runs\n"
    assert len(pulse("list", "--source", "job.json", "--json").stdout.splitlines()) == 2


def test_export(server: PulseServer, pulse: Pulse, tmp_path: Path) -> None:
    done = pulse("export", "--to", "curves")
    assert (done.returncode, done.stderr) == (0, "pulse: 2 runs in curves\n")
    assert sorted(path.name for path in (tmp_path / "curves").iterdir()) == [f"{OLD}.csv", f"{NEW}.csv"]
    exported = (tmp_path / "curves" / f"{OLD}.csv").read_bytes()
    assert exported == server.get(f"/runs/{OLD}/history.csv").body
    assert [row["epoch"] for row in csv.DictReader(exported.decode().splitlines())] == ["0.0", "1.0", "2.0"]
    assert pulse("export", OLD, "--to", "curves", "--format", "json").returncode == 0
    document = json.loads((tmp_path / "curves" / f"{OLD}.json").read_text())
    assert document["run"]["id"] == OLD
    assert document["history"] == server.get(f"/runs/{OLD}/history").json()
    (tmp_path / "file").touch()
    refused = pulse("export", "--to", "file")
    assert (refused.returncode, refused.stderr) == (1, f"pulse: file/{NEW}.csv: not a directory\n")


def test_delete_under_a_server(server: PulseServer, pulse: Pulse, tmp_path: Path) -> None:
    current = pulse("delete", OLD, NEW)
    assert current.returncode == 1
    assert f"{NEW} is the current run of {tmp_path}/job.json, which isn't deleted" in current.stderr
    assert len(pulse("list", "--json").stdout.splitlines()) == 2
    assert pulse("delete", OLD).returncode == 0
    wait_until(lambda: server.get(f"/runs/{OLD}").status == 404, "the server has noticed")
    assert server.get("/runs").json()["total"] == 1
    assert server.metric("pulse_archive_up") == 1
    again = pulse("delete", OLD)
    assert (again.returncode, again.stderr) == (
        1, f"pulse: there is no run {OLD} in the archive: see pulse runs list\n"
    )


def test_a_run_whose_file_is_gone_can_be_deleted(
    server: PulseServer, pulse: Pulse, tmp_path: Path
) -> None:
    file = StatusFile(tmp_path / "job.json")
    file.document(status="done", epoch=3.0, timestamp=START + 101)
    wait_until(lambda: server.get("/status").json()["status"] == "done", "it is done")
    server.stop()
    assert "which isn't deleted" in pulse("delete", NEW).stderr
    file.remove()
    assert pulse("delete", NEW, OLD).returncode == 0
    with sqlite3.connect(tmp_path / "pulse" / "pulse.db") as database:
        for table in ("source", "run", "point", "checkpoint", "journal"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def test_deleting_while_a_server_writes(server: PulseServer, pulse: Pulse, tmp_path: Path) -> None:
    """Neither loses what it does."""
    file = StatusFile(tmp_path / "job.json")

    def served(timestamp: int) -> None:
        wait_until(lambda: server.get("/status").json()["timestamp"] == timestamp, "it is served")

    def earlier() -> list[str]:
        return [item["id"] for item in server.get("/runs?current=false").json()["runs"]]

    assert pulse("delete", OLD).returncode == 0
    for run in range(2, 8):
        start = START + run * 100
        # Of another length: none of them is taken for a resume of another.
        for second in range(30):
            file.document(
                epoch=float(second), total_epochs=100.0 + run, loss=0.5, timestamp=start + second
            )
        served(start + 29)
        last = server.get("/runs/job").json()["id"]
        file.document(epoch=0.0, loss=0.5, timestamp=start + 50)
        served(start + 50)
        wait_until(lambda last=last: last in earlier(), "it is over")
        assert pulse("delete", *earlier()).returncode == 0
        wait_until(lambda: not server.get("/runs?current=false").json()["total"], "it is noticed")
    assert server.metric("pulse_archive_up") == 1
    server.stop()
    with sqlite3.connect(tmp_path / "pulse" / "pulse.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("SELECT count(*) FROM run").fetchone() == (1,)


def test_what_cant_be_read_is_one_line(pulse: Pulse, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("notes of somebody")
    (tmp_path / "empty.db").touch()
    with sqlite3.connect(tmp_path / "theirs.db") as database:
        database.execute("CREATE TABLE notes(a)")
    for file, reason in {
        "none.db": "none.db: No such file or directory",
        ".": ".: Is a directory",
        "notes": "notes is no archive of Pulse: it is left as it is",
        "theirs.db": "theirs.db is no archive of Pulse: it is left as it is",
        "empty.db": "empty.db holds no runs yet",
    }.items():
        for command in (["list"], ["show", "a@1"], ["export", "--to", "x"], ["delete", "a@1"]):
            result = pulse(*command, "--archive", file)
            assert (result.returncode, result.stdout) == (1, "")
            assert result.stderr == f"pulse: {reason}\n"
    by_variable = pulse("list", PULSE_ARCHIVE="none.db")
    assert "none.db: No such file or directory" in by_variable.stderr


def test_what_is_kept(server: PulseServer, pulse: Pulse, tmp_path: Path) -> None:
    server.stop()
    file = StatusFile(tmp_path / "job.json")
    second = PulseServer(
        file.path, "--keep-runs", "2", log=tmp_path / "log", state=str(tmp_path)
    )
    for run in range(2, 6):
        for at, epoch in ((START + run * 100, 1.0), (START + run * 100 + 1, 0.0)):
            file.document(epoch=epoch, timestamp=at)
            wait_until(lambda at=at: second.get("/status").json()["timestamp"] == at, "it is served")
    wait_until(
        lambda: len(pulse("list", "--json").stdout.splitlines()) == 3, "the oldest are gone"
    )
    second.stop()
    third = PulseServer(
        file.path, "--keep-for", "1ms", log=tmp_path / "log", state=str(tmp_path)
    )
    wait_until(lambda: len(pulse("list", "--json").stdout.splitlines()) == 1, "only the current one is left")
    third.stop()
