"""The `pulse` command of the wheel that carries the binary."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path


def main() -> None:
    """Become the binary: its process id, its signals, its exit code.

    It finds its panel in `share/pulse/public` beside `bin`, as wherever it is installed.
    """
    binary = Path(__file__).parent / "bin" / "pulse"
    try:
        os.execv(binary, ["pulse", *sys.argv[1:]])
    except OSError as error:
        print(
            f"pulse: {binary} can't be run on this machine ({platform.machine()}, "
            f"{' '.join(platform.libc_ver()) or 'no glibc'}): {error.strerror}; install the wheel "
            "that was made for it, or build from source",
            file=sys.stderr,
        )
        sys.exit(126)
