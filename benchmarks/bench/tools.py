"""What the benchmark needs from outside, put under `benchmarks/build` and nowhere else.

Nothing is installed into the system: Debian's packages are unpacked beside the load programs, so
that no package's own service is ever started, and no root is needed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "benchmarks"
BUILD = HERE / "build"

#: Debian's packages, and the file that shows that each is there.
PACKAGES = {
    "wrk": "usr/bin/wrk",
    "nginx": "usr/sbin/nginx",
    "libnginx-mod-nchan": "usr/lib/nginx/modules/ngx_nchan_module.so",
}


class Missing(Exception):
    """Something that the benchmark needs can't be had; the text says what and why."""


@dataclass(frozen=True)
class Tools:
    """Where everything is. A comparator that can't be had is None, and left out of the table."""

    pulse: Path
    load: Path
    swift: Path
    wrk: Path
    nginx: Path | None
    nchan: Path | None
    #: Of the environment with the neighbours, and with what opens a browser.
    python: Path | None
    chromium: Path | None
    environment: dict[str, str]


def prepare(pulse: Path | None) -> Tools:
    """Build and fetch what isn't there yet; `pulse` is a server built elsewhere."""
    build_load_programs()
    debian, problem = unpack_packages()
    if "wrk" not in debian:
        raise Missing(f"wrk: {problem}")
    root = BUILD / "debian"
    libraries = root / "usr/lib" / f"{os.uname().machine}-linux-gnu"
    return Tools(
        pulse=pulse or build_pulse(),
        load=BUILD / "load",
        swift=build_swift(),
        wrk=debian["wrk"],
        nginx=debian.get("nginx"),
        nchan=debian.get("libnginx-mod-nchan"),
        python=make_environment(),
        chromium=find_chromium(),
        environment={**os.environ, "LD_LIBRARY_PATH": str(libraries)},
    )


def build_load_programs() -> None:
    """Compile every C program of `benchmarks/load` that is newer than its binary."""
    output = BUILD / "load"
    output.mkdir(parents=True, exist_ok=True)
    header = HERE / "load/common.h"
    for source in sorted((HERE / "load").glob("*.c")):
        binary = output / source.stem
        newest = max(source.stat().st_mtime, header.stat().st_mtime)
        if binary.exists() and binary.stat().st_mtime > newest:
            continue
        flags = ["-O2", "-Wall", "-Wextra", "-std=gnu17"]
        run(["cc", *flags, "-o", str(binary), str(source), "-lmicrohttpd"])


def build_pulse() -> Path:
    """Build the server as it is shipped."""
    command = ["swift", "build", "-c", "release", "-j", "2", "--static-swift-stdlib"]
    run([*command, "--product", "pulse"], cwd=ROOT)
    return ROOT / ".build/release/pulse"


def strip(binary: Path) -> Path:
    """Copy a binary without what it says to debuggers, of which valgrind can't read Swift's."""
    stripped = BUILD / "pulse"
    BUILD.mkdir(parents=True, exist_ok=True)
    run(["strip", "--strip-debug", "-o", str(stripped), str(binary)])
    return stripped


def build_swift() -> Path:
    """Build the codec benchmark, a package of its own that depends on the product's."""
    package = HERE / "swift"
    run(["swift", "build", "-c", "release", "-j", "2"], cwd=package)
    return package / ".build/release/pulse-benchmark"


def unpack_packages() -> tuple[dict[str, Path], str]:
    """Find Debian's packages on this machine, or unpack them; also why some are missing."""
    root = BUILD / "debian"
    problem = ""
    if not all(locate(path, root) for path in PACKAGES.values()):
        problem = download_packages(root)
    found = {name: locate(path, root) for name, path in PACKAGES.items()}
    return {name: path for name, path in found.items() if path}, problem


def locate(path: str, root: Path) -> Path | None:
    """Where a package's file is: unpacked here, or installed."""
    return next((p for p in (root / path, Path("/") / path) if p.exists()), None)


def download_packages(root: Path) -> str:
    """Unpack the packages that an installation would bring; return why that failed, if it did."""
    if shutil.which("apt-get") is None:
        return "this system has no apt-get"
    plan = ["apt-get", "install", "--simulate", "--no-install-recommends", *PACKAGES]
    simulation = subprocess.run(plan, capture_output=True, text=True, check=False)
    names = [line.split()[1] for line in simulation.stdout.splitlines() if line.startswith("Inst ")]
    if simulation.returncode != 0 or not names:
        return simulation.stderr.strip() or "nothing to download"
    archives = BUILD / "archives"
    archives.mkdir(parents=True, exist_ok=True)
    fetched = subprocess.run(
        ["apt-get", "download", "-qq", *names],
        cwd=archives, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if fetched.returncode != 0:
        return fetched.stderr.strip()
    for archive in archives.glob("*.deb"):
        run(["dpkg-deb", "-x", str(archive), str(root)])
    return ""


def make_environment() -> Path | None:
    """Make a virtual environment with the neighbours; None when they can't be had."""
    environment = BUILD / "venv"
    python = environment / "bin/python"
    wanted = HERE / "requirements.txt"
    ready = environment / "ready"
    if ready.exists() and ready.stat().st_mtime > wanted.stat().st_mtime:
        return python
    run([sys.executable, "-m", "venv", str(environment)])
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([*pip, "-r", str(wanted)], check=False).returncode != 0:
        return None
    ready.touch()
    return python


def find_chromium() -> Path | None:
    """Where the browser is; `CHROMIUM` names another than Debian's."""
    found = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    return Path(found) if found else None


def run(command: list[str], cwd: Path | None = None) -> None:
    """Run a build step; its output is shown only when it fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Missing(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
