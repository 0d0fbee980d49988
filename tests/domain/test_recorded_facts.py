"""What may be kept of a mail is enough to judge it again, and no more than that."""

from datetime import UTC, datetime

import hypothesis.strategies as st
from hypothesis import given

from policy_agent.domain.decisions import decide
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.people import Person
from policy_agent.domain.recorded import recorded, remembered
from policy_agent.domain.rules import Rulebook
from tests.domain.policies import directories, mails, rulebooks


@given(st.data(), rulebooks())
def test_a_recorded_copy_is_judged_as_it_was(data: st.DataObject, rulebook: Rulebook) -> None:
    directory = data.draw(directories())
    mail = data.draw(mails(directory))
    again = remembered(recorded(rulebook, mail), directory, mail.recipient.id)
    assert decide(rulebook, again) == decide(rulebook, mail)


@given(rulebooks())
def test_neither_subject_nor_other_categories_nor_addresses_are_kept(rulebook: Rulebook) -> None:
    police = Person(id="", address="desk@police.example", inside=False)
    bob = Person(id="bob", address="bob@northshire.example")
    mail = MailFacts(
        sender=Person(id="", address="parent@home.example", inside=False),
        recipient=bob,
        recipients=(bob, police),
        received=datetime(2023, 8, 27, 9, 0, tzinfo=UTC),
        subject="URGENT: the Miller family",
        categories=frozenset({"holidays"}),
    )
    said = repr(recorded(rulebook, mail))
    for kept_out in ("Miller", "holidays", "police", "home.example", "bob@"):
        assert kept_out not in said
