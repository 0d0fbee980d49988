"""What a person reads who set the store's URL wrong. The texts are the promise."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from policy_agent.store import Store, StoreProblem
from policy_agent.store.problems import shown
from tests.store.examples import SATURDAY, ref
from tests.throwaway_postgres import ASKS_PASSWORD, ThrowAwayPostgres


def said(url: str) -> str:
    with pytest.raises(StoreProblem) as caught:
        Store.open(url)
    return str(caught.value)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that another user may look into."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def said_to_another_user(url: str) -> str:
    """Open the store as somebody without rights, also where the tests run as root."""
    program = (
        "import sys\n"
        "from policy_agent.store import Store, StoreProblem\n"
        "try:\n"
        "    Store.open(sys.argv[1]).close()\n"
        "except StoreProblem as problem:\n"
        "    print(problem)\n"
    )
    drop = "import os; os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
    # Imports first: the other user may not be able to read this Python.
    first, rest = program.split("try:", 1)
    done = subprocess.run(
        [sys.executable, "-c", f"{first}{drop if os.geteuid() == 0 else ''}try:{rest}", url],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "not-there" / "store.db"
    assert said(f"sqlite:///{path}") == (
        f"store sqlite:///{path}: the folder {path.parent} does not exist; "
        "make it, or name a file in one that does"
    )


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    assert said(f"sqlite:///{tmp_path}") == (
        f"store sqlite:///{tmp_path}: this is a folder; name a file in it"
    )


def test_a_text_file_in_place_of_the_database(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_text("Dear all, this is a letter and not a database.\n" * 100)
    assert said(f"sqlite:///{path}") == (
        f"store sqlite:///{path}: the file is not an SQLite database; "
        "move it away, or name another file"
    )
    assert path.read_text().startswith("Dear all")


def test_a_file_that_may_not_be_read(open_folder: Path) -> None:
    path = open_folder / "store.db"
    Store.open(f"sqlite:///{path}").close()
    path.chmod(0o000)
    assert said_to_another_user(f"sqlite:///{path}") == (
        f"store sqlite:///{path}: the file cannot be opened; give the user that runs policy_agent "
        "the right to read and write it and its folder"
    )


def test_a_file_that_may_not_be_written(open_folder: Path) -> None:
    path = open_folder / "store.db"
    Store.open(f"sqlite:///{path}").close()
    path.chmod(0o444)
    open_folder.chmod(0o777)
    assert said_to_another_user(f"sqlite:///{path}") == (
        f"store sqlite:///{path}: the file is read-only; give the user that runs policy_agent "
        "the right to write it and its folder"
    )


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_store_in_memory(url: str) -> None:
    assert said(url) == (
        f"store {url}: a store in memory forgets what it holds; "
        "write sqlite:///file.db or postgresql://user:password@host:5432/database"
    )


def test_a_database_that_is_not_supported() -> None:
    assert said("mysql://root:hunter2@host/policy") == (
        "store mysql://root:***@host/policy: mysql is not supported; "
        "write sqlite:///file.db or postgresql://user:password@host:5432/database"
    )


@pytest.mark.parametrize("url", ["", "store.db", "postgresql://u:hunter2@host:port/d"])
def test_what_is_no_url_is_not_repeated(url: str) -> None:
    assert said(url) == (
        "the store's URL cannot be read; "
        "write sqlite:///file.db or postgresql://user:password@host:5432/database"
    )


def test_an_sqlite_that_is_too_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 34, 1))
    monkeypatch.setattr("sqlite3.sqlite_version", "3.34.1")
    url = f"sqlite:///{tmp_path / 'store.db'}"
    assert said(url) == (f"store {url}: this Python has SQLite 3.34.1; 3.35.0 or newer is needed")


def test_a_wrong_port() -> None:
    with closing(socket.socket()) as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        port = nobody_listens.getsockname()[1]
        assert said(f"postgresql://agent:hunter2@127.0.0.1:{port}/policy") == (
            f"store postgresql://agent:***@127.0.0.1:{port}/policy: "
            "no server listens there; start it, or mend host and port in the URL"
        )


def test_a_socket_that_is_missing(tmp_path: Path) -> None:
    assert said(f"postgresql://agent@/policy?host={tmp_path}").endswith(
        ": no server listens there; start it, or mend host and port in the URL"
    )


def test_a_host_that_nobody_knows() -> None:
    assert said("postgresql://agent@nowhere.invalid/policy") == (
        "store postgresql://agent@nowhere.invalid/policy: "
        "the host's name is not known; mend it in the URL"
    )


def test_no_password_and_a_wrong_one(postgres: ThrowAwayPostgres) -> None:
    postgres.sql(f"CREATE USER {ASKS_PASSWORD} PASSWORD 'right'")
    url = postgres.url("postgres", user=ASKS_PASSWORD)
    assert said(url).endswith(": the server asks for a password; put one into the URL")
    wrong = url.replace("@/", ":hunter2@/")
    assert said(wrong).endswith(": user or password is wrong; mend them in the URL")
    assert "hunter2" not in said(wrong)


def test_a_user_without_rights(postgres: ThrowAwayPostgres) -> None:
    postgres.sql("CREATE USER nobody_much")
    assert said(postgres.url("postgres", user="nobody_much")).endswith(
        ": its user may not do this; make it the owner of the database"
    )


def test_a_database_that_the_server_does_not_have(postgres: ThrowAwayPostgres) -> None:
    assert said(postgres.url("not_there")).endswith(
        ": the server does not know that database or user; create it, or mend the URL"
    )


def test_a_server_that_is_read_only(postgres: ThrowAwayPostgres) -> None:
    url = postgres.new_database("read_only")
    postgres.sql("ALTER DATABASE read_only SET default_transaction_read_only = on")
    assert said(url).endswith(
        ": the server is read-only; name the primary server and not a standby"
    )


def test_a_server_that_was_started_anew_is_found_again(postgres: ThrowAwayPostgres) -> None:
    with closing(Store.open(postgres.emptied_database())) as store:
        store.accept([ref("a")], now=SATURDAY)
        postgres.restart()
        assert store.pending_arrivals() == 1


def test_a_connection_that_breaks_in_the_middle_is_a_problem_of_the_store(
    postgres: ThrowAwayPostgres,
) -> None:
    def break_in_the_middle(store: Store) -> None:
        with store.writing() as connection:
            connection.exec_driver_sql("SELECT 1")
            postgres.restart()
            connection.exec_driver_sql("SELECT 1")

    with closing(Store.open(postgres.emptied_database())) as store:
        with pytest.raises(StoreProblem, match="the connection to the server broke; look at the"):
            break_in_the_middle(store)
        assert store.pending_arrivals() == 0


def test_a_file_that_stays_locked_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policy_agent.store.engine._BUSY", 0.01)
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with closing(Store.open(url)) as first, closing(Store.open(url)) as second:
        with first.writing(), pytest.raises(StoreProblem) as caught:
            second.accept([ref("a")], now=SATURDAY)
        assert str(caught.value) == (
            f"store {url}: another program keeps the file locked; end it, or use PostgreSQL where "
            "many processes write"
        )
        second.accept([ref("a")], now=SATURDAY)


def test_readers_do_not_wait_for_a_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policy_agent.store.engine._BUSY", 0.01)
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with closing(Store.open(url)) as first, closing(Store.open(url)) as second, first.writing():
        assert second.pending_arrivals() == 0


def test_a_password_is_shown_nowhere() -> None:
    url = make_url("postgresql://u:hunter2@h/d?sslpassword=hunter2&password=hunter2")
    assert shown(url) == "postgresql://u:***@h/d?password=***&sslpassword=***"
