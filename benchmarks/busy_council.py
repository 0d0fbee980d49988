"""A store as a council of 2,000 people has it after two months.

What is written goes through the store's own methods, as the daemon's does.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path

from policy_agent.domain.copies import CopyRef
from policy_agent.domain.decisions import Decision, Outcome, Reason
from policy_agent.domain.events import EventRef
from policy_agent.domain.exempting import run_time_where
from policy_agent.domain.holds import HoldState, PlannedHold
from policy_agent.domain.judged import JudgedMeeting
from policy_agent.domain.notes import NoteKind, PlannedNote
from policy_agent.domain.people import Person
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.domain.rules import Exemption, Mode
from policy_agent.domain.watching import Member, Subscription
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.load import Loaded, load_with_places
from policy_agent.store.store import Store
from policy_agent.web.sessions import IT, LEADER

RULES = Path(__file__).parent.parent / "rules"
NOW = datetime.fromisoformat("2026-05-24T20:00:00+01:00")  # Sunday evening, all mail on hold
TUESDAY = datetime.fromisoformat("2026-05-26T08:30:00+01:00")  # Monday is a bank holiday
DAYS = 60  # that decisions go back
AT_ONCE = 500  # rows a transaction
FOLDER = "in-the-hold-folder"
STAFF = "person-0001"  # 20 mails wait for them; they sent 500, of which 40 wait
MINE, FOR_ME = 40, 20
ROLES: Mapping[str, tuple[str, ...]] = {STAFF: (), "person-0002": (LEADER,), "person-0003": (IT,)}
DOMAIN = "northshire.example"


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How much there is."""

    people: int
    decisions: int  # on mail, each of another copy
    holds: int  # that are open


@dataclass(frozen=True, kw_only=True, slots=True)
class _Copy:
    """A judged copy."""

    copy: CopyRef
    received: datetime
    internet_message_id: str
    decisions: tuple[Decision, ...]
    hold: PlannedHold | None
    facts: RecordedFacts


def fill(store: Store, size: Size) -> None:
    """Write everything; the same each time."""
    chance = random.Random(5)  # noqa: S311  no secret
    rulebook = loaded().rulebook
    people = people_of(size)
    store.put_people(
        [Member(id=one.id, addresses=(one.address,)) for one in people],
        {name: frozenset(one.id for one in people if name in one.teams) for name in rulebook.teams},
        now=NOW,
    )
    ids = [one.id for one in people]
    store.put_mailboxes(ids, now=NOW - timedelta(days=DAYS))
    store.put_calendars(ids, now=NOW - timedelta(days=DAYS))
    store.add_hold_folders(dict.fromkeys(ids, FOLDER))
    store.save_subscriptions(
        [
            Subscription(id=f"s{one}", mailbox=one, client_state="x", expires=NOW + timedelta(1))
            for one in ids
        ]
    )
    copies = _copies(size, ids, chance)
    while some := list(islice(copies, AT_ONCE)):
        made = store.record(
            some,
            worker="w",
            rulebook=rulebook.hash,
            now=some[-1].received,
            machine=NOW,
            lease=timedelta(minutes=5),
        )
        held = store.advance(made, HoldState.HELD, why="moved", now=some[-1].received)
        over = [hold for hold in held if hold.promised <= NOW]
        going = store.advance(over, HoldState.RELEASING, why="due", now=NOW)
        store.advance(going, HoldState.RELEASED, why="moved back", now=NOW)
    _rest(store, ids, chance)


def loaded() -> Loaded:
    """Return the rulebook that ships."""
    return load_with_places(RULES, SHIPPED)


def people_of(size: Size) -> Sequence[Person]:
    """Return everybody."""
    others = ("practitioners", "managers", "residential", "emergency-duty", "leadership")
    return [
        Person(
            id=f"person-{n:04}",
            address=f"person-{n:04}@{DOMAIN}",
            teams=frozenset({"everyone", others[n % len(others)]}),
        )
        for n in range(1, size.people + 1)
    ]


def _copies(size: Size, ids: Sequence[str], chance: random.Random) -> Iterator[_Copy]:
    """Return judged copies, oldest first; the last of them are open holds."""
    (rule,) = loaded().rulebook.mail_rules
    delivered = Decision(
        rule=rule.name,
        outcome=Outcome.DELIVER,
        mode=Mode.ENFORCE,
        reason=Reason.OUTSIDE_WINDOW,
        detail="Thursday 16 April is outside the window rest-days",
        where=rule.where,
    )
    step = timedelta(days=DAYS) / size.decisions
    for n in range(size.decisions):
        received = NOW - timedelta(days=DAYS) + n * step
        left = size.decisions - n  # the last of them are on hold
        sender, to = chance.choice(ids), chance.choice(ids)
        if left <= size.holds or n % 20 == 0:
            sender = STAFF if left <= MINE or n % 4000 == 0 else sender
            to = STAFF if MINE < left <= MINE + FOR_ME else to
        elif n % (size.decisions // 460) == 0:
            sender = STAFF
        promised = TUESDAY if left <= size.holds else received + timedelta(days=2)
        waits = left <= size.holds or (n % 20 == 0 and promised <= NOW)
        says = (
            replace(delivered, outcome=Outcome.HOLD, reason=Reason.IN_WINDOW, promise=promised)
            if waits
            else delivered
        )
        yield _Copy(
            copy=CopyRef(mailbox=to, message=f"message-{n:0140}"),
            received=received,
            internet_message_id=message_id(n),
            decisions=(says,),
            hold=PlannedHold(rule=rule.name, promised=promised, due=promised) if waits else None,
            facts=RecordedFacts(
                sender=sender, sender_inside=True, recipients=(to,), received=received
            ),
        )


def message_id(number: int) -> str:
    """Return the internet message id of the mail of that number."""
    return f"<{number}@{DOMAIN}>"


def _rest(store: Store, ids: Sequence[str], chance: random.Random) -> None:
    """Write exemptions, meetings and notes."""
    rulebook = loaded().rulebook
    for n in range(60):
        starts = date(2026, 3, 1) + timedelta(days=2 * n)
        store.add_exemption(
            Exemption(
                name=f"exemption-{n}",
                rules=frozenset({rulebook.mail_rules[0].name}),
                teams=frozenset({"residential"}),
                starts=starts,
                ends=starts + timedelta(days=14),
                because="An inspection",
                approved_by=f"director@{DOMAIN}",
                where=run_time_where(f"exemption-{n}"),
            ),
            by=f"person-0003@{DOMAIN}",
            now=NOW,
        )
    rule = next(one for one in rulebook.rules if one not in rulebook.mail_rules)
    clash = Decision(
        rule=rule.name,
        outcome=Outcome.NUDGE,
        mode=Mode.NUDGE,
        reason=Reason.OVERLAPS_WINDOW,
        detail="It lies over lunch",
        where=rule.where,
    )
    for some in range(0, 10_000, AT_ONCE):
        starts_at = [NOW + timedelta(hours=chance.randrange(2000)) for _ in range(AT_ONCE)]
        store.record_meetings(
            [
                JudgedMeeting(
                    uid=f"u{some + n}",
                    ref=EventRef(mailbox=chance.choice(ids), event=f"e{some + n}"),
                    organiser=chance.choice(ids),
                    starts=at,
                    ends=at + timedelta(hours=1),
                    decisions=(clash,),
                )
                for n, at in enumerate(starts_at)
            ],
            rulebook=rulebook.hash,
            now=NOW - timedelta(days=chance.randrange(DAYS)),
        )
    store.plan_notes(
        [
            PlannedNote(
                key=f"k{n}",
                kind=NoteKind.ETIQUETTE,
                person=chance.choice(ids),
                about=f"{n}",
                not_before=NOW,
            )
            for n in range(3000)
        ],
        now=NOW,
    )
