"""GOV.UK's holiday feeds, asked with care: what is known is given up only for something better."""

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from urllib.parse import urljoin, urlsplit

import requests

from policy_agent.holidays.changes import accept
from policy_agent.holidays.kept import SHIPPED, known
from policy_agent.holidays.read import MOST_BYTES, HolidayProblem, read_calendar
from policy_agent.holidays.source import HolidayList, HolidaySource
from policy_agent.holidays.write import write_calendar

FEED = "https://www.gov.uk/bank-holidays/{division}.ics"
TIMEOUT = 20.0  # seconds, to connect and then for each next piece

_MOST_REDIRECTS = 3
_PIECE = 64 * 1024  # bytes
_LONGEST_ETAG = 256  # characters; a longer one is not sent back


@dataclass(frozen=True, kw_only=True, slots=True)
class Unchanged:
    """The feed says that the kept copy is the newest."""

    division: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Refreshed:
    """A good list was served; keep its text and ETag."""

    division: str
    text: str  # iCalendar; as served, or written anew where it had to be given its past back
    etag: str | None
    holidays: HolidayList  # what reading the text gives
    news: tuple[str, ...]  # what it changes from this year on, for a log or a page


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Nothing better was served: keep what is kept, and say why."""

    division: str
    why: str


def refresh(
    division: str,
    *,
    kept: tuple[str, str | None] | None,
    today: date,
    shipped: HolidaySource = SHIPPED,
    session: requests.Session | None = None,
    url: str = FEED,
    timeout: float = TIMEOUT,
) -> Unchanged | Refreshed | Refused:
    """Ask a division's feed for a newer list than the kept one.

    `kept` is a text and its ETag, as the store has them; `timeout` is in seconds; `{division}` in
    the URL stands for the division's name. What may change is said in `changes.accept`, compared
    with the kept copy, or with the shipped one where nothing is kept that reads. Never raises for
    what the network or the feed does: that is `Refused`. KeyError: there is no such division.
    """
    text, etag = kept if kept is not None else (None, None)
    before, unread = known(division, text, shipped)
    if unread is not None:
        etag = None  # with it the feed would say «unchanged» of a copy that is no use
    try:
        with nullcontext(session) if session is not None else requests.Session() as asked:
            found = _fetch(asked, url.format(division=division), etag, timeout)
    except (requests.RequestException, ValueError) as problem:  # ValueError: a redirect to no URL
        return Refused(division=division, why=f"the feed cannot be read: {_said(problem)}")
    if found is None:
        return Unchanged(division=division)
    body, new_etag = found
    try:
        served = read_calendar(body, division)
        accepted = accept(served, before, today)
    except HolidayProblem as problem:
        return Refused(division=division, why=f"the served calendar is not taken: {problem}")
    holidays = accepted.holidays
    return Refreshed(
        division=division,
        text=body.decode("utf-8-sig") if holidays == served else write_calendar(holidays),
        etag=new_etag,
        holidays=holidays,
        news=accepted.news,
    )


class _BadAnswerError(requests.RequestException):
    """The feed answers, but with nothing to read."""


def _said(problem: Exception) -> str:
    return str(problem) if isinstance(problem, _BadAnswerError) else type(problem).__name__


def _fetch(
    session: requests.Session, url: str, etag: str | None, timeout: float
) -> tuple[bytes, str | None] | None:
    """Return the feed's bytes and ETag, or None where it has not changed since that ETag."""
    headers = {"Accept": "text/calendar", "User-Agent": "policy-agent"}
    if etag is not None:
        headers["If-None-Match"] = etag
    here = url
    for _ in range(_MOST_REDIRECTS + 1):
        with session.get(
            here, headers=headers, timeout=timeout, stream=True, allow_redirects=False
        ) as answer:
            if answer.is_redirect:
                here = _next(here, answer.headers["Location"])
                continue
            if answer.status_code == requests.codes.not_modified and etag is not None:
                return None
            if answer.status_code != requests.codes.ok:
                raise _BadAnswerError(f"it answers {answer.status_code}, and 200 would be right")
            served = answer.headers.get("ETag")
            if served is not None and len(served) > _LONGEST_ETAG:
                served = None
            return _body(answer), served
    raise _BadAnswerError(f"it redirects more than {_MOST_REDIRECTS} times")


def _body(answer: requests.Response) -> bytes:
    """Read the answer, unpacked; more than `MOST_BYTES` is not read to its end."""
    body = bytearray()
    for piece in answer.iter_content(_PIECE):
        body += piece
        if len(body) > MOST_BYTES:
            raise _BadAnswerError(f"it is larger than {MOST_BYTES:,} bytes")
    return bytes(body)


def _next(here: str, location: str) -> str:
    """Return where a redirect leads, which must be the same scheme, host and port."""
    try:
        there = urljoin(here, location)
        old, new = urlsplit(here), urlsplit(there)
        stays = (old.scheme, old.hostname, old.port) == (new.scheme, new.hostname, new.port)
    except ValueError:  # a port or an address that is none
        stays = False
    if not stays:
        raise _BadAnswerError("it redirects to another host, which is not followed")
    return there
