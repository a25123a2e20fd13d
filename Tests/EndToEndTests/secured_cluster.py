"""The cluster of `deploy/nats/`: its configuration, with addresses and certificates of a test."""

from __future__ import annotations

import subprocess
from pathlib import Path

from deployment import replaced
from nats_cluster import Cluster, Node
from processes import ROOT

DEPLOY = ROOT / "deploy" / "nats"
KEYS = ["a", "b"]

AUTHORITY = ["-x509", "-days", "2", "-addext", "keyUsage=critical,keyCertSign,cRLSign"]
# A node is a server to clients, and a client to the other nodes.
EXTENSIONS = """
subjectAltName=IP:127.0.0.1
extendedKeyUsage=serverAuth,clientAuth
"""


def make_authority(directory: Path) -> Path:
    """A certificate authority; its key is beside its certificate."""
    directory.mkdir()
    certificate = directory / "ca.pem"
    openssl(
        ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", *AUTHORITY]
        + ["-subj", "/CN=authority", "-keyout", directory / "ca.key", "-out", certificate]
    )
    return certificate


def make_certificate(authority: Path, directory: Path) -> None:
    """`node.pem` and `node.key`, signed by the authority."""
    request, extensions = directory / "node.csr", directory / "extensions"
    extensions.write_text(EXTENSIONS)
    openssl(
        ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        + ["-subj", "/CN=node", "-keyout", directory / "node.key", "-out", request]
    )
    openssl(
        ["x509", "-req", "-in", request, "-CA", authority, "-CAkey", authority.with_suffix(".key")]
        + ["-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", directory / "node.pem"]
    )


def openssl(arguments: list) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def make_credentials(directory: Path, *keys: str) -> None:
    subprocess.run([DEPLOY / "make-credentials", directory, *keys], check=True, capture_output=True)


class SecuredCluster:
    """A started cluster. `rights` is the file that `nats-server.conf` includes."""

    def __init__(
        self, directory: Path, rights: str, credentials: Path | None = None
    ) -> None:
        self.directory = directory
        self.rights = rights
        self.authority = make_authority(directory / "authority")
        self.credentials = credentials or directory / "credentials"
        if rights == "operator.conf" and not credentials:
            make_credentials(self.credentials, *KEYS)
        self.nodes = Cluster(directory, configuration=self.configuration)
        self.nodes.start()

    def configuration(self, node: Node, nodes: list[Node]) -> str:
        """The deployed file, on loopback."""
        make_certificate(self.authority, node.directory)
        rights = self.credentials if self.rights == "operator.conf" else DEPLOY
        (node.directory / self.rights).write_text((rights / self.rights).read_text())
        text = (DEPLOY / "nats-server.conf").read_text()
        for file in ("node.pem", "node.key"):
            text = text.replace(f"/etc/nats/tls/{file}", str(node.directory / file))
        once = {
            "server_name: nats-1": f"server_name: {node.name}",
            "listen: 0.0.0.0:4222": f"listen: 127.0.0.1:{node.port}",
            "http: 127.0.0.1:8222": f"http: 127.0.0.1:{node.monitor}",
            "store_dir: /var/lib/nats": f'store_dir: "{node.directory}/jetstream"',
            "listen: 0.0.0.0:6222": f"listen: 127.0.0.1:{node.route}",
            "/etc/nats/tls/ca.pem": str(self.authority),
            "include ./operator.conf": f"include ./{self.rights}",
        }
        for number, other in enumerate(nodes, 1):
            once[f"nats-{number}.example.org:6222"] = f"127.0.0.1:{other.route}"
        return replaced(text, once)

    def url(self, key: str = "a") -> str:
        """The URL of a key as Pulse takes it."""
        return f"tls://{self.nodes.servers}/pulse/{key}"

    def flags(self, user: str) -> list[str]:
        """The flags that go with the URL."""
        if self.rights == "operator.conf":
            file = self.credentials / f"{user}.creds"
        else:
            self.credentials.mkdir(exist_ok=True)
            file = self.credentials / user
            file.write_text(f"{user}:{password(user)}\n")
        return ["--nats-ca", str(self.authority), "--nats-credentials", str(file)]

    def sign_in(self, user: str) -> str:
        """What stands before the host in a URL for other clients than Pulse."""
        if self.rights == "operator.conf":
            return ""
        return f"{user}:{password(user)}@"


def password(user: str) -> str:
    """Those of `users.conf`."""
    return f"change-me-{user.removeprefix('trainer-')}"
