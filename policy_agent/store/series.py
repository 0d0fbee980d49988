"""Series of organisers whose calendars are not covered: their uids, and whose copy is judged."""

from collections.abc import Collection, Mapping

from sqlalchemy import delete, select

from policy_agent.domain.events import EventRef
from policy_agent.store import meeting_tables
from policy_agent.store.engine import Database
from policy_agent.store.statements import chunks, insert_into

_series = meeting_tables.series_uids
_judges = meeting_tables.meeting_judges


class Series(Database):
    """What makes one meeting of the copies in many attendees' calendars."""

    def series_uids(self, masters: Collection[EventRef]) -> Mapping[EventRef, str]:
        """Return the uid of each series master that is known, by where a copy of it lies."""
        wanted = set(masters)
        found: dict[EventRef, str] = {}
        with self.reading() as connection:
            for mailbox in sorted({one.mailbox for one in wanted}):
                ids = sorted(one.event for one in wanted if one.mailbox == mailbox)
                for chunk in chunks(ids):
                    for row in connection.execute(
                        select(_series.c.series, _series.c.uid).where(
                            _series.c.mailbox == mailbox, _series.c.series.in_(chunk)
                        )
                    ):
                        found[EventRef(mailbox=mailbox, event=row.series)] = row.uid
        return found

    def put_series_uids(self, uids: Mapping[EventRef, str]) -> None:
        """Remember the uid of each series master; it never changes."""
        if not uids:
            return
        with self.writing() as connection:
            connection.execute(
                insert_into(connection, _series).on_conflict_do_nothing(
                    index_elements=[_series.c.mailbox, _series.c.series]
                ),
                [
                    {"mailbox": one.mailbox, "series": one.event, "uid": uids[one]}
                    for one in sorted(uids)
                ],
            )

    def claim_judges(self, wanted: Mapping[str, str]) -> Mapping[str, str]:
        """Return in whose mailbox each meeting is judged, by uid: the first that asked for it."""
        if not wanted:
            return {}
        found: dict[str, str] = {}
        with self.writing() as connection:
            connection.execute(
                insert_into(connection, _judges).on_conflict_do_nothing(
                    index_elements=[_judges.c.uid]
                ),
                [{"uid": uid, "mailbox": wanted[uid]} for uid in sorted(wanted)],
            )
            for chunk in chunks(sorted(wanted)):
                rows = connection.execute(select(_judges).where(_judges.c.uid.in_(chunk)))
                found.update((row.uid, row.mailbox) for row in rows)
        return found

    def release_judges(self, seen: Mapping[str, Collection[str]]) -> None:
        """Let others judge what each mailbox, seen whole, has no more: all but these uids."""
        with self.writing() as connection:
            for chunk in chunks(sorted(seen)):
                held = connection.execute(select(_judges).where(_judges.c.mailbox.in_(chunk)))
                lost = sorted(row.uid for row in held if row.uid not in seen[row.mailbox])
                for some in chunks(lost):
                    connection.execute(delete(_judges).where(_judges.c.uid.in_(some)))
