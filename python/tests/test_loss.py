from __future__ import annotations

import math

import pytest

from pulse_wrapper.loss import LossRecord


class _Tensor:
    """A loss that is still on an accelerator: to read it costs."""

    def __init__(self, value: float) -> None:
        self.value = value
        self.reads = 0
        self.is_detached = False

    def detach(self) -> _Tensor:
        self.is_detached = True
        return self

    def __float__(self) -> float:
        self.reads += 1
        return self.value


@pytest.mark.parametrize(
    ("loss", "problem"),
    [
        (math.nan, "loss is NaN at step 7"),
        (math.inf, "loss is inf at step 7"),
        (-math.inf, "loss is -inf at step 7"),
    ],
)
def test_a_loss_that_is_not_finite_leaves_the_last_one_and_is_told(
    loss: float, problem: str
) -> None:
    record = LossRecord()
    record.take(0.5, step=6)
    record.take(loss, step=7)
    assert (record.value, record.problem) == (0.5, problem)


def test_the_first_step_of_a_problem_is_kept_until_it_is_over() -> None:
    record = LossRecord()
    for step in (3, 4, 5):
        record.take(math.nan, step)
    assert record.problem == "loss is NaN at step 3"
    record.take(math.inf, step=6)
    assert record.problem == "loss is inf at step 6"
    record.take(1, step=7)
    assert (record.value, record.problem) == (1.0, None)


def test_a_tensor_is_read_when_it_is_needed_only() -> None:
    record = LossRecord()
    passed, last = _Tensor(0.5), _Tensor(math.nan)
    record.take(passed, step=1)
    record.take(last, step=2)
    assert (passed.reads, last.reads, record.value) == (0, 0, 0.0)
    record.settle()
    record.settle()
    assert (passed.reads, last.reads) == (0, 1)
    assert record.problem == "loss is NaN at step 2"


def test_a_tensor_is_kept_without_its_graph() -> None:
    tensor = _Tensor(0.5)
    LossRecord().take(tensor, step=1)
    assert tensor.is_detached


def test_after_a_failure_no_tensor_is_read() -> None:
    record = LossRecord()
    tensor = _Tensor(0.5)
    record.take(0.7, step=1)
    record.take(tensor, step=2)
    record.forget_pending()
    record.settle()
    assert (tensor.reads, record.value) == (0, 0.7)
