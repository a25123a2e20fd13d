"""`pulse watch` for logs and scripts: lines, documents, and the end of a run."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from collections.abc import Callable

import pytest
from processes import PATIENCE, PulseServer, StatusFile, free_port, pulse_binary, wait_until
from terminal import SHOW_CURSOR, Piped, Terminal


def test_a_line_for_each_change(
    server: PulseServer, status_file: StatusFile, pipe: Callable[..., Piped]
) -> None:
    process = pipe(server.url)
    assert re.match(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ waiting: for the file to appear",
        process.line("waiting"),
    )
    status_file.running(1.5, message="a\nb\x1b[1m")
    assert process.line("running").endswith(
        " running: live, 50.0 %, epoch 1.5 of 3, loss 0.5, ETA not known yet: a b\\u001b[1m"
    )
    status_file.document(loss=float("nan"))
    assert "loss is NaN" in process.line("invalid")
    status_file.done()
    assert ": finished, 100 %, epoch 3 of 3, loss 0.1: all done" in process.line("done")


@pytest.mark.parametrize("is_server", [True, False])
def test_a_loss_that_nobody_measured_is_none(
    is_server: bool, server: PulseServer, status_file: StatusFile, pipe: Callable[..., Piped]
) -> None:
    status_file.running(2, loss=0)
    process = pipe(server.url if is_server else str(status_file.path))
    assert ", epoch 2 of 3, loss –, " in process.line("running")
    status_file.running(2.5, loss=0.25)
    assert ", epoch 2.5 of 3, loss 0.25, " in process.line("epoch 2.5")


def test_nothing_is_said_before_there_is_anything_to_say(
    status_file: StatusFile, pipe: Callable[..., Piped]
) -> None:
    status_file.done()
    code, output, errors = pipe(str(status_file.path), "--until", "done").end()
    assert (code, errors) == (0, "")
    assert len(output.splitlines()) == 1 and " done: finished, " in output


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_who_reads_no_more_ends_it_even_where_that_signal_is_ignored(
    status_file: StatusFile, flags: list[str]
) -> None:
    # Services have SIGPIPE ignored, and what they start inherits it.
    status_file.running(1)
    process = subprocess.Popen(
        [pulse_binary(), "watch", str(status_file.path), *flags],
        stdout=subprocess.PIPE,
        restore_signals=False,
        preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN),
    )
    assert process.stdout is not None
    try:
        process.stdout.readline()
        process.stdout.close()
        status_file.error(2)
        assert process.wait(PATIENCE) != 0
    finally:
        process.kill()
        process.wait()


def test_an_ignored_signal_stays_ignored(status_file: StatusFile) -> None:
    # nohup(1) ignores SIGHUP, and shells ignore SIGINT for what they start in the background.
    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    status_file.running(1)
    process = subprocess.Popen(
        [pulse_binary(), "watch", str(status_file.path), "--until", "done"],
        stdout=subprocess.PIPE,
        preexec_fn=ignore,
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.send_signal(signal.SIGHUP)
            process.send_signal(signal.SIGINT)
            time.sleep(0.2)
            assert process.poll() is None
            status_file.done()
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()


def test_who_reads_no_more_ends_it(status_file: StatusFile, pipe: Callable[..., Piped]) -> None:
    process = pipe(str(status_file.path), "--poll-interval", "100ms")
    process.line("waiting")
    process.stdout.close()
    status_file.running(1)
    assert process.process.wait(PATIENCE) == -signal.SIGPIPE


@pytest.mark.parametrize("target", ["server", "file"])
def test_it_ends_as_the_run_does(
    server: PulseServer, status_file: StatusFile, target: str, pipe: Callable[..., Piped]
) -> None:
    source = server.url if target == "server" else str(status_file.path)
    # Another loss each time: within a second the same document would be no update.
    for loss, write, code, word in (
        (0.5, status_file.done, 0, "done"),
        (0.4, lambda: status_file.error(1.0), 1, "error"),
    ):
        status_file.running(1, loss=loss)
        wait_until(lambda at=loss: server.get("/status").json()["loss"] == at, "it is served")
        process = pipe(source, "--until", "done")
        process.line("running")
        write()
        ended, output, _ = process.end()
        assert ended == code
        assert f" {word}: finished" in output.splitlines()[-1]


def test_a_run_that_has_ended_counts_at_once(
    server: PulseServer, status_file: StatusFile, watch: Callable[..., Terminal]
) -> None:
    status_file.done()
    terminal = watch(server.url, "--until", "done")
    assert terminal.end() == 0
    assert "done" in terminal.text and "100 %" in terminal.text
    assert terminal.raw.rstrip().endswith(SHOW_CURSOR)


def test_stale_invalid_and_missing_are_no_end(
    status_file: StatusFile, pipe: Callable[..., Piped]
) -> None:
    status_file.running(1)
    process = pipe(
        str(status_file.path), "--until=done", "--stale-after=1s", "--poll-interval=100ms"
    )
    assert "still waiting" in process.line(" stale: ")
    status_file.document(status="done", epoch=float("inf"))
    assert "still waiting" in process.line(" invalid: ")
    status_file.remove()
    assert "still waiting" in process.line(" missing: ")
    assert process.process.poll() is None
    status_file.done()
    assert process.end()[0] == 0


def test_a_server_that_is_away_is_no_end(
    serve: Callable[..., PulseServer], status_file: StatusFile, pipe: Callable[..., Piped]
) -> None:
    status_file.running(1)
    server = serve(port=free_port())
    process = pipe(server.url, "--until", "done")
    process.line("running")
    server.stop()
    process.line("unreachable")
    status_file.done()
    serve(port=server.port)
    assert process.end()[0] == 0


@pytest.mark.parametrize("target", ["server", "file"])
def test_documents_as_the_server_gives_them(
    server: PulseServer, status_file: StatusFile, target: str, pipe: Callable[..., Piped]
) -> None:
    status_file.running(1.5, message='漢 "\u202e')
    source = server.url if target == "server" else str(status_file.path)
    process = pipe(source, "--json", "--until", "done")
    status, progress = process.stdout.readline(), process.stdout.readline()
    wait_until(lambda: server.get("/status").json()["epoch"] == 1.5, "the server has it")
    assert status.rstrip("\n").encode() == server.get("/status").body
    assert progress.rstrip("\n").encode() == server.get("/progress").body
    status_file.done()
    code, output, errors = process.end()
    documents = [json.loads(line) for line in output.splitlines()]
    assert documents[-2]["status"] == "done" and documents[-1]["liveness"] == "finished"
    assert (code, errors) == (0, "")


@pytest.mark.parametrize("target", ["server", "file"])
def test_documents_are_of_version_1_whatever_the_trainer_writes(
    server: PulseServer, status_file: StatusFile, target: str, pipe: Callable[..., Piped]
) -> None:
    status_file.version2(1.5, loss=0.75, steps_done=10, lr=1e-5)
    process = pipe(server.url if target == "server" else str(status_file.path), "--json")
    status, progress = process.stdout.readline(), process.stdout.readline()
    wait_until(lambda: server.get("/status").status == 200, "the server has it")
    assert status.rstrip("\n").encode() == server.get("/status").body
    assert progress.rstrip("\n").encode() == server.get("/progress").body
    assert "version" not in json.loads(status)


def test_an_outage_is_told_on_stderr(
    serve: Callable[..., PulseServer], status_file: StatusFile, pipe: Callable[..., Piped]
) -> None:
    status_file.running(1)
    server = serve()
    process = pipe(server.url, "--json")
    process.stdout.readline()
    server.stop()
    assert process.stderr.readline().startswith(f"pulse: {server.url}/: ")
