"""How many mails the copies that would have waited are of."""

from datetime import UTC, datetime, timedelta

from policy_agent.domain.would_wait import TOGETHER, WouldWait, mails_among

SATURDAY = datetime(2026, 5, 23, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def copy(*recipients: str, after: timedelta = timedelta()) -> WouldWait:
    return WouldWait(
        recipients=recipients, received=SATURDAY + after, rule="weekend-email", promised=SATURDAY
    )


def test_copies_to_the_same_people_that_arrive_together_are_one_mail() -> None:
    assert mails_among([]) == 0
    assert mails_among([copy("bob", "carol"), copy("carol", "bob", after=3 * SECOND)]) == 1
    assert mails_among([copy("bob"), copy("bob", "carol")]) == 2


def test_a_mail_of_many_copies_may_take_longer_to_arrive_than_that() -> None:
    slow = [copy("bob", after=number * TOGETHER) for number in range(5)]
    assert mails_among(slow) == 1
    assert mails_among([copy("bob"), copy("bob", after=TOGETHER + SECOND)]) == 2
