"""`policy-agent simulate --store`: recorded facts give the figures of their CSV."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from policy_agent.domain.copies import CopyRef
from policy_agent.domain.decisions import Decision, decide
from policy_agent.domain.holds import PlannedHold
from policy_agent.domain.people import Person
from policy_agent.domain.recorded import RecordedFacts, recorded
from policy_agent.domain.watching import Member
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rehearsal.csv_traffic import read_messages, read_people
from policy_agent.rehearsal.traffic import zone_of
from policy_agent.rulebook.load import load
from policy_agent.store.store import Store
from tests.rehearsal.commands import PEOPLE, RULES, TRAFFIC, rules_with, simulate, simulated
from tests.throwaway_postgres import ThrowAwayPostgres

NOW = datetime(2024, 1, 2, 12, tzinfo=UTC)
CHUNK = 2_000


@dataclass(frozen=True, kw_only=True)
class JudgedCopy:
    copy: CopyRef
    received: datetime
    decisions: tuple[Decision, ...]
    facts: RecordedFacts
    hold: PlannedHold | None = None
    internet_message_id: str = ""


def record_all(url: str) -> None:
    """Write the whole traffic into a store, as the agent would have."""
    rulebook = load(RULES, SHIPPED)
    people = read_people(PEOPLE, rulebook.domains)
    copies = read_messages(TRAFFIC, people, zone_of(rulebook), PEOPLE).copies
    judged = [
        JudgedCopy(
            copy=CopyRef(mailbox=copy.recipient, message=f"m{number}"),
            received=copy.facts.received,
            decisions=decide(rulebook, copy.facts),
            facts=recorded(rulebook, copy.facts),
        )
        for number, copy in enumerate(copies)
    ]
    store = Store.open(url)
    try:
        store.put_people([*map(_member, people.values())], _teams(people), now=NOW)
        for start in range(0, len(judged), CHUNK):
            store.record(
                judged[start : start + CHUNK],
                worker="test",
                rulebook=rulebook.hash,
                now=NOW,
                machine=NOW,
                lease=timedelta(minutes=5),
            )
    finally:
        store.close()


def _member(person: Person) -> Member:
    return Member(id=person.id, addresses=(f"{person.id}@northshire.example",))


def _teams(people: dict[str, Person]) -> dict[str, frozenset[str]]:
    names = {team for person in people.values() for team in person.teams}
    return {
        name: frozenset(id_ for id_, person in people.items() if name in person.teams)
        for name in names
    }


@pytest.fixture(scope="module")
def sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/agent.db"
    record_all(url)
    return url


@pytest.fixture(scope="module")
def postgres_store(postgres: ThrowAwayPostgres) -> Iterator[str]:
    url = postgres.new_database("rehearsal")
    record_all(url)
    yield url
    postgres.sql("DROP DATABASE rehearsal WITH (FORCE)")


@pytest.fixture(params=["sqlite_store", "postgres_store"])
def store_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


def test_the_real_traffic_gives_the_same_figures_from_a_store_as_from_csv(
    store_url: str, tmp_path: Path
) -> None:
    later = rules_with(tmp_path, "later", exempt="{ teams: [residential], when: recipient }")
    from_store = simulated("--store", store_url, "--against", later)
    from_csv = simulated("--traffic", TRAFFIC, "--people", PEOPLE, "--against", later)
    assert from_store["figures"] == from_csv["figures"]
    assert from_store["figures"]["outcomes"]["hold"] == {"in_window": 1_024}
    assert from_store["figures"]["outcomes"]["deliver"]["exempt_team"] == 71
    assert from_store["against"]["changes"] == from_csv["against"]["changes"]
    assert from_store["against"]["changes"]["-held"] > 0


def test_since_and_until_name_the_first_and_the_last_day(store_url: str) -> None:
    told = simulated("--store", store_url, "--since", "2023-08-24", "--until", "2023-08-25")
    assert (told["first"], told["last"]) == ("2023-08-24", "2023-08-25")
    assert {*told["figures"]["weekdays"]} == {"Thu", "Fri"}


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "none.db"
    result = simulate("--store", f"sqlite:///{file}")
    assert (result.exit_code, "there is no such file" in result.stderr) == (2, True)
    assert not file.exists()
