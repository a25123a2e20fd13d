"""What the tests of the deployed configurations share."""

from __future__ import annotations

import socket
import subprocess

from processes import PATIENCE


def accepts(port: int) -> bool:
    """Whether somebody listens at a loopback port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE):
            return True
    except ConnectionRefusedError:
        return False


def replaced(text: str, once: dict[str, str]) -> str:
    """The text with each key replaced by its value.

    Each stands there exactly once: a configuration where it doesn't has changed, and its test with
    it.
    """
    for old, new in once.items():
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


def end(process: subprocess.Popen) -> int:
    """End a process as an operator does; one that doesn't end fails the test."""
    process.terminate()
    try:
        return process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()
