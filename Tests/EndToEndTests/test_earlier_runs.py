"""Runs that are over: in the list, by their ids, with their curves, whatever server saw them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from event_stream import EventStream
from processes import Answer, PulseServer, StatusFile, wait_until

START = 1_700_000_000


class Job:
    """One status file, a folder for the archive, and the servers of it."""

    def __init__(self, folder: Path, *flags: str, file: str = "job.json") -> None:
        self.folder = folder
        self.flags = flags
        self.file = StatusFile(folder / "runs" / file)
        self.file.path.parent.mkdir(exist_ok=True)
        self.server = self.start()

    def start(self) -> PulseServer:
        file = None if self.flags else self.file.path
        log = self.folder / "log"
        self.server = PulseServer(file, *self.flags, log=log, state=str(self.folder))
        return self.server

    def write(self, epoch: float, at: int, status: str = "running", loss: float = 0.5) -> None:
        """Write a state, and wait until it is served."""
        self.file.document(
            status=status, epoch=epoch, total_epochs=4.0, loss=loss, timestamp=START + at
        )
        wait_until(
            lambda: self.get("/job/status").status == 200
            and self.get("/job/status").json()["timestamp"] == START + at,
            f"{status} at {at} is served",
        )

    def get(self, path: str, **headers: str) -> Answer:
        return self.server.get("/runs" + path, **headers)

    def ids(self, query: str = "") -> list[str]:
        return [run["id"] for run in self.get(query).json()["runs"]]


@pytest.fixture(params=["one file", "a directory"])
def job(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Job]:
    directory = tmp_path / "runs"
    directory.mkdir()
    flags = ["--runs-dir", str(directory)] if request.param == "a directory" else []
    job = Job(tmp_path, *flags)
    yield job
    job.server.stop()


def three_runs(job: Job) -> list[str]:
    """One that is done, one that is replaced, one that is on; newest first."""
    for epoch in (1.0, 2.0, 3.0):
        job.write(epoch, int(epoch), loss=1 / epoch)
    job.write(4.0, 4, "done", loss=0.25)
    for epoch in (0.0, 1.0, 2.0):
        job.write(epoch, 100 + int(epoch), loss=2.0)
    job.write(0.0, 200)
    ids = [f"job@{START + 200}", f"job@{START + 100}", f"job@{START + 1}"]
    wait_until(lambda: job.ids() == ids, "the three are listed")
    return ids


def test_they_are_listed_behind_the_current_one(job: Job) -> None:
    current, replaced, done = three_runs(job)
    items = {run["id"]: run for run in job.get("").json()["runs"]}
    assert [items[id]["current"] for id in (current, replaced, done)] == [True, False, False]
    assert [items[id]["state"] for id in (replaced, done)] == ["replaced", "done"]
    assert items[done]["best_loss"] == 0.25
    assert items[done]["liveness"] == items[replaced]["liveness"] == "finished"
    assert items[done]["ended"] >= items[done]["updated"] > START
    assert items[replaced]["status"] == "running"
    assert items[replaced].keys() == items[current].keys()
    assert job.ids("?current=true") == [current]
    assert job.ids("?current=false") == [replaced, done]
    assert job.ids("?state=replaced") == [replaced]
    assert job.ids("?state=done,error") == [done]
    assert job.ids("?source=job") == [current, replaced, done]
    first = job.get("?limit=2").json()
    assert first["next"] == replaced
    assert job.ids(f"?limit=2&after={first['next']}") == [done]


def test_each_has_its_parts_and_its_curve_also_after_a_restart(job: Job) -> None:
    _, replaced, done = three_runs(job)

    def parts() -> dict[str, bytes]:
        return {
            f"{id}{part}": job.get(f"/{id}{part}").body
            for id in (replaced, done)
            for part in ("", "/status", "/progress", "/history", "/history.csv")
        }

    before = parts()
    assert job.get(f"/{done}/status").json()["status"] == "done"
    assert job.get(f"/{done}/progress").json()["liveness"] == "finished"
    assert job.get(f"/{done}/history").json() == {
        "timestamp": [START + 1, START + 2, START + 3, START + 4],
        "epoch": [1.0, 2.0, 3.0, 4.0],
        "loss": [1.0, 0.5, 1 / 3, 0.25],
    }
    rows = list(csv.reader(io.StringIO(job.get(f"/{replaced}/history.csv").body.decode())))
    assert rows[0] == ["timestamp", "epoch", "loss"]
    assert [row[1] for row in rows[1:]] == ["0.0", "1.0", "2.0"]
    answer = job.get(f"/{done}/history")
    assert answer.headers["pulse-run"] == done
    assert job.get(f"/{done}/history", If_None_Match=answer.headers["etag"]).status == 304
    job.server.stop()
    job.start()
    assert parts() == before
    assert job.get("/job@1/history").status == 404


def test_its_stream_says_what_there_is_and_ends(job: Job) -> None:
    _, _, done = three_runs(job)
    answer = job.get(f"/{done}/events")
    assert answer.headers["content-type"] == "text/event-stream"
    blocks = answer.body.decode().split("\n\n")
    assert [block.splitlines()[-2] for block in blocks[:-1]] == [
        "event: status", "event: progress", "event: end",
    ]
    assert job.get(f"/{done}/status").body.decode() in blocks[0]
    id = blocks[0].splitlines()[0].removeprefix("id: ")
    again = job.get(f"/{done}/events", Last_Event_ID=id)
    assert again.body == b"event: end\ndata: {}\n\n"


@pytest.mark.parametrize("version", ["", "v2/"], ids=["v1", "v2"])
def test_the_stream_of_a_run_ends_with_it(job: Job, version: str) -> None:
    job.write(1.0, at=0)
    (run,) = job.ids()
    port = job.server.port
    with (
        EventStream(port, path=f"/runs/{run}/{version}events") as of_run,
        EventStream(port, path=f"/runs/job/{version}events") as of_source,
    ):
        for stream in (of_run, of_source):
            assert json.loads(stream.next_of("status").data)["epoch"] == 1.0
            stream.next_of("progress")
        # A run that begins takes the place of this one.
        job.write(0.0, at=100, loss=0.9)
        assert json.loads(of_source.next_of("status").data)["epoch"] == 0.0
        status, progress, end = of_run.next(), of_run.next(), of_run.next()
        of_run.read_to_end()
        assert of_run.ended
        assert not of_source.ended
    wait_until(lambda: job.get(f"/{run}").status == 200, "it is archived")
    assert (end.type, end.data) == ("end", b"{}")
    assert json.loads(status.data)["epoch"] == 1.0
    assert progress.data == job.get(f"/{run}/progress").body
    # What it ended with is what whoever comes later gets.
    later = job.get(f"/{run}/{version}events").body
    assert later.startswith(b"id: %s\nevent: status\ndata: %s\n\n" % (status.id.encode(), status.data))


def test_the_stream_of_a_run_ends_with_it_without_an_archive(tmp_path: Path) -> None:
    job = Job(tmp_path, "--runs-dir", str(tmp_path / "runs"), "--no-archive")
    try:
        job.write(1.0, at=0)
        (run,) = job.ids()
        with EventStream(job.server.port, path=f"/runs/{run}/events") as stream:
            stream.next_of("progress")
            job.write(0.0, at=100, status="idle")
            assert json.loads(stream.next_of("progress").data)["liveness"] == "finished"
            assert stream.next().type == "end"
            stream.read_to_end()
            assert stream.ended
    finally:
        job.server.stop()


def test_the_stream_of_a_run_that_was_a_resume_leads_to_the_other(job: Job) -> None:
    job.write(2.4, at=0)
    (first,) = job.ids()
    # As trainers write that begin at 0 before they have read their checkpoint.
    job.write(0.0, at=100)
    second = job.get("/job").json()["id"]
    assert second != first
    with EventStream(job.server.port, path=f"/runs/{second}/events") as stream:
        stream.next_of("progress")
        for step in (1, 2):
            job.write(2.0 + step / 10, at=100 + 10 * step)
        wait_until(lambda: job.get("/job").json()["id"] == first, "it is known for a resume")
        stream.read_to_end()
        assert stream.ended
    with EventStream(job.server.port, path=f"/runs/{second}/events") as stream:
        assert b" 308 " in stream.head
        assert f"Location: ../{first}/events\r\n".encode() in stream.head
    with EventStream(job.server.port, path=f"/runs/{first}/events") as stream:
        assert json.loads(stream.next_of("status").data)["epoch"] == 2.2


def test_the_stream_of_all_has_them(job: Job) -> None:
    ids = three_runs(job)
    with EventStream(job.server.port, path="/runs/events") as stream:
        seen = set()
        while (event := stream.next()).type != "ready":
            seen.add(json.loads(event.data)["id"])
        assert seen == set(ids)
        job.write(1.0, 201)
        job.write(0.0, 300)
        items = {}
        while not {ids[0]: False, f"job@{START + 300}": True}.items() <= items.items():
            event = stream.next()
            if event.type == "run":
                item = json.loads(event.data)
                items[item["id"]] = item["current"]


def test_the_id_of_a_resume_leads_to_its_run_after_a_restart(job: Job) -> None:
    for epoch in (1.0, 2.0, 3.0):
        job.write(epoch, int(epoch))
    # It says 0 first, and goes on at 2 only then.
    for second, epoch in enumerate((0.0, 2.0, 2.125, 2.25)):
        job.write(epoch, 100 + second)
    job.server.stop()
    job.start()
    assert job.ids() == [f"job@{START + 1}"]
    assert job.get(f"/job@{START + 100}/status").json()["epoch"] == 2.25


def test_servers_list_their_own_only(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    job = Job(tmp_path)
    three_runs(job)
    other = Job(tmp_path, file="other.json")
    try:
        assert other.server.get("/runs").json()["total"] == 1
        assert other.server.get(f"/runs/job@{START + 1}").status == 404
    finally:
        job.server.stop()
        other.server.stop()


def test_what_is_left_of_a_deleted_file_is_listed(tmp_path: Path) -> None:
    directory = tmp_path / "runs"
    directory.mkdir()
    job = Job(tmp_path, "--runs-dir", str(directory))
    job.write(1.0, 1)
    job.write(4.0, 2, "done")
    job.server.stop()
    job.file.remove()
    server = job.start()
    (run,) = server.get("/runs").json()["runs"]
    assert (run["current"], run["state"]) == (False, "done")
    assert server.get("/runs/job").status == 404
    assert server.get(f"/runs/{run['id']}/history").json()["epoch"] == [1.0, 4.0]
    # It goes on where it was once somebody writes there again.
    job.write(0.0, 100)
    wait_until(lambda: len(job.ids()) == 2, "both are listed")
    assert job.ids("?current=false") == [run["id"]]
    server.stop()
