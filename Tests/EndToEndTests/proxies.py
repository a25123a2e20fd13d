"""Real reverse proxies, started from `deploy/nginx/` and `deploy/caddy/`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from certificates import certify
from deployment import accepts, end, replaced
from processes import PATIENCE, ROOT, free_port, wait_until

#: The name in the deployed configurations.
HOST = "pulse.example.org"

NGINX = """
daemon off;
pid {directory}/nginx.pid;
error_log {directory}/log;
{user}
worker_processes 1;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    include {directory}/pulse.conf;
}}
"""

CADDY = """
{{
    admin off
    auto_https disable_redirects
    default_bind 127.0.0.1
    http_port {http_port}
    storage file_system {directory}/storage
}}
"""


class Proxy:
    """One proxy with a certificate of its own, in front of a Pulse on a loopback port."""

    name = ""

    def __init__(self, directory: Path, upstream: int) -> None:
        directory.mkdir()
        self.directory = directory
        self.certificate, self.key = certify(directory, HOST)
        self.port, self.http_port = free_port(), free_port()
        self.url = f"https://{HOST}:{self.port}"
        with (directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(upstream),
                stdout=log,
                stderr=log,
                # A home of its own: Caddy keeps things there.
                env=os.environ | {"HOME": str(directory)},
            )
        wait_until(self._listens, f"{self.name} listens")

    def command(self, upstream: int) -> Sequence[str]:
        """Write the configuration, and tell how the proxy is started with it."""
        raise NotImplementedError

    def _listens(self) -> bool:
        assert self.process.poll() is None, (self.directory / "log").read_text()
        return accepts(self.port)

    def curl_command(self, path: str, *flags: str) -> list[str]:
        """A curl that trusts the certificate and finds the name on this machine."""
        return (
            ["curl", "--silent", "--show-error", "--no-buffer", "--path-as-is"]
            + ["--cacert", str(self.certificate), "--max-time", str(3 * PATIENCE)]
            + ["--resolve", f"{HOST}:{self.port}:127.0.0.1", *flags, self.url + path]
        )

    def curl(self, path: str, *flags: str) -> str:
        """What curl prints."""
        command = self.curl_command(path, *flags)
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def stop(self) -> None:
        end(self.process)


class Nginx(Proxy):
    """`deploy/nginx/pulse.conf` within the smallest nginx.conf that runs without installing."""

    name = "nginx"

    def command(self, upstream: int) -> Sequence[str]:
        site = (ROOT / "deploy" / "nginx" / "pulse.conf").read_text()
        site = replaced(
            site,
            {
                "server 127.0.0.1:8080;": f"server 127.0.0.1:{upstream};",
                "    listen 443 ssl http2;": f"    listen 127.0.0.1:{self.port} ssl http2;",
                "    listen [::]:443 ssl http2;\n": "",
                "    listen 80;": f"    listen 127.0.0.1:{self.http_port};",
                "    listen [::]:80;\n": "",
                "/etc/pulse/tls/fullchain.pem": str(self.certificate),
                "/etc/pulse/tls/key.pem": str(self.key),
            },
        )
        (self.directory / "pulse.conf").write_text(site)
        # The workers of root's nginx are another user's, who can't reach this directory.
        user = "user root;" if os.geteuid() == 0 else ""
        main = self.directory / "nginx.conf"
        main.write_text(NGINX.format(directory=self.directory, user=user))
        return ["nginx", "-c", str(main), "-e", str(self.directory / "log")]


class HoldingNginx(Nginx):
    """nginx that buffers whatever Pulse says, as some proxies do."""

    def command(self, upstream: int) -> Sequence[str]:
        command = super().command(upstream)
        site = self.directory / "pulse.conf"
        # Of HTTP/1.0 it waits for a full buffer; chunks it passes on, whatever it is told.
        held = "proxy_http_version 1.0;\n        proxy_ignore_headers X-Accel-Buffering;"
        site.write_text(replaced(site.read_text(), {"proxy_http_version 1.1;": held}))
        return command


class PrefixedNginx(Nginx):
    """nginx with Pulse below a path that it cuts off, as docs/DEPLOYMENT.md puts it."""

    prefix = "/pulse/"
    #: What Pulse is started with.
    flags: tuple[str, ...] = ()
    target = "http://pulse/"

    def command(self, upstream: int) -> Sequence[str]:
        command = super().command(upstream)
        site = self.directory / "pulse.conf"
        below = {
            "    location / {": f"    location {self.prefix} {{",
            "proxy_pass http://pulse;": f"proxy_pass {self.target};",
        }
        site.write_text(replaced(site.read_text(), below))
        return command


class PassingNginx(PrefixedNginx):
    """The same, but the path is passed on."""

    flags = ("--base-path", "/pulse")
    target = "http://pulse"


APACHE = """
ServerRoot {directory}
ServerName {host}
PidFile {directory}/apache.pid
ErrorLog {directory}/log
Listen 127.0.0.1:{port}
{modules}
SSLEngine on
SSLCertificateFile {certificate}
SSLCertificateKeyFile {key}
ProxyPass / http://127.0.0.1:{upstream}/
ProxyPreserveHost On
SetOutputFilter {filter}
"""


class Apache(Proxy):
    """Apache that compresses all it gets, and marks the tag of what it has compressed."""

    name = "apache"
    filter = "DEFLATE"
    modules = ("mpm_event", "authz_core", "filter", "deflate", "brotli", "proxy", "proxy_http")

    def command(self, upstream: int) -> Sequence[str]:
        folder = "/usr/lib/apache2/modules"
        modules = [f"LoadModule {m}_module {folder}/mod_{m}.so" for m in (*self.modules, "ssl")]
        config = self.directory / "apache.conf"
        config.write_text(
            APACHE.format(
                directory=self.directory,
                host=HOST,
                port=self.port,
                modules="\n".join(modules),
                certificate=self.certificate,
                key=self.key,
                upstream=upstream,
                filter=self.filter,
            )
        )
        return ["apache2", "-f", str(config), "-DFOREGROUND"]


class ApacheBrotli(Apache):
    """The same with the other coding."""

    filter = "BROTLI_COMPRESS"


class Caddy(Proxy):
    """`deploy/caddy/Caddyfile` with global options that keep it on loopback."""

    name = "caddy"

    def command(self, upstream: int) -> Sequence[str]:
        site = (ROOT / "deploy" / "caddy" / "Caddyfile").read_text()
        site = replaced(
            site,
            {
                "\npulse.example.org {": f"\npulse.example.org:{self.port} {{",
                "127.0.0.1:8080": f"127.0.0.1:{upstream}",
                "# tls /etc/pulse/tls/fullchain.pem /etc/pulse/tls/key.pem": (
                    f"tls {self.certificate} {self.key}"
                ),
            },
        )
        options = CADDY.format(directory=self.directory, http_port=self.http_port)
        config = self.directory / "Caddyfile"
        config.write_text(options + site)
        return ["caddy", "run", "--config", str(config), "--adapter", "caddyfile"]


class PrefixedCaddy(Caddy):
    """Caddy with Pulse below a path that it cuts off, as docs/DEPLOYMENT.md puts it."""

    prefix = "/pulse/"
    #: What Pulse is started with.
    flags: tuple[str, ...] = ()
    site = "redir /pulse /pulse/\n\thandle_path /pulse/* {{\n\t\treverse_proxy {}\n\t}}"

    def command(self, upstream: int) -> Sequence[str]:
        command = super().command(upstream)
        config = self.directory / "Caddyfile"
        address = f"127.0.0.1:{upstream}"
        below = {f"reverse_proxy {address}": self.site.format(address)}
        config.write_text(replaced(config.read_text(), below))
        return command


class PassingCaddy(PrefixedCaddy):
    """The same, but the path is passed on."""

    flags = ("--base-path", "/pulse")
    site = "reverse_proxy /pulse* {}"
