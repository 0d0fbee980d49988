"""How fast pages come: `python -m benchmarks.pages [--url URL] [--latency-ms MS]`.

The real application answers over real HTTP on loopback, from a process of its own, to people who
are signed in. Its store has 100,000 decisions and 5,000 holds that are open: an SQLite file in the
working directory that is removed afterwards, or an empty PostgreSQL database by its URL. The tenant
is made up and answers at once unless told otherwise. Each page is asked for by one client that
keeps its connection. Exit status 1: a page is over the target at the 95th percentile, or a path has
no place to be asked at.
"""

import argparse
import multiprocessing
import platform
import socket
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter

import structlog
import uvicorn
from fastapi.routing import APIRoute
from sqlalchemy import func, select

from benchmarks.busy_council import NOW, ROLES, STAFF, Size, fill
from benchmarks.council_site import make_site
from policy_agent.agent.links import nudge_links, send_now_links
from policy_agent.store.store import Store
from policy_agent.store.tables import metadata

TARGET = 0.1  # seconds at the 95th percentile
WIDE = 60  # letters of a path that are told
WARM_UP = 5  # times that a page is asked for before it counts
LEADER, IT = list(ROLES)[1:]
NO_PAGE = frozenset({"/", "/sign-in", "/signed-in", "/notifications"})  # they send on or away
SEARCHES = (  # pages that look otherwise when they are asked for more
    "/it/decisions?rule=weekend-email&outcome=hold",
    f"/it/decisions?person={STAFF}%40northshire.example&since=2026-04-01",
    "/it/decisions?kind=meetings",
    "/it/decisions?before=50000&since=2026-01-01",
    "/it/holds?state=released",
    f"/it/holds?state=any&person={STAFF}%40northshire.example",
    "/my-time?weeks=12",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """How long one page took, each time."""

    path: str
    who: str
    seconds: tuple[float, ...]  # sorted
    size: int  # bytes of the page

    @property
    def p95(self) -> float:
        return self.seconds[max(0, round(len(self.seconds) * 0.95) - 1)]


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--url", help="of an empty PostgreSQL database; without it, SQLite")
    given.add_argument("--latency-ms", type=float, default=0, help="of each call of the tenant")
    given.add_argument("--only", default="", help="ask for paths alone that have this in them")
    given.add_argument("--times", type=int, default=200, help="that each page is asked for")
    given.add_argument("--decisions", type=int, default=100_000)
    given.add_argument("--holds", type=int, default=5_000)
    given.add_argument("--people", type=int, default=2_000)
    options = given.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    size = Size(people=options.people, decisions=options.decisions, holds=options.holds)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        url = options.url or f"sqlite:///{folder}/store.db"
        with closing(Store.open(url)) as store:
            started = perf_counter()
            fill(store, size)
            counts = _counts(store)
            print(
                f"{', '.join(f'{count:,} {what}' for what, count in counts.items())}; "
                f"{url.partition(':')[0]}, filled in {perf_counter() - started:.0f} s; "
                f"Python {platform.python_version()}, {platform.machine()}"
            )
            places, unknown = _places(store, size)
        print(f"The tenant is made up and answers after {options.latency_ms:g} ms.")
        with _served(url, size, options.latency_ms / 1000) as port:
            asked = [
                _ask(port, path, who, options.times) for path, who in places if options.only in path
            ]
    return _tell(asked, unknown)


def _counts(store: Store) -> Mapping[str, int]:
    wanted = ("people", "decisions", "holds", "held_mails", "meeting_decisions", "notes")
    with store.reading() as connection:
        rows = {
            name.replace("_", " "): connection.execute(
                select(func.count()).select_from(metadata.tables[name])
            ).scalar_one()
            for name in wanted
        }
    return {**rows, "holds that are open": store.open_holds()[0]}


def _places(store: Store, size: Size) -> tuple[Sequence[tuple[str, str]], Sequence[str]]:
    """Return each page with who asks for it, and the paths for which nobody knows a place."""
    app = make_site(store, size, "http://127.0.0.1", latency=0)
    hold = store.waiting_for(STAFF, after=0, limit=1)[0]
    mail = store.held_from(STAFF, now=NOW, before=None, limit=1)[0].mail
    secret = store.key("links", now=NOW)
    known = {
        "/nudges/{token}": nudge_links(secret).token(STAFF, NOW),
        "/send-now/{token}": send_now_links(secret).token(str(mail.id), NOW),
        "/it/holds/{number}": str(hold.id),
        "/it/decisions/{number}": str(size.decisions - 1),
        "/it/meeting-decisions/{number}": "5000",
        "/it/exemptions/{number}": "50",
        "/it/exemptions/{number}/end": "50",
    }
    found: list[tuple[str, str]] = []
    unknown: list[str] = []
    for route in app.routes:
        if not isinstance(route, APIRoute) or "GET" not in (route.methods or ()):
            continue
        path = route.path
        if path in NO_PAGE:
            continue
        if "{" in path and path not in known:
            unknown.append(path)
            continue
        name = path.partition("{")[2].partition("}")[0]
        found.append((path.replace(f"{{{name}}}", known.get(path, "")), _who(path)))
    after = store.waiting_for(STAFF, after=0, limit=10)[-1].id
    found += [(path, _who(path)) for path in (f"/my-mail?after={after}", *SEARCHES)]
    return sorted(set(found)), unknown


def _who(path: str) -> str:
    if path.startswith("/it"):
        return IT
    return LEADER if path.startswith("/leadership") else STAFF


@contextmanager
def _served(url: str, size: Size, latency: float) -> Iterator[int]:
    """Serve from a process of its own; yield the port."""
    # Named as TCP, as the daemon's: see `Daemon._listen`.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    port = listening.getsockname()[1]
    server = multiprocessing.get_context("fork").Process(
        target=_serve, args=(listening, url, size, latency), daemon=True
    )
    server.start()
    listening.close()
    try:
        yield port
    finally:
        server.terminate()
        server.join()


def _serve(listening: socket.socket, url: str, size: Size, latency: float) -> None:
    public = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with closing(Store.open(url)) as store:
        app = make_site(store, size, public, latency=latency)
        # As the daemon does it: see `Daemon._server`.
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, lifespan="off"
        )
        uvicorn.Server(config).run(sockets=[listening])


def _ask(port: int, path: str, who: str, times: int) -> Asked:
    """Sign in, and ask for the page that often over one connection."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as client:
        cookie = _cookie(client, "/sign-in", "")
        cookie = _cookie(client, f"/signed-in?code={who}&state=s", cookie)
        seconds: list[float] = []
        size = 0
        for n in range(times + WARM_UP):
            started = perf_counter()
            client.request("GET", path, headers={"Cookie": cookie})
            answer = client.getresponse()
            size = len(answer.read())
            spent = perf_counter() - started
            if answer.status != HTTPStatus.OK:
                raise SystemExit(f"{path}: status {answer.status} instead of 200")
            if n >= WARM_UP:
                seconds.append(spent)
    return Asked(path=path, who=who, seconds=tuple(sorted(seconds)), size=size)


def _cookie(client: HTTPConnection, path: str, cookie: str) -> str:
    """Return what the browser would send next; the last of several of one name counts."""
    client.request("GET", path, headers={"Cookie": cookie})
    answer = client.getresponse()
    answer.read()
    given = [one.partition(";")[0] for one in answer.headers.get_all("Set-Cookie", ())]
    found = [one for one in given if one.partition("=")[2] not in {"", '""'}]
    if len(found) != 1:
        raise SystemExit(f"{path}: no cookie came")
    return found[0]


def _tell(asked: Sequence[Asked], unknown: Sequence[str]) -> int:
    print(f"{'page':<62}{'median':>8}{'p95':>8}{'max':>8}  ms{'kB':>8}")
    for one in asked:
        path = one.path if len(one.path) < WIDE else f"{one.path[: WIDE - 2]}…"
        median = statistics.median(one.seconds)
        print(
            f"{path:<62}{median * 1000:>8.1f}{one.p95 * 1000:>8.1f}"
            f"{one.seconds[-1] * 1000:>8.1f}    {one.size / 1000:>8.1f}"
        )
    slow = [one.path for one in asked if one.p95 > TARGET]
    for path in slow:
        print(f"over {TARGET * 1000:.0f} ms at the 95th percentile: {path}")
    for path in unknown:
        print(f"not measured, since nobody knows a place of it: {path}")
    if not slow and not unknown:
        print(f"every page is under {TARGET * 1000:.0f} ms at the 95th percentile")
    return 1 if slow or unknown else 0


if __name__ == "__main__":
    sys.exit(main())
