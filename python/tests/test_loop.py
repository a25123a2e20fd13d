from __future__ import annotations

import math
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import pulse_wrapper
from pulse_wrapper import read_status, wrap
from pulse_wrapper.guard import GUARD

_SOURCE = str(pathlib.Path(pulse_wrapper.__file__).parents[1])


@pytest.fixture(autouse=True)
def _in_a_directory_of_its_own(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    yield
    for run in list(GUARD.runs):
        GUARD.release(run)


def _told(path: str = "status.json") -> tuple[str, float, float]:
    status = read_status(path)
    return status.status, status.epoch, status.total_epochs


def _unsized(count: int) -> Iterator[int]:
    yield from range(count)


def _script(body: str, *, code: int = 0) -> tuple[str, str]:
    """Run a script to its end. Gives the status and its message."""
    run = subprocess.run(
        [sys.executable, "-c", f"from pulse_wrapper import wrap\nimport sys\n{body}"],
        env={**os.environ, "PYTHONPATH": _SOURCE},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == code, run.stderr
    return read_status("status.json").status, read_status("status.json").message


def test_epochs_are_outside_and_batches_inside() -> None:
    places = []
    for epoch in wrap(range(2), interval=0):
        batches = wrap([1, 2, 3, 4])
        for batch in batches:
            batches.loss = 1 / batch
            places.append(read_status("status.json").epoch)
        assert read_status("status.json").message == f"Epoch {epoch + 1} of 2, step 4 of 4"
    assert places == [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75]
    assert _told() == ("done", 2.0, 2.0)
    assert (read_status("status.json").loss, read_status("status.json").message) == (
        0.25,
        "Training completed",
    )


def test_one_loop_alone_counts_its_items() -> None:
    for item in wrap("abcd", interval=0):
        assert _told() == ("running", float("abcd".index(item)), 4.0)
    assert _told() == ("done", 4.0, 4.0)


def test_it_is_as_long_as_what_it_is_around() -> None:
    assert len(wrap([1, 2])) == 2
    assert len(wrap(_unsized(2), total=5)) == 5
    with pytest.raises(TypeError):
        len(wrap(_unsized(2)))
    assert list(wrap(_unsized(3))) == [0, 1, 2]
    assert list(wrap([])) == []
    assert _told()[0] == "done"


def test_without_a_length_there_is_no_total() -> None:
    for item in wrap(_unsized(3), interval=0):
        assert _told() == ("running", float(item), 0.0)
    assert _told() == ("done", 3.0, 3.0)


def test_the_first_epoch_tells_how_many_batches_there_are() -> None:
    places = []
    for _ in wrap(range(2), interval=0):
        for _ in wrap(_unsized(4)):
            places.append(read_status("status.json").epoch)
    assert places == [0.0, 0.0, 0.0, 0.0, 1.0, 1.25, 1.5, 1.75]


def test_a_second_loop_of_an_epoch_is_a_sign_of_life() -> None:
    places = []
    for _ in wrap(range(2), interval=0):
        for _ in wrap([1, 2]):
            for _ in wrap([1, 2]):
                pass
        for _ in wrap([1, 2, 3]):
            places.append(read_status("status.json").epoch)
    assert places == [1.0] * 3 + [2.0] * 3
    assert _told() == ("done", 2.0, 2.0)


def test_an_inner_loop_may_be_left() -> None:
    for _ in wrap(range(2), interval=0):
        for batch in wrap([1, 2, 3, 4]):
            if batch == 2:
                break
    assert _told() == ("done", 2.0, 2.0)


def test_a_loss_is_given_to_any_loop_and_counts_as_its_step() -> None:
    epochs = wrap(range(2), interval=0)
    for epoch in epochs:
        batches = wrap([1, 2])
        for batch in batches:
            if epoch and batch == 2:
                batches.update(math.nan, "diverging")
                message = read_status("status.json").message
                assert message == "loss is NaN at step 4; diverging"
            else:
                batches.update(loss=0.5)
                assert batches.loss == 0.5
        epochs.loss = 0.25
    assert (_told()[0], read_status("status.json").loss) == ("done", 0.25)


def test_a_loop_that_is_left_is_running_until_something_follows() -> None:
    for item in wrap(range(10), interval=0):
        if item == 4:
            break
    assert _told() == ("running", 4.0, 10.0)
    assert read_status("status.json").message == "The loop was left at epoch 4 of 10"
    for _ in wrap(range(2), interval=0):
        assert _told()[2] == 2.0
    assert _told() == ("done", 2.0, 2.0)


def test_as_a_context_it_is_told_at_once() -> None:
    with wrap(range(10), interval=0) as items:
        for item in items:
            if item == 4:
                break
    assert _told() == ("done", 4.0, 4.0)
    with pytest.raises(ValueError), wrap(range(10), interval=0) as items:
        for _ in items:
            raise ValueError("bad batch")
    assert read_status("status.json").message == "ValueError: bad batch"
    with pytest.raises(OSError), wrap(range(1)) as items:
        list(items)
        raise OSError("the model can't be saved")
    assert _told()[0] == "error"


@pytest.mark.parametrize("depth", [1, 2])
def test_what_the_iterable_raises_is_told(depth: int) -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise OSError("no more data")

    with pytest.raises(OSError):
        for _ in wrap(broken() if depth == 1 else range(3), interval=0):
            for _ in wrap(broken()) if depth == 2 else ():
                pass
    # Of an inner loop the script may survive it.
    assert _told()[0] == ("error" if depth == 1 else "running")


@pytest.mark.parametrize(
    ("body", "code", "status", "message"),
    [
        ("for i in wrap(range(9)):\n  if i == 4: break", 0, "done", "The loop was left at epoch 4"),
        ("for i in wrap(range(9)):\n  1 / (4 - i)", 1, "error", "ZeroDivisionError: "),
        (
            "for i in wrap(range(9)):\n  for j in wrap(range(9)):\n    1 / (4 - j)",
            1,
            "error",
            "ZeroDivisionError: ",
        ),
        ("def f():\n  yield from wrap(range(9))\ng = f(); next(g); g.close()", 0, "done", "The "),
        ("with wrap(range(9)) as w:\n  for i in w: sys.exit(3)", 3, "error", "Exited with code 3"),
    ],
)
def test_the_end_of_the_process_tells_how_a_loop_was_left(
    body: str, code: int, status: str, message: str
) -> None:
    told = _script(body, code=code)
    assert told[0] == status
    assert told[1].startswith(message)


def test_a_block_ends_the_loops_inside() -> None:
    with pulse_wrapper.training("other.json", interval=0):
        for _ in wrap(range(2)):
            pass
        assert _told("other.json") == ("running", 2.0, 2.0)
    assert _told("other.json") == ("done", 2.0, 2.0)
    assert not os.path.exists("status.json")


def test_a_failure_in_a_block_is_the_block_s_to_tell() -> None:
    with pulse_wrapper.training(interval=0):
        with pytest.raises(ValueError), wrap(range(2)) as items:
            for _ in items:
                raise ValueError("survived")
        assert _told()[0] == "running"
    assert _told()[0] == "done"


def test_only_rank_0_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "1")
    assert [list(wrap(range(2))) for _ in wrap(range(2))] == [[0, 1], [0, 1]]
    assert not os.path.exists("status.json")


def test_under_pulse_run_it_leaves_the_end_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SUPERVISED", "1")
    monkeypatch.setenv("PULSE_STATUS_FILE", "status.json")
    list(wrap(range(2)))
    assert _told() == ("running", 2.0, 2.0)
