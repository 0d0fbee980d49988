"""A month of meetings, from calendars that are watched to blocks by team."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import insert

from policy_agent.agent.meetings.etiquette import Etiquette
from policy_agent.agent.meetings.keep import KeepingMeetings
from policy_agent.agent.meetings.measure import MeasuringMeetings
from policy_agent.agent.meetings.months import meeting_figures
from policy_agent.agent.meetings.protect import Protecting
from policy_agent.domain.blocks import Block
from policy_agent.domain.events import CalendarOwner
from policy_agent.domain.kept_figures import month_of
from policy_agent.domain.measures import SeriesKey
from policy_agent.domain.modes import Mode
from policy_agent.domain.own_time import Preference
from policy_agent.domain.people import Directory
from policy_agent.domain.placing import Placement
from policy_agent.domain.rule_days import RuleDay
from policy_agent.domain.rules import Rule
from policy_agent.domain.windows import Window
from policy_agent.store.figure_tables import placements
from tests.agent.diaries import HALF_HOUR, NOW, TUESDAY_LUNCH, Watcher, open_watcher
from tests.agent.supervisions import Supervisions
from tests.domain.meetings import CALENDAR, FOCUS, LUNCH, at, keep, kept_line, kindness, protect

NAMES = ["ann", "bob", "carol", "dan"]
JANUARY = month_of(date(2026, 1, 1))
FEBRUARY_2ND = datetime(2026, 2, 2, 9, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
TEAMS = {"ann": "north", "bob": "north", "carol": "south", "dan": "south"}
KEEP = keep(
    mode=Mode.OBSERVE,
    named=(kept_line(subject_words=("supervision",)),),
    every=timedelta(weeks=2),  # those from the 12th to the 25th
)


@dataclass
class Office:
    """People who meet for a month, and the agent that watches them."""

    watcher: Watcher
    diaries: Supervisions

    def live_until(self, moment: datetime) -> None:
        """Look at every calendar once a day, and let features do what is due."""
        while self.watcher.now < moment:
            self.watcher.sweep()
            for feature in self.watcher.features:
                feature.tick(self.watcher.context, self.watcher.moment)
            self.watcher.after(min(DAY, moment - self.watcher.now))

    def placed(self, *rows: Placement) -> None:
        with self.watcher.store.writing() as connection:
            connection.execute(insert(placements), [asdict(one) for one in rows])

    def days(self, rule: Rule, kind: str, window: Window | None, teams: Mapping[str, int],
             days: Iterable[date] | None = None) -> None:  # fmt: skip
        """Write down whom a rule was about on days of January, all of them there."""
        every = sorted(JANUARY.first + number * DAY for number in range(31))
        self.watcher.store.put_rule_days(
            [
                RuleDay(
                    day=day,
                    rule=rule.name,
                    team=team,
                    kind=kind,
                    mode=rule.mode,
                    window=window is not None and any(window.occurrences(day, day)),
                    people=people,
                    there=people,
                    counted=FEBRUARY_2ND,
                )
                for day in (every if days is None else days)
                for team, people in teams.items()
            ]
        )

    def counted(self) -> Mapping[str, Block]:
        blocks, _ = meeting_figures(self.watcher.context, JANUARY.first, FEBRUARY_2ND)
        return {block.key: block for block in blocks}

    def by_weekday(self) -> Sequence[tuple[str, object, object]]:
        _, (series,) = meeting_figures(self.watcher.context, JANUARY.first, FEBRUARY_2ND)
        assert series.key == SeriesKey.MEETING_DAYS
        return [(row.head, row.values[0], row.values[1]) for row in series.rows]


@contextmanager
def open_office(folder: Path, *rules: Rule, names: Sequence[str] = NAMES) -> Iterator[Office]:
    with open_watcher(folder, names, rules=rules) as watcher:
        diaries = Supervisions(names)
        watcher.diaries = diaries
        watcher.context = replace(watcher.context, calendars=cast("Any", diaries))
        watcher.features = (Protecting(), Etiquette(), KeepingMeetings(), MeasuringMeetings())
        yield Office(watcher=watcher, diaries=diaries)


PROTECT = protect(mode=Mode.OBSERVE)
KIND = kindness(mode=Mode.OBSERVE)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path, PROTECT, KIND, KEEP) as found:
        found.placed(
            *(Placement(person=who, team=team, since=None, until=None)
              for who, team in TEAMS.items())
        )  # fmt: skip
        for rule, kind, window in (
            (PROTECT, "protect-time", LUNCH),
            (KIND, "meeting-etiquette", None),
            (KEEP, "keep-meeting", None),
        ):
            found.days(rule, kind, window, {"north": 2, "south": 2})
        yield found


LUNCHES = 2 * len(JANUARY.working_days(CALENDAR))  # of a team of two


# --- the story of a month ----------------------------------------------------------------------


def test_a_month_is_counted_as_it_went(office: Office) -> None:
    book = office.diaries.book
    book("ann", "bob", has_agenda=True)  # over lunch on Tuesday 6
    moved = book("carol", "ann", starts=TUESDAY_LUNCH + DAY, has_agenda=False)
    declined = book("carol", "dan", starts=TUESDAY_LUNCH + WEEK, has_agenda=True)
    cancelled = book("bob", "ann", starts=TUESDAY_LUNCH + 8 * DAY)
    shortened = book("dan", "carol", starts=TUESDAY_LUNCH + WEEK - HOUR)
    office.diaries.change(shortened, NOW, ends=TUESDAY_LUNCH + WEEK + HALF_HOUR, has_agenda=True)
    book("guest@police.example", "dan", starts=TUESDAY_LUNCH + 2 * WEEK)
    office.live_until(NOW + DAY)
    office.diaries.change(
        moved, office.watcher.now, starts=TUESDAY_LUNCH + DAY + HOUR, ends=TUESDAY_LUNCH + 2 * DAY
    )
    office.diaries.change(moved, office.watcher.now, ends=moved.starts + HALF_HOUR)
    office.diaries.declined.add((declined.number, "dan"))
    office.diaries.change(declined, office.watcher.now)
    office.diaries.change(shortened, office.watcher.now, ends=TUESDAY_LUNCH + WEEK)
    office.diaries.cancelled.add(cancelled.number)
    office.live_until(FEBRUARY_2ND)
    found = office.counted()
    # Ann's and Bob's on the 6th, and that of Dan with his guest.
    assert found["windows:protected-lunch"].counts == {
        "north": (LUNCHES - 2, 2),
        "south": (LUNCHES - 1, 1),
    }
    # Ann's stood; Bob's was cancelled. Carol moved one and was declined in the other, which left
    # nobody to speak of; Dan shortened his.
    assert found["clashes:protected-lunch"].counts == {"north": (1, 0, 1, 0), "south": (3, 0, 0, 0)}
    assert found["etiquette:kind-meetings:agenda"].counts == {"north": (0, 1), "south": (1, 1)}
    assert found["etiquette:kind-meetings:length"].counts == {"north": (0, 1), "south": (0, 2)}
    assert office.by_weekday() == [
        ("mon", 0, 4),
        ("tue", 3, 4),
        ("wed", 1, 4),
        ("thu", 0, 5),
        ("fri", 0, 5),
        ("sat", 0, 0),
        ("sun", 0, 0),
    ]


def test_a_month_without_meetings_has_all_its_lunches(office: Office) -> None:
    found = office.counted()
    assert found["windows:protected-lunch"].counts == {"north": (LUNCHES, 0), "south": (LUNCHES, 0)}
    assert found["clashes:protected-lunch"].counts == {"north": (0,) * 4, "south": (0,) * 4}
    assert found["kept:supervision-happens"].counts == {"north": (0,) * 4, "south": (0,) * 4}
    assert not any(key.startswith("etiquette") for key in found)


def test_without_any_rows_nothing_is_counted(tmp_path: Path) -> None:
    with open_office(tmp_path, PROTECT, KIND) as office:
        assert office.counted() == {}
        assert sum(cast("int", meetings) for _, meetings, _ in office.by_weekday()) == 0


def test_without_a_calendar_nothing_is_counted(office: Office) -> None:
    policy = office.watcher.context.current.policy
    office.watcher.context.current.policy = replace(
        policy, rulebook=replace(policy.rulebook, calendars={})
    )
    assert meeting_figures(office.watcher.context, JANUARY.first, FEBRUARY_2ND) == ((), ())


def test_one_person_is_counted_as_any_other(tmp_path: Path) -> None:
    with open_office(tmp_path, PROTECT, names=["ann"]) as office:
        office.placed(Placement(person="ann", team="north", since=None, until=None))
        office.days(PROTECT, "protect-time", LUNCH, {"north": 1})
        office.diaries.book("ann", "guest@police.example")
        office.live_until(NOW + 2 * DAY)
        found = office.counted()["windows:protected-lunch"]
        assert found.counts == {"north": (LUNCHES // 2 - 1, 1)}
        assert found.people == {"north": 1}


# --- who counts where --------------------------------------------------------------------------


def test_a_team_that_was_renamed_counts_under_each_name_for_its_days(tmp_path: Path) -> None:
    fourteenth = datetime(2026, 1, 14, 10, tzinfo=UTC)
    with open_office(tmp_path, PROTECT) as office:
        for who in ("ann", "bob"):
            office.placed(
                Placement(person=who, team="north", since=None, until=fourteenth),
                Placement(person=who, team="northern", since=fourteenth, until=None),
            )
        for team, first, last in (("north", 1, 13), ("northern", 14, 31)):
            days = [date(2026, 1, day) for day in range(first, last + 1)]
            office.days(PROTECT, "protect-time", LUNCH, {team: 2}, days)
        for week in range(4):
            office.diaries.book("ann", "bob", starts=TUESDAY_LUNCH + week * WEEK)
        office.live_until(FEBRUARY_2ND)
        found = office.counted()
        assert found["windows:protected-lunch"].counts == {
            "north": (2 * 9 - 2 * 2, 4),
            "northern": (2 * 13 - 2 * 2, 4),
        }
        # Those of the first two weeks ahead were found on 5 January, and so on.
        assert sum(map(sum, found["clashes:protected-lunch"].counts.values())) == 4
        assert found["clashes:protected-lunch"].people == {"north": 2, "northern": 2}


def test_lunches_of_leave_of_days_off_and_of_shared_mailboxes_are_not_taken(
    office: Office,
) -> None:
    office.diaries.book("ann", "bob", "carol", "dan")
    office.live_until(NOW + 2 * DAY)
    store = office.watcher.store
    assert office.counted()["windows:protected-lunch"].counts["south"] == (LUNCHES - 2, 2)
    store.add_leave_days({date(2026, 1, 6): ["ann"]})
    chosen = Preference(working_days=frozenset({0, 2}))
    store.put_preference("bob", chosen, now=NOW)
    store.put_owners([CalendarOwner(mailbox="carol", purpose="shared")], now=NOW)
    assert office.counted()["windows:protected-lunch"].counts == {
        "north": (LUNCHES, 0),
        "south": (LUNCHES - 1, 1),
    }


def test_a_focus_day_every_other_week_comes_every_other_week(tmp_path: Path) -> None:
    rule = protect(FOCUS, mode=Mode.OBSERVE)
    with open_office(tmp_path, rule) as office:
        office.placed(*(Placement(person=who, team="all", since=None, until=None) for who in NAMES))
        office.days(rule, "protect-time", FOCUS, {"all": 4})
        for week in range(4):
            starts = datetime(2026, 1, 7, 15, tzinfo=UTC) + week * WEEK
            office.diaries.book("ann", "bob", starts=starts)
        office.live_until(FEBRUARY_2ND)
        assert office.counted()["windows:protected-lunch"].counts == {"all": (2 * 4 - 4, 4)}


def test_a_protected_weekend_is_nobodys_working_day_and_counts_all_the_same(
    tmp_path: Path,
) -> None:
    weekend = Window(name="weekend", calendar=CALENDAR, days="non-working", where=at(2))
    rule = protect(weekend, mode=Mode.OBSERVE)
    with open_office(tmp_path, rule) as office:
        office.placed(*(Placement(person=who, team="all", since=None, until=None) for who in NAMES))
        office.days(rule, "protect-time", weekend, {"all": 4})
        office.diaries.book("ann", "bob", starts=TUESDAY_LUNCH + 4 * DAY)
        office.live_until(NOW + WEEK)
        weekends = 31 - len(JANUARY.working_days(CALENDAR))
        found = office.counted()["windows:protected-lunch"].counts
        assert found == {"all": (4 * weekends - 2, 2)}


def test_a_rule_that_is_gone_is_counted_for_the_days_that_it_was_there(office: Office) -> None:
    office.diaries.book("ann", "bob", has_agenda=True)
    office.diaries.book("dan", "carol", subject="Supervision", starts=TUESDAY_LUNCH + HOUR)
    office.live_until(FEBRUARY_2ND)
    before = office.counted()
    assert before["kept:supervision-happens"].counts["south"] == (2, 0, 0, 0)
    office.watcher.use(kindness(name="other"))
    after = dict(before)
    del after["without:supervision-happens"]  # nobody knows any more whom it was about
    assert office.counted() == after


# --- kept meetings -----------------------------------------------------------------------------


def test_kept_meetings_count_for_everybody_in_them(office: Office) -> None:
    book = office.diaries.book
    when = datetime(2026, 1, 7, 9, tzinfo=UTC)
    book("carol", "ann", subject="Supervision", starts=when)
    moved = book("carol", "bob", subject="Supervision", starts=when + DAY)
    cancelled = book("dan", "carol", subject="Supervision", starts=when + WEEK)
    office.live_until(NOW + DAY)
    office.diaries.change(moved, office.watcher.now, starts=when + 2 * DAY, ends=when + 3 * DAY)
    office.diaries.change(moved, office.watcher.now, ends=when + 2 * DAY + HOUR)
    office.diaries.cancelled.add(cancelled.number)
    office.diaries.change(cancelled, office.watcher.now)
    office.live_until(FEBRUARY_2ND)
    found = office.counted()
    assert found["kept:supervision-happens"].counts == {
        "north": (1, 1, 0, 0),
        "south": (1, 1, 0, 2),
    }
    assert found["kept:supervision-happens"].people == {"north": 2, "south": 2}
    assert found["without:supervision-happens"].counts == {"north": (0, 2), "south": (0, 2)}


def test_somebody_who_has_left_counts_where_they_were(office: Office) -> None:
    office.diaries.book("dan", "ann", subject="Supervision", starts=TUESDAY_LUNCH + HOUR)
    office.live_until(FEBRUARY_2ND)
    before = office.counted()["kept:supervision-happens"].counts
    assert before == {"north": (1, 0, 0, 0), "south": (1, 0, 0, 0)}
    policy = office.watcher.context.current.policy
    left = Directory(
        domains=policy.directory.domains,
        people={a: one for a, one in policy.directory.people.items() if one.id != "dan"},
    )
    office.watcher.context.current.policy = replace(policy, directory=left)
    assert office.counted()["kept:supervision-happens"].counts == before
