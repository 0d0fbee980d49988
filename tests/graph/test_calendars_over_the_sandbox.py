"""Calendars of a sandbox tenant, over HTTPS and with the real MSAL."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from policy_agent.domain.blocking import BlockOut, MarkedSeries
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import (
    Attendee,
    CalendarOwner,
    Decline,
    EventCopy,
    EventRef,
    FreeBusy,
    Response,
    ShowAs,
    Span,
)
from policy_agent.graph.tenant import Tenant
from tests.graph.graph_sandbox import GraphSandbox, address
from tests.openapi.contract import Contract
from tests.sandbox_tenant import SandboxTenant

HORIZON = Span(starts=datetime(2027, 1, 4, tzinfo=UTC), ends=datetime(2027, 4, 5, tzinfo=UTC))
WEEK = Span(starts=HORIZON.starts, ends=HORIZON.starts + timedelta(days=7))
WEEKLY = {
    "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["wednesday"]},
    "range": {"type": "noEnd", "startDate": "2027-01-06"},
}


@pytest.fixture(scope="module", autouse=True)
def _kept_to_the_description(sandbox_tenant: SandboxTenant) -> Iterator[None]:
    """Hold every call of this module to Microsoft's description, once all were made."""
    yield
    assert sandbox_tenant.record is not None
    report = Contract.load().check_record(sandbox_tenant.record)
    assert not report.problems, "\n".join(map(str, report.problems))
    assert report.calls["GET /users/{user-id}/calendarView"]


def copies(found: object) -> tuple[EventCopy, ...]:
    assert isinstance(found, tuple), found
    return found


def copy(found: object) -> EventCopy:
    assert isinstance(found, EventCopy), found
    return found


def kind(found: object) -> str:
    assert isinstance(found, CallFailure), found
    return found.kind


def made(found: object) -> EventRef:
    assert isinstance(found, EventRef), found
    return found


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def lunch(mailbox: str, **more: Any) -> BlockOut:
    whole = BlockOut(
        mailbox=mailbox,
        rule="protected-lunch",
        subject="Protected time: lunch",
        starts=time(12, 30),
        ends=time(13, 0),
        weekdays=frozenset(range(5)),
        every_weeks=1,
        first=date(2027, 1, 4),
        zone="Europe/London",
        skipped=(),
    )
    return replace(whole, **more)


def test_a_meeting_is_the_same_in_two_calendars_but_for_what_is_each_persons_own(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("cara", "cody")
    refs = sandbox.meeting(
        "cara",
        "cody",
        subject="Rota",
        body="<p>Agenda: who covers Friday</p>",
        categories=["Team"],
        online=True,
        created="2026-10-01T08:00:00Z",
    )
    found = tenant.calendars.view(dict.fromkeys(ids.values(), WEEK), agenda=True)
    (mine,), (theirs,) = copies(found[ids["cara"]]), copies(found[ids["cody"]])
    assert (mine.ref, theirs.ref) == (refs[ids["cara"]], refs[ids["cody"]])
    assert mine == EventCopy(
        ref=mine.ref,
        uid=theirs.uid,
        kind="single",
        starts=utc("2027-01-06T12:30"),
        ends=utc("2027-01-06T13:00"),
        zone="Europe/London",
        organiser=address("cara"),
        is_organiser=True,
        attendees=(Attendee(address=address("cody")),),
        response=Response.ORGANISER,
        online=True,
        subject="Rota",
        categories=("Team",),
        created=utc("2026-10-01T08:00"),
        modified=mine.modified,
        change=mine.change,
        has_agenda=True,
    )
    assert (theirs.show_as, theirs.response) == (ShowAs.TENTATIVE, Response.NONE)
    assert (theirs.organiser, theirs.is_organiser) == (address("cara"), False)


def test_an_online_meeting_without_words_of_its_own_has_no_agenda(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("demi")
    refs = sandbox.meeting("demi", online=True)
    (found,) = tenant.calendars.read([refs[ids["demi"]]], agenda=True).values()
    assert copy(found).has_agenda is False


def test_a_series_is_expanded_over_the_clock_change_and_by_its_master(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("dora")
    master = sandbox.meeting("dora", recurrence=WEEKLY)[ids["dora"]]
    viewed = copies(tenant.calendars.view({ids["dora"]: HORIZON}, agenda=False)[ids["dora"]])
    assert len(viewed) == 13
    assert [(one.starts.hour, one.starts.month) for one in viewed[-2:]] == [(12, 3), (11, 3)]
    assert {(one.kind, one.series) for one in viewed} == {("occurrence", master.event)}
    assert len({one.uid for one in viewed}) == 13
    listed = tenant.calendars.instances({master: HORIZON}, agenda=False)[master]
    assert sorted(copies(listed), key=lambda one: one.starts) == list(viewed)
    assert copy(tenant.calendars.read([master], agenda=False)[master]).kind == "master"


def test_an_occurrence_that_moved_says_where_it_was(sandbox: GraphSandbox, tenant: Tenant) -> None:
    ids = sandbox.people("dale")
    master = sandbox.meeting("dale", recurrence=WEEKLY)[ids["dale"]]
    (first, *_) = copies(tenant.calendars.instances({master: WEEK}, agenda=False)[master])
    sandbox.event_act("dale", first.ref, "move", start="2027-01-07T15:00:00")
    moved = copy(tenant.calendars.read([first.ref], agenda=False)[first.ref])
    assert (moved.kind, moved.series, moved.uid) == ("exception", master.event, first.uid)
    assert (moved.starts, moved.original) == (utc("2027-01-07T15:00"), utc("2027-01-06T12:30"))
    assert moved.change != first.change


def test_an_all_day_event_lies_on_its_days_in_the_zone_it_was_booked_in(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("dean")
    refs = sandbox.meeting(
        "dean", start="2027-07-01T00:00", minutes=2 * 24 * 60, all_day=True, show_as="oof"
    )
    found = copy(next(iter(tenant.calendars.read([refs[ids["dean"]]], agenda=False).values())))
    assert found.all_day
    assert found.show_as is ShowAs.AWAY
    assert (found.starts, found.ends) == (utc("2027-06-30T23:00"), utc("2027-07-02T23:00"))


def test_what_changed_since_an_instant_is_the_single_and_the_master(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("duke")
    old = sandbox.meeting("duke", subject="Old")[ids["duke"]]
    master = sandbox.meeting("duke", recurrence=WEEKLY)[ids["duke"]]
    seen = copies(tenant.calendars.changed({ids["duke"]: utc("2026-01-01")})[ids["duke"]])
    assert {(one.ref, one.kind) for one in seen} == {(old, "single"), (master, "master")}
    later = max(one.modified for one in seen) + timedelta(seconds=1)
    assert copies(tenant.calendars.changed({ids["duke"]: later})[ids["duke"]]) == ()


def test_many_pages_of_many_calendars_come_whole_through_faults(sandbox: GraphSandbox) -> None:
    ids = sandbox.people(*(f"edna{number}" for number in range(12)))
    daily = {
        "pattern": {"type": "daily", "interval": 1},
        "range": {"type": "noEnd", "startDate": "2027-01-04"},
    }
    for start in ("2027-01-04T09:00", "2027-01-04T15:00"):
        sandbox.meeting("edna0", " ".join([*ids][1:]), start=start, recurrence=daily)
    sandbox.faults(throttle=0.1, error_rate=0.05, lost_answers=0.05, retry_after=0, seed=3)
    with sandbox.client(waits=[]) as client:
        found = client.calendars.view(dict.fromkeys(ids.values(), HORIZON), agenda=False)
    assert [len(copies(one)) for one in found.values()] == [2 * 91] * 12
    assert len({one.uid for seen in found.values() for one in copies(seen)}) == 2 * 91


def test_five_hundred_attendees_are_read(sandbox: GraphSandbox, tenant: Tenant) -> None:
    names = [f"fern{number}" for number in range(500)]
    ids = sandbox.people("finn", *names)
    sandbox.meeting("finn", " ".join(names), recurrence=WEEKLY)
    seen = copies(tenant.calendars.view({ids["finn"]: HORIZON}, agenda=False)[ids["finn"]])
    assert [len(one.attendees) for one in seen] == [500] * 13


def test_a_mailbox_that_cannot_be_read_hides_no_other(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("gina", "gwen", "glen")
    sandbox.meeting("gina")
    sandbox.faults(unlicensed=[address("gwen")], denied=[address("glen")])
    found = tenant.calendars.view(
        {**dict.fromkeys(ids.values(), WEEK), "no-such": WEEK}, agenda=False
    )
    assert len(copies(found[ids["gina"]])) == 1
    assert kind(found[ids["gwen"]]) == "unlicensed"
    assert kind(found[ids["glen"]]) == "denied"
    assert kind(found["no-such"]) == "unlicensed"


def test_each_finds_their_own_copy_by_uid(sandbox: GraphSandbox, tenant: Tenant) -> None:
    ids = sandbox.people("hana", "hugh")
    refs = sandbox.meeting("hana", "hugh", recurrence=WEEKLY)
    mine = copies(
        tenant.calendars.instances({refs[ids["hana"]]: HORIZON}, agenda=False)[refs[ids["hana"]]]
    )
    third = mine[2]
    found = tenant.calendars.find(
        {
            (ids["hugh"], third.uid): Span(starts=third.starts, ends=third.ends),
            (ids["hugh"], "no-such"): WEEK,
        }
    )
    theirs = copy(found[ids["hugh"], third.uid])
    assert (theirs.starts, theirs.series) == (third.starts, refs[ids["hugh"]].event)
    assert theirs.ref != third.ref
    assert kind(found[ids["hugh"], "no-such"]) == "gone"


def test_an_attendee_declines_once_and_the_organiser_hears_why_and_when_else(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("iris", "ivan")
    refs = sandbox.meeting("iris", "ivan", recurrence=WEEKLY)
    copies_ = tenant.calendars.view({ids["ivan"]: HORIZON}, agenda=False)[ids["ivan"]]
    first, second = copies(copies_)[:2]
    proposed = Span(starts=utc("2027-01-06T14:00"), ends=utc("2027-01-06T14:30"))
    loud = Decline(comment="Lunch is protected", proposed=proposed)
    quiet = Decline(comment="Lunch is protected", proposed=proposed, tell=False)
    assert tenant.calendars.decline({first.ref: loud, second.ref: quiet}) == {
        first.ref: None,
        second.ref: None,
    }
    again = tenant.calendars.decline({first.ref: loud})[first.ref]
    assert kind(again) == "gone"
    left = copies(tenant.calendars.view({ids["ivan"]: HORIZON}, agenda=False)[ids["ivan"]])
    assert len(left) == 11
    (true,) = sandbox.events("iris")
    assert [(one["day"], one["comment"], one["told"]) for one in true["replies"]] == [
        ("2027-01-06", "Lunch is protected", True),
        ("2027-01-13", "", False),
    ]
    assert true["replies"][0]["proposed"]["start"]["dateTime"] == "2027-01-06T14:00:00"
    mails = sandbox.control("GET", f"copies?address={address('iris')}")["copies"]
    assert len(mails) == 1
    own = tenant.calendars.decline({refs[ids["iris"]]: loud})[refs[ids["iris"]]]
    assert kind(own) == "refused"


@pytest.mark.parametrize("more", [{"proposals": False}, {"response_requested": False}])
def test_a_meeting_that_takes_less_of_an_answer_is_declined_with_less(
    sandbox: GraphSandbox, tenant: Tenant, more: dict[str, Any]
) -> None:
    name = f"jack{len(str(more))}"
    ids = sandbox.people("jane", name)
    ref = sandbox.meeting("jane", name, **more)[ids[name]]
    proposed = Span(starts=utc("2027-01-06T14:00"), ends=utc("2027-01-06T14:30"))
    assert tenant.calendars.decline({ref: Decline(comment="No", proposed=proposed)}) == {ref: None}
    assert sandbox.events(name) == []


def test_lost_answers_never_make_a_second_decline(sandbox: GraphSandbox) -> None:
    names = [f"kate{number}" for number in range(60)]
    ids = sandbox.people("kurt", *names)
    refs = sandbox.meeting("kurt", " ".join(names))
    waiting = {refs[ids[name]]: Decline(comment="Lunch is protected") for name in names}
    sandbox.faults(lost_answers=0.3, error_rate=0.1, throttle=0.1, retry_after=0, seed=11)
    with sandbox.client(waits=[], attempts=20) as client:
        for _ in range(20):
            results = client.calendars.decline(waiting)
            assert {why.kind for why in results.values() if why} <= {"unavailable", "gone"}
            waiting = {
                ref: waiting[ref]
                for ref, why in results.items()
                if why is not None and why.kind == "unavailable"
            }
            if not waiting:
                break
    sandbox.faults(lost_answers=0, error_rate=0, throttle=0)
    assert not waiting
    (true,) = sandbox.events("kurt")
    assert sorted(one["address"] for one in true["replies"]) == sorted(map(address, names))


def test_the_organiser_calls_a_meeting_off_and_nobody_else_can(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("lena", "luke")
    refs = sandbox.meeting("lena", "luke")
    mine, theirs = refs[ids["lena"]], refs[ids["luke"]]
    assert kind(tenant.calendars.cancel({theirs: "No"})[theirs]) == "refused"
    assert tenant.calendars.cancel({mine: "Lunch is protected"}) == {mine: None}
    assert kind(tenant.calendars.read([mine], agenda=False)[mine]) == "gone"
    assert kind(tenant.calendars.cancel({mine: "Lunch is protected"})[mine]) == "gone"


def test_people_are_taken_when_they_are_and_no_reason_is_told(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("mary", "mike")
    sandbox.meeting("mary", "mike", subject="Secret")
    sandbox.meeting("mike", start="2027-01-06T14:00", show_as="oof")
    sandbox.meeting("mike", start="2027-01-06T16:00", show_as="free")
    asked = [address("mike"), address("nobody"), address("mary")]
    found = tenant.calendars.free_busy(ids["mary"], asked, WEEK)
    both = Span(starts=utc("2027-01-06T12:30"), ends=utc("2027-01-06T13:00"))
    away = Span(starts=utc("2027-01-06T14:00"), ends=utc("2027-01-06T14:30"))
    assert found[address("mary")] == FreeBusy(taken=(both,))
    assert found[address("mike")] == FreeBusy(taken=(both, away), away=(away,))
    assert kind(found[address("nobody")]) == "refused"


def test_a_person_says_where_they_are_and_when_they_are_away(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    replies = {
        "status": "scheduled",
        "start": "2027-07-01T00:00:00Z",
        "end": "2027-07-08T00:00:00Z",
    }
    people = [
        {"person": "nell", "time_zone": "GMT Standard Time", "locale": "cy-GB",
         "working_hours": {"days": ["Monday", "Sunday"], "start": "09:00", "end": "17:00"},
         "automatic_replies": replies},
        {"person": "room9", "purpose": "room"},
    ]  # fmt: skip
    users = sandbox.control("POST", "people", {"people": people})["users"]
    nell, room = (one["id"] for one in users)
    found = tenant.calendars.owners([nell, room, "no-such"])
    assert found[nell] == CalendarOwner(
        mailbox=nell,
        zone="Europe/London",
        language="cy-GB",
        working_days=frozenset({0, 6}),
        away=(Span(starts=utc("2027-07-01"), ends=utc("2027-07-08")),),
    )
    there = found[room]
    assert isinstance(there, CalendarOwner)
    assert there.purpose == "room"
    assert kind(found["no-such"]) == "unlicensed"


def test_a_block_out_keeps_lunch_free_in_both_halves_of_the_year(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("olga")
    ref = made(tenant.calendars.add_block_outs({"key-olga": lunch(ids["olga"])})["key-olga"])
    seen = copies(tenant.calendars.view({ids["olga"]: HORIZON}, agenda=False)[ids["olga"]])
    assert len(seen) == 65
    assert {one.series for one in seen} == {ref.event}
    assert {(one.starts.hour, one.starts.minute) for one in seen} == {(12, 30), (11, 30)}
    assert {(one.show_as, one.categories) for one in seen} == {(ShowAs.BUSY, ("Protected time",))}
    assert sandbox.control("GET", f"copies?address={address('olga')}")["copies"] == []
    ours = (MarkedSeries(ref=ref, mark="key-olga"),)
    assert tenant.calendars.marked([ids["olga"]]) == {ids["olga"]: ours}


def test_lost_answers_never_make_a_second_block_out(sandbox: GraphSandbox) -> None:
    ids = sandbox.people(*(f"paul{number}" for number in range(40)))
    wanted = {f"key-{name}": lunch(user) for name, user in ids.items()}
    sandbox.faults(lost_answers=0.3, error_rate=0.1, throttle=0.1, retry_after=0, seed=5)
    with sandbox.client(waits=[], attempts=20) as client:
        found: dict[str, EventRef] = {}
        for _ in range(20):
            rest = {key: one for key, one in wanted.items() if key not in found}
            results = client.calendars.add_block_outs(rest)
            found |= {key: one for key, one in results.items() if isinstance(one, EventRef)}
            if len(found) == len(wanted):
                break
    sandbox.faults(lost_answers=0, error_rate=0, throttle=0)
    assert sorted(found) == sorted(wanted)
    for name in ids:
        (one,) = sandbox.events(name)
        assert one["event"] == found[f"key-{name}"].event


def test_a_block_out_of_whole_days_comes_every_other_week(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("quin")
    wanted = lunch(
        ids["quin"],
        starts=time(0, 0),
        ends=time(0, 0),
        weekdays=frozenset({2}),
        every_weeks=2,
        first=date(2027, 1, 6),
    )
    made(tenant.calendars.add_block_outs({"key-quin": wanted})["key-quin"])
    seen = copies(tenant.calendars.view({ids["quin"]: HORIZON}, agenda=False)[ids["quin"]])
    assert {one.all_day for one in seen} == {True}
    assert [one.starts for one in seen[:2]] == [utc("2027-01-06"), utc("2027-01-20")]
    assert seen[-1].starts == utc("2027-03-30T23:00")


def test_a_block_out_that_was_moved_is_put_back_whole_or_for_one_day(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("rosa")
    wanted = lunch(ids["rosa"])
    ref = made(tenant.calendars.add_block_outs({"key-rosa": wanted})["key-rosa"])
    before = copies(tenant.calendars.view({ids["rosa"]: WEEK}, agenda=False)[ids["rosa"]])
    first = before[0]
    sandbox.event_act("rosa", first.ref, "move", start="2027-01-04T16:00:00")
    sandbox.event_act("rosa", first.ref, "change", show_as="free")
    span = Span(starts=first.starts, ends=first.ends)
    assert tenant.calendars.restore_occurrences({first.ref: span}) == {first.ref: None}
    mended = copy(tenant.calendars.read([first.ref], agenda=False)[first.ref])
    assert (mended.starts, mended.ends, mended.show_as) == (first.starts, first.ends, ShowAs.BUSY)
    sandbox.event_act("rosa", ref, "change", subject="Gym", show_as="free")
    sandbox.event_act("rosa", ref, "uncategorise", category="Protected time")
    sandbox.event_act("rosa", ref, "move", start="2027-01-04T17:00:00")
    assert tenant.calendars.restore({ref: wanted}) == {ref: None}
    after = copies(tenant.calendars.view({ids["rosa"]: WEEK}, agenda=False)[ids["rosa"]])

    def look(one: EventCopy) -> tuple[object, ...]:
        return one.starts, one.ends, one.subject, one.show_as, one.categories

    assert [look(one) for one in after] == [look(one) for one in before]


def test_a_block_out_goes_whole_or_for_one_day_and_again_is_harmless(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("ruth")
    ref = made(tenant.calendars.add_block_outs({"key-ruth": lunch(ids["ruth"])})["key-ruth"])
    seen = copies(tenant.calendars.view({ids["ruth"]: WEEK}, agenda=False)[ids["ruth"]])
    holiday = seen[0].ref
    assert tenant.calendars.remove([holiday]) == {holiday: None}
    assert tenant.calendars.remove([holiday]) == {holiday: None}
    left = copies(tenant.calendars.view({ids["ruth"]: WEEK}, agenda=False)[ids["ruth"]])
    assert [one.ref for one in left] == [one.ref for one in seen[1:]]
    assert tenant.calendars.remove([ref]) == {ref: None}
    assert tenant.calendars.remove([ref]) == {ref: None}
    assert tenant.calendars.marked([ids["ruth"]]) == {ids["ruth"]: ()}


def test_a_full_mailbox_gets_no_block_out(sandbox: GraphSandbox, tenant: Tenant) -> None:
    ids = sandbox.people("saul")
    sandbox.faults(full=[address("saul")])
    assert (
        kind(tenant.calendars.add_block_outs({"key-saul": lunch(ids["saul"])})["key-saul"])
        == "full"
    )
