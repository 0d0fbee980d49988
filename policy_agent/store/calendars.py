"""Covered calendars: what is watched of them, whose they are, and who is on leave."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select, update

from policy_agent.domain.events import CalendarOwner, Span
from policy_agent.domain.watching import CoveredCalendar
from policy_agent.store import meeting_tables
from policy_agent.store.engine import Database
from policy_agent.store.preferences import read_days, written_days
from policy_agent.store.statements import alone, chunks, insert_into

_rows = meeting_tables.calendars
_leave = meeting_tables.leave
_judges = meeting_tables.meeting_judges
_series = meeting_tables.series_uids
_notices = meeting_tables.event_notices

_REPLIES, _EVENTS = "replies", "events"  # where leave is known from


class Calendars(Database):
    """Which calendars are watched, and how far."""

    def put_calendars(self, ids: Collection[str], *, now: datetime) -> None:
        """Make exactly these the covered calendars; new ones are covered from `now` on.

        One that is not covered any more is forgotten with all that was learnt of it, its notices
        and leave included; what was decided of its meetings stays.
        """
        wanted = set(ids)
        with self.writing() as connection:
            alone(connection, "put calendars")
            known = set(connection.execute(select(_rows.c.id)).scalars())
            for chunk in chunks(sorted(known - wanted)):
                connection.execute(delete(_rows).where(_rows.c.id.in_(chunk)))
                connection.execute(delete(_leave).where(_leave.c.person.in_(chunk)))
                for table in (_judges, _series, _notices):
                    connection.execute(delete(table).where(table.c.mailbox.in_(chunk)))
            new = [
                {"id": id_, "since": now, "zone": "", "language": ""}
                for id_ in sorted(wanted - known)
            ]
            if new:
                connection.execute(insert_into(connection, _rows), new)

    def calendars(self, ids: Collection[str] | None = None) -> Sequence[CoveredCalendar]:
        """Return the covered calendars, by id: these, or all."""
        wanted = select(_rows).order_by(_rows.c.id)
        with self.reading() as connection:
            if ids is None:
                found = connection.execute(wanted).mappings()
                return tuple(_read(row) for row in found)
            return tuple(
                _read(row)
                for chunk in chunks(sorted(set(ids)))
                for row in connection.execute(wanted.where(_rows.c.id.in_(chunk))).mappings()
            )

    def put_owners(self, owners: Collection[CalendarOwner], *, now: datetime) -> None:
        """Remember what mailboxes' own settings say, and when each owner's replies are on."""
        if not owners:
            return
        ordered = sorted(owners, key=lambda owner: owner.mailbox)
        with self.writing() as connection:
            connection.execute(
                update(_rows)
                .where(_rows.c.id == bindparam("key"))
                .values(
                    purpose=bindparam("learnt_purpose"),
                    zone=bindparam("learnt_zone"),
                    language=bindparam("learnt_language"),
                    working_days=bindparam("learnt_days"),
                    owner_asked=now,
                ),
                [
                    {
                        "key": owner.mailbox,
                        "learnt_purpose": owner.purpose,
                        "learnt_zone": owner.zone,
                        "learnt_language": owner.language,
                        "learnt_days": written_days(owner.working_days),
                    }
                    for owner in ordered
                ],
            )
            away = {owner.mailbox: owner.away for owner in ordered}
            _replace_leave(connection, away, _REPLIES)

    def put_whole(
        self, ids: Collection[str], *, to: datetime, rulebook: str, since: datetime, now: datetime
    ) -> None:
        """Remember that calendars were seen whole up to `to` and judged by that rulebook.

        `since`: everything that changed before then was seen.
        """
        values = {"viewed": now, "viewed_to": to, "viewed_by": rulebook, "changed_since": since}
        self._learn_of(ids, values)

    def put_changed(self, ids: Collection[str], *, since: datetime) -> None:
        """Remember that everything that changed before `since` was seen."""
        self._learn_of(ids, {"changed_since": since})

    def park_calendars(self, ids: Collection[str], *, until: datetime) -> None:
        """Leave these calendars alone until then (tenant time); others' copies count meanwhile."""
        self._learn_of(ids, {"parked_until": until})
        with self.writing() as connection:
            for chunk in chunks(sorted(set(ids))):
                connection.execute(delete(_judges).where(_judges.c.mailbox.in_(chunk)))

    def put_leave(self, away: Mapping[str, Collection[Span]]) -> None:
        """Replace what is known of each person's leave from out-of-office events."""
        if not away:
            return
        with self.writing() as connection:
            _replace_leave(connection, away, _EVENTS)

    def leave_between(self, starts: datetime, ends: datetime) -> Mapping[str, tuple[Span, ...]]:
        """Return when each person is on leave, as far as it touches that span."""
        found: dict[str, tuple[Span, ...]] = {}
        with self.reading() as connection:
            for row in connection.execute(
                select(_leave.c.person, _leave.c.starts, _leave.c.ends)
                .where(_leave.c.ends > starts, _leave.c.starts < ends)
                .order_by(_leave.c.starts)
            ):
                span = Span(starts=row.starts, ends=row.ends)
                found[row.person] = (*found.get(row.person, ()), span)
        return found

    def _learn_of(self, ids: Collection[str], values: Mapping[str, object]) -> None:
        """Write the same of several calendars; those that are not covered are left out."""
        with self.writing() as connection:
            for chunk in chunks(sorted(set(ids))):
                connection.execute(update(_rows).where(_rows.c.id.in_(chunk)).values(values))


def _read(row: RowMapping) -> CoveredCalendar:
    return CoveredCalendar(**{**row, "working_days": read_days(row["working_days"])})


def _replace_leave(
    connection: Connection, away: Mapping[str, Collection[Span]], source: str
) -> None:
    """Replace what one source knows of each covered person's leave."""
    for chunk in chunks(sorted(away)):
        connection.execute(
            delete(_leave).where(_leave.c.person.in_(chunk), _leave.c.source == source)
        )
        covered = connection.execute(
            select(_rows.c.id).where(_rows.c.id.in_(chunk)).order_by(_rows.c.id)
        ).scalars()
        fresh = [
            {"person": person, "source": source, "starts": span.starts, "ends": span.ends}
            for person in covered.all()
            for span in sorted(set(away[person]), key=lambda span: (span.starts, span.ends))
        ]
        if fresh:
            connection.execute(insert(_leave), fresh)
