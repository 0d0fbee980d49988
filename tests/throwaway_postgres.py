"""A PostgreSQL server for one test session: started from the machine's binaries, thrown away after.

It listens on a socket in its own folder and nowhere else, so that any number may run at once.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psycopg

ASKS_PASSWORD = "asks_password"


def binaries() -> Path | None:
    """Return the folder with `initdb` and `pg_ctl`, the newest version's of several."""
    on_path = shutil.which("initdb")
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    found = [*installed, *([Path(on_path)] if on_path else [])]
    folders = [path.resolve().parent for path in found]
    return next((each for each in reversed(folders) if (each / "pg_ctl").exists()), None)


class ThrowAwayPostgres:
    """A running cluster; `stop` removes all of it."""

    def __init__(self, folder: Path) -> None:
        self._binaries = folder
        self._base = Path(tempfile.mkdtemp(prefix="pg-"))
        self._data = self._base / "data"
        self._shared = ""
        self._user = _somebody_else()
        if self._user is not None:
            shutil.chown(self._base, self._user)
        self._run("initdb", ["--auth=trust", "--username=owner", "--no-sync", "--encoding=UTF8"])
        rules = self._data / "pg_hba.conf"
        rules.write_text(f"local all {ASKS_PASSWORD} scram-sha-256\n{rules.read_text()}")
        options = f"-c listen_addresses='' -c fsync=off -c timezone=Asia/Tokyo -k {self._base}"
        log = str(self._base / "server.log")
        self._run("pg_ctl", ["start", "--wait", "--silent", f"--log={log}", "-o", options])

    def url(self, database: str, *, user: str = "owner") -> str:
        return f"postgresql://{user}@/{database}?host={self._base}"

    def new_database(self, name: str) -> str:
        """Create an empty database and return its URL."""
        self.sql(f"CREATE DATABASE {name}")
        return self.url(name)

    def emptied_database(self) -> str:
        """Return the URL of the one database that most tests share, one after the other.

        Whoever is still connected is sent away first.
        """
        if not self._shared:
            self._shared = self.new_database("shared")
        self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'shared'")
        self.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public", database="shared")
        return self._shared

    def sql(self, statements: str, *, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statements.encode())

    def restart(self) -> None:
        self._run("pg_ctl", ["restart", "--wait", "--silent", "--mode=immediate"])

    def stop(self) -> None:
        self._run("pg_ctl", ["stop", "--wait", "--silent", "--mode=immediate"])
        shutil.rmtree(self._base)

    def _run(self, program: str, arguments: Sequence[str]) -> None:
        """Run one of the server's programs, which refuse to be run by root."""
        who = {} if self._user is None else {"user": self._user, "extra_groups": []}
        done = subprocess.run(
            [self._binaries / program, f"--pgdata={self._data}", *arguments],
            cwd=self._base,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
            text=True,
            env={**os.environ, "LC_ALL": "C", "HOME": str(self._base)},
            **who,  # type: ignore[call-overload]  # a user only where we are root
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stderr}")


def _somebody_else() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
