"""Files that hang, as those of a network file system do whose server is gone: a real mount."""

from __future__ import annotations

import subprocess
from pathlib import Path

from hanging_directory import HangingDirectory
from processes import PulseServer, pulse_binary, wait_until
from served_runs import Runs


def test_a_file_that_hangs_makes_no_other_run_late(tmp_path: Path) -> None:
    backing = tmp_path / "backing"
    with HangingDirectory(backing, tmp_path / "runs") as directory:
        written = Runs(backing, tmp_path / "log")
        for name in ("a.json", "b.json", "c.json"):
            written.write(name)
        served = Runs(directory.path, tmp_path / "log").start()
        try:
            served.wait_for("b", epoch=1.0, source_state="ok")
            directory.hang("b.json")
            for step in range(2, 6):
                for name in ("a.json", "b.json", "c.json"):
                    written.write(name, epoch=float(step))
                served.wait_for("a", epoch=float(step), source_state="ok")
                served.wait_for("c", epoch=float(step), source_state="ok")
            hanging = served.wait_for("b", source_state="unreadable")
            assert hanging["epoch"] == 1.0
            assert served.server.metric('pulse_source_valid{run="b"}') == 0
            directory.free("b.json")
            served.wait_for("b", epoch=5.0, source_state="ok")
        finally:
            served.server.stop()


def test_a_file_that_hangs_at_the_start_holds_up_no_other(tmp_path: Path) -> None:
    backing = tmp_path / "backing"
    with HangingDirectory(backing, tmp_path / "runs") as directory:
        written = Runs(backing, tmp_path / "log")
        for name in ("a.json", "b.json"):
            written.write(name)
        directory.hang("a.json")
        served = Runs(directory.path, tmp_path / "log").start()
        try:
            served.wait_for("b", epoch=1.0)
            directory.free("a.json")
            served.wait_for("a", epoch=1.0)
        finally:
            served.server.stop()


def test_a_single_file_that_hangs_leaves_its_last_state(tmp_path: Path) -> None:
    backing = tmp_path / "backing"
    with HangingDirectory(backing, tmp_path / "mount") as directory:
        written = Runs(backing, tmp_path / "log")
        written.write("status.json")
        server = PulseServer(
            directory.path / "status.json", "--poll-interval", "200ms", log=tmp_path / "log"
        )
        try:
            directory.hang("status.json")
            written.write("status.json", epoch=2.0)
            wait_until(lambda: server.get("/progress").json()["source"] != "ok", "it is noticed")
            assert server.get("/status").json()["epoch"] == 1.0
            directory.free("status.json")
            wait_until(lambda: server.get("/status").json()["epoch"] == 2.0, "it goes on")
        finally:
            server.stop()


def test_the_doctor_says_that_a_file_hangs(tmp_path: Path) -> None:
    backing = tmp_path / "backing"
    with HangingDirectory(backing, tmp_path / "mount") as directory:
        Runs(backing, tmp_path / "log").write("status.json")
        directory.hang("status.json")
        file = directory.path / "status.json"
        doctor = subprocess.Popen(
            [pulse_binary(), "doctor", "-s", file, "--observe", "100ms", "--port", "0"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert doctor.stdout
        told = doctor.stdout.readline() + doctor.stdout.readline()
        assert f"{file} doesn't answer: {directory.path} (FUSE (fuse)) hangs." in told
        assert f"umount --lazy {directory.path}" in told
        # FUSE lets no process end before it has answered.
        directory.free("status.json")
        doctor.communicate(timeout=60)
        assert doctor.returncode == 1
