"""A directory through FUSE whose files can be made to hang: reads of them wait until they are freed.

    python hanging_directory.py BACKING MOUNT

A file NAME hangs while `BACKING/.hang-NAME` exists.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import pytest
from processes import wait_until


class HangingDirectory:
    """The mount, as long as it is entered."""

    def __init__(self, backing: Path, mount: Path) -> None:
        self._backing = backing
        self.path = mount
        backing.mkdir()
        mount.mkdir()

    def hang(self, name: str) -> None:
        (self._backing / f".hang-{name}").touch()

    def free(self, name: str) -> None:
        (self._backing / f".hang-{name}").unlink()

    def __enter__(self) -> HangingDirectory:
        pytest.importorskip("fuse", reason="fusepy needs libfuse2", exc_type=OSError)
        if not Path("/dev/fuse").exists() or os.geteuid() != 0:
            pytest.skip("this system lets nobody mount through FUSE")
        self._process = subprocess.Popen([sys.executable, __file__, self._backing, self.path])
        wait_until(self.path.is_mount, "it is mounted")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        for file in self._backing.glob(".hang-*"):
            file.unlink()
        subprocess.run(["umount", "--lazy", self.path], check=False)
        self._process.terminate()
        self._process.wait(timeout=20)


def serve(backing: str, mount: str) -> None:
    """Serve the mount until it is unmounted."""
    import fuse

    class Files(fuse.Operations):
        def _real(self, path: str) -> str:
            return backing + path

        def getattr(self, path: str, fh: int | None = None) -> dict[str, object]:
            try:
                status = os.lstat(self._real(path))
            except OSError as error:
                raise fuse.FuseOSError(error.errno) from error
            return {name: getattr(status, name) for name in dir(status) if name.startswith("st_")}

        def readdir(self, path: str, fh: int) -> list[str]:
            return [".", "..", *os.listdir(self._real(path))]

        def open(self, path: str, flags: int) -> int:
            return os.open(self._real(path), os.O_RDONLY)

        def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
            mark = self._real("/.hang-" + path.strip("/"))
            while os.path.exists(mark):
                time.sleep(0.05)
            return os.pread(fh, size, offset)

        def release(self, path: str, fh: int) -> None:
            os.close(fh)

    fuse.FUSE(Files(), mount, foreground=True, direct_io=True, attr_timeout=0, entry_timeout=0)


if __name__ == "__main__":
    serve(*sys.argv[1:])
