"""Where a server is, for its machine and for a browser."""

from __future__ import annotations

import pytest

from pulse_wrapper.server_address import browser_addresses, own_url


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({}, "http://127.0.0.1:8080/"),
        ({"PULSE_PORT": "tcp://10.0.0.1:8080"}, "http://127.0.0.1:8080/"),
        ({"PULSE_TLS_CERTIFICATE": "c.pem", "PULSE_PORT": "1"}, "https://127.0.0.1:1/"),
        ({"PULSE_BASE_PATH": "/"}, "http://127.0.0.1:8080/"),
        ({"PULSE_BASE_PATH": "/a/b/"}, "http://127.0.0.1:8080/a/b/"),
    ],
)
def test_it_looks_where_serve_is(environment: dict[str, str], url: str) -> None:
    assert own_url(environment) == url


@pytest.mark.parametrize(
    ("url", "environment", "addresses"),
    [
        ("http://127.0.0.1:8080/", {}, ["http://127.0.0.1:8080/"]),
        (
            "http://localhost:8080/a/",
            {"JUPYTERHUB_SERVICE_PREFIX": "/user/ada%40x/"},
            ["/user/ada%40x/proxy/8080/a/", "http://localhost:8080/a/"],
        ),
        (
            "http://[::1]/",
            {"VSCODE_PROXY_URI": "https://code.example.org/proxy/{{port}}/"},
            ["https://code.example.org/proxy/80/", "http://[::1]/"],
        ),
        # Relative to what, nobody says.
        (
            "https://127.0.0.1/",
            {"VSCODE_PROXY_URI": "./proxy/{{port}}"},
            ["https://127.0.0.1/"],
        ),
        (
            "http://127.0.0.1:8080/",
            {
                "CODESPACE_NAME": "ada-1",
                "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN": "app.github.dev",
            },
            ["https://ada-1-8080.app.github.dev/", "http://127.0.0.1:8080/"],
        ),
        # Of another machine nothing leads to a port of this one.
        ("http://gpu1:8080/", {"JUPYTERHUB_SERVICE_PREFIX": "/user/a/"}, ["http://gpu1:8080/"]),
    ],
)
def test_where_a_browser_may_find_it(
    url: str, environment: dict[str, str], addresses: list[str]
) -> None:
    assert browser_addresses(url, environment) == addresses
