"""Real processes and real signals: whatever ends a training, its status says so."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from pulse_wrapper import TrainingStatus, read_status

_SOURCE = pathlib.Path(__file__).parents[1] / "src"

#: Seconds after which a test has failed; nothing waits so long.
_DEADLINE = 30

_WAIT = "\nprint('ready', flush=True)\nwhile True:\n    time.sleep(0.01)\n"


class _Job:
    """A Python process that trains, as a script of the test's."""

    def __init__(self, path: str, script: str) -> None:
        self.path = path
        prelude = f"import atexit, os, signal, sys, time\nimport pulse_wrapper\npath = {path!r}\n"
        self.process = subprocess.Popen(
            [sys.executable, "-c", prelude + textwrap.dedent(script)],
            env={**os.environ, "PYTHONPATH": str(_SOURCE)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def signal(self, number: int, after: float = 0) -> None:
        """Send it a signal, so many seconds after it has said that it is ready."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"
        time.sleep(after)
        self.process.send_signal(number)

    def end(self) -> tuple[int, str, TrainingStatus]:
        """Wait for the end. Gives the exit code, what it said, and the last status."""
        output, errors = self.process.communicate(timeout=_DEADLINE)
        assert pathlib.Path(self.path).exists(), output + errors
        return self.process.returncode, output + errors, read_status(self.path)


def _run(path: str, script: str) -> tuple[int, str, TrainingStatus]:
    return _Job(path, script).end()


def _block(body: str) -> str:
    return "with pulse_wrapper.training(path, 3) as run:\n    run.update(epoch=1)\n" + (
        textwrap.indent(textwrap.dedent(body), "    ")
    )


_HOOK_ONLY = "run = pulse_wrapper.Run(path, 3)\nrun.start(epoch=1)\n"


@pytest.mark.parametrize("start", [_block(""), _HOOK_ONLY], ids=["block", "run"])
class TestEveryEnd:
    """With the block and without it: a callback has none."""

    def test_an_exception_is_told_and_printed_as_ever(self, path: str, start: str) -> None:
        code, said, status = _run(path, self._in(start, "raise ValueError('bad batch')"))
        assert code == 1
        assert said.endswith("ValueError: bad batch\n")
        assert (status.status, status.epoch) == ("error", 1.0)
        assert status.message == "ValueError: bad batch"

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
    def test_a_signal_is_told_and_ends_the_process(
        self, path: str, start: str, number: signal.Signals
    ) -> None:
        job = _Job(path, self._in(start, _WAIT))
        job.signal(number)
        code, _, status = job.end()
        assert code == -number
        assert (status.status, status.epoch) == ("error", 1.0)
        assert status.message == f"Stopped by {number.name}"

    def test_ctrl_c_is_told(self, path: str, start: str) -> None:
        job = _Job(path, self._in(start, _WAIT))
        job.signal(signal.SIGINT)
        code, said, status = job.end()
        assert code == -signal.SIGINT
        assert said.rstrip().endswith("KeyboardInterrupt")
        assert (status.status, status.message) == ("error", "Stopped by Ctrl-C (KeyboardInterrupt)")

    def test_sigkill_leaves_the_last_word_to_the_server(self, path: str, start: str) -> None:
        job = _Job(path, self._in(start, _WAIT))
        job.signal(signal.SIGKILL)
        code, _, status = job.end()
        assert (code, status.status) == (-signal.SIGKILL, "running")
        # And nothing half written.
        assert os.listdir(os.path.dirname(path)) == ["status.json"]

    def test_a_handler_before_it_is_called_and_may_end_the_training(
        self, path: str, start: str
    ) -> None:
        handler = """
            def handler(number, frame):
                print("handled", number, flush=True)
                sys.exit(17)
            signal.signal(signal.SIGTERM, handler)
        """
        job = _Job(path, textwrap.dedent(handler) + self._in(start, _WAIT))
        job.signal(signal.SIGTERM)
        code, said, status = job.end()
        assert (code, said) == (17, "handled 15\n")
        assert (status.status, status.message) == ("error", "Stopped by SIGTERM")

    def test_a_signal_that_is_ignored_stays_so(self, path: str, start: str) -> None:
        ignore = "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        script = "os.kill(os.getpid(), signal.SIGHUP)\ntime.sleep(0.01)\nrun.done()\n"
        code, _, status = _run(path, ignore + self._in(start, script))
        assert (code, status.status) == (0, "done")

    def test_a_forked_process_tells_nothing(self, path: str, start: str) -> None:
        # As the workers of a data loader do: forked in the middle, ended by a signal.
        script = """
            ready, say = os.pipe()
            child = os.fork()
            if child == 0:
                os.write(say, b"x")
                while True:
                    time.sleep(0.01)
            os.read(ready, 1)
            os.kill(child, signal.SIGTERM)
            _, state = os.waitpid(child, 0)
            print("ended by", os.WTERMSIG(state))
            print(pulse_wrapper.read_status(path).status)
            if os.fork() == 0:
                sys.exit(1)
            os.wait()
            print(pulse_wrapper.read_status(path).status)
            run.done()
        """
        code, said, status = _run(path, self._in(start, script))
        assert (code, said) == (0, "ended by 15\nrunning\nrunning\n")
        assert status.status == "done"

    def test_a_handler_put_over_it_decides_about_the_default_action(
        self, path: str, start: str
    ) -> None:
        # As Lightning does: its handler calls those before it, and ends the training gracefully.
        script = """
            before = signal.getsignal(signal.SIGTERM)
            stop = []
            def handler(number, frame):
                stop.append(number)
                before(number, frame)
            signal.signal(signal.SIGTERM, handler)
            os.kill(os.getpid(), signal.SIGTERM)
            while not stop:
                time.sleep(0.01)
            print(pulse_wrapper.read_status(path).message)
            run.update(epoch=1.5)
            run.done()
        """
        code, said, status = _run(path, self._in(start, script))
        assert (code, said) == (0, "Stopped by SIGTERM\n")
        assert (status.status, status.epoch) == ("error", 1.5)

    @staticmethod
    def _in(start: str, body: str) -> str:
        body = textwrap.dedent(body)
        return start + (textwrap.indent(body, "    ") if start.startswith("with") else body)


def test_a_process_that_ends_in_the_middle_has_not_finished(path: str) -> None:
    code, _, status = _run(path, _HOOK_ONLY + "sys.exit(0)\n")
    assert code == 0
    assert (status.status, status.message) == ("error", "The process ended before the training did")


def test_everything_is_as_it_was_after_the_last_run(path: str) -> None:
    script = """
        before = (sys.excepthook, signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGHUP))
        first, second = pulse_wrapper.Run(path), pulse_wrapper.Run(path + "2")
        first.start(); second.start()
        first.done()
        assert sys.excepthook is not before[0]
        second.done()
        after = (sys.excepthook, signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGHUP))
        print(before == after)
    """
    assert _run(path, script)[:2] == (0, "True\n")


def test_a_handler_put_over_it_and_taken_away_again_leaves_nothing_odd(path: str) -> None:
    script = """
        run = pulse_wrapper.Run(path)
        run.start()
        ours = signal.getsignal(signal.SIGTERM)
        signal.signal(signal.SIGTERM, lambda number, frame: ours(number, frame))
        run.done()
        signal.signal(signal.SIGTERM, ours)
        run.start()
        run.done()
        print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)
    """
    assert _run(path, script)[:2] == (0, "True\n")


def test_a_handler_that_was_left_over_still_ends_the_process(path: str) -> None:
    script = """
        run = pulse_wrapper.Run(path)
        run.start()
        ours = signal.getsignal(signal.SIGTERM)
        signal.signal(signal.SIGTERM, lambda number, frame: ours(number, frame))
        run.done()
        signal.signal(signal.SIGTERM, ours)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
        print("still there")
    """
    code, said, status = _run(path, script)
    assert (code, said, status.status) == (-signal.SIGTERM, "", "done")


def test_starting_again_takes_the_signals_back_from_who_does_not_pass_them_on(path: str) -> None:
    # As the Trainer's checkpoint on SIGTERM does: its handler forgets the one before.
    script = """
        with pulse_wrapper.training(path, 3) as run:
            signal.signal(signal.SIGTERM, lambda number, frame: print("asked to stop"))
            run.start()
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.01)
            print(pulse_wrapper.read_status(path).message)
    """
    code, said, status = _run(path, script)
    assert (code, said) == (0, "asked to stop\nStopped by SIGTERM\n")
    assert status.status == "error"


def test_a_run_in_a_thread_tells_of_exceptions_all_the_same(path: str) -> None:
    script = """
        import threading
        run = pulse_wrapper.Run(path, 3)
        thread = threading.Thread(target=run.start)
        thread.start(); thread.join()
        raise ValueError("bad batch")
    """
    assert _run(path, script)[2].message == "ValueError: bad batch"


def test_a_signal_in_the_middle_of_a_write_is_not_overwritten_by_it(path: str) -> None:
    # The handler runs between the write and the rename of an update, and returns.
    script = """
        import tempfile
        got = []
        signal.signal(signal.SIGTERM, lambda number, frame: got.append(number))
        replace = os.replace
        def slow(source, target):
            os.replace = replace
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.05)
            print("handled early:", bool(got))
            replace(source, target)
        with pulse_wrapper.training(path, 3, interval=0) as run:
            os.replace = slow
            run.update(epoch=1)
            print("handled:", bool(got), pulse_wrapper.read_status(path).message)
    """
    code, said, status = _run(path, script)
    assert (code, said) == (0, "handled early: False\nhandled: True Stopped by SIGTERM\n")
    assert status.status == "error"


def test_no_signal_at_any_moment_leaves_a_lie(path: str) -> None:
    """Under a storm of updates, a SIGTERM at ten moments: the last word is always the signal."""
    script = """
        with pulse_wrapper.training(path, 3, interval=0) as run:
            print("ready", flush=True)
            while True:
                run.update(epoch=1)
    """
    for delay in range(10):
        job = _Job(path, script)
        job.signal(signal.SIGTERM, after=delay * 0.0013)
        code, _, status = job.end()
        assert (code, status.status) == (-signal.SIGTERM, "error")
        assert os.listdir(os.path.dirname(path)) == ["status.json"]
