"""The feed, asked over real HTTP on loopback: what it answers, and what is made of it."""

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files

import pytest
import requests

from policy_agent.holidays.feed import Refreshed, Refused, Unchanged, refresh
from policy_agent.holidays.kept import SHIPPED, KeptHolidays
from policy_agent.holidays.read import MOST_BYTES, read_calendar
from policy_agent.holidays.source import list_of
from policy_agent.holidays.write import write_calendar

TODAY = date(2026, 11, 22)
PATH = "/bank-holidays/scotland.ics"
ETAG = 'W/"6f1c0b"'
SERVED = (files("policy_agent.holidays") / "shipped/scotland.ics").read_bytes()

Answer = Callable[["Asked"], None]


class Asked(BaseHTTPRequestHandler):
    """One request; the feed's `answer` says what becomes of it."""

    protocol_version = "HTTP/1.1"
    feed: "Feed"

    def do_GET(self) -> None:
        self.feed.requests.append((self.path, dict(self.headers)))
        self.feed.answer(self)

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


class Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet: who asks may hang up, which is what some of these tests are about."""


class Feed:
    """A server of holiday feeds that can be told how to behave."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.answer: Answer = lambda asked: asked.say(200, SERVED, ETag=ETAG)
        self.closing = threading.Event()
        handler = type("Handler", (Asked,), {"feed": self})
        self.server = Server(("127.0.0.1", 0), handler)
        self.port = self.server.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/bank-holidays/{{division}}.ics"

    def serves(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.answer = lambda asked: asked.say(status, body, **headers)


@pytest.fixture
def feed() -> Iterator[Feed]:
    made = Feed()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.closing.set()
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.trust_env = False  # no proxy between this machine and itself
        yield made


Outcome = Unchanged | Refreshed | Refused
Refresh = Callable[..., Outcome]


@pytest.fixture
def ask(feed: Feed, session: requests.Session) -> Refresh:
    def asked(kept: tuple[str, str | None] | None = None, timeout: float = 5.0) -> Outcome:
        return refresh(
            "scotland", kept=kept, today=TODAY, session=session, url=feed.url, timeout=timeout
        )

    return asked


def text_of(*, without: tuple[date, ...] = (), also: dict[date, str] | None = None) -> str:
    days = {d: n for d, n in SHIPPED.division("scotland").days.items() if d not in without}
    return write_calendar(list_of("scotland", days | (also or {})))


def test_the_first_time_the_served_text_is_kept_as_it_is(feed: Feed, ask: Refresh) -> None:
    assert ask() == Refreshed(
        division="scotland",
        text=SERVED.decode(),
        etag=ETAG,
        holidays=SHIPPED.division("scotland"),
        news=(),
    )
    ((path, headers),) = feed.requests
    assert path == PATH
    assert headers["Accept"] == "text/calendar"
    assert "If-None-Match" not in headers


def test_with_a_kept_copy_it_asks_whether_there_is_a_newer_one(feed: Feed, ask: Refresh) -> None:
    feed.serves(304, ETag=ETAG)
    assert ask((SERVED.decode(), ETAG)) == Unchanged(division="scotland")
    assert feed.requests[0][1]["If-None-Match"] == ETAG


def test_a_kept_copy_that_does_not_read_is_asked_for_anew(feed: Feed, ask: Refresh) -> None:
    outcome = ask(("<html>", ETAG))
    assert isinstance(outcome, Refreshed)
    assert "If-None-Match" not in feed.requests[0][1]


def test_a_feed_without_an_etag_is_kept_without_one(feed: Feed, ask: Refresh) -> None:
    feed.serves(200, SERVED)
    outcome = ask()
    assert isinstance(outcome, Refreshed)
    assert outcome.etag is None


def test_an_endless_etag_is_not_kept(feed: Feed, ask: Refresh) -> None:
    feed.serves(200, SERVED, ETag='"' + "a" * 1000 + '"')
    outcome = ask()
    assert isinstance(outcome, Refreshed)
    assert outcome.etag is None


def test_a_packed_answer_is_unpacked(feed: Feed, ask: Refresh) -> None:
    feed.serves(200, gzip.compress(SERVED), ETag=ETAG, Content_Encoding="gzip")
    outcome = ask()
    assert isinstance(outcome, Refreshed)
    assert outcome.text == SERVED.decode()


def test_a_one_off_day_is_taken_and_told(feed: Feed, ask: Refresh) -> None:
    feed.serves(200, text_of(also={date(2027, 7, 1): "One-off bank holiday"}).encode())
    outcome = ask((SERVED.decode(), None))
    assert isinstance(outcome, Refreshed)
    assert outcome.news == ("2027-07-01 (One-off bank holiday) came",)
    assert outcome.holidays.days[date(2027, 7, 1)] == "One-off bank holiday"


def test_past_years_that_are_served_no_more_stay_in_the_text(feed: Feed, ask: Refresh) -> None:
    past = tuple(day for day in SHIPPED.division("scotland").days if day.year < 2024)
    feed.serves(200, text_of(without=past).encode(), ETag=ETAG)
    outcome = ask((SERVED.decode(), None))
    assert isinstance(outcome, Refreshed)
    assert outcome.holidays == SHIPPED.division("scotland")
    assert outcome.etag == ETAG
    assert read_calendar(outcome.text.encode(), "scotland") == outcome.holidays
    assert KeptHolidays.of({"scotland": outcome.text}).division("scotland") == outcome.holidays


def test_a_feed_that_shrinks_is_refused(feed: Feed, ask: Refresh) -> None:
    feed.serves(200, text_of(without=(date(2026, 11, 30),)).encode())
    outcome = ask((SERVED.decode(), None))
    assert isinstance(outcome, Refused)
    assert outcome.why == (
        "the served calendar is not taken: 2026 would lose 2026-11-30 (St Andrew"
        "\N{RIGHT SINGLE QUOTATION MARK}s Day)"
    )


def test_a_feed_that_shrinks_is_refused_when_only_the_shipped_copy_knows_better(
    feed: Feed, ask: Refresh
) -> None:
    feed.serves(200, text_of(without=(date(2027, 11, 30),)).encode())
    assert isinstance(ask(), Refused)


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        pytest.param(
            200,
            b"",
            "the served calendar is not taken: it is not a calendar;"
            " an .ics file begins with BEGIN:VCALENDAR",
            id="nothing",
        ),
        pytest.param(
            200,
            b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n",
            "the served calendar is not taken: it has no events;"
            " a holiday list needs at least one all-day VEVENT",
            id="an-empty-calendar",
        ),
        pytest.param(
            200,
            b"<!DOCTYPE html><title>Sorry</title>",
            "the served calendar is not taken: it is not a calendar;"
            " an .ics file begins with BEGIN:VCALENDAR",
            id="a-page",
        ),
        pytest.param(
            200,
            SERVED[: len(SERVED) // 2],
            "the served calendar is not taken: it breaks off; an .ics file ends with END:VCALENDAR",
            id="half-a-calendar",
        ),
        pytest.param(
            500,
            SERVED,
            "the feed cannot be read: it answers 500, and 200 would be right",
            id="an-error",
        ),
        pytest.param(
            404,
            SERVED,
            "the feed cannot be read: it answers 404, and 200 would be right",
            id="not-found",
        ),
        pytest.param(
            304,
            b"",
            "the feed cannot be read: it answers 304, and 200 would be right",
            id="unchanged-though-nothing-is-kept",
        ),
    ],
)
def test_an_answer_that_is_no_list_is_refused(
    feed: Feed, ask: Refresh, status: int, body: bytes, why: str
) -> None:
    feed.serves(status, body)
    assert ask() == Refused(division="scotland", why=why)


def test_an_answer_that_is_too_large_is_not_read_to_its_end(feed: Feed, ask: Refresh) -> None:
    bomb = gzip.compress(SERVED + b"X" * 20 * MOST_BYTES)
    feed.serves(200, bomb, Content_Encoding="gzip")
    assert ask() == Refused(
        division="scotland", why="the feed cannot be read: it is larger than 5,242,880 bytes"
    )


def test_an_answer_that_breaks_off_is_refused(feed: Feed, ask: Refresh) -> None:
    def breaks_off(asked: Asked) -> None:
        asked.say(200, SERVED[:1000], Content_Length=str(len(SERVED)))
        asked.close_connection = True

    feed.answer = breaks_off
    assert ask() == Refused(
        division="scotland", why="the feed cannot be read: ChunkedEncodingError"
    )


def test_an_answer_that_does_not_unpack_is_refused(feed: Feed, ask: Refresh) -> None:
    feed.serves(200, SERVED, Content_Encoding="gzip")
    assert ask() == Refused(
        division="scotland", why="the feed cannot be read: ContentDecodingError"
    )


def test_a_feed_that_does_not_answer_in_time_is_refused(feed: Feed, ask: Refresh) -> None:
    def never(asked: Asked) -> None:
        feed.closing.wait()
        asked.close_connection = True

    feed.answer = never
    assert ask(timeout=0.1) == Refused(
        division="scotland", why="the feed cannot be read: ReadTimeout"
    )


def test_a_feed_that_stops_in_the_middle_is_refused(feed: Feed, ask: Refresh) -> None:
    def stops(asked: Asked) -> None:
        asked.say(200, SERVED[:1000], Content_Length=str(len(SERVED)))
        asked.wfile.flush()
        feed.closing.wait()
        asked.close_connection = True

    feed.answer = stops
    assert ask(timeout=0.1) == Refused(
        division="scotland", why="the feed cannot be read: ConnectionError"
    )


def test_a_feed_that_cannot_be_reached_is_refused(session: requests.Session) -> None:
    with socket.socket() as deaf:  # it has a port, and does not listen
        deaf.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/{{division}}.ics"
        outcome = refresh("scotland", kept=None, today=TODAY, session=session, url=url)
    assert outcome == Refused(division="scotland", why="the feed cannot be read: ConnectionError")


def test_a_redirect_on_its_own_host_is_followed(feed: Feed, ask: Refresh) -> None:
    def moved(asked: Asked) -> None:
        if asked.path == PATH:
            asked.say(301, Location="/elsewhere.ics")
        else:
            asked.say(200, SERVED, ETag=ETAG)

    feed.answer = moved
    assert isinstance(ask(), Refreshed)
    assert [path for path, _ in feed.requests] == [PATH, "/elsewhere.ics"]


@pytest.mark.parametrize(
    "location",
    [
        "http://localhost:{port}/bank-holidays/scotland.ics",
        "https://127.0.0.1:{port}/bank-holidays/scotland.ics",
        "http://127.0.0.1:1/bank-holidays/scotland.ics",
        "//localhost:{port}/bank-holidays/scotland.ics",
        "http://127.0.0.1:none/",
    ],
)
def test_a_redirect_off_its_host_is_refused(feed: Feed, ask: Refresh, location: str) -> None:
    feed.serves(302, Location=location.format(port=feed.port))
    assert ask() == Refused(
        division="scotland",
        why="the feed cannot be read: it redirects to another host, which is not followed",
    )
    assert len(feed.requests) == 1


def test_a_redirect_to_what_is_no_address_is_refused(feed: Feed, ask: Refresh) -> None:
    feed.serves(302, Location="http://[half")
    assert ask() == Refused(division="scotland", why="the feed cannot be read: ValueError")


def test_a_redirect_that_never_ends_is_refused(feed: Feed, ask: Refresh) -> None:
    feed.serves(302, Location=PATH)
    assert ask() == Refused(
        division="scotland", why="the feed cannot be read: it redirects more than 3 times"
    )


def test_a_division_that_gov_uk_does_not_have_is_not_asked_for(
    feed: Feed, session: requests.Session
) -> None:
    with pytest.raises(KeyError, match="wales"):
        refresh("wales", kept=None, today=TODAY, session=session, url=feed.url)
    assert feed.requests == []


def test_without_a_session_it_makes_its_own(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    outcome = refresh("scotland", kept=None, today=TODAY, url=feed.url)
    assert isinstance(outcome, Refreshed)
