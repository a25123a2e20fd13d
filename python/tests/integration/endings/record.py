"""Records how real launchers, libraries and shells end, for `Tests/PulseRunTests/Outputs`.

usage: python -m endings.record [NAME…], in `python/tests/integration`, with the environment that
`python/run-integrations` makes. Whoever records judges as well: the reason that a person would pick
out of each output goes into `index.json`.
"""

from __future__ import annotations

import pathlib
import shutil
import sys

from . import frameworks, plain, shells
from .ending import recorded

#: Each ending that can be made again.
ENDINGS = {**plain.ENDINGS, **shells.ENDINGS, **frameworks.ENDINGS}

OUTPUTS = pathlib.Path(__file__).parents[4] / "Tests" / "PulseRunTests" / "Outputs"


def main(names: list[str]) -> int:
    """Record those that are named, or all. Gives the exit code."""
    for name in names or sorted(ENDINGS):
        ending = ENDINGS[name]
        if ending.missing:
            print(f"{name}: needs {', '.join(ending.missing)}")
            continue
        output, directory = ending.run()
        shutil.rmtree(directory)
        (OUTPUTS / f"{name}.txt").write_text(recorded(output, directory), newline="")
        print(f"{name}: recorded")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
