"""Each test that asks for `store` or `empty_url` runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from policy_agent.store import Store
from tests.throwaway_postgres import ThrowAwayPostgres


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a database with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    server: ThrowAwayPostgres = request.getfixturevalue("postgres")
    return server.emptied_database()


@pytest.fixture
def store(empty_url: str) -> Iterator[Store]:
    with closing(Store.open(empty_url)) as opened:
        yield opened
