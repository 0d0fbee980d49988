"""What is wrong with a store, in words for the person who set its URL."""

import sqlite3
from urllib.parse import unquote

import psycopg
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError


class StoreProblem(Exception):
    """The store cannot be used: which one, what happened, and what would be right.

    The URL in the text has no password.
    """


def shown(url: URL) -> str:
    """Return a URL for people to read: without any password, also not one in its query."""
    secret = {name: "***" for name in url.query if "password" in name.lower()}
    plain = url.set(drivername=url.get_backend_name()).update_query_dict(secret)
    return unquote(plain.render_as_string(hide_password=True))


def problem(url: URL, error: DBAPIError) -> StoreProblem:
    """Say in words what the database or its driver answered."""
    original = error.orig
    if isinstance(original, sqlite3.Error):
        said = _of_sqlite(original)
    elif error.connection_invalidated:
        said = "the connection to the server broke; look at the server"
    elif isinstance(original, psycopg.Error):
        said = _of_postgresql(original)
    else:
        said = str(original)
    return StoreProblem(f"store {shown(url)}: {said}")


READ_ONLY_FILE = (
    "the file is read-only; give the user that runs policy_agent the right to write it and its "
    "folder"
)

# By primary result code, https://www.sqlite.org/rescode.html
_SQLITE = {
    "SQLITE_NOTADB": "the file is not an SQLite database; move it away, or name another file",
    "SQLITE_CANTOPEN": "the file cannot be opened; give the user that runs policy_agent the right "
    "to read and write it and its folder",
    "SQLITE_READONLY": READ_ONLY_FILE,
    "SQLITE_BUSY": "another program keeps the file locked; end it, or use PostgreSQL where many "
    "processes write",
    "SQLITE_FULL": "the disk is full; make room",
    "SQLITE_CORRUPT": "the file is damaged; bring back a copy of it",
    "SQLITE_IOERR": "the disk reports an error; look at the disk, and keep the file on a local one",
}


def _of_sqlite(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    for code, said in _SQLITE.items():
        if name == code or name.startswith(f"{code}_"):
            return said
    return f"SQLite says «{error}»"


# By SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html; connecting has none,
# so there the server's and libpq's own (untranslated) words have to do.
_POSTGRESQL = {
    "25006": "the server is read-only; name the primary server and not a standby",
    "42501": "its user may not do this; make it the owner of the database",
    "53100": "the server's disk is full; make room",
    "53300": "the server has no connection left; raise its max_connections",
    "57P03": "the server is starting or shutting down; wait for it",
}
_CONNECTING = {
    "password authentication failed": "user or password is wrong; mend them in the URL",
    "no password supplied": "the server asks for a password; put one into the URL",
    "Connection refused": "no server listens there; start it, or mend host and port in the URL",
    "No such file or directory": "no server listens there; start it, or mend host and port in the "
    "URL",
    "failed to resolve host": "the host's name is not known; mend it in the URL",
    "timeout expired": "the server does not answer; look whether a firewall is between",
    "does not exist": "the server does not know that database or user; create it, or mend the URL",
}


def _of_postgresql(error: psycopg.Error) -> str:
    known = _POSTGRESQL.get(error.sqlstate or "")
    if known is not None:
        return known
    words = " ".join(str(error).split())
    if error.sqlstate is None:
        for needle, said in _CONNECTING.items():
            if needle in words:
                return said
    return f"PostgreSQL says «{words}»"
