"""What is kept, as tables. Migrations bring a database to exactly this; a test compares the two.

Kept: ids, times, rules, outcomes, modes, reasons, and which words of the rulebook's own a mail
matched. Never kept: body, subject, attachments, addresses outside the organisation.

What is kept of meetings is in `meeting_tables.py`.

Two columns make a lease, on arrivals and on holds: `leased_by` names the worker, and nobody may
claim the row before `free_from`, an instant of the machine's clock. A row that waits for another
try is the same without a worker.
"""

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeEngine

from policy_agent.domain.decisions import Outcome, Reason
from policy_agent.domain.holds import Asked, HoldState
from policy_agent.domain.rules import Mode

FREE = datetime(1970, 1, 1, tzinfo=UTC)  # `free_from` of a row that anybody may claim


class NaiveInstantError(ValueError, DontWrapMixin):
    """A time without a zone came to the store; SQLAlchemy hands it on as it is."""


class Instant(TypeDecorator[datetime]):
    """An aware instant, to the microsecond, that comes back in UTC.

    PostgreSQL has a type for it. SQLite has none, so there it is text of one width in UTC, which
    sorts and compares as instants do and can be read by eye: 2026-05-26T07:30:00.000000Z.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime] | TypeEngine[str]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(27))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise NaiveInstantError(f"the store takes aware instants only, got {value!r}")
        utc = value.astimezone(UTC)
        if dialect.name == "sqlite":
            return utc.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
        return utc

    def process_result_value(
        self, value: datetime | str | None, dialect: Dialect
    ) -> datetime | None:
        del dialect
        if value is None:
            return None
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
        return found.astimezone(UTC)


def word(words: type[StrEnum], *, checked: bool = False) -> Enum:
    """Return a column type for one of a closed set of words, kept as the word itself.

    Only states are checked by the database too: the others grow with each kind of rule, and SQLite
    cannot change a check without copying the table.
    """
    return Enum(
        words,
        native_enum=False,
        create_constraint=checked,
        length=20,
        name="state" if checked else None,
        values_callable=lambda members: [str(member.value) for member in members],
    )


def row_id() -> Column[int]:
    """Return the column of a number that the database gives each row."""
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

arrivals = Table(
    "arrivals",
    metadata,
    row_id(),  # the order of claims, so that its own index is the one claims walk
    Column("mailbox", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("accepted", Instant, nullable=False),  # tenant time of the first notice
    Column("notices", Integer, nullable=False),  # how many came of this copy
    Column("attempts", Integer, nullable=False),
    Column("leased_by", Text),
    Column("free_from", Instant, nullable=False),
    UniqueConstraint("mailbox", "message"),
    sqlite_autoincrement=True,  # an id never comes back: `seq` is built on it
)

decisions = Table(
    "decisions",
    metadata,
    row_id(),
    Column("mailbox", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("position", Integer, nullable=False),  # from 0; whoever writes 0 has judged the copy
    Column("received", Instant, nullable=False),
    Column("decided", Instant, nullable=False),
    Column("rule", Text),  # null: no rule is about these people
    Column("outcome", word(Outcome), nullable=False),
    Column("mode", word(Mode), nullable=False),
    Column("reason", word(Reason), nullable=False),
    Column("detail", Text, nullable=False),  # without names or addresses
    Column("where_file", Text, nullable=False),
    Column("where_line", Integer, nullable=False),
    Column("promised", Instant),
    Column("rulebook", Text, nullable=False),  # hash of the rulebook that decided
    # As the facts say. They stand here too, so that figures by team are read from one index.
    Column("sender", Text),  # person id; null: nobody the directory knew, or no facts
    Column("urgent", Boolean),  # importance, a tag or a category of the rulebook marked it
    UniqueConstraint("message", "mailbox", "position"),  # message first: `judged` asks by it
    # Whatever is searched for is read from one of these alone, however rare it is: see
    # policy_agent.store.found_decisions.
    Index(None, "decided", "id", "rule", "outcome", "mode", "reason"),
    Index(None, "mailbox", "decided", "id"),
    Index(None, "sender", "decided", "id"),
    Index(None, "rule", "sender", "decided", "mode", "outcome", "reason", "urgent"),
)

# What a copy was judged by, as far as it may be kept: policy_agent.domain.recorded. Lists are JSON,
# since they are read whole and never searched.
facts = Table(
    "facts",
    metadata,
    Column("mailbox", Text, primary_key=True),
    Column("message", Text, primary_key=True),
    Column("received", Instant, nullable=False),
    Column("sender", Text),  # person id; null: nobody the directory knew
    Column("sender_inside", Boolean, nullable=False),
    Column("sender_lists", JSON, nullable=False),
    Column("recipients", JSON, nullable=False),  # person ids
    Column("recipient_lists", JSON, nullable=False),
    Column("outside", Integer, nullable=False),  # how many
    Column("importance", String(20), nullable=False),
    Column("tags", JSON, nullable=False),  # of the rulebook's own
    Column("categories", JSON, nullable=False),  # of the rulebook's own
    Column("is_meeting", Boolean, nullable=False),
    Column("is_read", Boolean, nullable=False),
    Column("held_already", Integer, nullable=False),
    Column("working_days", JSON(none_as_null=True)),  # the recipient's own, where a rule asked
    Index(None, "received"),
    Index(None, "sender", "received"),  # what somebody sent
    Index(None, "mailbox", "received"),  # what somebody got
)

# One row a sender and message, however many recipients: what a receipt is about.
held_mails = Table(
    "held_mails",
    metadata,
    row_id(),
    Column("sender", Text, nullable=False),  # person id
    Column("internet_message_id", Text, nullable=False),
    Column("received", Instant, nullable=False),  # of the first copy
    Column("told", Boolean, nullable=False),  # a receipt or a digest was planned
    Column("sent_now", Instant),  # tenant time at which the sender asked
    UniqueConstraint("sender", "internet_message_id"),
    Index(None, "told", "id"),  # whose sender is to be told
    Index(None, "sender", "received"),
    sqlite_autoincrement=True,  # an id never comes back: links in receipts name it
)

holds = Table(
    "holds",
    metadata,
    row_id(),
    Column("mailbox", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("state", word(HoldState, checked=True), nullable=False),
    Column("received", Instant, nullable=False),
    Column("decided", Instant, nullable=False),
    Column("promised", Instant, nullable=False),
    Column("due", Instant, nullable=False),
    Column("leased_by", Text),
    Column("free_from", Instant, nullable=False),
    Column("mail", BigInteger().with_variant(Integer, "sqlite")),  # of held_mails; null: none
    Column("asked", word(Asked)),  # who wanted it before its time
    UniqueConstraint("mailbox", "message"),
    Index(None, "mail"),
    Index(None, "state", "due"),  # what is due, what is planned, what is open
    Index(None, "mailbox", "state", "id"),  # how many are open in a mailbox; searches, as below
    Index(None, "state", "id"),
    Index(None, "rule", "state", "id"),
    Index(None, "decided"),
    sqlite_autoincrement=True,  # an id never comes back: links in receipts name it
)

hold_events = Table(
    "hold_events",
    metadata,
    row_id(),
    Column("hold", ForeignKey(holds.c.id, ondelete="CASCADE"), nullable=False),
    Column("from_state", word(HoldState)),  # null: it was made
    Column("to_state", word(HoldState), nullable=False),
    Column("at", Instant, nullable=False),  # tenant time
    Column("why", Text, nullable=False),
    Column("who", Text),  # person id, or a name given at the command line; null: the agent
    Index(None, "hold"),
)

# Sign-ins that are not over. The cookie names a session by a secret of which only the hash is kept.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),  # SHA-256 of the secret
    Column("person", Text, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("made", Instant, nullable=False),  # machine time, as its end
    Column("ends", Instant, nullable=False),
    Index(None, "ends"),
)

mailboxes = Table(
    "mailboxes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("inbox", Text),
    Column("delta_link", Text),
    Column("parked_until", Instant),
)

# Not tied to the mailbox's stay in scope: held mail has to find back from any of them.
hold_folders = Table(
    "hold_folders",
    metadata,
    row_id(),  # the order in which they came into use
    Column("mailbox", Text, nullable=False),
    Column("folder", Text, nullable=False),
    UniqueConstraint("mailbox", "folder"),
)

# A subscription outlives its mailbox's stay in scope: it has to be ended at the service first.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("mailbox", Text, nullable=False),
    Column("client_state", Text, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("what", String(20), nullable=False, server_default="inbox"),  # or calendar
)

people = Table(
    "people",
    metadata,
    Column("id", Text, primary_key=True),
    Column("seen", Instant, nullable=False),  # tenant time of the directory's answer
)

addresses = Table(
    "addresses",
    metadata,
    Column("person", ForeignKey(people.c.id, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),  # 0: the main one
    Column("address", Text, nullable=False),
)

teams = Table("teams", metadata, Column("name", Text, primary_key=True))

# Members stand by id alone: a group may name somebody of whom the directory told nothing else.
team_members = Table(
    "team_members",
    metadata,
    Column("team", ForeignKey(teams.c.name, ondelete="CASCADE"), primary_key=True),
    Column("person", Text, primary_key=True),
)

feeds = Table(
    "feeds",
    metadata,
    Column("division", Text, primary_key=True),
    Column("text", Text, nullable=False),  # iCalendar, as the feed gave it
    Column("etag", Text),
    Column("fetched", Instant, nullable=False),
)

# Exemptions that came at run time; those of the rulebook are in its files.
exemptions = Table(
    "exemptions",
    metadata,
    row_id(),
    Column("name", Text, nullable=False),  # for good: a name that was used does not come back
    Column("rules", JSON, nullable=False),
    Column("teams", JSON, nullable=False),
    Column("people", JSON, nullable=False),  # addresses of staff, lower case
    Column("starts", Date, nullable=False),
    Column("ends", Date, nullable=False),  # the last day it holds, all day
    Column("because", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("created", Instant, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("ended", Instant),  # somebody ended it before its time
    Column("ended_by", Text),
    Column("uses", Integer, nullable=False),  # how many copies it freed
    UniqueConstraint("name"),
)

exemption_events = Table(
    "exemption_events",
    metadata,
    row_id(),
    Column("exemption", ForeignKey(exemptions.c.id), nullable=False),
    Column("what", Text, nullable=False),  # added, ended
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Index(None, "exemption"),
)
