"""What people chose for themselves, and the keys that sign the links by which they choose.

Days and times of one's own are kept as they were chosen. `own_times` adds what the mailboxes of
covered calendars say, which counts where nothing was chosen.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, time
from typing import Any

from sqlalchemy import Row, select

from policy_agent.domain.own_time import OwnTime, Preference
from policy_agent.store.engine import Database
from policy_agent.store.meeting_tables import calendars, keys, preferences
from policy_agent.store.statements import chunks, insert_into

_KEY_BYTES = 32
_LIKE_THE_CALENDAR = OwnTime()


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

    def preferences_of(self, people: Collection[str]) -> Mapping[str, Preference]:
        """Return what each of these chose; who chose nothing is not in the answer."""
        found: dict[str, Preference] = {}
        with self.reading() as connection:
            for chunk in chunks(sorted(set(people))):
                rows = connection.execute(
                    select(preferences).where(preferences.c.person.in_(chunk))
                )
                found.update({row.person: _read(row) for row in rows})
        return found

    def put_preference(self, person: str, chosen: Preference, *, now: datetime) -> None:
        """Write down all that somebody chose, in place of what they had."""
        starts, ends = chosen.quiet or (None, None)
        changed = {
            "etiquette_nudges": chosen.etiquette_nudges,
            "changed": now,
            "working_days": written_days(chosen.working_days),
            "quiet_from": None if starts is None else f"{starts:%H:%M}",
            "quiet_to": None if ends is None else f"{ends:%H:%M}",
        }
        with self.writing() as connection:
            connection.execute(
                insert_into(connection, preferences)
                .values(person=person, **changed)
                .on_conflict_do_update(index_elements=[preferences.c.person], set_=changed)
            )

    def own_times(self, people: Collection[str]) -> Mapping[str, OwnTime]:
        """Return what is known of each one's time; who is like the calendar is left out.

        Days that somebody chose go before those of their mailbox, which is known for covered
        calendars alone.
        """
        chosen = self.preferences_of(people)
        found: dict[str, OwnTime] = {}
        with self.reading() as connection:
            for chunk in chunks(sorted(set(people))):
                rows = connection.execute(
                    select(calendars.c.id, calendars.c.working_days, calendars.c.zone).where(
                        calendars.c.id.in_(chunk)
                    )
                )
                for row in rows:
                    days = read_days(row.working_days)
                    found[row.id] = OwnTime(working_days=days, zone=row.zone)
        for person, preference in chosen.items():
            known = found.get(person, _LIKE_THE_CALENDAR)
            found[person] = OwnTime(
                working_days=preference.working_days or known.working_days,
                quiet=preference.quiet,
                zone=known.zone,
            )
        return {person: own for person, own in found.items() if own != _LIKE_THE_CALENDAR}

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


def written_days(days: Iterable[int] | None) -> list[int] | None:
    """Return days of the week as a column has them."""
    return None if days is None else sorted(days)


def read_days(written: Collection[int] | None) -> frozenset[int] | None:
    """Return days of the week again; none at all are as good as not known."""
    return frozenset(written) if written else None


def _read(row: Row[Any]) -> Preference:
    quiet = None
    if row.quiet_from is not None and row.quiet_to is not None:
        quiet = time.fromisoformat(row.quiet_from), time.fromisoformat(row.quiet_to)
    return Preference(
        etiquette_nudges=row.etiquette_nudges,
        working_days=read_days(row.working_days),
        quiet=quiet,
    )
