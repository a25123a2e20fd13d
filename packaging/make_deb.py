"""Makes the Debian package dist/pulse_VERSION_ARCHITECTURE.deb, and has lintian judge it.

It needs the Debian packages debhelper and lintian. What it depends on is what the binary is linked
with (dpkg-shlibdeps), so it is for the release of Debian that it was made on, and newer ones.
"""

from __future__ import annotations

import shutil
from email.utils import formatdate
from pathlib import Path

import stage


def changelog() -> str:
    """One entry, for the version that the tree has: the packages' own format (deb-changelog(5))."""
    date = formatdate(stage.source_date(), usegmt=False)
    return (
        f"pulse ({stage.version()}) unstable; urgency=medium\n\n"
        "  * What is new stands in CHANGELOG.md of the sources.\n\n"
        f" -- The Pulse authors <pulse@example.org>  {date}\n"
    )


def make() -> Path:
    """Make the package; give its path."""
    work = stage.fresh("deb")
    source = work / "pulse"
    shutil.copytree(stage.ROOT / "packaging/debian", source / "debian")
    (source / "debian/changelog").write_text(changelog())
    installed = source / "installed"
    stage.install_into(installed, "/usr")
    # Where Debian has its units: below /usr only since the release after bookworm.
    (installed / "lib").mkdir()
    (installed / "usr/lib/systemd").rename(installed / "lib/systemd")
    (installed / "usr/lib").rmdir()
    zsh = installed / "usr/share/zsh"
    (zsh / "site-functions").rename(zsh / "vendor-completions")
    stage.run("dpkg-buildpackage", "--build=binary", "--no-sign", directory=source)
    (package,) = work.glob("*.deb")
    print(stage.run("lintian", "--fail-on", "error", package), end="")
    stage.OUTPUT.mkdir(exist_ok=True)
    return Path(shutil.copy(package, stage.OUTPUT))


if __name__ == "__main__":
    print(make())
