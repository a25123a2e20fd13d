"""How a figure is spelled."""

from __future__ import annotations


def number(value: float | None) -> str:
    """Three digits that mean something."""
    if value is None:
        return "–"
    if value == int(value) and abs(value) < 100:
        return f"{value:.0f}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
