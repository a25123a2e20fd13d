"""`pulse watch` in a terminal: what a person sees, and what becomes of the terminal."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from processes import PulseServer, StatusFile, free_port, wait_until
from terminal import HIDE_CURSOR, SHOW_CURSOR, Terminal


def test_a_run_from_its_start_to_its_end(
    server: PulseServer, status_file: StatusFile, watch: Callable[..., Terminal]
) -> None:
    terminal = watch(server.url)
    terminal.wait_for("waiting", "for the file to appear", "Waiting to start...")
    for step in range(1, 13):
        status_file.running(step / 10, loss=3 / step, message=f"step {step}")
        terminal.wait_for(f"step {step}")
    terminal.wait_for("running", "40.0 %", "epoch 1.2 of 3", "live", "ETA", "updated")
    # One column for each state that was seen: the curve falls.
    spark = re.search(r"loss 0\.25 +([▁▂▃▄▅▆▇█]+)", terminal.text)
    assert spark and len(spark[1]) >= 10 and spark[1][0] == "█" and spark[1][-1] == "▁"
    # The bar is as full as the run.
    bar = re.search("[█▏▎▍▌▋▊▉]*░+", terminal.text)
    assert bar and abs(bar[0].count("█") / len(bar[0]) - 0.4) < 0.05
    status_file.done()
    terminal.wait_for("done", "100 %", "epoch 3 of 3", "finished", "all done")
    status_file.error(0.5)
    terminal.wait_for("error", "16.7 %", "out of memory")


def test_a_late_watcher_sees_the_whole_curve(
    server: PulseServer, status_file: StatusFile, watch: Callable[..., Terminal]
) -> None:
    for step in range(1, 9):
        status_file.running(step / 10, loss=1 / step)
        wait_until(lambda s=step: len(server.get("/history").json()["loss"]) >= s, "it is seen")
    terminal = watch(server.url)
    terminal.wait_for("loss 0.125")
    spark = re.search("loss 0.125 +([▁▂▃▄▅▆▇█]{8})$", terminal.text, re.MULTILINE)
    assert spark and spark[1][0] == "█" and spark[1][-1] == "▁"


def test_a_file_without_any_server(status_file: StatusFile, watch: Callable[..., Terminal]) -> None:
    terminal = watch(str(status_file.path))
    terminal.wait_for("waiting", "for the file to appear")
    status_file.running(1.5, message="hello")
    terminal.wait_for("running", "50.0 %", "epoch 1.5 of 3", "hello")
    status_file.document(loss=float("nan"))
    terminal.wait_for("invalid", "loss is NaN", "shown is the last good state", "50.0 %")
    status_file.remove()
    terminal.wait_for("missing", "50.0 %")
    status_file.running(1.6)
    terminal.wait_for("running", "53.3 %")


@pytest.mark.parametrize("is_server", [True, False])
def test_what_version_2_tells_is_shown_and_nothing_else(
    is_server: bool,
    server: PulseServer,
    status_file: StatusFile,
    watch: Callable[..., Terminal],
) -> None:
    status_file.running(1)
    terminal = watch(server.url if is_server else str(status_file.path))
    terminal.wait_for("running", "33.3 %")
    assert not re.search("step|lr|GPU|None|null", terminal.text)
    told = {"total_steps": 372, "lr": 1.2e-05, "gpu_memory_usage": 20 << 30}
    status_file.version2(2.5, loss=0.75, steps_done=310, **told)
    terminal.wait_for("83.3 %", "step 310 of 372 · lr 1.2e-5 · GPU memory 20 GiB")
    # No loss to tell, as while it evaluates: the last one stands.
    status_file.version2(2.6, loss=None, steps_done=322)
    terminal.wait_for("86.7 %", "step 322", "loss 0.75")
    assert not re.search("of 372|lr|GPU|None|null", terminal.text)


def test_a_late_watcher_of_a_named_run_sees_its_curve(
    server: PulseServer, status_file: StatusFile, watch: Callable[..., Terminal]
) -> None:
    for step in range(1, 5):
        status_file.version2(step / 10, loss=1 / step, steps_done=step, run="a", attempt=1)
        wait_until(lambda s=step: len(server.get("/history").json()["loss"]) >= s, "it is seen")
    terminal = watch(server.url)
    terminal.wait_for("loss 0.25", "step 4")
    assert re.search("loss 0.25 +[▁▂▃▄▅▆▇█]{4}$", terminal.text, re.MULTILINE)


def test_a_file_that_was_never_valid(
    status_file: StatusFile, watch: Callable[..., Terminal]
) -> None:
    status_file.raw(b"{}")
    terminal = watch(str(status_file.path))
    terminal.wait_for("no status", "status is missing")
    assert "%" not in terminal.text


def test_a_dead_job_becomes_stale(status_file: StatusFile, watch: Callable[..., Terminal]) -> None:
    status_file.running(1)
    terminal = watch(str(status_file.path), "--stale-after", "1s", "--poll-interval", "200ms")
    terminal.wait_for("stale", "the job may be dead")
    assert "ETA" not in terminal.text


def test_a_server_that_ends_and_comes_back(
    serve: Callable[..., PulseServer],
    status_file: StatusFile,
    watch: Callable[..., Terminal],
) -> None:
    status_file.running(1)
    server = serve(port=free_port())
    terminal = watch(server.url)
    terminal.wait_for("running", "live")
    server.stop()
    terminal.wait_for("unreachable", "since ", "last known: running, live", "33.3 %")
    assert "ETA" not in terminal.text
    status_file.running(2)
    serve(port=server.port)
    terminal.wait_for("running", "live", "66.7 %")
    assert "unreachable" not in terminal.text


def test_a_server_that_starts_later(
    serve: Callable[..., PulseServer],
    status_file: StatusFile,
    watch: Callable[..., Terminal],
) -> None:
    port = free_port()
    terminal = watch(f"http://127.0.0.1:{port}")
    terminal.wait_for("unreachable", "connection refused", "next try in")
    status_file.running(1)
    serve(port=port)
    terminal.wait_for("running", "33.3 %")


@pytest.mark.parametrize("columns", [20, 41, 79, 120])
def test_it_follows_the_window(
    status_file: StatusFile, watch: Callable[..., Terminal], columns: int
) -> None:
    status_file.running(1.5, message="resized")
    terminal = watch(str(status_file.path))
    terminal.wait_for("resized")
    terminal.resize(columns, 10)
    status_file.running(1.6, message="after that")
    terminal.wait_for("after that", "53.3 %")
    terminal.pump(0.2)
    # One view, and nothing left of the old one.
    assert terminal.text.count("running") == 1
    assert terminal.text.count("loss") == 1
    assert "resized" not in terminal.text


def test_two_rows_are_enough(status_file: StatusFile, watch: Callable[..., Terminal]) -> None:
    status_file.running(1.5)
    terminal = watch(str(status_file.path), rows=2)
    terminal.wait_for("running", "50.0 %")
    for step in range(5):
        status_file.running(1.5 + step / 10)
        terminal.pump(0.1)
    terminal.wait_for("63.3 %")
    assert terminal.text.count("running") == 1


def test_a_message_is_text_and_nothing_else(
    status_file: StatusFile, watch: Callable[..., Terminal]
) -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J\u009b31m\u202eevil\u2066 \r\n\x00 漢字 👨‍👩‍👧 " + "é́́" * 3
    status_file.running(1.5, message=hostile + "字" * 500)
    terminal = watch(str(status_file.path))
    terminal.wait_for("running", "epoch 1.5 of 3", "\\u202eevil", "\\u001b[2J")
    assert terminal.lines[0].startswith("running") and terminal.lines[0].endswith("of 3")
    text = terminal.raw.decode()
    assert not set(text) & set("\x07\x00\u009b\u202e\u2066")
    # Of escape sequences there are only its own.
    own = re.sub(r"\x1b\[(\?25[lh]|\?7[lh]|\d*A|[JK]|[\d;]*m)", "", text)
    assert "\x1b" not in own


def test_colours_are_left_out_where_they_are_not_wanted(
    status_file: StatusFile, watch: Callable[..., Terminal]
) -> None:
    status_file.running(1)
    plain = watch(str(status_file.path), NO_COLOR="1")
    colourful = watch(str(status_file.path), NO_COLOR="")
    for terminal in (plain, colourful):
        terminal.wait_for("running", "33.3 %")
    assert b"\x1b[1;32m" in colourful.raw
    assert not re.search(rb"\x1b\[[\d;]*m", plain.raw)


def test_ascii_where_nothing_else_can_be_shown(
    status_file: StatusFile, watch: Callable[..., Terminal]
) -> None:
    status_file.running(1.5, message="Größe")
    terminal = watch(str(status_file.path), LANG="C")
    terminal.wait_for("####", "----", "Gr\\u00f6\\u00dfe")
    assert terminal.raw.isascii()


def test_a_burst_is_drawn_a_few_times_and_ends_with_the_newest(
    server: PulseServer, status_file: StatusFile, watch: Callable[..., Terminal]
) -> None:
    terminal = watch(server.url)
    terminal.wait_for("waiting")
    began = time.monotonic()
    for step in range(500):
        status_file.running(step / 200, message=f"step {step}")
    terminal.wait_for("step 499")
    # Twenty frames a second at most, and a few for the start and the ticks.
    frames = terminal.raw.count(b"\x1b[J")
    assert frames < (time.monotonic() - began) * 22 + 10


@pytest.mark.parametrize(
    "number",
    [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]
    # What nobody sends to end it, and what ends it all the same.
    + [signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGXCPU]
    + [signal.SIGRTMIN, signal.SIGRTMAX]
    # Faults of its own.
    + [signal.SIGILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGTRAP, signal.SIGFPE],
)
def test_a_signal_gives_the_terminal_back(
    status_file: StatusFile, watch: Callable[..., Terminal], number: int
) -> None:
    terminal = watch(str(status_file.path))
    terminal.wait_for("waiting")
    assert HIDE_CURSOR in terminal.raw and SHOW_CURSOR not in terminal.raw
    terminal.signal(number)
    # Ended by the signal itself: a shell's loop around it ends too.
    assert terminal.end() == -number
    assert SHOW_CURSOR in terminal.raw
    assert terminal.raw.rstrip().endswith(SHOW_CURSOR)
    assert terminal.screen.cursor.x == 0


def test_ctrl_c(status_file: StatusFile, watch: Callable[..., Terminal]) -> None:
    terminal = watch(str(status_file.path))
    terminal.wait_for("waiting")
    terminal.press(b"\x03")
    assert terminal.end() == -signal.SIGINT
    assert terminal.raw.rstrip().endswith(SHOW_CURSOR)


def test_ctrl_z_and_fg(status_file: StatusFile, watch: Callable[..., Terminal]) -> None:
    terminal = watch(str(status_file.path))
    terminal.wait_for("waiting")
    terminal.press(b"\x1a")
    terminal.wait_until_stopped()
    assert terminal.raw.rstrip().endswith(SHOW_CURSOR)
    shown = len(terminal.raw)
    terminal.signal(signal.SIGCONT)
    status_file.running(1.5)
    terminal.wait_for("running", "50.0 %")
    assert HIDE_CURSOR in terminal.raw[shown:]
    terminal.signal(signal.SIGINT)
    assert terminal.end() == -signal.SIGINT


def test_a_closed_window_ends_it(status_file: StatusFile, watch: Callable[..., Terminal]) -> None:
    terminal = watch(str(status_file.path))
    terminal.wait_for("waiting")
    terminal.hang_up()
    # Whichever it notices first: the signal, or that nothing can be written any more.
    assert terminal.end() in (-signal.SIGHUP, -signal.SIGPIPE)


def test_a_dumb_terminal_gets_lines(
    status_file: StatusFile, watch: Callable[..., Terminal]
) -> None:
    status_file.running(1.5)
    terminal = watch(str(status_file.path), TERM="dumb")
    terminal.wait_for("running: live, 50.0 %, epoch 1.5 of 3")
    assert b"\x1b" not in terminal.raw


def test_an_idle_watcher_costs_next_to_nothing(
    server: PulseServer, status_file: StatusFile, watch: Callable[..., Terminal]
) -> None:
    status_file.running(1)
    terminal = watch(server.url)
    terminal.wait_for("running")

    def ticks() -> int:
        fields = Path(f"/proc/{terminal.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    before = ticks()
    terminal.pump(3)
    # Three ticks a second would be 3 %; what matters is that nothing goes round in a circle.
    assert ticks() - before < 0.2 * 3 * os.sysconf("SC_CLK_TCK")
