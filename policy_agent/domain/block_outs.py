"""Who should have which block-out, and what becomes of one that is kept when that changes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from policy_agent.domain.blocking import BlockOut, fingerprint, plan, unblockable
from policy_agent.domain.calendars import Calendar
from policy_agent.domain.events import EventRef, Span
from policy_agent.domain.meeting_rules import ProtectTime
from policy_agent.domain.modes import Mode
from policy_agent.domain.people import Directory, Person
from policy_agent.domain.rules import Exemption, Rulebook

# Days past which an exemption takes the whole series away for its time, and not single days of it:
# each of those is a call of its own.
LONG = 14

_ACTING = frozenset({Mode.NUDGE, Mode.ENFORCE})  # observe changes nothing in anybody's mailbox
_DAY = timedelta(days=1)


class BlockOutState(StrEnum):
    """What there is of a block-out: wanted → kept → removing → gone, or wanted again."""

    WANTED = "wanted"  # written down with its key; the series may or may not have been made yet
    KEPT = "kept"  # the series is in the mailbox
    REMOVING = "removing"  # to be removed; the series may or may not be there still
    GONE = "gone"  # nothing of it is in the mailbox


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedBlockOut:
    """A series that should be there."""

    series: BlockOut
    fingerprint: str  # what names its look
    today: date  # in its calendar, on the day that this was found out


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptBlockOut:
    """A block-out as the store has it: one for a rule and a mailbox, for good."""

    id: int
    version: int  # another one after each change: who changes a row names the one it read
    mailbox: str
    rule: str
    state: BlockOutState
    # `transactionId` and mark of the series; each series has its own. Empty: the store gives one
    # when the row is written.
    key: str
    event: str | None = None  # immutable id of the series master; None: not known
    tried: bool = False  # a call may have made it whose answer never came
    wanted: BlockOut | None = None  # None: there should be none; where KEPT, what is there too
    fingerprint: str = ""  # of `wanted`
    skipped: frozenset[date] = frozenset()  # days whose occurrence was deleted
    kept_since: datetime | None = None  # aware UTC, when its series was made or found
    not_before: datetime | None = None  # aware UTC, until which it is left alone
    # By event id where an occurrence has to be put back; None: the master, with the whole series.
    repairs: Mapping[str, Span | None] = field(default_factory=dict)

    @property
    def ref(self) -> EventRef | None:
        return None if self.event is None else EventRef(mailbox=self.mailbox, event=self.event)

    @property
    def to_skip(self) -> tuple[date, ...]:
        """Return the days whose occurrence has to be deleted still."""
        skipped = () if self.wanted is None else self.wanted.skipped
        return tuple(day for day in skipped if day not in self.skipped)

    @property
    def due(self) -> bool:
        """Whether there is anything to do in the mailbox."""
        if self.state is BlockOutState.KEPT:
            return bool(self.to_skip or self.repairs)
        return self.state is not BlockOutState.GONE

    def made(self, event: str, now: datetime) -> "KeptBlockOut":
        """Return the row once its series is known to be there."""
        return replace(self, state=BlockOutState.KEPT, event=event, kept_since=now)

    def put_off(self, until: datetime) -> "KeptBlockOut":
        """Return the row as one that is left alone for a while."""
        return replace(self, not_before=until)

    def unwanted(self) -> "KeptBlockOut":
        """Return the row once nobody wants its series: it is to go, if it may be there."""
        nothing_there = self.state is BlockOutState.GONE or (
            self.state is BlockOutState.WANTED and not self.tried
        )
        return replace(
            self,
            state=BlockOutState.GONE if nothing_there else BlockOutState.REMOVING,
            wanted=None,
            fingerprint="",
            repairs={},
        )

    def without_series(self) -> "KeptBlockOut":
        """Return the row once its series is known to be gone: another one, or none."""
        return replace(
            self,
            state=BlockOutState.GONE if self.wanted is None else BlockOutState.WANTED,
            key="",
            event=None,
            tried=False,
            skipped=frozenset(),
            kept_since=None,
            repairs={},
        )


def wanted_block_outs(
    rulebook: Rulebook, directory: Directory, today_in: Callable[[Calendar], date]
) -> Iterator[WantedBlockOut]:
    """Yield every series that should be there.

    People of the rule's teams have one while the rule nudges or enforces for their own teams; of a
    standing exemption's teams nobody does, whatever its `when`. A dated exemption longer than
    `LONG` days takes the series away for its time, a shorter one its days.
    """
    people = sorted(directory.by_id.values(), key=lambda person: person.id)
    for rule in rulebook.protect_time:
        if not rule.block_out or unblockable(rule.window) is not None:
            continue
        today = today_in(rule.calendar)
        look = fingerprint(rule)
        exemptions = [
            one for one in rulebook.exemptions if rule.name in one.rules and one.ends >= today
        ]
        plans: dict[frozenset[date], BlockOut | None] = {}  # but for the mailbox
        for person in people:
            if not _has_one(rule, person):
                continue
            running = [one for one in exemptions if _is_for(one, person)]
            if any(_is_long(one) and one.starts <= today for one in running):
                continue
            days = frozenset(
                day for one in running if not _is_long(one) for day in _days(one, today)
            )
            if days not in plans:
                plans[days] = plan(rule, "", today=today, exempt_days=days)
            series = plans[days]
            if series is not None:
                yield WantedBlockOut(
                    series=replace(series, mailbox=person.id), fingerprint=look, today=today
                )


def followed(row: KeptBlockOut, wanted: WantedBlockOut | None) -> KeptBlockOut:
    """Return the row as it should stand under what is wanted now; itself where nothing changed.

    A series whose look changed is made anew, and so is one that lost a day which it should have
    again: the service cannot bring a deleted occurrence back.
    """
    if wanted is None:
        return row if row.wanted is None else row.unwanted()
    series, other_look = wanted.series, wanted.fingerprint != row.fingerprint
    if row.state is BlockOutState.GONE:
        fresh = replace(row, wanted=series, fingerprint=wanted.fingerprint)
        return fresh.without_series()
    if row.state is not BlockOutState.KEPT or row.wanted is None:
        state = row.state
        if state is BlockOutState.WANTED and row.tried and other_look:
            state = BlockOutState.REMOVING
        return replace(row, state=state, wanted=series, fingerprint=wanted.fingerprint)
    before = row.skipped | set(row.wanted.skipped)
    lost = {day for day in before if day >= wanted.today} - set(series.skipped)
    if other_look or lost:
        return replace(
            row,
            state=BlockOutState.REMOVING,
            wanted=series,
            fingerprint=wanted.fingerprint,
            repairs={},
        )
    if before >= set(series.skipped):
        return row
    return replace(
        row,
        wanted=replace(series, first=row.wanted.first),
        skipped=frozenset(day for day in row.skipped if day >= wanted.today),
    )


def _has_one(rule: ProtectTime, person: Person) -> bool:
    if not person.teams & rule.people:
        return False
    if rule.exempt is not None and person.teams & rule.exempt.teams:
        return False
    return rule.mode_of(person.teams) in _ACTING


def _is_for(exemption: Exemption, person: Person) -> bool:
    addresses = {person.address, *person.aliases}
    return bool(exemption.teams & person.teams or exemption.addresses & addresses)


def _is_long(exemption: Exemption) -> bool:
    return (exemption.ends - exemption.starts).days + 1 > LONG


def _days(exemption: Exemption, today: date) -> Iterator[date]:
    day = max(exemption.starts, today)
    while day <= exemption.ends:
        yield day
        day += _DAY
