"""Rows into a store in bulk: past its own methods, with its indexes made anew after them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from typing import Any

import psycopg
from sqlalchemy import Engine, Table

from policy_agent.store.engine import open_engine

AT_ONCE = 50_000  # rows


@contextmanager
def without_indexes(url: str, tables: Sequence[Table]) -> Iterator[Engine]:
    """Take away the tables' indexes, and make them again at the end."""
    engine = open_engine(url)
    indexes = [index for table in tables for index in table.indexes]
    try:
        for index in indexes:
            index.drop(engine)
        yield engine
        for index in indexes:
            index.create(engine)
        with engine.begin() as connection:  # as a server does by itself after a while
            connection.exec_driver_sql("ANALYZE")
    finally:
        engine.dispose()


def write(
    engine: Engine, table: Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> int:
    """Write rows, each a tuple by `columns` with instants as text; returns how many."""
    names = ", ".join(columns)
    count = 0
    source = iter(rows)
    with closing(engine.raw_connection()) as raw:
        connection: Any = raw.driver_connection
        if isinstance(connection, psycopg.Connection):
            with (
                connection.cursor() as cursor,
                cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy,
            ):
                for row in source:
                    copy.write_row(row)
                    count += 1
            connection.commit()
            return count
        marks = ", ".join("?" * len(columns))
        insert = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608  names are ours
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous = OFF")
        while some := list(islice(source, AT_ONCE)):
            cursor.execute("BEGIN")
            cursor.executemany(insert, some)
            cursor.execute("COMMIT")
            count += len(some)
    return count
