"""`pulse write` where the world is bad: full and read-only disks, and a writer that is killed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from processes import pulse_binary
from system_calls import calls, killing, tracing

#: How often the writer is killed; the stress tests ask for a thousand.
KILLS = int(os.environ.get("PULSE_KILLS", "50"))

OLD = '{"status": "running", "epoch": 1.0, "total_epochs": 3.0, "loss": 0.5, "message": "old", "timestamp": 1732800000}'  # noqa: E501


def write(path: Path, message: str = "new") -> list[str]:
    """The command that writes a new state."""
    state = ["--epoch", "2", "--total-epochs", "3", "--loss", "0.25", "--message", message]
    return [pulse_binary(), "write", "running", "--status-file", str(path), *state]


def check(path: Path) -> str:
    """What `pulse check` says of a file that has to be valid."""
    result = subprocess.run([pulse_binary(), "check", str(path)], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
    return result.stdout


def in_a_mount(directory: Path, script: str, *arguments: str) -> subprocess.CompletedProcess:
    """Run a shell script in mounts of its own, in this directory."""
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
        pytest.skip("this user can't mount")
    command = ["unshare", "-m", "sh", "-euc", script, "sh", *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=60)


def test_a_full_disk_keeps_the_old_document_and_says_so(tmp_path):
    result = in_a_mount(
        tmp_path,
        """
        mkdir disk
        mount -t tmpfs -o size=1m tmpfs disk
        cd disk
        printf %s "$1" > status.json
        shift
        # Two megabytes don't fit: this fails when the disk is full.
        ! dd if=/dev/zero of=filler bs=4k count=512 2>../dd
        ! "$@"
        cat status.json
        echo
        rm filler
        ls -A
        # With room again the same command does its work.
        "$@"
        cat status.json
        echo
        ls -A
        """,
        OLD,
        *write(Path("status.json"), message="x" * 8_000),
    )
    assert "no space left on device" in result.stderr
    before, listing, after, listing_after = result.stdout.splitlines()
    assert before == OLD
    assert '"message": "xxx' in after
    assert listing == listing_after == "status.json"


def test_a_read_only_disk_keeps_the_old_document_and_says_so(tmp_path):
    (tmp_path / "disk").mkdir()
    status = tmp_path / "disk" / "status.json"
    status.write_text(OLD)
    result = in_a_mount(
        tmp_path,
        """
        mount --bind disk disk
        mount -o remount,bind,ro disk
        ! "$@"
        """,
        *write(status),
    )
    assert result.returncode == 0
    assert "read-only file system" in result.stderr
    assert status.read_text() == OLD
    assert os.listdir(status.parent) == ["status.json"]


@pytest.mark.parametrize(
    "call", ["openat", "write", "fsync", "close", "rename,renameat,renameat2", "exit_group"]
)
def test_a_writer_killed_at_a_call_leaves_the_old_document_or_the_new(tmp_path, call):
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    status, trace = tmp_path / "status.json", tmp_path / "trace"
    subprocess.run([*tracing(trace, *call.split(","), "openat"), *write(status)], check=True)
    # From the first call in its folder: the loader and the runtime make many of some before.
    numbers = [number for name, number in calls(trace, after=str(tmp_path)) if name in call.split(",")]
    outcomes = set()
    for number in numbers:
        status.write_text(OLD)
        command = [*killing(trace, call, number), *write(status)]
        result = subprocess.run(command, capture_output=True, timeout=60)
        outcomes.add(result.returncode)
        assert '"message": "old"' in check(status) or '"message": "new"' in check(status)
    assert outcomes == {-signal.SIGKILL}


def test_a_writer_killed_at_any_moment_leaves_the_old_document_or_the_new(tmp_path):
    status = tmp_path / "status.json"
    status.write_text(OLD)
    # As long as a write takes here, and as long again.
    began = time.monotonic()
    subprocess.run(write(status, message="a whole one"), check=True)
    longest = 2 * (time.monotonic() - began)
    moment = random.Random(16)
    seen = set()
    for number in range(KILLS):
        process = subprocess.Popen(write(status, message=f"write {number}"))
        try:
            process.wait(timeout=moment.uniform(0.0, longest))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        seen.add(check(status))
    # Some wrote and some did not get so far.
    assert len(seen) > 1
