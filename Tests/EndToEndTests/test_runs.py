"""Many runs: `pulse serve --runs-dir`, its list, its stream, and the routes of each run."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from event_stream import Event, EventStream
from processes import PulseServer, StatusFile, pulse_binary, wait_until
from reply import ask
from served_runs import Runs

MEMBERS = [
    "id", "source", "current", "attempt", "started", "updated", "ended", "state", "status",
    "liveness", "progress", "epoch", "total_epochs", "loss", "best_loss", "message", "timestamp",
    "eta_seconds", "source_state", "source_error", "details",
]


def test_every_file_and_folder_is_a_run(runs: Callable[..., Runs]) -> None:
    some = runs()
    some.write("a.json", timestamp=1_700_000_001)
    some.write("b/status.json", status="done", epoch=4.0, timestamp=1_700_000_002)
    some.write("c.json", status="idle", epoch=0.0)
    (some.directory / "package.json").write_text("{}")
    some.start()
    answer = some.list()
    assert answer["total"] == 3
    assert answer["next"] is None
    b, a, c = answer["runs"]
    assert [list(item) for item in (a, b, c)] == [MEMBERS] * 3
    assert (a["id"], a["state"], a["attempt"]) == ("a@1700000001", "stale", 1)
    assert (b["id"], b["state"], b["ended"]) == ("b@1700000002", "done", 1_700_000_002)
    assert (c["id"], c["state"], c["started"]) == ("c", "waiting", None)
    assert b["best_loss"] == 0.5
    assert some.server.get("/runs/package").status == 404


def test_the_parts_of_a_run_are_what_the_routes_without_a_name_are(
    runs: Callable[..., Runs],
) -> None:
    some = runs()
    some.write("a.json", epoch=1.0)
    some.start()
    some.write("a.json", epoch=2.0, loss=0.25, timestamp=1_700_000_060)
    some.wait_for("a", epoch=2.0)
    for part in ("status", "progress", "history"):
        plain = some.server.get(f"/{part}")
        named = some.server.get(f"/runs/a/{part}")
        whole = some.server.get(f"/runs/a@1700000000/{part}")
        assert plain.body == named.body == whole.body
        assert plain.headers["etag"] == named.headers["etag"]
        assert named.headers["pulse-run"] == "a@1700000000"
        again = some.server.get(f"/runs/a/{part}", If_None_Match=named.headers["etag"])
        assert (again.status, again.body) == (304, b"")
    rows = list(csv.reader(io.StringIO(some.server.get("/runs/a/history.csv").body.decode())))
    assert rows == [
        ["timestamp", "epoch", "loss"], ["1700000000", "1.0", "0.5"], ["1700000060", "2.0", "0.25"],
    ]


def test_a_curve_is_thinned_so_that_its_peaks_stay(runs: Callable[..., Runs]) -> None:
    some = runs()
    losses = [0.5] * 12
    losses[3], losses[7] = 9.0, -9.0
    some.write("a.json", epoch=0.0, total_epochs=12.0, loss=losses[0])
    some.start()
    for epoch, loss in enumerate(losses[1:], 1):
        some.write(
            "a.json", epoch=epoch, total_epochs=12.0, loss=loss, timestamp=1_700_000_000 + epoch
        )
        some.wait_for("a", epoch=float(epoch))
    whole = some.server.get("/history")
    assert len(whole.json()["loss"]) == 12
    for path in ("/history", "/runs/a/history"):
        thinned = some.server.get(f"{path}?points=5")
        assert thinned.json()["loss"] == [0.5, 9.0, -9.0, 0.5]
        assert thinned.json()["epoch"] == [0.0, 3.0, 7.0, 11.0]
        tag = thinned.headers["etag"]
        assert tag != whole.headers["etag"]
        again = some.server.get(f"{path}?points=5", If_None_Match=tag)
        assert (again.status, again.body) == (304, b"")
        head = ask(some.server, f"{path}?points=5", "HEAD")
        assert (head.status, head.field("etag")) == (200, tag)
        assert some.server.get(f"{path}?points=12").body == whole.body
        for points in ("", "3", "4097", "08", "+8", "8.0", "x", "%D9%A4"):
            problem = ask(some.server, f"{path}?points={points}")
            assert problem.status == 400
            assert "'points'" in problem.problem()["detail"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/runs/nobody", 404), ("/runs/a@1", 404), ("/runs/a@1700000000.2", 404),
        ("/runs/..%2f..%2fetc", 404), ("/runs/%2e%2e", 400), ("/runs/a@", 400), ("/runs/a@b", 400),
        ("/runs/a@01", 400), ("/runs/a%20b", 400), ("/runs/%ff", 400), ("/runs/" + "a" * 300, 400),
        ("/runs/a@1700000000.1", 400), ("/runs/", 404), ("/runs/a/", 404), ("/runs/a/nothing", 404),
        ("/runs?state=alive", 400), ("/runs?limit=0", 400), ("/runs?limit=1001", 400),
        ("/runs?limit=01", 400), ("/runs?after=..", 400), ("/runs?current=yes", 400),
        ("/runs?source=a/b", 400), ("/runs?state=", 400), ("/runs?unknown=1", 200),
    ],
)
def test_what_is_no_run_is_said(runs: Callable[..., Runs], path: str, status: int) -> None:
    some = runs()
    some.write("a.json")
    some.start()
    answer = some.server.get(path)
    assert answer.status == status
    if status >= 400:
        assert answer.json()["status"] == status


def test_the_list_is_filtered_and_paged(runs: Callable[..., Runs]) -> None:
    some = runs()
    for number in range(7):
        state = "done" if number % 2 else "error"
        some.write(f"r{number}.json", status=state, timestamp=1_700_000_000 + number)
    some.start()
    assert some.sources() == [f"r{number}" for number in reversed(range(7))]
    assert some.sources("?state=done") == ["r5", "r3", "r1"]
    assert some.sources("?source=r2") == ["r2"]
    assert some.sources("?current=false") == []
    found: list[str] = []
    query = "?state=done,error&limit=3"
    while True:
        page = some.list(query)
        assert page["total"] == 7
        found += [run["source"] for run in page["runs"]]
        if page["next"] is None:
            break
        query = f"?state=done,error&limit=3&after={page['next']}"
    assert found == [f"r{number}" for number in reversed(range(7))]
    first = some.server.get("/runs")
    assert some.server.get("/runs", If_None_Match=first.headers["etag"]).status == 304
    some.write("r0.json", epoch=3.0, timestamp=1_700_000_100)
    wait_until(lambda: some.server.get("/runs").headers["etag"] != first.headers["etag"], "news")


def test_new_runs_appear_and_vanished_ones_are_marked(runs: Callable[..., Runs]) -> None:
    some = runs()
    some.start()
    assert some.list() == {"runs": [], "total": 0, "next": None}
    assert some.server.get("/status").json()["status"] == "idle"
    some.write("late.json")
    some.wait_for("late", source_state="ok")
    os.remove(some.directory / "late.json")
    item = some.wait_for("late", source_state="missing")
    assert "late.json" in item["source_error"]
    some.write("late.json", epoch=2.0)
    assert some.wait_for("late", source_state="ok", epoch=2.0)["attempt"] == 1


def test_the_routes_without_a_name_are_those_of_the_run_that_began_last(
    runs: Callable[..., Runs],
) -> None:
    some = runs()
    some.write("old.json", timestamp=1_700_000_001)
    some.write("new.json", timestamp=1_700_000_002)
    some.start()
    assert some.server.get("/status").headers["pulse-run"] == "new@1700000002"
    with EventStream(some.server.port) as stream:
        first = stream.next()
        assert b'"new.json"' in first.data
        # The old one goes on, and stays behind.
        some.write("old.json", epoch=2.0, timestamp=1_700_000_003)
        some.wait_for("old", epoch=2.0)
        assert some.server.get("/status").headers["pulse-run"] == "new@1700000002"
        some.write("newest.json", timestamp=1_700_000_004)
        stream.read_to_end()
    assert some.server.get("/status").headers["pulse-run"] == "newest@1700000004"
    # What a client has of another run is nothing of this one.
    with EventStream(some.server.port, f"Last-Event-ID: {first.id}") as stream:
        assert b'"newest.json"' in stream.next().data


def test_one_stream_tells_of_all_runs(runs: Callable[..., Runs]) -> None:
    some = runs("--no-archive")
    for name in ("a", "b"):
        some.write(f"{name}.json", status="done", epoch=4.0)
    some.start()

    def until(stream: EventStream, type: str) -> list[Event]:
        events = [stream.next()]
        while events[-1].type != type:
            events.append(stream.next())
        return events

    with EventStream(some.server.port, path="/runs/events") as stream:
        joined = until(stream, "ready")
        assert [event.type for event in joined] == ["run", "run", "ready"]
        assert {json.loads(event.data)["source"] for event in joined[:2]} == {"a", "b"}
        some.write("a.json", epoch=0.5, timestamp=1_700_000_100)
        # The earlier run of this source is no more; the new one has its own id.
        seen = [stream.next(), stream.next()]
        assert {event.type for event in seen} == {"gone", "run"}
        last = seen[-1]
    some.write("c.json")
    some.wait_for("c", source_state="ok")
    with EventStream(some.server.port, f"Last-Event-ID: {last.id}", path="/runs/events") as stream:
        missed = until(stream, "ready")
        assert [json.loads(event.data).get("source") for event in missed] == ["c", None]


def test_a_stream_begins_anew_for_who_comes_from_another_server(
    runs: Callable[..., Runs],
) -> None:
    some = runs()
    some.write("a.json")
    some.start()
    last = "Last-Event-ID: 0badcafe-1"
    with EventStream(some.server.port, last, path="/runs/events") as stream:
        # What it had may be gone: nobody here could tell.
        assert [stream.next().type for _ in range(3)] == ["reset", "run", "ready"]


def test_metrics_are_labelled_by_run(runs: Callable[..., Runs]) -> None:
    some = runs()
    some.write("a.json", loss=0.5)
    some.write("b.json", status="done", loss=0.25)
    (some.directory / "no name.json").write_text("{}")
    some.start()
    assert some.server.metric('pulse_loss{run="a"}') == 0.5
    assert some.server.metric('pulse_status{run="b",status="done"}') == 1
    assert some.server.metric('pulse_runs{liveness="finished"}') == 1
    assert some.server.metric('pulse_files_skipped{reason="invalid_name"}') == 1


def test_log_lines_name_the_run(runs: Callable[..., Runs]) -> None:
    some = runs()
    some.write("a.json")
    some.start()
    some.write("b.json", status="error", timestamp=1_700_000_001)
    some.wait_for("b", state="error")
    for line in ("a: run is running, stale", "b: run is error, finished"):
        said = re.compile(rf"^\S+ info {line}$", re.MULTILINE)
        wait_until(lambda said=said: said.search(some.log.read_text()), f"the log has {line}")


def test_what_is_no_run_is_named_in_the_log(runs: Callable[..., Runs]) -> None:
    some = runs()
    for name in ("good.json", "a@b.json", "%2e.json", "..json", "events.json", "x" * 129 + ".json"):
        some.write(name)
    some.write("twin.json")
    some.write("twin/status.json")
    os.mkfifo(some.directory / "fifo.json")
    (some.directory / "line\nbreak.json").write_text("{}")
    (Path(os.fsdecode(os.fsencode(some.directory) + b"/\xff.json"))).write_text("{}")
    some.start()
    some.write("late@.json")
    wait_until(lambda: "late@" in some.log.read_text(), "it is named")
    said = re.findall(r"^\S+ (warning|info) (.+) isn't served: (.+)$", some.log.read_text(), re.M)
    reasons = {name: reason for _, name, reason in said}
    name = "its name can't be a run's"
    assert {key: value for key, value in reasons.items() if not value.startswith(name)} == {
        "twin": "another has the same name", "fifo.json": "it can't be read, as its mode forbids it or it is no regular file",
    }
    assert len(reasons) == len(said) == 9, said
    assert {"a@b.json", "%2e.json", "events.json", "late@.json"} <= reasons.keys()
    assert some.sources() == ["good", "twin"]


def test_a_directory_that_is_none_is_said_and_served_when_it_comes(
    runs: Callable[..., Runs]
) -> None:
    some = runs()
    some.directory.rmdir()
    some.directory.write_text("no directory")
    some.start()
    assert some.sources() == []
    wait_until(lambda: "the runs can't be listed: " in some.log.read_text(), "it is said")
    some.directory.unlink()
    some.directory.mkdir()
    some.write("a.json")
    some.wait_for("a", epoch=1.0)
    wait_until(lambda: "the runs can be listed again" in some.log.read_text(), "that, too")


def test_what_the_server_may_not_read_is_said(runs: Callable[..., Runs]) -> None:
    some = runs("--no-archive")
    if os.geteuid() == 0:
        # As any other user: permissions count for who may not override them.
        rights = "-dac_override,-dac_read_search"
        some.wrapper = ["setpriv", f"--inh-caps={rights}", f"--bounding-set={rights}"]
    some.write("a.json")
    some.write("secret.json")
    (some.directory / "secret.json").chmod(0)
    some.directory.chmod(0)
    some.start()

    def said(text: str) -> bool:
        return re.search(text, some.log.read_text()) is not None

    unreadable = 'pulse_files_skipped{reason="unreadable"}'
    wait_until(lambda: said("the runs can't be listed: .*: permission denied"), "it is said")
    assert some.sources() == []
    some.directory.chmod(0o755)
    some.wait_for("a", source_state="ok")
    wait_until(lambda: said("secret.json isn't served: it can't be read"), "this, too")
    wait_until(lambda: some.server.metric(unreadable) == 1, "it is counted")
    # The last good state stays while nobody may look at it.
    some.directory.chmod(0)
    item = some.wait_for("a", source_state="unreadable")
    assert (item["epoch"], item["source_error"]) == (1.0, "a.json: permission denied")
    some.directory.chmod(0o755)
    some.wait_for("a", source_state="ok")
    (some.directory / "secret.json").chmod(0o644)
    some.wait_for("secret", epoch=1.0)
    wait_until(lambda: some.server.metric(unreadable) == 0, "it is no longer")


def test_a_directory_that_is_replaced_is_followed(runs: Callable[..., Runs]) -> None:
    some = runs("--no-archive")
    some.write("a.json")
    some.write("b.json")
    some.start()
    away = some.directory.with_name("away")
    some.directory.rename(away)
    some.wait_for("a", source_state="missing")
    # A link to where it is now: the same runs go on.
    some.directory.symlink_to(away)
    assert some.wait_for("a", source_state="ok")["attempt"] == 1
    some.write("a.json", epoch=2.0, timestamp=1_700_000_100)
    some.wait_for("a", epoch=2.0)
    # A link to elsewhere, and a directory of its own again.
    other = some.directory.with_name("other")
    other.mkdir()
    some.directory.unlink()
    some.directory.symlink_to(other)
    some.write("b.json", epoch=3.0, timestamp=1_700_000_100)
    some.wait_for("b", epoch=3.0)
    some.wait_for("a", source_state="missing", epoch=2.0)
    some.directory.unlink()
    some.directory.mkdir()
    some.write("a.json", epoch=3.5, timestamp=1_700_000_200)
    assert some.wait_for("a", epoch=3.5)["id"] == "a@1700000000"


def test_names_that_differ_in_case_are_others(runs: Callable[..., Runs]) -> None:
    some = runs("--no-archive")
    some.write("case.json", epoch=1.0)
    some.write("Case.json", epoch=2.0)
    some.write("CASE/status.json", epoch=3.0)
    some.start()
    shown = {run["source"]: run["epoch"] for run in some.list()["runs"]}
    assert shown == {"case": 1.0, "Case": 2.0, "CASE": 3.0}
    assert some.server.get("/runs/Case/status").json()["epoch"] == 2.0
    # One that is moved over another is that one's next document.
    (some.directory / "Case.json").replace(some.directory / "case.json")
    some.wait_for("case", epoch=2.0)
    some.wait_for("Case", source_state="missing", epoch=2.0)


def test_a_file_that_hangs_holds_up_no_other(runs: Callable[..., Runs]) -> None:
    some = runs()
    some.write("a.json")
    os.mkfifo(some.directory / "fifo.json")
    (some.directory / "loop.json").symlink_to("loop.json")
    (some.directory / "far.json").symlink_to("/proc/self/status")
    some.start()
    assert some.sources() == ["a"]
    some.write("a.json", epoch=2.0)
    some.wait_for("a", epoch=2.0)


@pytest.mark.parametrize(
    "flags",
    [
        ["--runs-dir", "d", "--status-file", "s.json"],
        ["--runs-dir", "d", "--source", "nats://h/b/k"], ["--runs-dir", ""],
        ["--runs-dir", "d", "--max-runs", "0"], [".", "--status-file", "s.json"],
    ],
)
def test_a_wrong_choice_of_sources_is_refused(flags: list[str]) -> None:
    result = subprocess.run(
        [pulse_binary(), "serve", *flags], capture_output=True, text=True, check=False, timeout=20
    )
    assert result.returncode == 64
    assert "Error: " in result.stderr
    assert "--" in result.stderr.partition("Usage")[0]


@pytest.mark.parametrize("kind", ["directory", "file", "missing file"])
def test_what_is_served_need_not_be_told_by_an_option(tmp_path: Path, kind: str) -> None:
    path = tmp_path if kind == "directory" else tmp_path / "status.json"
    if kind == "file":
        StatusFile(path).running(1.5)
    (tmp_path / "logs").mkdir()
    server = PulseServer(None, str(path), log=tmp_path / "logs" / "log")
    try:
        told = server.get("/about").json()
        assert (told["kind"], told["path"]) == (kind.split()[-1], str(path))
    finally:
        server.stop()
