from __future__ import annotations

import logging
import math
import os
import pathlib
import pickle
import threading
from typing import Any

import pytest

import pulse_wrapper
from pulse_wrapper import Run, TrainingStatus, read_status, write_status
from pulse_wrapper.guard import GUARD


class _Clock:
    """The monotonic clock, set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    clock = _Clock()
    for module in ("run", "stop_signal"):
        monkeypatch.setattr(f"pulse_wrapper.{module}.monotonic", clock)
    return clock


@pytest.fixture(autouse=True)
def _all_runs_end() -> Any:
    yield
    assert GUARD.runs == []


def _told(status: TrainingStatus) -> tuple[str, float, float, float, str]:
    return (status.status, status.epoch, status.total_epochs, status.loss, status.message)


def test_a_block_leads_the_life_of_a_job(path: str, clock: _Clock) -> None:
    with pulse_wrapper.training(path, total_epochs=3) as run:
        assert _told(read_status(path)) == ("running", 0.0, 3.0, 0.0, "Training started")
        clock.now += 1
        run.update(epoch=0.5, loss=1.2, message="half an epoch")
        assert _told(read_status(path)) == ("running", 0.5, 3.0, 1.2, "half an epoch")
    assert _told(read_status(path))[:4] == ("done", 3.0, 3.0, 1.2)


def test_updates_are_throttled_and_transitions_are_not(path: str, clock: _Clock) -> None:
    with pulse_wrapper.training(path, total_epochs=3) as run:
        run.update(epoch=0.5, loss=1.2)
        assert read_status(path).epoch == 0.0
        clock.now += 0.5
        run.update(epoch=0.75, loss=1.1)
        assert read_status(path).epoch == 0.75
        clock.now += 0.49
        run.update(epoch=1.0, loss=1.0)
        assert read_status(path).epoch == 0.75
    # What was held back is in the last word.
    assert _told(read_status(path))[:4] == ("done", 3.0, 3.0, 1.0)


def test_an_interval_of_zero_writes_every_update(path: str) -> None:
    with pulse_wrapper.training(path, interval=0) as run:
        for epoch in (0.25, 0.5):
            run.update(epoch=epoch)
            assert read_status(path).epoch == epoch


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("bad batch"), "ValueError: bad batch"),
        (MemoryError(), "MemoryError"),
        (KeyboardInterrupt(), "Stopped by Ctrl-C (KeyboardInterrupt)"),
        (SystemExit(3), "Exited with code 3"),
        (SystemExit("no data found"), "Exited: no data found"),
        (SystemExit(True), "Exited with code 1"),
    ],
)
def test_an_exception_is_the_last_word_and_goes_on(
    path: str, error: BaseException, message: str
) -> None:
    with pytest.raises(type(error)) as raised, pulse_wrapper.training(path, 3) as run:
        run.update(epoch=1.25, loss=0.7)
        raise error
    assert raised.value is error
    assert _told(read_status(path)) == ("error", 1.25, 3.0, 0.7, message)


@pytest.mark.parametrize("code", [None, 0])
def test_an_exit_without_a_code_ends_well(path: str, code: int | None) -> None:
    with pytest.raises(SystemExit), pulse_wrapper.training(path, 3):
        raise SystemExit(code)
    assert read_status(path).status == "done"


@pytest.mark.parametrize(("loss", "name"), [(math.nan, "NaN"), (math.inf, "inf")])
def test_a_loss_that_is_not_finite_shows_at_once_and_ends_as_an_error(
    path: str, clock: _Clock, loss: float, name: str
) -> None:
    with pulse_wrapper.training(path, 3) as run:
        run.update(epoch=0.5, loss=1.2)
        run.update(epoch=0.6, loss=loss, message="step two")
        assert _told(read_status(path)) == (
            "running", 0.6, 3.0, 1.2, f"loss is {name} at step 2; step two",
        )  # fmt: skip
        run.update(epoch=0.7, loss=loss)
        assert read_status(path).epoch == 0.6
    assert _told(read_status(path)) == (
        "error", 0.7, 3.0, 1.2, f"loss is {name} at step 2; the training ended with it",
    )  # fmt: skip


def test_a_loss_that_recovers_ends_well(path: str) -> None:
    with pulse_wrapper.training(path, 1) as run:
        run.update(epoch=0.5, loss=math.nan, step=40)
        assert read_status(path).message.startswith("loss is NaN at step 40; ")
        run.update(epoch=1.0, loss=0.5, step=41)
    assert _told(read_status(path)) == ("done", 1.0, 1.0, 0.5, "Training completed")


def test_a_failing_write_is_warned_of_once_and_ends_nothing(
    tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
) -> None:
    missing = tmp_path / "missing" / "status.json"
    with pulse_wrapper.training(missing, 3, interval=0) as run:
        run.update(epoch=1)
        run.update(epoch=2)
        assert [record.levelno for record in caplog.records] == [logging.WARNING]
        assert "No such file or directory" in caplog.text
        # It is tried again each time.
        missing.parent.mkdir()
        run.update(epoch=2.5)
        assert read_status(missing).epoch == 2.5
    assert read_status(missing).status == "done"
    assert len(caplog.records) == 1


def test_a_failing_write_does_not_hide_the_failure_of_the_training(tmp_path: pathlib.Path) -> None:
    with pytest.raises(ValueError, match="bad batch"), pulse_wrapper.training(tmp_path / "a" / "b"):
        raise ValueError("bad batch")


def test_only_rank_0_writes(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "1")
    with pulse_wrapper.training(path, 3) as run:
        run.update(epoch=1)
    assert not os.path.exists(path)
    with pulse_wrapper.training(path, 3, enabled=True):
        assert read_status(path).status == "running"
    monkeypatch.setenv("RANK", "0")
    with pulse_wrapper.training(path, 3):
        assert read_status(path).status == "running"


def test_pulse_run_ends_the_run_of_a_block(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SUPERVISED", "1")
    monkeypatch.setenv("PULSE_STATUS_FILE", path)
    with pulse_wrapper.training(path, 3) as run:
        run.update(epoch=2.5, loss=0.5)
    assert _told(read_status(path)) == ("running", 3.0, 3.0, 0.5, "Training completed")
    # What fails has its reason, under pulse run as well.
    with pytest.raises(ValueError), pulse_wrapper.training(path, 3):
        raise ValueError("bad batch")
    assert read_status(path).message == "ValueError: bad batch"
    with pulse_wrapper.training(path, 3) as run:
        run.update(epoch=3, loss=math.nan)
    assert read_status(path).status == "error"


def test_pulse_run_ends_no_other_file(
    path: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULSE_SUPERVISED", "1")
    for supervised in ("", str(tmp_path / "other.json")):
        monkeypatch.setenv("PULSE_STATUS_FILE", supervised)
        with pulse_wrapper.training(path, 3):
            pass
        assert read_status(path).status == "done"


def test_the_path_comes_from_the_environment_unless_it_is_given(
    path: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Run().path == "status.json"
    monkeypatch.setenv("PULSE_STATUS_FILE", "other.json")
    assert Run().path == "other.json"
    assert Run(path).path == path


def test_a_resumed_training_starts_where_it_was(path: str) -> None:
    with pulse_wrapper.training(path, 5, epoch=2.5, message="Resumed"):
        assert _told(read_status(path)) == ("running", 2.5, 5.0, 0.0, "Resumed")


@pytest.mark.parametrize(
    ("status", "epoch", "loss"),
    [
        # A killed process: readers can't tell that another one goes on.
        ("running", 2.0, 0.4),
        ("running", 2.5, 0.4),
        # Another attempt, or another run: it has measured nothing.
        ("running", 1.5, 0.0),
        ("running", 0.0, 0.0),
        ("error", 2.0, 0.0),
        ("done", 2.0, 0.0),
    ],
)
def test_who_goes_on_where_the_file_stands_repeats_its_loss(
    path: str, status: str, epoch: float, loss: float
) -> None:
    write_status(path, TrainingStatus.create(status, 2.0, 5.0, 0.4, "before"))
    with pulse_wrapper.training(path, 5, epoch=epoch):
        assert _told(read_status(path)) == ("running", epoch, 5.0, loss, "Training started")


def test_what_a_broken_file_holds_is_no_loss(path: str) -> None:
    pathlib.Path(path).write_text('{"status": "running", "ep')
    with pulse_wrapper.training(path, 5, epoch=2):
        assert read_status(path).loss == 0.0


def test_what_comes_after_the_end_changes_nothing(path: str) -> None:
    with pulse_wrapper.training(path, 3, interval=0) as run:
        run.done("Converged")
        run.update(epoch=1)
        run.done("Again")
        assert read_status(path).message == "Converged"
    assert _told(read_status(path))[0::4] == ("done", "Converged")


def test_a_failure_after_done_is_told(path: str) -> None:
    with pytest.raises(OSError), pulse_wrapper.training(path, 3) as run:
        run.done()
        raise OSError("the model can't be saved")
    assert read_status(path).status == "error"


def test_the_first_reason_of_a_failure_stays(path: str) -> None:
    with pytest.raises(SystemExit), pulse_wrapper.training(path, 3) as run:
        run.fail("out of memory")
        raise SystemExit(1)
    assert read_status(path).message == "out of memory"


def test_a_run_can_start_again(path: str, clock: _Clock) -> None:
    run = Run(path, 3)
    run.start()
    run.update(epoch=2, loss=math.nan)
    run.start(epoch=0, message="Smaller batches")
    assert _told(read_status(path)) == ("running", 0.0, 3.0, 0.0, "Smaller batches")
    run.done()


def test_a_conclusion_is_kept_for_the_end_of_the_block(path: str) -> None:
    with pulse_wrapper.training(path, 3) as run:
        run.update(epoch=1.5)
        run.conclude("Stopped early", is_early=True)
        assert _told(read_status(path))[0::4] == ("running", "Stopped early")
    assert _told(read_status(path)) == ("done", 1.5, 1.5, 0.0, "Stopped early")


def test_a_run_in_another_process_begins_anew(path: str) -> None:
    with pulse_wrapper.training(path, 3) as run:
        copy = pickle.loads(pickle.dumps(run))
        assert (copy.path, copy.is_active) == (path, False)


def test_a_run_is_found_by_its_file(path: str, tmp_path: pathlib.Path) -> None:
    assert Run.under_way(path) is None
    with pulse_wrapper.training(path) as run:
        assert Run.under_way(tmp_path / "." / "status.json") is run
        assert Run.under_way(tmp_path / "other.json") is None


class TestSignals:
    """What a run does when the guard tells it of a signal."""

    def test_the_error_is_written_at_once(self, path: str, clock: _Clock) -> None:
        with pulse_wrapper.training(path, 3) as run:
            run.update(epoch=1.25, loss=0.5)
            run.interrupt("Stopped by SIGTERM")
            assert _told(read_status(path)) == ("error", 1.25, 3.0, 0.5, "Stopped by SIGTERM")
        assert _told(read_status(path)) == ("error", 1.25, 3.0, 0.5, "Stopped by SIGTERM")

    def test_steps_on_the_way_to_the_end_do_not_hide_it(self, path: str, clock: _Clock) -> None:
        with pulse_wrapper.training(path, 3) as run:
            run.interrupt("Stopped by SIGTERM")
            clock.now += 29
            run.update(epoch=1.5)
            assert read_status(path).status == "error"
        assert _told(read_status(path)) == ("error", 1.5, 3.0, 0.0, "Stopped by SIGTERM")

    def test_a_training_that_outlives_it_is_running_again(self, path: str, clock: _Clock) -> None:
        with pulse_wrapper.training(path, 3) as run:
            run.interrupt("Stopped by SIGTERM")
            clock.now += 31
            run.update(epoch=1.5)
            assert _told(read_status(path))[:2] == ("running", 1.5)
        assert read_status(path).status == "done"

    def test_a_training_that_reaches_its_end_is_done(self, path: str, clock: _Clock) -> None:
        with pulse_wrapper.training(path, 3) as run:
            run.interrupt("Stopped by SIGTERM")
            run.update(epoch=3)
        assert read_status(path).status == "done"

    def test_a_training_that_reaches_its_end_is_left_to_pulse_run(
        self, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PULSE_SUPERVISED", "1")
        monkeypatch.setenv("PULSE_STATUS_FILE", path)
        with pulse_wrapper.training(path, 3) as run:
            run.interrupt("Stopped by SIGTERM")
            run.update(epoch=3)
        assert _told(read_status(path))[0::4] == ("running", "Training completed")

    @pytest.mark.parametrize(
        ("error", "message"),
        [
            (SystemExit(143), "Stopped by SIGTERM"),
            (KeyboardInterrupt(), "Stopped by SIGTERM"),
            (OSError("disk full"), "Stopped by SIGTERM, then OSError: disk full"),
        ],
    )
    def test_what_it_leads_to_does_not_take_its_place(
        self, path: str, error: BaseException, message: str
    ) -> None:
        with pytest.raises(type(error)), pulse_wrapper.training(path, 3) as run:
            run.interrupt("Stopped by SIGTERM")
            raise error
        assert read_status(path).message == message


def test_threads_may_update_at_the_same_time(path: str) -> None:
    with pulse_wrapper.training(path, 100, interval=0) as run:
        threads = [
            threading.Thread(
                target=lambda: [run.update(epoch=epoch, loss=0.5) for epoch in range(50)]
            )
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert read_status(path).status == "done"
