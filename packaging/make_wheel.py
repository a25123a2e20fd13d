"""Makes the wheel that carries the binary: pulse, its panel, its C libraries and pulse_wrapper.

It needs the packages of requirements.txt, and writes dist/pulse_wrapper-VERSION-py3-none-PLATFORM.whl.
The platform (the oldest glibc that it runs with) is found by auditwheel, which also puts the C libraries
in that no system is sure to have.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import stage


def make() -> Path:
    """Make the wheel; give its path."""
    work = stage.fresh("wheel")
    installed = work / "installed"
    stage.install_into(installed, "/")
    project = work / "project"
    left_out = shutil.ignore_patterns("tests", "build", "*.egg-info", "__pycache__")
    shutil.copytree(stage.ROOT / "python", project, ignore=left_out)
    package = project / "src/pulse_wrapper"
    shutil.copytree(installed / "bin", package / "bin")
    shutil.copytree(installed / "share/pulse", package / "share/pulse")
    shutil.copy(stage.ROOT / "LICENSE", project)
    stage.notices(package / "bin/pulse", package / "share/doc")
    files = stage.ROOT / "packaging/wheel"
    shutil.copy(files / "command.py", package / "command.py")
    shutil.copy(files / "setup.py", project / "setup.py")
    with (project / "pyproject.toml").open("a") as settings:
        settings.write('\n[project.scripts]\npulse = "pulse_wrapper.command:main"\n')
    stage.settle(project)
    stage.run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", work, project)
    (plain,) = work.glob("*.whl")
    repaired = work / "repaired"
    stage.run(sys.executable, "-m", "auditwheel", "repair", "--strip", "--wheel-dir", repaired, plain)
    (wheel,) = repaired.glob("*.whl")
    stage.OUTPUT.mkdir(exist_ok=True)
    return Path(shutil.copy(wheel, stage.OUTPUT))


if __name__ == "__main__":
    print(make())
