"""The packages that `make dist deb` has made."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def made(pattern: str) -> Path:
    """The one whose name has this form."""
    found = sorted((ROOT / "dist").glob(pattern))
    assert len(found) == 1, f"dist/ has {len(found)} of {pattern}: make clean dist deb"
    return found[0]


def wheel() -> Path:
    return made("pulse_wrapper-*-py3-none-manylinux*.whl")


def tarball() -> Path:
    return made("pulse-*-linux-*.tar.gz")


def debian_package() -> Path:
    return made("pulse_*.deb")
