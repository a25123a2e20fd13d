"""A NATS client that is not Pulse: it may try whatever the protocol can say."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import nats
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NoAnswer
from processes import PATIENCE
from secured_cluster import SecuredCluster

T = TypeVar("T")


class NatsUser:
    """One user's connection to a cluster. It runs while it is asked something."""

    def __init__(self, cluster: SecuredCluster, user: str, **options: object) -> None:
        #: What the servers objected to.
        self.refusals: list[str] = []
        # Of its own: Playwright has a loop on the tests' thread, and a second can't run there.
        self._thread = ThreadPoolExecutor(1)
        self._loop = asyncio.new_event_loop()
        tls = ssl.create_default_context(cafile=str(cluster.authority))
        options = {"tls": tls, "allow_reconnect": False, "connect_timeout": PATIENCE} | options
        if cluster.rights == "operator.conf":
            options["user_credentials"] = str(cluster.credentials / f"{user}.creds")
        sign_in = cluster.sign_in(user)
        servers = [f"nats://{sign_in}{host}" for host in cluster.nodes.servers.split(",")]
        try:
            self._client = self._run(nats.connect(servers, error_cb=self._refused, **options))
        except BaseException:
            self._close()
            raise

    def __enter__(self) -> NatsUser:
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._client.close())
        self._close()

    def publish(self, subject: str, data: bytes, reply: str = "", **headers: str) -> None:
        """Send, and wait until the server has seen it."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        self._run(self._client.publish(subject, data, reply=reply, headers=fields or None))
        self._run(self._client.flush())

    def ask(self, subject: str, data: bytes = b"") -> bytes | None:
        """The answer; None when nobody answers, or the question is refused."""
        return self._run(self._ask(subject, data))

    async def _ask(self, subject: str, data: bytes) -> bytes | None:
        refusals = len(self.refusals)
        answer = asyncio.ensure_future(self._client.request(subject, data, timeout=PATIENCE))
        while not answer.done() and len(self.refusals) == refusals:
            await asyncio.wait([answer], timeout=0.01)
        try:
            return (await answer).data if answer.done() else None
        except (NoRespondersError, NoAnswer):
            return None
        finally:
            answer.cancel()

    def listen(self, subject: str) -> nats.aio.subscription.Subscription:
        subscription = self._run(self._client.subscribe(subject))
        self._run(self._client.flush())
        return subscription

    def next(
        self, subscription: nats.aio.subscription.Subscription, timeout: float = PATIENCE
    ) -> bytes | None:
        """The next message; None when none comes in these seconds."""
        try:
            return self._run(subscription.next_msg(timeout=timeout)).data
        except NoAnswer:
            return None

    def make_bucket(self, bucket: str = "pulse") -> None:
        """As an administrator does with other programs than Pulse."""
        self._run(self._client.jetstream().add_stream(
            name=f"KV_{bucket}", subjects=[f"$KV.{bucket}.>"], num_replicas=3, discard="new",
            max_msgs_per_subject=1, allow_direct=True, deny_delete=True,
            allow_rollup_hdrs=False, deny_purge=True,
        ))  # fmt: skip

    def get(self, key: str, bucket: str = "pulse") -> bytes | None:
        """The newest value of a key, by the word of the leader."""
        query = json.dumps({"last_by_subj": f"$KV.{bucket}.{key}"}).encode()
        answer = json.loads(self.ask(f"$JS.API.STREAM.MSG.GET.KV_{bucket}", query) or b"{}")
        # No data is how empty data is written.
        message = answer.get("message")
        return base64.b64decode(message.get("data", "")) if message else None

    def put(self, key: str, value: bytes, bucket: str = "pulse") -> bool:
        """Whether the value was stored."""
        return b'"seq"' in (self.ask(f"$KV.{bucket}.{key}", value) or b"")

    def _run(self, work: Awaitable[T]) -> T:
        return self._thread.submit(self._loop.run_until_complete, work).result()

    def _close(self) -> None:
        self._loop.close()
        self._thread.shutdown()

    async def _refused(self, error: Exception) -> None:
        self.refusals.append(str(error).lower())
