"""A site of the council in the first rulebook, with mail judged by it, for tests of IT pages."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from policy_agent.agent.context import AgentContext, CurrentPolicy, Moment, Policy
from policy_agent.agent.scope import Membership, directory_of
from policy_agent.domain.copies import CopyRef
from policy_agent.domain.decisions import Decision, decide, plan_hold
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.holds import Hold, HoldState, PlannedHold
from policy_agent.domain.recorded import RecordedFacts, recorded
from policy_agent.domain.rules import Rulebook
from policy_agent.domain.watching import Member
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.load import load
from policy_agent.store.store import Store
from tests.web.signed_in import ORIGIN, Site

RULES = Path(__file__).parents[2] / "rules"
SUNDAY = datetime(2026, 5, 31, 9, 0, tzinfo=UTC)
MACHINE = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)  # another clock than the tenant's
PEOPLE = {
    "id-alice": ("alice@northshire.example",),
    "id-bob": ("bob@northshire.example", "bobby@northshire.example"),
    "id-guest": ("guest@police.example",),
}


@dataclass(frozen=True, kw_only=True)
class Judged:
    copy: CopyRef
    received: datetime
    decisions: tuple[Decision, ...]
    hold: PlannedHold | None
    facts: RecordedFacts | None
    internet_message_id: str


@cache
def _rulebook() -> Rulebook:
    return load(RULES, SHIPPED)


@contextmanager
def council(folder: Path, url: str | None = None) -> Iterator[Site]:
    """Give the site of a council where Alice leads, so that her weekend mail is held."""
    rulebook = _rulebook()
    members = [Member(id=id_, addresses=addresses) for id_, addresses in PEOPLE.items()]
    teams = {"everyone": frozenset(PEOPLE), "leadership": frozenset({"id-alice"})}
    directory = directory_of(rulebook, Membership(members=members, teams=teams))
    with closing(Store.open(url or f"sqlite:///{folder / 'store.db'}")) as store:
        context = cast(
            "AgentContext",
            SimpleNamespace(
                store=store,
                current=CurrentPolicy(Policy(rulebook=rulebook, directory=directory)),
                public_url=ORIGIN,
            ),
        )
        yield Site(context=context, store=store, moment=Moment(now=SUNDAY, machine=MACHINE))


def send(
    site: Site,
    message: str,
    *,
    sender: str = "alice@northshire.example",
    to: str = "bob@northshire.example",
    at: datetime = SUNDAY - timedelta(hours=1),
    keep_facts: bool = True,
    rulebook_hash: str = "",
) -> Hold | None:
    """Let a mail be judged as the daemon does; returns the hold that came of it, held."""
    policy = site.context.current.policy
    recipient = policy.directory.person(to)
    mail = MailFacts(
        sender=policy.directory.person(sender),
        recipient=recipient,
        recipients=(recipient,),
        received=at,
        subject="The Miller family",
    )
    decisions = decide(policy.rulebook, mail)
    made = site.store.record(
        [
            Judged(
                copy=CopyRef(mailbox=recipient.id, message=message),
                received=at,
                decisions=decisions,
                hold=plan_hold(policy.rulebook, decisions, message),
                facts=recorded(policy.rulebook, mail) if keep_facts else None,
                internet_message_id=f"<{message}@northshire.example>",
            )
        ],
        worker="w",
        rulebook=rulebook_hash or policy.rulebook.hash,
        now=at,
        machine=MACHINE,
        lease=timedelta(minutes=5),
    )
    held = site.store.advance(made, HoldState.HELD, why="moved", now=at)
    return held[0] if held else None
