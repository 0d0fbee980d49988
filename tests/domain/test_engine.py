"""The compiled engine says what the plain implementation says, of every mail and every rulebook."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.decisions import decide, engine_of, plan_hold
from policy_agent.domain.engine import MOST_PAIRS
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.people import Person
from policy_agent.domain.rules import (
    DeferEmail,
    Exempt,
    Exemption,
    HoldPoint,
    LetThrough,
    Mode,
    Release,
    Rulebook,
)
from policy_agent.domain.where import Where
from policy_agent.domain.windows import Window
from tests.domain.plain_decisions import decide_plainly

ZONES = [ZoneInfo(name) for name in ("Europe/London", "America/Havana", "Pacific/Apia")]
TEAMS = ["everyone", "edt", "homes", "leads"]
FIRST = date(2023, 3, 20)  # the clocks go forward in this week, back in the last ones
WHERE = st.integers(1, 99).map(lambda line: Where(file="rules/test.yaml", line=line))
DAY = st.integers(0, 230).map(lambda days: FIRST + timedelta(days=days))
TEAM_SETS = st.frozensets(st.sampled_from(TEAMS), max_size=3)
WALL = st.times().map(lambda at: at.replace(second=0, microsecond=0))

CALENDARS = st.builds(
    Calendar,
    name=st.just("service"),
    zone=st.sampled_from(ZONES),
    working_days=st.frozensets(st.integers(0, 6)),  # without any, no promise can be made
    holidays=st.dictionaries(DAY, st.just("Holiday"), max_size=5),
    where=WHERE,
)


def windows(calendar: Calendar) -> st.SearchStrategy[Window]:
    return st.builds(
        Window,
        name=st.just("rest"),
        calendar=st.just(calendar),
        days=st.one_of(
            st.sampled_from(["working", "non-working", "all"]), st.frozensets(st.integers(0, 6))
        ),
        time=st.none() | st.tuples(WALL, WALL),
        every_weeks=st.integers(1, 2),
        starting=DAY,
        where=WHERE,
    )


LET_THROUGH = st.builds(
    LetThrough,
    importance=st.none() | st.sampled_from(["low", "normal", "high"]),
    subject_tags=st.lists(st.sampled_from(["URGENT", "SAFEGUARDING"]), max_size=2).map(tuple),
    categories=st.frozensets(st.sampled_from(["safeguarding", "court"]), max_size=2),
    recipient_outside=st.booleans(),
    where=WHERE,
)
MODES = st.sampled_from(list(Mode))


def rules(window: Window) -> st.SearchStrategy[DeferEmail]:
    return st.builds(
        DeferEmail,
        name=st.sampled_from(["weekend-email", "nightly", "late"]),
        because=st.just("rest"),
        owner=st.just("owner@northshire.example"),
        mode=MODES,
        mode_for=st.dictionaries(st.sampled_from(TEAMS), MODES, max_size=2),
        from_teams=TEAM_SETS,
        to_teams=TEAM_SETS,
        exempt=st.none()
        | st.builds(
            Exempt, teams=TEAM_SETS, when=st.sampled_from(["involved", "recipient"]), where=WHERE
        ),
        window=st.just(window),
        hold_at=st.just((HoldPoint.INBOX,)),
        release=st.builds(
            Release,
            at=st.sampled_from([time(8, 30), time(0, 30), time(1, 30)]),
            calendar=st.sampled_from(["window", "recipient"]),
        ),
        let_through=st.lists(LET_THROUGH, max_size=2).map(tuple),
        held_per_person=st.none() | st.integers(0, 2),
        where=WHERE,
        where_window=WHERE,
        where_people=WHERE,
        where_mode=WHERE,
        where_limit=st.none() | WHERE,
    )


PEOPLE = [
    *(Person(
        id=n,
        address=f"{n}@northshire.example",
        teams=frozenset(t),
        working_days=None if days is None else frozenset(days),
    ) for n, t, days in [
        ("alice", {"everyone"}, None),
        ("bob", {"everyone", "leads"}, {3}),  # a holiday or two on a Thursday: past the fortnight
        ("dan", {"everyone", "edt"}, {5, 6}),
        ("rosa", {"homes"}, set[int]()),
        ("zoe", set[str](), {0, 1}),
    ]),
    Person(
        id="ann",
        address="ann@northshire.example",
        teams=frozenset({"everyone"}),
        aliases=frozenset({"a.smith@northshire.example"}),
    ),
    Person(id="", address="desk@police.example", inside=False),
]  # fmt: skip
EXEMPTIONS = st.builds(
    Exemption,
    name=st.sampled_from(["ofsted", "flood"]),
    rules=st.frozensets(st.sampled_from(["weekend-email", "late"])),
    teams=TEAM_SETS,
    addresses=st.frozensets(
        st.sampled_from([address for one in PEOPLE for address in (one.address, *one.aliases)]),
        max_size=1,
    ),
    starts=DAY,
    ends=DAY,
    because=st.just("Inspection"),
    approved_by=st.just("director@northshire.example"),
    where=WHERE,
)


@st.composite
def rulebooks(draw: st.DrawFn) -> Rulebook:
    made = []
    for _ in range(draw(st.integers(0, 3))):
        calendar = draw(CALENDARS)
        made.append(draw(rules(draw(windows(calendar)))))
    return book(*made, exemptions=tuple(draw(st.lists(EXEMPTIONS, max_size=2))))


def book(*made: DeferEmail, exemptions: tuple[Exemption, ...] = ()) -> Rulebook:
    return Rulebook(
        organisation="Northshire",
        domains=frozenset({"northshire.example"}),
        calendars={},
        teams={},
        windows={},
        rules=made,
        exemptions=exemptions,
        hash="0" * 64,
    )


TIME_ZONES = st.sampled_from([UTC, *ZONES, timezone(timedelta(hours=13))])
MAILS = st.builds(
    MailFacts,
    sender=st.sampled_from(PEOPLE),
    recipient=st.sampled_from(PEOPLE),
    recipients=st.lists(st.sampled_from(PEOPLE), max_size=3).map(tuple),
    received=st.datetimes(
        datetime(2023, 3, 20),  # noqa: DTZ001  the strategy adds the zone
        datetime(2023, 11, 5),  # noqa: DTZ001  the same
        timezones=TIME_ZONES,
    ),  # wall times that do not exist, or come twice, are among them
    subject=st.sampled_from(
        ["", "RE: [urgent] visit", "Urgently", "*URGENT* visit", "Safeguarding: visit"]
    ),
    importance=st.sampled_from(["low", "normal", "high"]),
    categories=st.frozensets(st.sampled_from(["safeguarding", "court", "lunch"]), max_size=2),
    is_meeting=st.booleans(),
    is_read=st.booleans(),
    held_already=st.integers(0, 3),
)


@settings(max_examples=400, deadline=None)
@given(rulebook=rulebooks(), mails=st.lists(MAILS, min_size=1, max_size=6))
def test_the_engine_says_what_the_plain_implementation_says(
    rulebook: Rulebook, mails: list[MailFacts]
) -> None:
    for mail in (*mails, *mails):  # the second time from what is remembered
        assert decide(rulebook, mail) == decide_plainly(rulebook, mail)


ENDS_OF_TIME = [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]


@settings(deadline=None)
@given(rulebook=rulebooks(), mail=MAILS, at=st.sampled_from(ENDS_OF_TIME))
def test_the_engine_says_the_same_at_the_ends_of_time(
    rulebook: Rulebook, mail: MailFacts, at: datetime
) -> None:
    facts = MailFacts(
        sender=mail.sender,
        recipient=mail.recipient,
        recipients=mail.recipients,
        received=at,
    )
    assert decide(rulebook, facts) == decide_plainly(rulebook, facts)


def simple(name: str, sender: str, recipient: str) -> DeferEmail:
    calendar = Calendar(
        name="service",
        zone=ZONES[0],
        working_days=frozenset(range(5)),
        holidays={},
        where=Where(file="rules/test.yaml", line=1),
    )
    place = Where(file="rules/test.yaml", line=2)
    return DeferEmail(
        name=name,
        because="rest",
        owner="owner@northshire.example",
        mode=Mode.ENFORCE,
        from_teams=frozenset({sender}),
        to_teams=frozenset({recipient}),
        window=Window(name="rest", calendar=calendar, days="non-working", where=place),
        hold_at=(HoldPoint.INBOX,),
        release=Release(at=time(8, 30)),
        where=place,
        where_window=place,
        where_people=place,
        where_mode=place,
    )


def person(name: str, team: str) -> Person:
    return Person(id=name, address=f"{name}@northshire.example", teams=frozenset({team}))


def mail_at(received: datetime, sender: str, recipient: str) -> MailFacts:
    alice, bob = person("alice", sender), person("bob", recipient)
    return MailFacts(sender=alice, recipient=bob, recipients=(bob,), received=received)


def test_only_the_rules_about_both_people_are_asked_in_the_rulebooks_order() -> None:
    rulebook = book(
        simple("second", "edt", "homes"),
        simple("other", "homes", "edt"),
        simple("first", "edt", "homes"),
    )
    said = decide(rulebook, mail_at(datetime(2023, 8, 27, 10, tzinfo=UTC), "edt", "homes"))
    assert [decision.rule for decision in said] == ["second", "first"]


def test_the_same_decision_comes_back_as_the_same_object() -> None:
    rulebook = book(simple("weekend-email", "edt", "homes"))
    for received in (
        datetime(2023, 8, 27, 10, tzinfo=UTC),
        datetime(2023, 8, 30, 10, tzinfo=UTC),
    ):
        first = decide(rulebook, mail_at(received, "edt", "homes"))
        later = decide(rulebook, mail_at(received + timedelta(hours=1), "edt", "homes"))
        assert first[0] is later[0]


def test_pairs_of_teams_are_remembered_up_to_a_bound() -> None:
    rulebook = book(simple("weekend-email", "edt", "homes"))
    engine = engine_of(rulebook)
    at = datetime(2023, 8, 28, 10, tzinfo=UTC)
    most = 0
    for number in range(MOST_PAIRS + 10):
        decide(rulebook, mail_at(at, f"team-{number}", "homes"))
        most = max(most, engine.remembered)
    assert most == MOST_PAIRS
    assert engine.remembered == 10


def test_a_hold_is_planned_by_the_first_rule_of_a_name() -> None:
    rulebook = book(simple("weekend-email", "edt", "homes"))
    mail = mail_at(datetime(2023, 8, 27, 10, tzinfo=UTC), "edt", "homes")
    hold = plan_hold(rulebook, decide(rulebook, mail), "id")
    assert hold is not None
    assert (hold.rule, hold.promised) == (
        "weekend-email",
        datetime(2023, 8, 28, 7, 30, tzinfo=UTC),
    )
