"""Uninstall: take back all that the agent put into mailboxes, and say what is left and why.

1. Every held mail is put back: what is on hold is due now, and is released as it would be in the
   morning. A move that was planned and never made is given up.
2. Subscriptions end: those that the store knows, and those that post to our address.
3. Every series of ours is removed from each calendar, by its id and by its mark, also where the
   store knows nothing of it.
4. Hold folders that are empty by then are deleted. What a person put there is theirs.

No rulebook is read, so that a broken one stands in nobody's way, and no daemon is needed: none may
run. All of it is harmless to repeat, and repeating it is how to go on after a kill or a trouble.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.enforce import put_right
from policy_agent.agent.release import release_due
from policy_agent.domain.block_outs import BlockOutState
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.holds import OPEN_STATES

log = structlog.get_logger()

_T = TypeVar("_T")


class DaemonRunsError(Exception):
    """A daemon works on the same store: uninstalling beside it would be undone by it."""

    def __init__(self, leases: Mapping[str, datetime]) -> None:
        workers = " and ".join(sorted(leases))
        until = max(leases.values())
        super().__init__(
            f"the worker {workers} is at work on this store: stop the daemon first. If it was "
            f"killed, its work counts as running until {until:%H:%M:%S} UTC; try again then"
        )


@dataclass(kw_only=True, slots=True)
class Uninstalled:
    """What was taken back, or in a dry run what would be."""

    mails: int = 0  # that were on hold
    subscriptions: int = 0
    series: int = 0
    folders: int = 0
    left: list[str] = field(default_factory=list)  # a line each: what is left, where and why


def uninstall(context: AgentContext, moment: Moment, *, dry_run: bool) -> Uninstalled:
    """Take everything back; in a dry run only look. DaemonRunsError where one is at work."""
    leases = context.store.running_leases(moment.machine, context.lease)
    if leases and not dry_run:
        raise DaemonRunsError(leases)
    done = Uninstalled()
    _put_mail_back(context, moment, done, dry_run=dry_run)
    _end_subscriptions(context, done, dry_run=dry_run)
    for some in _in_batches(_mailboxes(context), context.batch):
        _remove_series(context, some, moment, done, dry_run=dry_run)
    folders = _folders(context, dry_run=dry_run)
    for keys in _in_batches(sorted(folders), context.batch):
        _remove_folders(context, {key: folders[key] for key in keys}, done, dry_run=dry_run)
    return done


def _put_mail_back(
    context: AgentContext, moment: Moment, done: Uninstalled, *, dry_run: bool
) -> None:
    store = context.store
    before = store.holds(OPEN_STATES)
    if not dry_run:
        store.bring_forward(
            dict.fromkeys(before, ()), to=moment.now, why="uninstalled", now=moment.now
        )
        while put_right(context, moment):
            pass
        while release_due(context, moment):
            pass
    after = () if dry_run else store.holds(OPEN_STATES)
    done.mails = len(before) - len(after)
    done.left += [
        f"held mail {hold.id} in the mailbox {hold.copy.mailbox}: it could not be put back yet, "
        "the log says why; run uninstall again"
        for hold in after
    ]


def _end_subscriptions(context: AgentContext, done: Uninstalled, *, dry_run: bool) -> None:
    known = {subscription.id for subscription in context.store.subscriptions()}
    there = {
        id_
        for id_, _resource, _expires, url in context.subscriptions.existing()
        if id_ in known or url == context.notification_url
    }
    answers = dict.fromkeys(there) if dry_run else context.subscriptions.delete(sorted(there))
    failed = {id_: answer for id_, answer in answers.items() if answer is not None}
    if not dry_run:
        context.store.forget_subscriptions((known | there) - failed.keys())
    done.subscriptions = len(there) - len(failed)
    done.left += [
        f"subscription {id_}: {failure.what}; it ends by itself within a week"
        for id_, failure in failed.items()
    ]


def _mailboxes(context: AgentContext) -> list[str]:
    """Return every mailbox that may have a series of ours: of now, and of ever."""
    store = context.store
    members, _teams = store.people()
    return sorted(
        {member.id for member in members}
        | {mailbox.id for mailbox in store.mailboxes()}
        | {calendar.id for calendar in store.calendars()}
        | {row.mailbox for row in store.block_outs()}
    )


def _remove_series(
    context: AgentContext,
    mailboxes: Collection[str],
    moment: Moment,
    done: Uninstalled,
    *,
    dry_run: bool,
) -> None:
    store = context.store
    rows = store.block_outs(mailboxes)
    refs = {row.ref for row in rows if row.ref is not None}
    failed: dict[str, CallFailure] = {}  # by mailbox
    known = {row.mailbox for row in rows if row.state is not BlockOutState.GONE}
    for mailbox, answer in context.calendars.marked(sorted(mailboxes)).items():
        if not isinstance(answer, CallFailure):
            refs |= {series.ref for series in answer}
        elif mailbox in known:
            failed[mailbox] = answer
    answers = dict.fromkeys(refs) if dry_run else context.calendars.remove(refs)
    failed |= {ref.mailbox: answer for ref, answer in answers.items() if answer is not None}
    if not dry_run:
        gone = [
            row.unwanted().without_series()
            for row in rows
            if row.mailbox in known and row.mailbox not in failed
        ]
        store.save_block_outs(gone, now=moment.now)
    done.series += sum(answer is None for answer in answers.values())
    done.left += [
        f"protected time in the calendar of {mailbox}: {failure.what}; run uninstall again"
        for mailbox, failure in failed.items()
    ]


def _folders(context: AgentContext, *, dry_run: bool) -> dict[tuple[str, str], int]:
    """Return the hold folders of ever, each with how much of its mail goes back in a dry run.

    Otherwise without those of mailboxes in which mail is still on hold.
    """
    held = Counter(hold.copy.mailbox for hold in context.store.holds(OPEN_STATES))
    return {
        (mailbox, folder): held[mailbox]
        for mailbox, folders in context.store.hold_folders().items()
        for folder in folders
        if dry_run or not held[mailbox]
    }


def _remove_folders(
    context: AgentContext,
    folders: Mapping[tuple[str, str], int],
    done: Uninstalled,
    *,
    dry_run: bool,
) -> None:
    counts = context.mail.items_in(folders)
    empty = [
        key for key, count in counts.items() if isinstance(count, int) and count <= folders[key]
    ]
    answers = dict.fromkeys(empty) if dry_run else _delete_empty(context, empty)
    done.folders += sum(answer is None for answer in answers.values())
    for (mailbox, folder), count in counts.items():
        answer = answers.get((mailbox, folder), count)
        if isinstance(answer, int):
            done.left.append(
                f"the hold folder of {mailbox}: {answer} items that its person keeps there"
            )
        elif answer is not None and answer.kind != "gone":
            done.left.append(f"the hold folder of {mailbox}: {answer.what}; run uninstall again")


def _delete_empty(
    context: AgentContext, folders: Collection[tuple[str, str]]
) -> dict[tuple[str, str], CallFailure | None]:
    """Delete folders, first into Deleted Items, and from there for good where still empty."""
    answers = dict(context.mail.remove_folders(folders))
    binned = context.mail.items_in([key for key, answer in answers.items() if answer is None])
    for_good = context.mail.remove_folders([key for key, count in binned.items() if count == 0])
    return answers | dict(for_good)


def _in_batches(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
