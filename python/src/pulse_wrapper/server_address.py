"""Where a server is: for its machine, and for a browser that may be on another one."""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping

_LOCAL = {"127.0.0.1", "localhost", "::1"}


def own_url(environment: Mapping[str, str]) -> str:
    """Where ``pulse serve`` is with these settings.

    Example:
        >>> own_url({"PULSE_PORT": "9000", "PULSE_BASE_PATH": "/team"})
        'http://127.0.0.1:9000/team/'
    """
    port = environment.get("PULSE_PORT", "")
    # In Kubernetes it may be a service's: tcp://10.0.0.1:8080.
    port = port if port.isdecimal() else "8080"
    path = environment.get("PULSE_BASE_PATH", "").strip("/")
    scheme = "https" if environment.get("PULSE_TLS_CERTIFICATE") else "http"
    return f"{scheme}://127.0.0.1:{port}/{path}{'/' if path else ''}"


def checked_url(url: str) -> str:
    """The URL with a slash at its end, without query and fragment.

    Raises:
        ValueError: it is none of a server, with what one looks like.
    """
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no URL of a server: write it like http://127.0.0.1:8080/")
    path = parts.path if parts.path.endswith("/") else parts.path + "/"
    return urllib.parse.urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def local_port(url: str) -> int | None:
    """The port of a server on the kernel's machine."""
    parts = urllib.parse.urlsplit(url)
    if parts.hostname not in _LOCAL:
        return None
    return parts.port or (443 if parts.scheme == "https" else 80)


def browser_addresses(url: str, environment: Mapping[str, str]) -> list[str]:
    """Where a browser may find the server, the likeliest first.

    Example:
        >>> browser_addresses("http://127.0.0.1:80/", {"JUPYTERHUB_SERVICE_PREFIX": "/user/ada/"})
        ['/user/ada/proxy/80/', 'http://127.0.0.1:80/']
    """
    port = local_port(url)
    if port is None:
        return [url]
    path = urllib.parse.urlsplit(url).path
    found = []
    hub = environment.get("JUPYTERHUB_SERVICE_PREFIX")
    if hub:
        found.append(f"{hub.rstrip('/')}/proxy/{port}{path}")
    # code-server, and what is made of it.
    template = environment.get("VSCODE_PROXY_URI", "")
    if template.startswith(("http://", "https://")):
        found.append(template.replace("{{port}}", str(port)).rstrip("/") + path)
    name = environment.get("CODESPACE_NAME")
    domain = environment.get("GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN")
    if name and domain:
        found.append(f"https://{name}-{port}.{domain}{path}")
    return [*found, url]
