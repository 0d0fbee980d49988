"""Upkeep: what the service has and what the store knows agree again after any trouble."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.upkeep import keep_up
from policy_agent.domain.copies import CallFailure
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
