"""Holiday feeds: the last good text of each, so that a dead feed leaves the last one in force."""

from datetime import datetime

from sqlalchemy import select

from policy_agent.store import tables
from policy_agent.store.engine import Database
from policy_agent.store.statements import insert_into

_rows = tables.feeds


class Feeds(Database):
    """iCalendar texts by division."""

    def feed(self, division: str) -> tuple[str, str | None] | None:
        """Return the last good iCalendar text of a holiday feed and its ETag."""
        with self.reading() as connection:
            row = connection.execute(
                select(_rows.c.text, _rows.c.etag).where(_rows.c.division == division)
            ).one_or_none()
        return None if row is None else (row.text, row.etag)

    def put_feed(self, division: str, text: str, etag: str | None, *, now: datetime) -> None:
        """Keep a good text in place of the last one."""
        kept = {"text": text, "etag": etag, "fetched": now}
        with self.writing() as connection:
            connection.execute(
                insert_into(connection, _rows)
                .values(division=division, **kept)
                .on_conflict_do_update(index_elements=[_rows.c.division], set_=kept)
            )
