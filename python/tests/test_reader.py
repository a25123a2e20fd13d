from __future__ import annotations

import logging
import os
import pathlib

import pytest

from pulse_wrapper import PulseError, read_status, safe_read_status, write_running_status
from pulse_wrapper.encoder import SIZE_LIMIT


def _reason(path: str | pathlib.Path) -> str:
    with pytest.raises(PulseError) as failure:
        read_status(path)
    return failure.value.reason


def test_a_written_status_is_read(path: str) -> None:
    write_running_status(path, 1.5, 3, 0.25, "half")
    assert read_status(path).epoch == 1.5
    assert read_status(pathlib.Path(path)).message == "half"


def test_a_file_that_is_not_there_is_missing(path: str) -> None:
    assert _reason(path) == "missing"
    assert _reason(os.path.join(path, "deeper")) == "missing"


def test_a_path_through_a_file_is_missing(path: str) -> None:
    pathlib.Path(path).write_text("")
    assert _reason(os.path.join(path, "deeper")) == "missing"


def test_what_is_no_regular_file_never_blocks(path: str, tmp_path: pathlib.Path) -> None:
    os.mkfifo(path)
    assert _reason(path) == "not_regular"
    assert _reason(tmp_path) == "not_regular"


def test_a_large_file_is_not_read(path: str) -> None:
    with open(path, "wb") as file:
        file.truncate(SIZE_LIMIT + 1)
    assert _reason(path) == "too_large"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_of_somebody_else_is_denied(path: str) -> None:
    write_running_status(path, 1, 3, 0.25, "")
    os.chmod(path, 0)
    assert _reason(path) == "permission_denied"


def test_a_denied_file_has_its_own_reason(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", denied)
    assert _reason(path) == "permission_denied"


def test_a_file_that_changes_at_every_read_is_told_so(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_running_status(path, 1, 3, 0.25, "")
    state = os.fstat
    reads = iter(range(100))

    def moving(descriptor: int) -> os.stat_result:
        os.utime(path, ns=(0, next(reads)))
        return state(descriptor)

    monkeypatch.setattr(os, "fstat", moving)
    assert _reason(path) == "changing"


def test_a_file_that_is_replaced_during_the_read_is_whole(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_running_status(path, 1, 3, 0.25, "old")
    state = os.fstat

    def replaced(descriptor: int) -> os.stat_result:
        before = state(descriptor)
        with monkeypatch.context() as patch:
            patch.setattr(os, "fstat", state)
            write_running_status(path, 2, 3, 0.25, "new")
        return before

    monkeypatch.setattr(os, "fstat", replaced)
    assert read_status(path).message == "old"


def test_the_last_good_state_stays_when_the_file_breaks(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    write_running_status(path, 1, 3, 0.25, "good")
    good = safe_read_status(path)
    pathlib.Path(path).write_text("{")
    assert safe_read_status(path, last=good) == good
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "truncated" in caplog.text
    write_running_status(path, 2, 3, 0.2, "again")
    status = safe_read_status(path, last=good)
    assert status is not None and status.message == "again"


def test_before_a_job_there_is_nothing_to_warn_of(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert safe_read_status(path) is None
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
