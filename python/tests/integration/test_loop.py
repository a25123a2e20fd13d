"""Loops of one's own on two ranks."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")


def test_of_two_ranks_the_first_tells(life: Any, start: Any) -> None:
    code, said = start("loop", ranks=2).end()
    assert code == 0, said
    life.expect("done", epoch=3.0, total=3.0)
    assert life.last.loss > 0


def test_of_spawned_ranks_the_first_tells(life: Any, start: Any) -> None:
    code, said = start("spawn").end()
    assert code == 0, said
    life.expect("done", epoch=6.0, total=6.0)
    assert {state.message for state in life.states} <= {
        "Training started", "rank 0", "Training completed",
    }  # fmt: skip


@pytest.mark.parametrize("rank", [0, 1])
def test_a_failure_of_either_rank_is_told(life: Any, start: Any, rank: int) -> None:
    job = start("loop", ranks=2, fail_at=14, fail_rank=rank, pause=0.01)
    assert job.end()[0] != 0
    assert life.last.status == "error"
    assert life.last.epoch == pytest.approx(1.4)
    if rank == 0:
        assert life.last.message == "RuntimeError: out of memory, as asked"
