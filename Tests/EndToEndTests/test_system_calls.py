"""Writers and servers whose system calls fail, one at a time: nothing lost, and nothing untrue."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from failing_server import survey, survives
from processes import ROOT, pulse_binary
from system_calls import ERRORS, calls, failing, failures, sample, tracing

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")

#: Each call of a server, instead of a few of each kind; the stress tests ask for it.
ALL = os.environ.get("PULSE_FAULTS") == "all"

OLD = '{"status": "running", "epoch": 1.0, "total_epochs": 3.0, "loss": 0.5, "message": "old", "timestamp": 1732800000}'  # noqa: E501

PYTHON = "import sys, pulse_wrapper; pulse_wrapper.write_running_status(sys.argv[1], 2, 3, 0.25, 'new')"  # noqa: E501


def writers(path: Path) -> dict[str, list[str]]:
    state = ["--epoch", "2", "--total-epochs", "3", "--loss", "0.25", "--message", "new"]
    return {
        "pulse write": [pulse_binary(), "write", "running", "--status-file", str(path), *state],
        "pulse_wrapper": [sys.executable, "-c", PYTHON, str(path)],
    }


def run(command: list[str]) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "python" / "src")}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)


@pytest.mark.parametrize("error", ["EIO", "ENOSPC", "EACCES"])
@pytest.mark.parametrize("name", ["pulse write", "pulse_wrapper"])
def test_whichever_call_of_a_writer_fails_the_file_is_old_or_new(
    tmp_path: Path, name: str, error: str
) -> None:
    directory = tmp_path / "run"
    directory.mkdir()
    status, trace = directory / "status.json", tmp_path / "trace"
    status.write_text(OLD)
    # Other permissions than the umask leaves, so that they are set.
    status.chmod(0o606)
    command = writers(status)[name]
    assert run([*tracing(trace), *command]).returncode == 0
    tried = 0
    # From the first call that names the file: what comes before is the loader's and Python's.
    for call, number in list(calls(trace, after=str(status))):
        status.write_text(OLD)
        result = run([*failing(trace, call, number, error), *command])
        if not failures(trace):
            continue
        tried += 1
        what = f"{call} {number}: {result.stderr}"
        content = status.read_text()
        assert content == OLD or '"message": "new"' in content, what
        if content == OLD:
            assert result.returncode != 0 and result.stderr, what
        assert result.returncode >= 0, what
        assert os.listdir(directory) == ["status.json"], what
        assert status.stat().st_mode & 0o777 == 0o606, what
    assert tried >= 8


@pytest.fixture(scope="module")
def called(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """How often a server makes each call when none fails."""
    return survey(tmp_path_factory.mktemp("survey"))


# Which call is the N-th hangs on the moment; what must hold doesn't.
@pytest.mark.parametrize("call", sorted(ERRORS))
def test_whichever_call_of_a_server_fails_it_tells_the_newest_state_or_ends(
    tmp_path: Path, called: dict[str, int], call: str
) -> None:
    if call not in called:
        pytest.skip("a server on this system doesn't call it")
    if call == "signalfd4" and not ALL:
        pytest.skip("no SIGTERM is heard then, and waiting for that takes long")
    for number in sample(called[call], ALL):
        directory = tmp_path / str(number)
        directory.mkdir()
        survives(directory, call, number)


def test_arguments_that_can_not_be_read_are_an_error_and_no_help(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    command = [pulse_binary(), "check", str(tmp_path / "status.json")]
    run([*tracing(trace, "openat"), *command])
    # Where the runtime looks for the stack, which they are on.
    call, number = next(calls(trace, after='"/proc/self/maps"'))
    result = run([*failing(trace, call, number), *command])
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == "pulse: the system doesn't tell the arguments of this process\n"


def test_too_few_threads_are_a_refusal_to_start(tmp_path: Path) -> None:
    command = [pulse_binary(), "serve", "--status-file", str(tmp_path / "status.json")]
    result = run([*failing(tmp_path / "trace", "clone3", 5, "EAGAIN"), *command, "--port", "0"])
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == (
        "pulse: a server needs 8 threads, and the system gives this process fewer: "
        "see ulimit -u, and pids.max of its control group\n"
    )
