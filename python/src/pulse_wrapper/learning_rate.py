"""The learning rate that an optimizer of torch uses."""

from __future__ import annotations

from typing import Any


def largest_rate(optimizer: Any) -> Any:
    """The largest rate of its parameter groups: the first may be a backbone's, at a tenth.

    Example:
        >>> from types import SimpleNamespace
        >>> largest_rate(SimpleNamespace(param_groups=[{"lr": 0.1}, {"lr": 1.0}]))
        1.0
        >>> largest_rate(None) is None
        True
    """
    groups = getattr(optimizer, "param_groups", None) or []
    rates = [group["lr"] for group in groups if "lr" in group]
    # A tensor's value belongs to this step; the next one may change it in place.
    return max((float(rate) for rate in rates), default=None)
