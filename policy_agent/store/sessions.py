"""Sign-ins that are not over; see `policy_agent.web.sessions`."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from policy_agent.store.engine import Database
from policy_agent.store.tables import sessions


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """Who is signed in, and as what."""

    person: str  # Entra object id
    roles: frozenset[str]  # app roles as the sign-in told them
    ends: datetime  # machine time, aware UTC


class Sessions(Database):
    """Sessions by a secret that only the person's browser has; its hash is what is kept."""

    def begin_session(
        self, secret: str, *, person: str, roles: Collection[str], now: datetime, ends: datetime
    ) -> None:
        """Write a new session down, and forget those that are over."""
        with self.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.ends <= now))
            connection.execute(
                insert(sessions).values(
                    id=_hash(secret), person=person, roles=sorted(roles), made=now, ends=ends
                )
            )

    def session(self, secret: str, *, now: datetime) -> Session | None:
        """Return the session of that secret, unless it is over."""
        with self.reading() as connection:
            row = connection.execute(
                select(sessions).where(sessions.c.id == _hash(secret), sessions.c.ends > now)
            ).one_or_none()
        if row is None:
            return None
        return Session(person=row.person, roles=frozenset(row.roles), ends=row.ends)

    def end_session(self, secret: str) -> None:
        """End it; one that is over already counts as done."""
        with self.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.id == _hash(secret)))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
