"""`show`: where it looks, what it tells, and that it needs no notebook.

`make test-notebook` has a real one.
"""

from __future__ import annotations

import http.server
import json
import os
import re
import sys
import threading
import types
from collections.abc import Iterator
from typing import Any

import pytest

import pulse_wrapper
from pulse_wrapper import notebook


class _Pulse(http.server.BaseHTTPRequestHandler):
    """What a server says that `show` asks for."""

    kind = "file"
    policy = "default-src 'none'; frame-ancestors 'self' https://lab.example.org"
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Security-Policy", self.policy)
        self.end_headers()
        self.wfile.write(json.dumps({"kind": self.kind}).encode() if self.status == 200 else b"{")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def pulse() -> Iterator[Any]:
    handler = type("Handler", (_Pulse,), {})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    handler.url = f"http://127.0.0.1:{server.server_port}/"  # type: ignore[attr-defined]
    yield handler
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def outputs(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """A notebook's shell, and what it was given to show."""
    shown: list[dict[str, str]] = []
    shell = types.SimpleNamespace(
        kernel=object(), display_pub=types.SimpleNamespace(publish=shown.append)
    )
    ipython = types.SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", ipython)  # type: ignore[arg-type]
    for name in list(os.environ):
        if name.startswith(("PULSE_", "JUPYTERHUB_", "VSCODE_", "CODESPACE")):
            monkeypatch.delenv(name)
    return shown


def told(output: dict[str, str]) -> Any:
    """What the script in an output is told."""
    match = re.search(r'getElementById\("pulse-[0-9a-f]{16}"\), (\{.*\})\);', output["text/html"])
    assert match
    return json.loads(match[1])


def test_outside_of_a_notebook_it_prints_the_url(capsys: pytest.CaptureFixture[str]) -> None:
    pulse_wrapper.show("http://gpu1:9000/pulse?x#y")
    assert capsys.readouterr().out == "Pulse: http://gpu1:9000/pulse/\n"


def test_a_shell_in_a_terminal_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ipython = types.SimpleNamespace(get_ipython=lambda: object())
    monkeypatch.setitem(sys.modules, "IPython", ipython)  # type: ignore[arg-type]
    monkeypatch.setenv("PULSE_PORT", "9001")
    pulse_wrapper.show()
    assert capsys.readouterr().out == "Pulse: http://127.0.0.1:9001/\n"


@pytest.mark.parametrize("url", ["", "localhost:8080", "ftp://a/", "http://", "8080"])
def test_what_is_no_url_is_refused_with_one(url: str) -> None:
    with pytest.raises(ValueError, match="write it like http://"):
        pulse_wrapper.show(url)


@pytest.mark.parametrize(
    ("policy", "sources"),
    [
        ("", ["*"]),
        ("default-src 'none'", ["*"]),
        ("frame-ancestors 'none'", ["'none'"]),
        ("a b;Frame-Ancestors 'self'  https://x ; c", ["'self'", "https://x"]),
        (";;frame-ancestors", []),
    ],
)
def test_who_may_frame_it(policy: str, sources: list[str]) -> None:
    assert notebook._frame_ancestors(policy) == sources


def test_a_link_stands_in_the_output_before_any_script(
    pulse: Any, outputs: list[dict[str, str]]
) -> None:
    pulse_wrapper.show(pulse.url, height=300)
    (output,) = outputs
    assert output["text/plain"] == f"Pulse: {pulse.url}"
    assert f'<a href="{pulse.url}" target="_blank"' in output["text/html"].partition("<script>")[0]
    assert told(output) == {
        "addresses": [pulse.url],
        "port": int(pulse.url.rpartition(":")[2].rstrip("/")),
        "path": "/",
        "ancestors": ["'self'", "https://lab.example.org"],
        "element": "training-panel",
        "height": 300,
    }


def test_two_outputs_have_places_of_their_own(pulse: Any, outputs: list[dict[str, str]]) -> None:
    pulse_wrapper.show(pulse.url)
    pulse_wrapper.show(pulse.url)
    places = {re.findall('<div id="(.*?)"', output["text/html"])[0] for output in outputs}
    assert len(places) == 2


@pytest.mark.parametrize("kind", ["directory", "bucket"])
def test_many_runs_have_an_element_of_their_own(
    pulse: Any, outputs: list[dict[str, str]], kind: str
) -> None:
    pulse.kind = kind
    pulse_wrapper.show(pulse.url)
    assert told(outputs[0])["element"] == "training-runs"


def test_a_server_that_wants_a_token_is_there(pulse: Any, outputs: list[dict[str, str]]) -> None:
    pulse.status = 401
    pulse_wrapper.show(pulse.url)
    assert told(outputs[0])["ancestors"] == ["'self'", "https://lab.example.org"]


def test_nothing_that_a_server_says_ends_the_script(
    pulse: Any, outputs: list[dict[str, str]]
) -> None:
    pulse.policy = "frame-ancestors </script><b>"
    pulse_wrapper.show(f'{pulse.url}"><b>/')
    assert outputs[0]["text/html"].count("</script>") == 1
    assert "<b>" not in outputs[0]["text/html"]
    assert told(outputs[0])["ancestors"] == ["</script><b>"]


def test_where_nobody_answers_it_says_what_to_do(
    outputs: list[dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    pulse_wrapper.show("http://127.0.0.1:1/")
    said = capsys.readouterr().out
    assert "No server answers at http://127.0.0.1:1/" in said
    assert "pulse serve status.json" in said
    assert outputs == []


@pytest.mark.parametrize("policy", ["frame-ancestors 'self'", "frame-ancestors *"])
def test_colab_has_a_way_of_its_own(
    pulse: Any,
    outputs: list[dict[str, str]],
    policy: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = []
    colab = types.SimpleNamespace(
        serve_kernel_port_as_iframe=lambda *a, **k: asked.append(("iframe", a, k)),
        serve_kernel_port_as_window=lambda *a, **k: asked.append(("window", a, k)),
    )
    monkeypatch.setitem(sys.modules, "google.colab.output", colab)  # type: ignore[arg-type]
    pulse.policy = policy
    port = int(pulse.url.rpartition(":")[2].rstrip("/"))
    pulse_wrapper.show(pulse.url, height=500)
    assert outputs == []
    if "*" in policy:
        assert asked == [("iframe", (port,), {"path": "/", "height": 500})]
    else:
        assert asked == [("window", (port,), {"path": "/"})]
        assert "--frame-ancestor '*'" in capsys.readouterr().out
