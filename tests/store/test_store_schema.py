"""Migrations: from nothing, twice, by many at once, and never downwards. On both databases."""

import multiprocessing
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, event, inspect, text

import policy_agent.store
from policy_agent.domain.events import EventRef
from policy_agent.domain.holds import HoldState
from policy_agent.domain.notes import NoteKind
from policy_agent.store import Store, StoreProblem
from policy_agent.store.engine import Database, open_engine
from policy_agent.store.schema import VERSION_TABLE, _config, migrate
from policy_agent.store.statements import insert_into
from policy_agent.store.tables import FREE, arrivals, metadata
from tests.store.examples import MACHINE, MINUTE, SATURDAY, ref

NOTICES = ("arrivals", "event_notices")


@contextmanager
def transaction(url: str) -> Iterator[Connection]:
    with closing(Database(open_engine(url))) as database, database.writing() as connection:
        yield connection


def open_and_accept(url: str, name: str) -> None:
    with closing(Store.open(url)) as store:
        store.accept([ref(name)], now=SATURDAY)


def test_the_migrations_make_exactly_the_tables(empty_url: str) -> None:
    Store.open(empty_url).close()
    with transaction(empty_url) as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": VERSION_TABLE,
                "compare_type": True,
                "compare_server_default": True,
            },
        )
        assert compare_metadata(context, metadata) == []


def test_the_check_of_states_and_the_keys_are_named_as_the_tables_say(empty_url: str) -> None:
    Store.open(empty_url).close()
    with transaction(empty_url) as connection:
        found = inspect(connection)
        assert [check["name"] for check in found.get_check_constraints("holds")] == [
            "ck_holds_state"
        ]
        for table in metadata.sorted_tables:
            key = found.get_pk_constraint(table.name)
            assert key["constrained_columns"] == [column.name for column in table.primary_key]


def test_migrating_again_changes_nothing(empty_url: str) -> None:
    with closing(Store.open(empty_url)) as store:
        store.accept([ref("a")], now=SATURDAY)
    Store.open(empty_url).close()
    engine = open_engine(empty_url)
    migrate(engine)
    with closing(Store(engine)) as store:
        assert store.pending_arrivals() == 1


def test_processes_that_start_at_once_wait_for_one_another(empty_url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    names = [f"m{n}" for n in range(3)]
    processes = [spawn.Process(target=open_and_accept, args=(empty_url, name)) for name in names]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    with closing(Store.open(empty_url)) as store:
        assert store.pending_arrivals() == len(names)


def test_a_store_of_a_newer_version_is_refused_and_left_as_it_is(empty_url: str) -> None:
    Store.open(empty_url).close()
    with transaction(empty_url) as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))  # noqa: S608  our own name
    with pytest.raises(StoreProblem) as caught:
        Store.open(empty_url)
    assert str(caught.value).endswith(
        ": it was written by a newer policy_agent (its schema is 9999, this version knows 0006); "
        "install that version again, or bring back a copy from before"
    )
    with transaction(empty_url) as connection:
        found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608  our own name
        assert found.scalar_one() == "9999"


def test_a_migration_that_breaks_off_leaves_nothing_behind(empty_url: str) -> None:
    with transaction(empty_url) as connection:
        connection.execute(text("CREATE TABLE feeds (another_program INTEGER)"))
    with pytest.raises(StoreProblem, match="already exists"):
        Store.open(empty_url)
    with transaction(empty_url) as connection:
        assert inspect(connection).get_table_names() == ["feeds"]
        connection.execute(text("DROP TABLE feeds"))
    Store.open(empty_url).close()


def test_instants_compare_as_instants_whatever_their_zone(empty_url: str) -> None:
    Store.open(empty_url).close()
    moments = [
        FREE,
        datetime(2026, 3, 29, 0, 59, 59, 999999, tzinfo=UTC),  # clocks go forward in London
        datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, 0, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ]
    with transaction(empty_url) as connection:
        for place, moment in enumerate(reversed(moments)):
            connection.execute(
                insert_into(connection, arrivals).values(
                    mailbox="m",
                    message=str(place),
                    accepted=moment,
                    notices=1,
                    attempts=0,
                    free_from=FREE,
                )
            )
        stored = arrivals.c.accepted
        rows = connection.execute(arrivals.select().order_by(stored)).all()
        assert [row.accepted for row in rows] == moments
        assert {row.accepted.utcoffset() for row in rows} == {timedelta()}
        for place, moment in enumerate(moments):
            earlier = connection.execute(arrivals.select().where(stored < moment)).all()
            assert len(earlier) == place


def test_the_migrations_are_part_of_the_package() -> None:
    folder = Path(policy_agent.store.__file__).parent / "migrations"
    assert (folder / "env.py").is_file()
    assert [step.name for step in sorted((folder / "versions").glob("0*.py"))] == [
        "0001_first_tables.py",
        "0002_facts_and_exemptions.py",
        "0003_meetings.py",
        "0004_people.py",
        "0005_figures.py",
        "0006_meeting_totals.py",
    ]


def test_sqlite_keeps_what_is_committed_over_a_power_cut(tmp_path: Path) -> None:
    with transaction(f"sqlite:///{tmp_path / 'store.db'}") as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    full = 2
    assert found == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "busy_timeout": 15_000,
    }


def ask_about_meetings(store: Store) -> None:
    store.claim_event_notices("w", limit=9, machine=MACHINE, lease=MINUTE)
    store.calendars(["bob"])
    store.leave_between(SATURDAY, SATURDAY + MINUTE)
    store.put_leave({"bob": ()})
    store.series_uids([EventRef(mailbox="bob", event="a")])
    store.claim_judges({"uid": "bob"})
    store.release_judges({"bob": ()})
    store.meeting_decisions_of("uid")
    list(store.meeting_decisions_between(SATURDAY, SATURDAY + MINUTE))
    store.meeting_looks(SATURDAY.date(), SATURDAY.date())
    store.claim_notes(
        "w",
        kinds=list(NoteKind),
        closed=["service"],
        limit=9,
        now=SATURDAY,
        machine=MACHINE,
        lease=MINUTE,
    )
    store.note("a")
    store.told(NoteKind.ETIQUETTE, ["ann"], since=SATURDAY)
    store.notes_sent(since=SATURDAY)
    store.note_events(1)
    store.without_etiquette_nudges(["ann"])
    store.own_times(["ann"])
    store.people_to_tell(["a"], found_by=SATURDAY, now=SATURDAY)
    store.open_findings("ann")
    store.findings_of("a")
    store.claim_block_outs("w", limit=9, now=SATURDAY, machine=MACHINE, lease=MINUTE)
    store.block_outs(["bob", "carol"])
    store.block_outs_at(["a", "b"])
    store.block_out_series(["bob", "carol"])
    store.claim_kept("w", limit=9, now=SATURDAY, machine=MACHINE, lease=MINUTE)
    store.kept(1)
    store.planned_kept(["bob"], ["a"])
    store.kept_with("a", ["bob"], starts=SATURDAY, before=SATURDAY + MINUTE)
    store.kept_between("a", SATURDAY, SATURDAY + MINUTE)
    store.kept_events(1)
    store.leave_days(SATURDAY.date(), SATURDAY.date())


def test_no_question_reads_a_whole_table_on_sqlite(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'store.db'}")
    migrate(engine)
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(
        connection: Connection,
        cursor: object,
        statement: str,
        parameters: tuple[object, ...],
        *rest: object,
    ) -> None:
        asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    with closing(Store(engine)) as store:
        store.claim_arrivals("w", limit=9, machine=MACHINE, lease=MINUTE)
        store.claim_planned("w", limit=9, machine=MACHINE, lease=MINUTE)
        store.claim_due("w", limit=9, now=SATURDAY, machine=MACHINE, lease=MINUTE)
        store.judged([ref("a"), ref("b")])
        store.held_counts(["bob", "carol"])
        store.holds([HoldState.PLANNED, HoldState.HELD])
        store.hold_of(ref("a"))
        store.decisions_of(ref("a"))
        store.hold_events(1)
        list(store.decisions_between(SATURDAY, SATURDAY + MINUTE))
        list(store.holds_between(SATURDAY, SATURDAY + MINUTE))
        store.holds_after(0)
        store.tallies_since(SATURDAY)
        store.decision(1)
        store.facts_of([ref("a"), ref("b")])
        list(store.facts_between(SATURDAY, SATURDAY + MINUTE))
        ask_about_meetings(store)
        event.remove(engine, "before_cursor_execute", note)
        questions = [each for each in asked if each[0].startswith("SELECT")]
        assert len(questions) == 50
        with store.reading() as connection:
            for question, parameters in questions:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}", parameters)
                steps = [str(row[3]) for row in plan]
                walked = [step for step in steps if step.startswith("SCAN")]
                # Notices are few, and claimed in the order in which they lie in their table.
                notices = [name for name in NOTICES if f"FROM {name}" in question]
                assert walked == [f"SCAN {name}" for name in notices]
                assert not notices or len(steps) == 1  # no sorting either


def test_decisions_of_before_learn_whose_mail_they_are_about(empty_url: str) -> None:
    older = _config()
    with transaction(empty_url) as connection:
        older.attributes["connection"] = connection
        command.upgrade(older, "0003")
        for message, importance, tags in (
            ("calm", "normal", "[]"),
            ("important", "high", "[]"),
            ("tagged", "normal", '["URGENT"]'),
        ):
            connection.execute(
                text(
                    "INSERT INTO facts VALUES ('bob', :message, :at, 'alice', :yes, '[]', '[]', "
                    "'[]', 0, :importance, :tags, '[]', :no, :no, 0)"
                ),
                {
                    "message": message,
                    "importance": importance,
                    "tags": tags,
                    "at": "2026-05-23T09:00:00.000000Z",
                    "yes": True,
                    "no": False,
                },
            )
        for message in ("calm", "important", "tagged", "without facts"):
            connection.execute(
                text(
                    "INSERT INTO decisions (mailbox, message, position, received, decided, "
                    "outcome, mode, reason, detail, where_file, where_line, rulebook) VALUES "
                    "('bob', :message, 0, :at, :at, 'deliver', 'observe', 'let_through', '', "
                    "'rules.yaml', 1, 'abc')"
                ),
                {"message": message, "at": "2026-05-23T09:00:00.000000Z"},
            )
    Store.open(empty_url).close()
    with transaction(empty_url) as connection:
        rows = connection.execute(text("SELECT message, sender, urgent FROM decisions ORDER BY id"))
        found = [(message, sender, urgent) for message, sender, urgent in rows]
    assert found == [
        ("calm", "alice", False),
        ("important", "alice", True),
        ("tagged", "alice", True),
        ("without facts", None, None),
    ]
