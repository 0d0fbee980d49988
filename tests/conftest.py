"""What more than one room's tests start: a throw-away PostgreSQL."""

import os
from collections.abc import Iterator

import pytest

from tests.throwaway_postgres import ThrowAwayPostgres, binaries


@pytest.fixture(scope="session")
def postgres() -> Iterator[ThrowAwayPostgres]:
    found = binaries()
    if found is None:
        missing = "PostgreSQL is not installed (no initdb): the store was tested on SQLite only"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    server = ThrowAwayPostgres(found)
    yield server
    server.stop()
