from __future__ import annotations

import os
import sys
from types import SimpleNamespace
from typing import Any

import pytest

import pulse_wrapper
from pulse_wrapper import read_status
from pulse_wrapper.rank import Rank


class _Group:
    """A process group as torch and jax know it."""

    def __init__(self, rank: int, is_joined: bool = True) -> None:
        self.rank, self.is_joined = rank, is_joined

    def is_initialized(self) -> bool:
        return self.is_joined

    def get_rank(self) -> int:
        assert self.is_joined, "the group is asked before it is there"
        return self.rank


@pytest.fixture(params=["torch", "jax"])
def load(request: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make a framework be loaded, with a group."""

    def load(group: Any) -> None:
        if request.param == "torch":
            monkeypatch.setitem(sys.modules, "torch.distributed", group)
        else:
            jax = SimpleNamespace(distributed=group, process_index=lambda: group.get_rank())
            monkeypatch.setitem(sys.modules, "jax", jax)

    monkeypatch.delitem(sys.modules, "torch.distributed", raising=False)
    monkeypatch.delitem(sys.modules, "jax", raising=False)
    return load


@pytest.mark.parametrize(("rank", "is_first"), [(0, True), (1, False)])
def test_the_group_of_a_framework_tells(load: Any, rank: int, is_first: bool) -> None:
    load(_Group(rank))
    assert Rank().is_first == is_first


def test_the_group_is_believed_before_the_environment(
    load: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A launcher of machines has numbered this one; the processes on it are spawned.
    monkeypatch.setenv("RANK", "0")
    load(_Group(1))
    assert not Rank().is_first


def test_what_is_given_is_believed_before_the_group(load: Any) -> None:
    load(_Group(1))
    assert Rank(known=0).is_first


@pytest.mark.parametrize("half", [_Group(1, is_joined=False), SimpleNamespace(), None])
def test_without_a_group_the_environment_tells(
    load: Any, half: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(half)
    assert Rank().is_first
    monkeypatch.setenv("RANK", "1")
    assert not Rank().is_first


def test_a_group_that_is_gone_has_told(load: Any, path: str) -> None:
    group = _Group(1, is_joined=False)
    load(group)
    with pulse_wrapper.training(path, 3, interval=0) as run:
        # Before the group is made, nobody knows better.
        assert read_status(path).epoch == 0.0
        group.is_joined = True
        run.update(epoch=1)
        group.is_joined = False
        run.update(epoch=2)
    assert (read_status(path).status, read_status(path).epoch) == ("running", 0.0)
    assert os.environ.get("RANK") is None
