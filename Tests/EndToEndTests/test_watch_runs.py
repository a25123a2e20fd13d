"""`pulse watch` of many runs: a directory, a server of one, one run of it."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from processes import PulseServer, StatusFile, free_port, wait_until
from terminal import SHOW_CURSOR, Piped, Terminal

#: Where the runs are watched: as they lie there, or through a server.
PLACES = ["directory", "server"]


class Folder:
    """A directory of runs, and a server of it where one is asked for."""

    def __init__(self, directory: Path, log: Path) -> None:
        self.directory = directory
        self.log = log
        self.server: PulseServer | None = None

    def run(self, name: str) -> StatusFile:
        return StatusFile(self.directory / f"{name}.json")

    def serve(self, port: int = 0) -> PulseServer:
        self.server = PulseServer(
            None, "--runs-dir", str(self.directory), log=self.log, port=port,
            state=str(self.log.parent),
        )
        return self.server

    def place(self, kind: str) -> str:
        """What is given to `pulse watch`."""
        return str(self.directory) if kind == "directory" else self.serve().url


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    directory = tmp_path / "runs"
    directory.mkdir()
    folder = Folder(directory, tmp_path / "log")
    yield folder
    if folder.server:
        folder.server.stop()


@pytest.mark.parametrize("kind", PLACES)
def test_a_table_of_all_runs(kind: str, folder: Folder, watch: Callable[..., Terminal]) -> None:
    folder.run("bert").running(1.5)
    folder.run("gpt").done()
    terminal = watch(folder.place(kind))
    terminal.wait_for("2 runs: 1 running, 1 done", "RUN", "STATE", "EPOCH", "LOSS", "50.0 %", "100 %")
    rows = {line.split()[0]: line.split() for line in terminal.lines[2:]}
    assert rows["bert"][1:4] == ["running", "50.0", "%"]
    assert rows["gpt"][1:4] == ["done", "100", "%"]
    folder.run("new").running(0.3)
    terminal.wait_for("3 runs: 2 running, 1 done", "new", "10.0 %")
    folder.run("bert").error(1.5)
    terminal.wait_for("3 runs: 1 running, 1 error, 1 done")
    folder.run("new").document(loss=float("nan"))
    terminal.wait_for("1 invalid")
    terminal.press(b"\x03")
    assert terminal.end() == -signal.SIGINT
    assert SHOW_CURSOR in terminal.raw


@pytest.mark.parametrize("kind", PLACES)
def test_what_pulse_v2_tells_has_columns(
    kind: str, folder: Folder, watch: Callable[..., Terminal]
) -> None:
    told = {"steps_done": 310, "total_steps": 372, "lr": 1.2e-5, "gpu_memory_usage": 20 << 30}
    folder.run("bert").version2(2.5, **told)
    folder.run("gpt").running(1.5)
    terminal = watch(folder.place(kind), columns=120)
    terminal.wait_for("2 runs: 2 running", "STEP", "310/372", "1.2e-5", "GPU MEMORY", "20 GiB", "50.0 %")
    rows = {line.split()[0]: line for line in terminal.lines[2:]}
    assert "310/372" in rows["bert"]
    assert "GiB" not in rows["gpt"]
    # They are the first to go.
    terminal.resize(70, 24)
    terminal.wait_until_gone("STEP")
    terminal.wait_for("EPOCH", "LOSS", "UPDATED")


@pytest.mark.parametrize("kind", PLACES)
def test_it_fits_the_window(kind: str, folder: Folder, watch: Callable[..., Terminal]) -> None:
    now = int(time.time())
    for number in range(40):
        folder.run(f"run-{number:02}").document(timestamp=now - 100 + number)
    terminal = watch(folder.place(kind), columns=60, rows=12)
    terminal.wait_for("40 runs: 40 running", "run-39", "… 31 more")
    assert len(terminal.lines) == 12
    # The newest come first.
    names = [line.split()[0] for line in terminal.lines[2:11]]
    assert names == [f"run-{39 - number}" for number in range(9)]
    terminal.resize(30, 6)
    terminal.wait_for("run-39", "… 37 more")
    terminal.resize(100, 50)
    terminal.wait_for("run-00", "UPDATED")
    assert len(terminal.lines) == 42


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize(("last", "code"), [("done", 0), ("error", 1)])
def test_the_end_of_all(
    kind: str, last: str, code: int, folder: Folder, pipe: Callable[..., Piped]
) -> None:
    folder.run("a").done()
    folder.run("b").running(1)
    process = pipe(folder.place(kind), "--until", "done")
    assert ": 1 running, 1 done" in process.line("2 runs")
    if last == "done":
        folder.run("b").done()
    else:
        folder.run("b").error(1)
    line = process.line("b: ")
    while last not in line:
        line = process.line("b: ")
    assert process.end()[0] == code


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize("layout", ["b.json", "b/status.json"])
def test_the_end_of_one(
    kind: str, layout: str, folder: Folder, pipe: Callable[..., Piped]
) -> None:
    folder.run("a").running(1)
    (folder.directory / layout).parent.mkdir(exist_ok=True)
    StatusFile(folder.directory / layout).done()
    code, output, _ = pipe(folder.place(kind), "--run", "b", "--until", "done").end()
    assert code == 0
    # As a run of its own is shown.
    assert output.splitlines()[-1].split(" ", 1)[1].startswith("done: finished, 100 %")


def earlier_run(folder: Folder, last: str) -> tuple[PulseServer, str]:
    """A server whose run `a` is done, after one whose last status was `last`; and that one's id."""
    server = folder.serve()
    started = int(time.time()) - 100
    documents = [("running", 0.0), ("running", 1.0), (last, 2.0), ("running", 0.0), ("done", 3.0)]
    first = ""
    for number, (status, epoch) in enumerate(documents):
        timestamp = started + 10 * number
        folder.run("a").document(status=status, epoch=epoch, timestamp=timestamp)
        wait_until(
            lambda at=timestamp: server.get("/runs/a").json().get("timestamp") == at, "it is seen"
        )
        first = first or server.get("/runs/a").json()["id"]
    wait_until(
        lambda: server.get(f"/runs/{first}").json().get("current") is False, "it is an earlier run"
    )
    return server, first


def test_a_run_that_another_one_replaced(
    folder: Folder, watch: Callable[..., Terminal], pipe: Callable[..., Piped]
) -> None:
    server, first = earlier_run(folder, "running")
    terminal = watch(server.url, "--run", first)
    terminal.wait_for("replaced", "another run has taken its place", "66.7 %")
    assert "unreachable" not in terminal.text
    code, _, errors = pipe(server.url, "--run", first, "--until", "done").end()
    assert code == 2
    assert "there is no end to wait for" in errors


@pytest.mark.parametrize(("last", "code"), [("done", 0), ("error", 1)])
def test_the_end_of_an_earlier_run(
    last: str, code: int, folder: Folder, pipe: Callable[..., Piped]
) -> None:
    server, first = earlier_run(folder, last)
    assert pipe(server.url, "--run", first, "--until", "done").end()[0] == code


@pytest.mark.parametrize("last", ["error", "running"])
def test_how_earlier_runs_ended_is_nothing_to_wait_for(
    last: str, folder: Folder, watch: Callable[..., Terminal], pipe: Callable[..., Piped]
) -> None:
    server, _ = earlier_run(folder, last)
    word = {"error": "1 error, 1 done", "running": "1 done, 1 replaced"}[last]
    watch(server.url).wait_for(f"2 runs: {word}")
    assert pipe(server.url, "--until", "done").end()[0] == 0


@pytest.mark.parametrize("kind", PLACES)
def test_each_change_as_json(kind: str, folder: Folder, pipe: Callable[..., Piped]) -> None:
    folder.run("a").running(1)
    process = pipe(folder.place(kind), "--json", "--until", "done")
    first = json.loads(process.line('"a"'))
    assert (first["source"], first["state"], first["epoch"]) == ("a", "running", 1.0)
    assert first["id"] == f"a@{first['started']}"
    folder.run("a").done()
    last = json.loads(process.line('"done"'))
    assert (last["id"], last["state"], last["best_loss"]) == (first["id"], "done", 0.1)
    assert process.end()[0] == 0


def test_json_is_the_same_from_files_and_from_a_server(
    folder: Folder, pipe: Callable[..., Piped]
) -> None:
    folder.run("a").done()
    server = folder.serve()
    files = pipe(str(folder.directory), "--json")
    served = pipe(server.url, "--json")
    # Only in what became known later could they differ.
    assert files.line('"source": "a"') == served.line('"source": "a"')


@pytest.mark.parametrize("path", ["", "/runs", "/runs/", "/runs/events", "/status", "/index.html"])
def test_any_url_of_the_server_means_its_runs(
    path: str, folder: Folder, pipe: Callable[..., Piped]
) -> None:
    folder.run("a").done()
    url = folder.serve().url + path
    code, output, errors = pipe(url, "--until", "done").end()
    assert (code, errors) == (0, "")
    assert " a: done: finished" in output


@pytest.mark.parametrize("part", ["", "/", "/status", "/events"])
def test_the_url_of_one_run_means_that(
    part: str, folder: Folder, pipe: Callable[..., Piped]
) -> None:
    folder.run("a").done()
    folder.run("b").running(1)
    server = folder.serve()
    identity = server.get("/runs/a").json()["id"]
    for name in ("a", identity):
        code, output, _ = pipe(f"{server.url}/runs/{name}{part}", "--until", "done").end()
        assert code == 0
        assert output.splitlines()[-1].split(" ", 1)[1].startswith("done: finished")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["URL/runs/nobody"], "is no run that the server knows"),
        (["URL", "--run", "nobody"], "is no run that the server knows"),
    ],
)
def test_a_run_that_is_not_there_ends_with_2(
    arguments: list[str], said: str, folder: Folder, pipe: Callable[..., Piped]
) -> None:
    url = folder.serve().url
    code, _, errors = pipe(*(part.replace("URL", url) for part in arguments)).end()
    assert code == 2
    assert said in errors


def test_a_server_that_ends_and_comes_back(
    folder: Folder, watch: Callable[..., Terminal]
) -> None:
    folder.run("a").running(1)
    folder.run("b").running(2)
    server = folder.serve(port=free_port())
    terminal = watch(server.url)
    terminal.wait_for("2 runs: 2 running")
    server.stop()
    terminal.wait_for("unreachable", "last known: 2 runs: 2 running", "a", "b")
    folder.run("c").done()
    folder.serve(port=server.port)
    terminal.wait_for("3 runs: 2 running, 1 done")
    assert "unreachable" not in terminal.text


def test_a_server_that_comes_later_with_many_runs(
    folder: Folder, watch: Callable[..., Terminal]
) -> None:
    server = folder.serve(port=free_port())
    server.stop()
    terminal = watch(server.url)
    terminal.wait_for("unreachable", "connection refused")
    folder.run("a").running(1)
    folder.serve(port=server.port)
    terminal.wait_for("1 run: 1 running")


def test_a_directory_that_goes_and_comes_back(
    folder: Folder, watch: Callable[..., Terminal]
) -> None:
    folder.run("a").running(1)
    terminal = watch(str(folder.directory), "--poll-interval", "200ms")
    terminal.wait_for("1 run: 1 running")
    folder.directory.rename(folder.directory.with_name("away"))
    terminal.wait_for("unreadable", "last known")
    folder.directory.with_name("away").rename(folder.directory)
    terminal.wait_until_gone("unreadable")
    terminal.wait_for("1 run: 1 running")
    folder.run("a").running(2)
    terminal.wait_for("66.7 %")
    assert "unreadable" not in terminal.text


def test_a_dead_run_becomes_stale_among_the_others(
    folder: Folder, watch: Callable[..., Terminal]
) -> None:
    folder.run("a").running(1)
    terminal = watch(
        str(folder.directory), "--stale-after", "1s", "--poll-interval", "200ms"
    )
    terminal.wait_for("1 run: 1 stale")
    assert len(terminal.lines) == 3


def test_an_empty_directory_waits(folder: Folder, watch: Callable[..., Terminal]) -> None:
    terminal = watch(str(folder.directory), "--until", "done")
    terminal.wait_for("no runs yet")
    folder.run("a").done()
    assert terminal.end() == 0


def test_lines_name_the_run(folder: Folder, pipe: Callable[..., Piped]) -> None:
    folder.run("a").running(1.5, message="a\nb\x1b[1m")
    process = pipe(str(folder.directory))
    assert process.line("a: ").endswith(
        "Z a: running: live, 50.0 %, epoch 1.5 of 3, loss 0.5, ETA not known yet: a b\\u001b[1m"
    )
    process.line("1 run: 1 running")
    folder.run("a").done()
    assert process.line("a: done").endswith("Z a: done: finished, 100 %, epoch 3 of 3, loss 0.1: all done")
    assert process.process.poll() is None
