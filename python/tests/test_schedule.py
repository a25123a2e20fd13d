from __future__ import annotations

import pytest

from pulse_wrapper.schedule import epochs_after


@pytest.mark.parametrize(
    ("steps", "batches", "accumulation", "epochs"),
    [
        (0, 10, 1, 0.0),
        (30, 10, 1, 3.0),
        (25, 10, 1, 2.5),
        (2, 3, 1, 2 / 3),
        # The last step of an epoch takes the batches that are left.
        (3, 10, 4, 1.0),
        (4, 10, 4, 1.4),
        (9, 10, 4, 3.0),
        (1, 3, 8, 1.0),
        (5, 1, 1, 5.0),
    ],
)
def test_steps_make_epochs(steps: int, batches: int, accumulation: int, epochs: float) -> None:
    assert epochs_after(steps, batches, accumulation) == pytest.approx(epochs)


@pytest.mark.parametrize("accumulation", [1, 3, 4, 16])
def test_whole_epochs_are_exact(accumulation: int) -> None:
    steps = -(-10 // accumulation)
    assert [epochs_after(n * steps, 10, accumulation) for n in range(4)] == [0, 1, 2, 3]
