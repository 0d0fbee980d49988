"""A site whose agent has the rulebook of Northshire in force, for the tests of the pages for IT."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from policy_agent.agent.context import AgentContext, CurrentPolicy, Moment, Policy
from policy_agent.agent.scope import Membership, directory_of
from policy_agent.domain.watching import Member
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.load import Loaded, load_with_places
from policy_agent.store.store import Store
from tests.web.signed_in import MACHINE, ORIGIN, Site

NORTHSHIRE = Path(__file__).parents[2] / "rules"
PEOPLE = tuple(Member(id=f"p{n}", addresses=(f"p{n}@northshire.example",)) for n in range(40))
IDS = [person.id for person in PEOPLE]
TEAMS = {
    "everyone": frozenset(IDS),
    "leadership": frozenset(IDS[:12]),
    "emergency-duty": frozenset(IDS[36:]),
    "residential": frozenset(IDS[12:24]),
    "practitioners": frozenset(IDS[12:30]),
    "managers": frozenset(IDS[:3]),
}


@cache
def _loaded(rules: Path) -> Loaded:
    return load_with_places(rules, SHIPPED)


@contextmanager
def it_site(folder: Path, rules: Path = NORTHSHIRE) -> Iterator[Site]:
    """Return a site with that rulebook, in a store of its own."""
    loaded = _loaded(rules)
    membership = Membership(members=PEOPLE, teams=TEAMS)
    policy = Policy(rulebook=loaded.rulebook, directory=directory_of(loaded.rulebook, membership))
    with closing(Store.open(f"sqlite:///{folder / 'store.db'}")) as store:
        store.put_people(PEOPLE, TEAMS, now=MACHINE)
        context = cast(
            "AgentContext",
            SimpleNamespace(
                store=store,
                current=CurrentPolicy(policy),
                public_url=ORIGIN,
                service_mailbox="people@northshire.example",
            ),
        )
        moment = Moment(now=MACHINE, machine=MACHINE)
        yield Site(context=context, store=store, moment=moment, written=loaded)
