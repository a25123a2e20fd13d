from __future__ import annotations

import math
from typing import Any

import pytest

from pulse_wrapper.report import Report


def _report(epoch: float = 0, total: float = 3) -> Report:
    return Report(epoch, total, "Training started")


def test_a_message_holds_until_the_next_epoch_is_told() -> None:
    report = _report()
    assert report.status("running").message == "Training started"
    report.take(0.5, None, None)
    assert report.status("running").message == "Epoch 0.5 of 3"
    report.take(1, None, "evaluating")
    report.take(None, None, None)
    assert report.status("running").message == "evaluating"
    report.take(4 / 3, 0, None)
    assert report.status("running").message == "Epoch 1.33"


def test_a_bad_loss_comes_first_in_every_message() -> None:
    report = _report()
    report.step = 12
    report.take_loss(math.nan)
    assert report.status("running").message == "loss is NaN at step 12; Training started"
    failed = report.status("error", "out of memory")
    assert failed.message == "loss is NaN at step 12; out of memory"


@pytest.mark.parametrize(
    "epoch", [math.nan, math.inf, -1, "two", None, pytest.param(10**400, id="huge"), [1]]
)
def test_an_epoch_that_is_none_leaves_the_last_one(
    epoch: Any, caplog: pytest.LogCaptureFixture
) -> None:
    report = _report(1.5)
    report.take(epoch, epoch, None)
    assert (report.epoch, report.total_epochs) == (1.5, 3.0)
    assert len(caplog.records) == (0 if epoch is None else 1)


@pytest.mark.parametrize("loss", ["high", [1, 2], object()])
def test_a_loss_that_is_no_number_is_warned_of_once(
    loss: Any, caplog: pytest.LogCaptureFixture
) -> None:
    report = _report()
    for _ in range(2):
        report.take_loss(loss)
        report.settle()
    assert report.status("running").loss == 0.0
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("epoch", "total", "is_early", "end"),
    [
        (2.5, 3, False, (3.0, 3.0)),
        (2.5, 0, False, (2.5, 2.5)),
        (1.5, 3, True, (1.5, 1.5)),
        (3.2, 3, False, (3.0, 3.0)),
    ],
)
def test_at_the_end_the_epoch_is_the_total(
    epoch: float, total: float, is_early: bool, end: tuple[float, float]
) -> None:
    report = _report(epoch, total)
    report.complete(is_early)
    assert (report.epoch, report.total_epochs) == end


@pytest.mark.parametrize(
    ("epoch", "total", "word"),
    [
        (3, 3, "Training completed"),
        (2, 3, "Training completed"),
        (7, 0, "Training completed"),
        (1.5, 3, "Training completed early: its last update was at epoch 1.5 of 3"),
    ],
)
def test_a_training_that_was_left_early_is_told_so(epoch: float, total: float, word: str) -> None:
    assert _report(epoch, total).last_word() == word
