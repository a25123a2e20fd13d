from __future__ import annotations

import math
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from pulse_wrapper.gpu_memory import peak_memory
from pulse_wrapper.known_details import KnownDetails


def settled(**values: Any) -> tuple[Any, list[str]]:
    known = KnownDetails()
    known.take(values)
    return known.settle()


@pytest.mark.parametrize("unlimited", [-1, sys.maxsize, math.inf, math.nan, None, 2.5, "many"])
def test_an_unlimited_total_is_not_known(unlimited: Any) -> None:
    assert settled(total_steps=unlimited)[0].total_steps is None


def test_a_total_may_become_unknown() -> None:
    known = KnownDetails()
    known.take({"total_steps": 30})
    known.take({"total_steps": -1})
    assert known.settle()[0].total_steps is None


def test_what_is_left_out_stays_as_it_was() -> None:
    known = KnownDetails()
    known.take({"steps_done": 30, "lr": 0.1})
    known.take({"steps_done": 31, "lr": None})
    assert (known.settle()[0].steps_done, known.settle()[0].lr) == (31, 0.1)


def test_long_texts_are_cut_between_characters() -> None:
    assert settled(profile="a" + "é" * 200)[0].profile == "a" + "é" * 127


def test_values_are_read_for_a_document_alone() -> None:
    asked: list[int] = []
    known = KnownDetails()
    for _ in range(9):
        known.take({"gpu_memory_usage": lambda: asked.append(1) or 7, "lr": lambda: 1 / 0})
    assert asked == []
    assert (known.settle()[0].gpu_memory_usage, known.settle()[0].lr) == (7, None)


def test_metrics_are_made_fit_and_stand_once() -> None:
    known = KnownDetails()
    known.take({"metrics": {"top 1 %": "0.5", "x" * 99: 1, "f1": math.nan, "text": "bad", "": 1}})
    details, problems = known.settle()
    assert dict(details.metrics) == {"top_1__": 0.5, "x" * 64: 1.0}
    assert problems == ["f1 is NaN"]
    known.forget_metrics()
    assert dict(known.settle()[0].metrics) == {}


def test_a_run_keeps_its_first_names() -> None:
    known = KnownDetails()
    known.take({"metrics": {f"m{index}": index for index in range(70)}})
    first = set(known.settle()[0].metrics)
    known.take({"metrics": {f"n{index}": index for index in range(70)}})
    assert len(first) == 64
    assert set(known.settle()[0].metrics) == first


@pytest.mark.parametrize(("is_there", "is_used"), [(False, False), (True, False), (True, True)])
def test_memory_is_that_of_a_gpu_in_use(
    monkeypatch: pytest.MonkeyPatch, is_there: bool, is_used: bool
) -> None:
    cuda = SimpleNamespace(
        is_available=lambda: is_there,
        is_initialized=lambda: is_used,
        max_memory_reserved=lambda: 2**30,
    )
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    assert peak_memory() == (2**30 if is_used else None)
