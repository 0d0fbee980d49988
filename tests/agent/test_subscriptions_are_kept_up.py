"""Upkeep: what the service has and what the store knows agree again after any trouble."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.meetings.work import MeetingWork
from policy_agent.agent.upkeep import keep_up
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import CalendarOwner
from policy_agent.domain.watching import Subscription, Watched
from policy_agent.store.store import Store

NOW = datetime(2023, 8, 27, 9, 0, tzinfo=UTC)
MOMENT = Moment(now=NOW, machine=NOW)
URL = "https://agent.northshire.example/notifications"


class Service:
    """The service's side: one subscription a mailbox, no longer than it grants."""

    def __init__(self) -> None:
        self.there: dict[str, Subscription] = {}
        self.made = 0
        self.renewals: list[str] = []
        self.down = False
        self.breaks_at: int | None = None
        self.grants = timedelta(days=7)
        self.denied: set[str] = set()

    def existing(self) -> Sequence[tuple[str, str, datetime, str]]:
        return [(s.id, s.mailbox, s.expires, URL) for s in self.there.values()]

    def create(
        self,
        mailboxes: Sequence[str],
        *,
        what: Watched,
        url: str,
        expires: datetime,
        states: Mapping[str, str],
    ) -> Mapping[str, Subscription | CallFailure]:
        assert url == URL
        answers: dict[str, Subscription | CallFailure] = {}
        for mailbox in mailboxes:
            if self.made == self.breaks_at:
                raise ConnectionError
            if mailbox in self.denied:
                answers[mailbox] = CallFailure(kind="denied", what="subscribe: 403")
                continue
            if any((one.mailbox, one.what) == (mailbox, what) for one in self.there.values()):
                answers[mailbox] = CallFailure(kind="refused", what="subscribe: 409")
                continue
            self.made += 1
            made = Subscription(
                id=f"s{self.made}",
                mailbox=mailbox,
                client_state=states[mailbox],
                expires=min(expires, NOW + self.grants),
                what=what,
            )
            self.there[made.id] = made
            answers[mailbox] = made
        return answers

    def renew(self, ids: Sequence[str], expires: datetime) -> Mapping[str, CallFailure | datetime]:
        self.renewals += ids
        return dict.fromkeys(ids, min(expires, NOW + self.grants))

    def delete(self, ids: Sequence[str]) -> Mapping[str, CallFailure | None]:
        if self.down:
            return dict.fromkeys(ids, CallFailure(kind="unavailable", what="unsubscribe: 503"))
        for one in ids:
            self.there.pop(one, None)
        return dict.fromkeys(ids)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def context(service: Service, tmp_path: Path) -> Iterator[AgentContext]:
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    put_in_scope(store, 100)
    nothing = cast("Any", None)
    yield AgentContext(
        mail=nothing,
        subscriptions=service,
        people=nothing,
        calendars=nothing,
        outgoing=nothing,
        store=store,
        current=nothing,
        worker="worker",
        lease=timedelta(minutes=5),
        hold_folder="Arriving next working day",
        released_category="Arrived while you were away",
        notification_url=URL,
        subscription_length=timedelta(days=6),
        service_mailbox=None,
        public_url="https://agent.northshire.example",
        block_out_category="Protected time",
    )
    store.close()


def put_in_scope(store: Any, count: int) -> None:
    ids = [f"mailbox-{number:03}" for number in range(count)]
    store.put_mailboxes(ids, now=NOW)
    store.set_inboxes(dict.fromkeys(ids, "inbox"))


def agree(context: AgentContext, service: Service) -> bool:
    return {s.id for s in context.store.subscriptions()} == set(service.there)


def test_a_break_in_the_middle_loses_few_and_the_next_upkeep_mends_them(
    context: AgentContext, service: Service
) -> None:
    service.breaks_at = 90
    with pytest.raises(ConnectionError):
        keep_up(context, MOMENT)
    assert len(context.store.subscriptions()) >= 50
    assert not agree(context, service)
    service.breaks_at = None
    keep_up(context, MOMENT)
    keep_up(context, MOMENT)
    assert agree(context, service)
    assert len(service.there) == 100


def test_one_that_could_not_be_ended_is_not_forgotten(
    context: AgentContext, service: Service
) -> None:
    keep_up(context, MOMENT)
    put_in_scope(context.store, 99)
    service.down = True
    keep_up(context, MOMENT)
    assert agree(context, service)
    service.down = False
    keep_up(context, MOMENT)
    assert agree(context, service)
    assert len(service.there) == 99


def test_one_that_is_granted_for_less_is_not_renewed_at_every_tick(
    context: AgentContext, service: Service
) -> None:
    service.grants = timedelta(minutes=4230)
    keep_up(context, MOMENT)
    keep_up(context, MOMENT)
    assert service.renewals == []
    later = NOW + timedelta(days=2)
    keep_up(context, Moment(now=later, machine=later))
    assert len(service.renewals) == 100


def meetings(context: AgentContext, moment: Moment = MOMENT) -> MeetingWork:
    return MeetingWork(context=context, moment=lambda: moment, going=lambda: True)


def owned(store: Any, *ids: str, purpose: str = "user") -> None:
    store.put_owners([CalendarOwner(mailbox=id_, purpose=purpose) for id_ in ids], now=NOW)


def calendars_of(service: Service) -> set[str]:
    return {one.mailbox for one in service.there.values() if one.what == "calendar"}


def test_calendars_are_subscribed_to_beside_the_same_peoples_inboxes(
    context: AgentContext, service: Service
) -> None:
    context.store.put_calendars(["mailbox-000", "mailbox-001", "room", "unasked"], now=NOW)
    owned(context.store, "mailbox-000", "mailbox-001")
    owned(context.store, "room", purpose="room")
    keep_up(context, MOMENT)
    meetings(context).upkeep()
    assert calendars_of(service) == {"mailbox-000", "mailbox-001"}
    assert len(service.there) == 102
    keep_up(context, MOMENT)
    meetings(context).upkeep()
    assert len(service.there) == 102
    assert agree(context, service)


def test_a_calendar_that_is_not_covered_any_more_is_let_go_and_its_inbox_is_not(
    context: AgentContext, service: Service
) -> None:
    context.store.put_calendars(["mailbox-000", "mailbox-001"], now=NOW)
    owned(context.store, "mailbox-000", "mailbox-001")
    keep_up(context, MOMENT)
    meetings(context).upkeep()
    context.store.put_calendars(["mailbox-001"], now=NOW)
    meetings(context).upkeep()
    keep_up(context, MOMENT)
    assert calendars_of(service) == {"mailbox-001"}
    assert len(service.there) == 101


def test_calendars_are_renewed_as_inboxes_are(context: AgentContext, service: Service) -> None:
    context.store.put_calendars(["mailbox-000"], now=NOW)
    owned(context.store, "mailbox-000")
    meetings(context).upkeep()
    later = NOW + timedelta(days=5)
    meetings(context, Moment(now=later, machine=later)).upkeep()
    (one,) = service.there
    assert service.renewals == [one]


def test_a_calendar_that_cannot_be_subscribed_to_is_parked_and_its_inbox_is_not(
    context: AgentContext, service: Service
) -> None:
    context.store.put_calendars(["mailbox-000", "mailbox-001"], now=NOW)
    owned(context.store, "mailbox-000", "mailbox-001")
    service.denied = {"mailbox-000"}
    meetings(context).upkeep()
    parked = {c.id: c.parked_until for c in context.store.calendars()}
    assert parked == {"mailbox-000": NOW + timedelta(days=1), "mailbox-001": None}
    assert {m.parked_until for m in context.store.mailboxes()} == {None}
    service.denied = set()
    meetings(context).upkeep()
    assert calendars_of(service) == {"mailbox-001"}


def test_subscriptions_of_many_calendars_are_made_a_piece_at_a_time(
    context: AgentContext, service: Service
) -> None:
    ids = [f"person-{number:03}" for number in range(450)]
    context.store.put_calendars(ids, now=NOW)
    owned(context.store, *ids)
    made = []
    for _ in range(3):
        meetings(context).upkeep()
        made.append(len(service.there))
    assert made == [200, 400, 450]
