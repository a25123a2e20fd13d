"""Which process of a training this is: of several, the first one reports."""

from __future__ import annotations

import os
import sys
from typing import Any


class Rank:
    """Whether this process is rank 0, asked again until a framework has told it.

    A framework that runs the processes knows best: launchers of a whole machine set one ``RANK``
    for all that it starts. But its group is often made after the report has begun, and is gone at
    its end, so what it has told once stays.

    Example:
        >>> Rank(known=2).is_first
        False
    """

    def __init__(self, known: int | None = None) -> None:
        self._known = known

    @property
    def is_first(self) -> bool:
        """Whether this process is rank 0; of a training of one process it is."""
        if self._known is None:
            self._known = _torch_rank()
        if self._known is None:
            self._known = _jax_rank()
        if self._known is not None:
            return self._known == 0
        return os.environ.get("RANK", "0") == "0"


def _torch_rank() -> int | None:
    """The rank in torch's process group: ``mp.spawn`` sets no variable. Never imports torch."""
    distributed: Any = sys.modules.get("torch.distributed")
    # Built without it, it has nothing but is_available; half imported, not even that.
    is_initialized = getattr(distributed, "is_initialized", None)
    if is_initialized is None or not is_initialized():
        return None
    return int(distributed.get_rank())


def _jax_rank() -> int | None:
    """The process among those of jax, once they are joined.

    Before, the question itself would take the accelerators, and jax couldn't join them any more.
    """
    jax: Any = sys.modules.get("jax")
    is_initialized = getattr(getattr(jax, "distributed", None), "is_initialized", None)
    if is_initialized is None or not is_initialized():
        return None
    return int(jax.process_index())
