"""What the agent wrote down of the week, told in plain words and as a table."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from demo.audit import WrittenNote
from demo.traffic import ZONE, Message
from demo.week import END, START
from policy_agent.domain.decisions import Outcome, Reason
from policy_agent.domain.holds import Hold, HoldState
from policy_agent.store.decisions import DecisionRow
from policy_agent.store.store import Store

COLUMNS = (
    "message",
    "sent_local",
    "sender",
    "recipient",
    "outcome",
    "mode",
    "rule",
    "reason",
    "detail",
    "clause",
    "release_at",
    "released_local",
)


@dataclass(frozen=True, kw_only=True)
class Told:
    """One copy: what was decided of it and what became of it."""

    message: Message
    recipient: str
    decision: DecisionRow
    hold: Hold | None
    released: datetime | None


def read_told(
    store_url: str, messages: Sequence[Message], rows: Mapping[tuple[str, str], tuple[int, str]]
) -> list[Told]:
    """Read the agent's own records of every delivered copy, in the order of the traffic."""
    by_row = {message.row: message for message in messages}
    store = Store.open(store_url)
    try:
        until = END + timedelta(days=30)  # what was put off may be decided after the week's end
        holds = {(h.copy.mailbox, h.copy.message): h for h in store.holds_between(START, until)}
        told = []
        for decision in store.decisions_between(START, until):
            key = decision.mailbox, decision.message
            if key not in rows:  # a message of the agent's own
                continue
            row, address = rows[key]
            hold = holds.get(key)
            told.append(
                Told(
                    message=by_row[row],
                    recipient=address.partition("@")[0],
                    decision=decision,
                    hold=hold,
                    released=None if hold is None else _released(store, hold),
                )
            )
    finally:
        store.close()
    return sorted(told, key=lambda one: (one.message.row, one.recipient))


def _released(store: Store, hold: Hold) -> datetime | None:
    """Return when the copy was back in the Inbox, by the tenant's clock."""
    events = store.hold_events(hold.id)
    return next((one.at for one in events if one.to_state is HoldState.RELEASED), None)


def write_table(path: Path, told: Sequence[Told]) -> None:
    """Write a row for each decision; times are local wall-clock times."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for one in told:
            decision = one.decision
            table.writerow(
                [
                    one.message.row,
                    _local(one.message.sent),
                    one.message.sender,
                    one.recipient,
                    decision.outcome,
                    decision.mode,
                    decision.rule or "",
                    decision.reason,
                    decision.detail,
                    f"{decision.where_file}:{decision.where_line}" if decision.where_file else "",
                    _local(decision.promised),
                    _local(one.released),
                ]
            )


def tell(told: Sequence[Told]) -> list[str]:
    """Return the week as a few plain sentences."""
    held = [one for one in told if one.decision.outcome is Outcome.HOLD]
    back = [one for one in held if one.released is not None]
    freed = [
        one
        for one in told
        if one.decision.reason in {Reason.EXEMPT_TEAM, Reason.EXEMPTION, Reason.LET_THROUGH}
    ]
    working = [one for one in told if one.decision.reason is Reason.OUTSIDE_WINDOW]
    lines = [
        (
            f"{len({one.message.row for one in told})} messages came to {len(told)} Inboxes "
            f"between {_day(START)} and {_day(END - timedelta(seconds=1))}."
        ),
        f"{len(working)} copies came on a working day and went straight through.",
    ]
    for said, count in Counter(one.decision.detail for one in held).items():
        lines.append(f"{count} copies were held: {said}.")
    for said, count in Counter(one.decision.detail for one in freed).items():
        lines.append(f"{count} copies were let through: {said}.")
    if back:
        first = min(one.released for one in back if one.released is not None)
        last = max(one.released for one in back if one.released is not None)
        people = len({one.recipient for one in back})
        lines.append(
            f"{len(back)} held copies came back to {people} people between "
            f"{_local(first)[11:16]} and {_local(last)[11:16]} on {_day(first)}."
        )
        lags = sorted(
            (one.released - one.hold.due).total_seconds()
            for one in back
            if one.released is not None and one.hold is not None
        )
        lines.append(
            f"From the moment promised to the moment done: {lags[len(lags) // 2]:.0f} s in the "
            f"middle, {lags[-1]:.0f} s at most, by the tenant's hurried clock."
        )
    others = Counter(one.hold.state for one in held if one.hold and one.released is None)
    for state, count in others.items():
        lines.append(f"{count} holds ended as {state}.")
    errors = sum(one.decision.outcome is Outcome.ERROR for one in told)
    if errors:
        lines.append(f"{errors} decisions failed and were delivered.")
    return lines


def tell_notes(notes: Sequence[WrittenNote]) -> list[str]:
    """Return what the agent wrote to people, in a sentence, with an example of each kind."""
    summaries = [note for note in notes if "while you were away" in note.subject]
    receipts = [note for note in notes if note not in summaries]
    senders, recipients = ({note.person for note in some} for some in (receipts, summaries))
    lines = [
        f"{len(receipts)} receipts and digests went to {len(senders)} senders.",
        f"{len(summaries)} summaries went to {len(recipients)} recipients.",
    ]
    lines += [f"  to {some[0].person}: {some[0].subject}" for some in (receipts, summaries) if some]
    return lines


def write_notes(folder: Path, notes: Sequence[WrittenNote]) -> None:
    """Write each message as the page that its reader sees."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, note in enumerate(notes, start=1):
        (folder / f"{number}-to-{note.person}.html").write_text(note.page)


def _local(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(ZONE).isoformat()[:19]


def _day(moment: datetime) -> str:
    local = moment.astimezone(ZONE)
    return f"{local:%A} {local.day} {local:%B %Y}"
