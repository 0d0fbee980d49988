"""Statements that the two databases say differently, and the size of what goes into one."""

import zlib
from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

# Parameters a statement: SQLite takes 32,766 and PostgreSQL 65,535; short lists plan faster.
_CHUNK = 500


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT with this database's own `ON CONFLICT`."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut a long list into pieces that fit into one statement each."""
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


def alone(connection: Connection, what: str) -> None:
    """Let nobody else do `what` before this transaction ends.

    On SQLite a writing transaction is alone already: it begins IMMEDIATE.
    """
    if connection.dialect.name == "postgresql":
        key = zlib.crc32(f"policy_agent {what}".encode())
        connection.execute(select(func.pg_advisory_xact_lock(key)))
