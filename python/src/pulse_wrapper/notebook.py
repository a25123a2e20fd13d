"""The panel in a notebook: a frame, else the server's element, else a link.

Which of them can be is known in the browser alone, so ``notebook.js`` decides there. It tries
addresses in turn: below the notebook's own server, where jupyter-server-proxy has them, those that
an editor that forwards ports has told the kernel, and the server's own.
"""

from __future__ import annotations

import html
import json
import os
import sys
import urllib.parse
from collections.abc import Mapping
from typing import Any, Callable, NamedTuple

from .server_address import browser_addresses, checked_url, local_port, own_url

#: Seconds for the server to answer.
_TIMEOUT = 5.0


class _Server(NamedTuple):
    """What the server says of itself."""

    #: The sources of the policy's ``frame-ancestors`` (CSP 3 §6.4.2).
    ancestors: list[str]
    #: The custom element that shows it.
    element: str


def show(url: str | None = None, *, height: int = 640) -> None:
    """Show the panel of a Pulse server below the cell, live; outside of a notebook, print its URL.

    Args:
        url: where the server is, as the kernel sees it. Without it: on this machine, at port 8080
            unless ``PULSE_PORT``, ``PULSE_BASE_PATH`` and ``PULSE_TLS_CERTIFICATE`` say otherwise.
        height: of the frame, in pixels.

    Raises:
        ValueError: ``url`` doesn't begin with http:// or https://.
    """
    url = own_url(os.environ) if url is None else checked_url(url)
    publish = _publisher()
    if publish is None:
        print(f"Pulse: {url}")
        return
    try:
        server = _ask(url)
    except OSError as error:
        reason = getattr(error, "reason", error)
        print(
            f"No server answers at {url} ({reason}). Start it with: pulse serve status.json; "
            'or say where it is: pulse_wrapper.show("http://host:8080/")'
        )
        return
    port = local_port(url)
    colab: Any = sys.modules.get("google.colab.output")
    if colab is not None and port is not None:
        _show_in_colab(colab, url, port, server, height)
        return
    place = f"pulse-{os.urandom(8).hex()}"
    document = _document(url, server, height, os.environ, place)
    publish({"text/html": document, "text/plain": f"Pulse: {url}"})


def _publisher() -> Callable[[dict[str, str]], None] | None:
    """What shows an output, in a notebook; IPython is never imported here."""
    ipython: Any = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    # A shell in a terminal has no kernel, and shows no HTML.
    if not hasattr(shell, "kernel"):
        return None
    publish: Callable[[dict[str, str]], None] = shell.display_pub.publish
    return publish


def _ask(url: str) -> _Server:
    """Ask the server.

    Raises:
        OSError: it doesn't answer.
    """
    _, policy = _get(url, "text/html")
    document, _ = _get(url + "about", "application/json")
    try:
        kind = json.loads(document).get("kind")
    except (ValueError, AttributeError):
        # It wants a token first, or is older than this route.
        kind = None
    element = "training-runs" if kind in ("directory", "bucket") else "training-panel"
    return _Server(_frame_ancestors(policy), element)


def _get(url: str, type_: str) -> tuple[bytes, str]:
    """The body, and the Content-Security-Policy, of an answer of whatever status."""
    # Only here: a trainer that never shows anything starts without them.
    import urllib.error
    import urllib.request

    request = urllib.request.Request(url, headers={"Accept": type_})
    try:
        answer = urllib.request.urlopen(request, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.read(1 << 20), answer.headers.get("Content-Security-Policy", "")


def _frame_ancestors(policy: str) -> list[str]:
    """The sources of a policy's ``frame-ancestors``; without one everybody may frame it.

    Example:
        >>> _frame_ancestors("default-src 'none'; frame-ancestors 'self' vscode-webview:")
        ["'self'", 'vscode-webview:']
    """
    for directive in policy.split(";"):
        name, *sources = directive.split() or [""]
        if name.lower() == "frame-ancestors":
            return sources
    return ["*"]


def _document(
    url: str, server: _Server, height: int, environment: Mapping[str, str], place: str
) -> str:
    """The output: a link, and the script that puts more in its place."""
    with open(os.path.join(os.path.dirname(__file__), "notebook.js"), encoding="utf-8") as file:
        script = file.read()
    told = {
        "addresses": browser_addresses(url, environment),
        "port": local_port(url),
        "path": urllib.parse.urlsplit(url).path,
        "ancestors": server.ancestors,
        "element": server.element,
        "height": height,
    }
    # No text can end the script.
    data = json.dumps(told).replace("<", "\\u003c")
    shown = html.escape(url)
    return (
        f'<div id="{place}"><p>Pulse: <a href="{shown}" target="_blank" rel="noopener">{shown}</a>'
        f"</p></div>\n<script>\n(\n{script})(document.getElementById({json.dumps(place)}), {data});"
        "\n</script>"
    )


def _show_in_colab(colab: Any, url: str, port: int, server: _Server, height: int) -> None:
    """By Colab's own way to a port of its machine."""
    path = urllib.parse.urlsplit(url).path
    if "*" in server.ancestors:
        colab.serve_kernel_port_as_iframe(port, path=path, height=height)
        return
    print("To show it here, start it with: pulse serve --frame-ancestor '*'")
    colab.serve_kernel_port_as_window(port, path=path)
