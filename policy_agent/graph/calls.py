"""What is asked of the service and what it answers, whether alone or as part of a batch."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote, urlsplit

Method = Literal["GET", "POST", "PATCH", "DELETE"]
IMMUTABLE_IDS = 'IdType="ImmutableId"'
IN_UTC = 'outlook.timezone="UTC"'
_FRACTION = re.compile(r"(\.\d{6})\d+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One request, without its token."""

    operation: str  # a word for it in messages and metrics: `read`, `move`
    method: Method
    path: str  # relative to the version, quoted, query included; starts with a slash
    mailbox: str = ""  # whose permits it needs; empty where no mailbox is asked
    body: Mapping[str, object] | None = None
    text: str = ""  # goes as text/plain in place of a body; a batch, which is JSON, has no part so
    headers: Mapping[str, str] = field(default_factory=dict)  # beyond those that all calls have
    page_size: int | None = None  # asks for pages of that many items
    utc: bool = False  # asks for the times of events in UTC
    # Doing it twice does harm: it is not sent again where the service may have done it, so that
    # whoever asked can look first.
    once: bool = False

    @property
    def prefer(self) -> str:
        """Return the Prefer header: immutable ids always, as the store keys rows by them."""
        wanted = [IMMUTABLE_IDS]
        if self.page_size is not None:
            wanted.insert(0, f"odata.maxpagesize={self.page_size}")
        if self.utc:
            wanted.append(IN_UTC)
        return ", ".join(wanted)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A successful answer."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: Mapping[str, Any]  # empty when the answer has none

    @property
    def items(self) -> list[Mapping[str, Any]]:
        """Return the objects of a page."""
        found = self.body.get("value")
        return [item for item in found if isinstance(item, Mapping)] if found else []

    def link(self, name: Literal["nextLink", "deltaLink"]) -> str | None:
        found = self.body.get(f"@odata.{name}")
        return found if isinstance(found, str) and found else None


def path(*segments: str, query: Mapping[str, str] | None = None) -> str:
    """Return a path of these segments, each quoted whole, and of these query options.

    Ids may hold `/`, `+` and `=`, principal names `'` and `@`: all of them are quoted.
    """
    told = "/" + "/".join(quote(segment, safe="$") for segment in segments)
    if query:
        told += "?" + "&".join(
            f"{quote(name, safe='$')}={quote(value, safe=',')}" for name, value in query.items()
        )
    return told


def literal(value: str) -> str:
    """Return an OData string literal."""
    return "'" + value.replace("'", "''") + "'"


def relative(link: str, base: str) -> str | None:
    """Return a link of the service as a path below `base`, unchanged; None if it is elsewhere.

    The token goes with every call, so a link to another host must never be followed.
    """
    try:
        theirs, ours = urlsplit(link), urlsplit(base)
        same = (
            theirs.scheme == ours.scheme
            and theirs.hostname == ours.hostname
            and (theirs.port or 443) == (ours.port or 443)
            and theirs.username is None
            and theirs.path.startswith(ours.path + "/")
        )
    except ValueError:  # no URL at all
        return None
    if not same:
        return None
    query = f"?{theirs.query}" if theirs.query else ""
    return theirs.path[len(ours.path) :] + query


def instant(text: str) -> datetime:
    """Read an instant of the service, of up to seven digits behind the second; UTC.

    Text that is none is a ValueError. One without an offset is UTC: the service has no other.
    """
    found = datetime.fromisoformat(_FRACTION.sub(r"\1", text))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def written(moment: datetime) -> str:
    """Write an aware instant as the service reads it, in whole seconds, rounded down."""
    if moment.tzinfo is None:
        raise ValueError(f"an aware instant is needed, got {moment!r}")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


__all__ = [
    "IMMUTABLE_IDS",
    "IN_UTC",
    "Answer",
    "Call",
    "Method",
    "instant",
    "literal",
    "path",
    "relative",
    "written",
]
