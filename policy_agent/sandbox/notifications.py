"""Posting change notifications: grouped by URL, after the change, again until taken.

Any 2xx is taken for delivered; anything else is tried again with growing pauses for up to four
hours and then dropped (C/change-notifications-delivery-webhooks).
"""

import asyncio
import heapq
import itertools
import ssl
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx2

_KEEP_TRYING = 4 * 3600.0  # seconds
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 60.0
_ITEMS_A_POST = 100
_POSTS_A_URL = 4
_HANDSHAKES = 8  # at a time with a host
_TIME_LIMIT = 10.0


class Recorder(Protocol):
    """What writes down the notifications posted."""

    def notification(self, url: str, body: Any, status: int | None) -> None: ...


@dataclass(slots=True, kw_only=True)
class _Item:
    value: dict[str, Any]
    give_up: float  # on the event loop's clock, as all times here
    pause: float = _FIRST_PAUSE


@dataclass(slots=True)
class _Line:
    """What waits for one URL."""

    items: list[tuple[float, int, _Item]] = field(default_factory=list)  # a heap by time due
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    posting: int = 0
    task: asyncio.Task[None] | None = None


@dataclass(slots=True, kw_only=True)
class _Host:
    """Connections to one host: httpcore is the faster, the fewer of them and who waits for them."""

    client: httpx2.AsyncClient
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_HANDSHAKES))


class Outbox:
    """The notifications that are on their way."""

    def __init__(self, trusted: ssl.SSLContext, recorder: Recorder) -> None:
        self.latency = 0.02  # real seconds between a change and its notification
        self.delivered = 0
        self.lost = 0
        self.repeated = 0
        self._recorder = recorder
        self._trusted = trusted
        self._hosts: dict[str, _Host] = {}
        self._lines: defaultdict[str, _Line] = defaultdict(_Line)
        self._posts: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count(1)

    @property
    def pending(self) -> int:
        """How many notifications wait or are being posted."""
        return sum(len(line.items) + line.posting for line in self._lines.values())

    def put(self, url: str, value: dict[str, Any], *, late: float = 0.0) -> None:
        """Let a notification go out in a while."""
        now = asyncio.get_running_loop().time()
        line = self._lines[url]
        item = _Item(value=value, give_up=now + _KEEP_TRYING)
        self._queue(line, item, now + self.latency + late)
        if line.task is None:
            line.task = asyncio.create_task(self._work(url, line))

    async def validate(self, url: str, token: str) -> bool:
        """Post the validation token and say whether the endpoint gave it back in time."""
        try:
            asked = httpx2.URL(url).copy_merge_params({"validationToken": token})
            host = self._host(url)
            async with host.room:
                answer = await host.client.post(
                    asked, headers={"Content-Type": "text/plain; charset=utf-8"}
                )
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return False
        kind = answer.headers.get("content-type", "").partition(";")[0].strip()
        return (
            answer.status_code == httpx2.codes.OK and kind == "text/plain" and answer.text == token
        )

    async def close(self) -> None:
        """Stop posting; what waits is dropped."""
        tasks = [line.task for line in self._lines.values() if line.task] + list(self._posts)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for host in self._hosts.values():
            await host.client.aclose()

    def _host(self, url: str) -> _Host:
        name = urlsplit(url).netloc
        if name not in self._hosts:
            client = httpx2.AsyncClient(
                verify=self._trusted,
                timeout=httpx2.Timeout(_TIME_LIMIT, pool=None),
                follow_redirects=False,
                trust_env=False,
                limits=httpx2.Limits(max_connections=_HANDSHAKES + _POSTS_A_URL),
            )
            self._hosts[name] = _Host(client=client)
        return self._hosts[name]

    async def _work(self, url: str, line: _Line) -> None:
        loop = asyncio.get_running_loop()
        room = asyncio.Semaphore(_POSTS_A_URL)
        while True:
            line.wake.clear()
            now = loop.time()
            due: list[_Item] = []
            while line.items and line.items[0][0] <= now and len(due) < _ITEMS_A_POST:
                due.append(heapq.heappop(line.items)[2])
            if due:
                line.posting += len(due)
                await room.acquire()
                post = asyncio.create_task(self._post(url, line, due, room))
                self._posts.add(post)
                post.add_done_callback(self._posts.discard)
                continue
            next_due = line.items[0][0] if line.items else None
            try:
                async with asyncio.timeout(None if next_due is None else next_due - now):
                    await line.wake.wait()
            except TimeoutError:
                continue

    async def _post(
        self, url: str, line: _Line, items: list[_Item], room: asyncio.Semaphore
    ) -> None:
        body = {"value": [item.value for item in items]}
        status: int | None = None
        try:
            status = (await self._host(url).client.post(url, json=body)).status_code
        except httpx2.HTTPError:
            pass
        finally:
            room.release()
            line.posting -= len(items)
        self._recorder.notification(url, body, status)
        if status is not None and httpx2.codes.is_success(status):
            self.delivered += len(items)
            return
        now = asyncio.get_running_loop().time()
        for item in items:
            again = now + item.pause
            item.pause = min(item.pause * 2, _LONGEST_PAUSE)
            if again > item.give_up:
                self.lost += 1
            else:
                self._queue(line, item, again)

    def _queue(self, line: _Line, item: _Item, due: float) -> None:
        heapq.heappush(line.items, (due, next(self._numbers), item))
        line.wake.set()
