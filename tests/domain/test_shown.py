"""In which order somebody who comes back sees their mail."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from policy_agent.domain.copies import CopyRef
from policy_agent.domain.shown import ShownMail, most_important_first

SATURDAY = datetime(2026, 5, 23, 9, 0, tzinfo=UTC)


def mail(
    name: str,
    importance: Literal["low", "normal", "high"] = "normal",
    to: int = 2,
    minutes: int = 0,
) -> ShownMail:
    return ShownMail(
        ref=CopyRef(mailbox="bob", message=name),
        subject=name,
        sender_name="Alice",
        sender_address="alice@northshire.example",
        importance=importance,
        received=SATURDAY + timedelta(minutes=minutes),
        is_read=False,
        folder="inbox",
        web_link="",
        to_count=to,
    )


def test_high_importance_comes_first_then_what_is_to_nobody_else_then_the_oldest() -> None:
    wanted = [
        mail("high and alone", "high", to=1, minutes=9),
        mail("high", "high", minutes=1),
        mail("alone, older", to=1, minutes=3),
        mail("alone, low", "low", to=1, minutes=4),
        mail("older", minutes=0),
        mail("newer", minutes=8),
    ]
    assert most_important_first(reversed(wanted)) == wanted


@given(
    st.permutations([mail(str(number), minutes=number % 3, to=number % 2) for number in range(6)])
)
def test_it_loses_none_and_keeps_to_the_order_it_says(mails: list[ShownMail]) -> None:
    found = most_important_first(mails)
    assert sorted(one.subject for one in found) == [str(number) for number in range(6)]
    keys = [(one.to_count != 1, one.received) for one in found]
    assert keys == sorted(keys)
