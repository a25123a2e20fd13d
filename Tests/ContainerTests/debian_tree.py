"""Clean Debian systems in folders, and commands that see nothing else."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SUITE = "bookworm"

#: What a slim image of Debian leaves out, now and with each package that is installed later.
SLIM = {
    "path-exclude": [
        f"/usr/share/{name}/*" for name in ("doc", "groff", "info", "lintian", "locale", "man")
    ],
    "path-include": ["/usr/share/doc/*/copyright", "/usr/share/locale/locale.alias"],
}

#: As in Debian's images: what apt has downloaded doesn't stay.
CLEAN = """\
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
"""

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PROXIES = ("http_proxy", "https_proxy", "no_proxy")


class CommandFailed(Exception):
    """A command inside a tree has failed: its words, and the end of what it said."""


@dataclass(frozen=True)
class Mount:
    """A folder of this machine that a command sees inside the tree, and can't write to."""

    source: Path
    target: str


class DebianTree:
    """A minimal Debian below a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def install(cls, path: Path) -> DebianTree:
        """Install it with debootstrap, from where this machine has its packages."""
        mirror = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
            + ["Origin: Debian", f"Codename: {SUITE}", "Component: main"],
            capture_output=True,
            text=True,
        ).stdout.split()
        command = ["debootstrap", "--variant=minbase", SUITE, str(path), *mirror[:1]]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            raise CommandFailed(f"{shlex.join(command)}\n{result.stdout[-2000:]}")
        tree = cls(path)
        tree._take_settings_of_apt()
        return tree

    def _take_settings_of_apt(self) -> None:
        """Packages come from where this machine has them from."""
        settings = self.path / "etc/apt"
        shutil.rmtree(settings)
        shutil.copytree("/etc/apt", settings)
        (settings / "apt.conf.d/docker-clean").write_text(CLEAN)
        if CERTIFICATES.exists():
            # A minimal tree knows no authorities, and the packages may come by HTTPS.
            shutil.copy(CERTIFICATES, settings / "authorities.pem")
            (settings / "apt.conf.d/authorities").write_text(
                'Acquire::https::CaInfo "/etc/apt/authorities.pem";\n'
            )
        # What debootstrap has left of its work.
        self.run(["sh", "-c", "apt-get clean; rm -rf /var/lib/apt/lists/*"])

    def copy(self, path: Path) -> DebianTree:
        subprocess.run(["cp", "--archive", str(self.path), str(path)], check=True)
        return DebianTree(path)

    def make_slim(self) -> None:
        """Remove what a slim image doesn't have."""
        rules = [f"{kind} {pattern}" for kind, patterns in SLIM.items() for pattern in patterns]
        lines = "".join(rule.replace(" ", "=", 1) + "\n" for rule in rules)
        (self.path / "etc/dpkg/dpkg.cfg.d/slim").write_text(lines)
        kept = "! -name copyright ! -name locale.alias"
        folders = " ".join(pattern.removesuffix("/*") for pattern in SLIM["path-exclude"])
        self.run(["sh", "-c", f"find {folders} -type f {kept} -delete 2>/dev/null || true"])

    def run(
        self,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        directory: str = "/",
        mounts: Sequence[Mount] = (),
    ) -> str:
        """Run it as root with this machine's network; give what it prints."""
        network = {key: os.environ[key] for key in PROXIES if key in os.environ}
        result = subprocess.run(
            self.isolated(
                ["sh", "-c", 'cd "$0" && exec "$@"', directory, *command],
                {"PATH": PATH, "HOME": "/root", **network, **(environment or {})},
                mounts=mounts,
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if result.returncode != 0:
            raise CommandFailed(f"{shlex.join(command)}\n{result.stdout[-4000:]}")
        return result.stdout

    def isolated(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        user: str = "root",
        mounts: Sequence[Mount] = (),
        has_network: bool = True,
    ) -> list[str]:
        """The command that runs it as process 1 of its own namespaces.

        Mounts live and end with it. Without a network it has a loopback device of its own, where
        every port is free.
        """
        script = [] if has_network else ["ip link set lo up"]
        script.append(f"mount --rbind /dev {shlex.quote(str(self.path / 'dev'))}")
        for mount in mounts:
            target = self.path / mount.target.lstrip("/")
            target.mkdir(parents=True, exist_ok=True)
            source, at = shlex.quote(str(mount.source)), shlex.quote(str(target))
            script += [f"mount --bind {source} {at}", f"mount -o remount,bind,ro {at}"]
        script.append(f"exec {shlex.join(self.entered(command, environment, user))}")
        return [
            *("unshare", "--mount", "--pid", "--fork", "--kill-child"),
            *([] if has_network else ["--net"]),
            f"--mount-proc={self.path / 'proc'}",
            *("sh", "-ec", "\n".join(script)),
        ]

    def entered(
        self, command: Sequence[str], environment: Mapping[str, str], user: str = "root"
    ) -> list[str]:
        """The command with the tree as its root, and nothing else in its environment."""
        variables = [f"{name}={value}" for name, value in environment.items()]
        return ["chroot", f"--userspec={user}", str(self.path), "env", "-i", *variables, *command]
