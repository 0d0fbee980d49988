"""What people chose for themselves, and the keys that sign the links by which they choose."""

import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from policy_agent.store.engine import Database
from policy_agent.store.meeting_tables import keys, preferences
from policy_agent.store.statements import chunks, insert_into

_KEY_BYTES = 32


class Preferences(Database):
    """Choices of people, and secrets that all processes on one store share."""

    def set_etiquette_nudges(self, person: str, *, on: bool, now: datetime) -> None:
        """Turn somebody's etiquette nudges on or off; again is harmless."""
        changed = {"etiquette_nudges": on, "changed": now}
        with self.writing() as connection:
            connection.execute(
                insert_into(connection, preferences)
                .values(person=person, **changed)
                .on_conflict_do_update(
                    index_elements=[preferences.c.person],
                    set_=changed,
                    where=preferences.c.etiquette_nudges != on,
                )
            )

    def without_etiquette_nudges(self, people: Collection[str]) -> frozenset[str]:
        """Return who of these turned them off."""
        found: set[str] = set()
        with self.reading() as connection:
            for chunk in chunks(sorted(set(people))):
                found.update(
                    connection.execute(
                        select(preferences.c.person).where(
                            preferences.c.person.in_(chunk),
                            preferences.c.etiquette_nudges.is_(False),
                        )
                    ).scalars()
                )
        return frozenset(found)

    def key(self, name: str, *, now: datetime) -> str:
        """Return the secret of that name; the first who asks makes it, for good and for all."""
        wanted = select(keys.c.secret).where(keys.c.name == name)
        with self.reading() as connection:
            known: str | None = connection.execute(wanted).scalar_one_or_none()
        if known is not None:
            return known
        with self.writing() as connection:
            connection.execute(
                insert_into(connection, keys)
                .values(name=name, secret=secrets.token_urlsafe(_KEY_BYTES), made=now)
                .on_conflict_do_nothing(index_elements=[keys.c.name])
            )
            made: str = connection.execute(wanted).scalar_one()
        return made
