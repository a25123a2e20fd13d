"""The memory that a training takes on its accelerator."""

from __future__ import annotations

import sys
from typing import Any


def peak_memory() -> int | None:
    """The most bytes that torch has reserved on this process's GPU; None where it uses none.

    What is reserved is what others can't have. What is allocated is lowest just when a step is
    over and something is logged. Never imports torch, and never touches a GPU first.
    """
    cuda: Any = getattr(sys.modules.get("torch"), "cuda", None)
    if cuda is None or not cuda.is_available() or not cuda.is_initialized():
        return None
    return int(cuda.max_memory_reserved())
