"""A Debian tree that has booted: systemd as process 1 of its own namespaces."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

from container import wait_until
from debian_tree import DebianTree

#: What process 1 finds when it starts. It has its own root, not a chroot's: in one the kernel
#: allows no user namespaces, which the unit asks for.
BOOT = """
mount --rbind {tree} {tree}
cd {tree}
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
for name in null zero full random urandom tty; do cp -a /dev/$name dev/; done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mount -t tmpfs tmpfs dev/shm
ip link set lo up
mkdir -p old
pivot_root . old
umount -l /old
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
    /lib/systemd/systemd --log-target=null --show-status=false
"""

NAMESPACES = ("--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup")


class SystemdMachine:
    """What a machine with this tree as its disk is like."""

    def __init__(self, tree: DebianTree) -> None:
        self._group = _control_groups() / f"pulse-test-{os.getpid()}"
        self._group.mkdir()
        join = f"echo $$ > {shlex.quote(str(self._group / 'cgroup.procs'))}"
        script = BOOT.format(tree=shlex.quote(str(tree.path)))
        unshare = ["unshare", *NAMESPACES, "--fork", "--kill-child", "sh", "-ec", script]
        self._process = subprocess.Popen(
            ["sh", "-ec", f'{join}; exec "$@"', "sh", *unshare], stdin=subprocess.DEVNULL
        )
        wait_until(self._is_up, "systemd is up")

    def _is_up(self) -> bool:
        if self._process.poll() is not None:
            raise AssertionError("systemd has ended")
        state = subprocess.run(
            self._inside("systemctl", "is-system-running"), capture_output=True, text=True
        )
        return state.stdout.strip() in ("running", "degraded")

    @property
    def pid(self) -> int:
        """Process 1, by its number outside; 0 while there is none."""
        unshare = self._process.pid
        children = Path(f"/proc/{unshare}/task/{unshare}/children").read_text().split()
        return int(children[0]) if children else 0

    def _inside(self, *command: str) -> list[str]:
        return ["nsenter", f"--target={self.pid}", *NAMESPACES, "--root", "--wd=/", *command]

    def run(self, *command: str) -> str:
        """Run a command as root of this machine; give what it prints."""
        done = subprocess.run(self._inside(*command), capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr + self._journal()
        return done.stdout

    def curl(self, url: str) -> str:
        """Ask from inside its network, by this machine's curl."""
        command = [
            "nsenter",
            f"--target={self.pid}",
            "--net",
            "curl",
            "--silent",
            "--max-time",
            "5",
        ]
        return subprocess.run([*command, url], capture_output=True, text=True).stdout

    def shown(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.run("systemctl", "show", "--value", f"--property={name}", unit).strip()

    def _journal(self) -> str:
        command = self._inside("journalctl", "--no-pager", "--lines=30")
        return subprocess.run(command, capture_output=True, text=True).stdout

    def stop(self) -> None:
        """Pull the plug: all its processes end with process 1."""
        self._process.kill()
        self._process.wait()
        populated = self._group / "cgroup.events"
        wait_until(lambda: "populated 0" in populated.read_text(), "all its processes are gone")
        for path in sorted(self._group.rglob("*"), reverse=True):
            if path.is_dir():
                path.rmdir()
        self._group.rmdir()


def _control_groups() -> Path:
    """Where the second version of control groups is mounted."""
    found = re.search(r"^\S+ (\S+) cgroup2 ", Path("/proc/mounts").read_text(), re.MULTILINE)
    assert found is not None, "this system has no control groups of version 2"
    return Path(found[1])
