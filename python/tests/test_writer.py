from __future__ import annotations

import json
import os
import pathlib
import stat
import threading
import time

import pytest

import pulse_wrapper as pulse
from pulse_wrapper import PulseError, TrainingStatus, read_status, write_status


def _stored(path: str) -> dict[str, object]:
    document: dict[str, object] = json.loads(pathlib.Path(path).read_bytes())
    return document


def _mode(path: str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def test_the_four_functions_write_the_life_of_a_job(path: str) -> None:
    before = int(time.time())
    pulse.write_idle_status(path)
    assert {**_stored(path), "timestamp": 0} == {
        "status": "idle",
        "epoch": 0.0,
        "total_epochs": 0.0,
        "loss": 0.0,
        "message": "Waiting to start...",
        "timestamp": 0,
    }
    assert before <= read_status(path).timestamp <= int(time.time())
    pulse.write_running_status(path, 2.5, 3.0, 0.42, "step 250")
    assert read_status(path).calculate_progress() == 83.33333333333333
    pulse.write_done_status(path, 3.0, 3.0, 0.31)
    assert (_stored(path)["status"], _stored(path)["message"]) == ("done", "Training completed")
    pulse.write_error_status(path, 1.2, 3.0, 0.9, "out of memory")
    assert (_stored(path)["status"], _stored(path)["message"]) == ("error", "out of memory")


def test_a_refused_state_leaves_the_file_as_it_was(path: str, tmp_path: pathlib.Path) -> None:
    pulse.write_running_status(path, 1, 3, 0.5, "good")
    before = pathlib.Path(path).read_bytes()
    for epoch, loss, message in ((1, float("nan"), ""), (-1, 0.0, ""), (1, 0.0, "x" * 65_536)):
        with pytest.raises(PulseError):
            pulse.write_running_status(path, epoch, 3, loss, message)
    assert pathlib.Path(path).read_bytes() == before
    assert os.listdir(tmp_path) == ["status.json"]


@pytest.mark.parametrize("call", ["fsync", "replace", "chmod"])
def test_a_failed_write_leaves_the_file_as_it_was_and_nothing_behind(
    path: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    pulse.write_running_status(path, 1, 3, 0.5, "good")
    before = pathlib.Path(path).read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(OSError, match="No space left"):
            pulse.write_running_status(path, 2, 3, 0.4, "lost")
    assert pathlib.Path(path).read_bytes() == before
    assert os.listdir(tmp_path) == ["status.json"]


def test_an_interrupted_write_leaves_nothing_behind(
    path: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        pulse.write_idle_status(path)
    assert os.listdir(tmp_path) == []


def test_the_target_itself_is_never_opened_for_writing(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulse.write_idle_status(path)
    inode = os.stat(path).st_ino
    order: list[str] = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (order.append("fsync"), fsync(fd))[1])
    monkeypatch.setattr(os, "replace", lambda a, b: (order.append("replace"), replace(a, b))[1])
    pulse.write_idle_status(path)
    assert os.stat(path).st_ino != inode
    # The content before it is seen under its name, the name after.
    assert order == ["fsync", "replace", "fsync"]


def test_the_mode_of_an_existing_file_is_kept(path: str) -> None:
    pulse.write_idle_status(path)
    os.chmod(path, 0o640)
    pulse.write_running_status(path, 1, 3, 0.5, "")
    assert _mode(path) == 0o640


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_a_new_file_has_the_mode_that_the_umask_leaves(path: str, mask: int) -> None:
    before = os.umask(mask)
    try:
        pulse.write_idle_status(path)
        assert os.umask(mask) == mask
    finally:
        os.umask(before)
    assert _mode(path) == 0o666 & ~mask


def test_a_new_file_is_written_where_no_modes_can_be_set(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", refused)
    pulse.write_idle_status(path)
    assert read_status(path).status == "idle"


def test_a_symbolic_link_stays_one(path: str, tmp_path: pathlib.Path) -> None:
    real = tmp_path / "elsewhere" / "real.json"
    real.parent.mkdir()
    os.symlink(os.path.join("elsewhere", "real.json"), path)
    pulse.write_idle_status(path)
    pulse.write_running_status(path, 1, 3, 0.5, "")
    assert os.path.islink(path)
    assert read_status(real).status == "running"
    assert os.listdir(real.parent) == ["real.json"]


def test_what_is_no_regular_file_is_not_replaced(path: str, tmp_path: pathlib.Path) -> None:
    os.mkfifo(path)
    for target in (path, tmp_path):
        with pytest.raises(PulseError) as refusal:
            pulse.write_idle_status(target)
        assert refusal.value.reason == "not_regular"
    assert stat.S_ISFIFO(os.stat(path).st_mode)


def test_a_directory_that_is_not_there_is_an_error(tmp_path: pathlib.Path) -> None:
    with pytest.raises(FileNotFoundError):
        pulse.write_idle_status(tmp_path / "missing" / "status.json")


def test_a_relative_path_is_of_the_working_directory(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pulse.write_idle_status("status.json")
    assert os.listdir(tmp_path) == ["status.json"]


def test_readers_see_whole_documents_while_several_threads_write(path: str) -> None:
    def write(epoch: int) -> None:
        for _ in range(100):
            write_status(path, TrainingStatus.create("running", epoch, 9, epoch, str(epoch) * 500))

    write(1)
    writers = [threading.Thread(target=write, args=(epoch,)) for epoch in (1, 2, 3)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        status = read_status(path)
        assert status.message == str(int(status.epoch)) * 500
    for writer in writers:
        writer.join()
    assert os.listdir(os.path.dirname(path)) == ["status.json"]
