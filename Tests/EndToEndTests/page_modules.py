"""The page's pure functions, called in the browser that they are made for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page


def functions_of(folder: str) -> Callable[..., Any]:
    """A caller of the functions in the modules of a folder of `public`.

    `call(page, "curve", "m.smooth(a[0], 0.5)", values)` runs the script with the module as `m` and the
    arguments as `a`.
    """

    def call(page: Page, module: str, script: str, *arguments: object) -> Any:
        body = f"async (a) => {{ const m = await import('/{folder}/{module}.js'); return {script}; }}"
        return page.evaluate(body, list(arguments))

    return call
