"""How a database is opened, and how its transactions begin and end."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.pool import ConnectionPoolEntry

from policy_agent.store.problems import READ_ONLY_FILE, StoreProblem, problem, shown

_BUSY = 15  # seconds that one process waits for another to end its writing on SQLite
_CONNECT = 10  # seconds that a PostgreSQL server has to answer
_OLDEST_SQLITE = (3, 35, 0)  # the first with RETURNING


class Database:
    """A database whose transactions raise `StoreProblem` when it cannot do its work."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(policy_agent_reads=True)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Begin a transaction that may write; commit it at the end, or undo it on an error.

        On SQLite it is the only one from its first statement on (BEGIN IMMEDIATE), so that nobody
        writes between what it reads and what it writes.
        """
        with _explained(self._engine), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Begin a transaction that only reads; on SQLite it waits for nobody."""
        with _explained(self._engine), self._reading.connect() as connection:
            yield connection

    def close(self) -> None:
        """Give every connection back; the store is not to be used any more."""
        self._engine.dispose()


def open_engine(url: str) -> Engine:
    """Return an engine for `sqlite:///file` or `postgresql://user:password@host:port/database`.

    Nothing is written but the journal mode of an SQLite file. Raises `StoreProblem` where no such
    database can be reached, without a password in its text.
    """
    wanted = _parsed(url)
    engine = _sqlite(wanted) if wanted.get_backend_name() == "sqlite" else _postgresql(wanted)
    try:
        with _explained(engine), engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                _refuse_read_only(connection)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _parsed(url: str) -> URL:
    right = "write sqlite:///file.db or postgresql://user:password@host:5432/database"
    try:
        found = make_url(url)
    except (ArgumentError, ValueError):
        # The text is not repeated: a password may stand anywhere in what is no URL.
        raise StoreProblem(f"the store's URL cannot be read; {right}") from None
    if found.drivername in {"postgresql", "postgresql+psycopg"}:
        return found.set(drivername="postgresql+psycopg")
    if found.drivername != "sqlite":
        raise StoreProblem(f"store {shown(found)}: {found.drivername} is not supported; {right}")
    if found.database in {None, "", ":memory:"}:
        raise StoreProblem(
            f"store {shown(found)}: a store in memory forgets what it holds; {right}"
        )
    return found


def _sqlite(url: URL) -> Engine:
    """Open a file in WAL mode with synchronous=FULL: what is committed outlives a power cut.

    With synchronous=NORMAL a commit may be lost then, https://www.sqlite.org/pragma.html.
    """
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise StoreProblem(
            f"store {shown(url)}: this Python has SQLite {sqlite3.sqlite_version}; "
            f"{'.'.join(map(str, _OLDEST_SQLITE))} or newer is needed"
        )
    path = Path(url.database or "")
    if not path.parent.is_dir():
        raise StoreProblem(
            f"store {shown(url)}: the folder {path.parent} does not exist; "
            "make it, or name a file in one that does"
        )
    if path.is_dir():
        raise StoreProblem(f"store {shown(url)}: this is a folder; name a file in it")
    if os.access(path, os.R_OK) and not os.access(path, os.W_OK):
        # SQLite would only say so at the first change: BEGIN IMMEDIATE on such a file succeeds.
        raise StoreProblem(f"store {shown(url)}: {READ_ONLY_FILE}")
    engine = create_engine(url, connect_args={"timeout": _BUSY}, hide_parameters=True)

    # The driver begins its own transactions late and deferred unless it is told not to,
    # https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#enabling-non-legacy-sqlite-transactional-modes-with-the-sqlite3-or-aiosqlite-driver
    @event.listens_for(engine, "connect")
    def connected(raw: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        raw.isolation_level = None
        cursor = raw.cursor()
        try:
            cursor.execute("PRAGMA foreign_keys = ON")
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute("PRAGMA journal_mode = WAL")
        finally:
            cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        reads = connection.get_execution_options().get("policy_agent_reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _postgresql(url: URL) -> Engine:
    """Open a pool that finds out by itself when the server was started anew."""
    known = {"connect_timeout": _CONNECT, "application_name": "policy_agent"}
    engine = create_engine(
        url,
        connect_args={name: value for name, value in known.items() if name not in url.query},
        pool_pre_ping=True,
        hide_parameters=True,
    )

    # Else instants come back in the server's zone, where the last hours of year 9999 do not exist.
    @event.listens_for(engine, "connect")
    def connected(raw: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = raw.cursor()
        try:
            cursor.execute("SET TIME ZONE 'UTC'")
            raw.commit()
        finally:
            cursor.close()

    return engine


def _refuse_read_only(connection: Connection) -> None:
    if connection.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "on":
        raise StoreProblem(
            f"store {shown(connection.engine.url)}: the server is read-only; "
            "name the primary server and not a standby"
        )


@contextmanager
def _explained(engine: Engine) -> Iterator[None]:
    """Turn what the database answers into a `StoreProblem`.

    A broken constraint is a mistake of ours and stays what it is.
    """
    try:
        yield
    except DBAPIError as error:
        if isinstance(error, IntegrityError):
            raise
        raise problem(engine.url, error) from error
