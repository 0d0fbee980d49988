"""Enforce: move a copy that should wait into the hold folder, then mark the hold held.

A hold is `planned` from the moment it was decided. The move is harmless to repeat, and where a
copy really lies is asked before anything is done again; so a kill between any two steps is put
right by `put_right`, which is the same work for holds that somebody else left planned.
"""

from collections.abc import Mapping, Sequence

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.release import INBOX, leave
from policy_agent.domain.copies import CallFailure, CopyRef, MailCopy
from policy_agent.domain.holds import Hold, HoldState

log = structlog.get_logger()


def put_right(context: AgentContext, moment: Moment) -> int:
    """Take up holds that were planned and never confirmed; returns how many.

    Each is where its copy is: in the Inbox it is moved, in the hold folder it is held, and
    anywhere else the person has taken it.
    """
    holds = context.store.claim_planned(
        context.worker, limit=context.batch, machine=moment.machine, lease=context.lease
    )
    if not holds:
        return 0
    answers = context.mail.read([hold.copy for hold in holds])
    folders: dict[CopyRef, str] = {}
    gone: list[Hold] = []
    later: list[Hold] = []
    for hold in holds:
        answer = answers[hold.copy]
        if isinstance(answer, MailCopy):
            folders[hold.copy] = answer.folder
        elif answer.kind == "gone":
            gone.append(hold)
        else:
            later.append(hold)
    leave(context, gone, why="the person deleted it", moment=moment)
    context.store.retry_holds(later, at=moment.machine + context.retry_after)
    enforce(context, [hold for hold in holds if hold.copy in folders], folders, moment)
    return len(holds)


def enforce(
    context: AgentContext, holds: Sequence[Hold], folders: Mapping[CopyRef, str], moment: Moment
) -> None:
    """Move each copy from the folder that it is known to lie in, and confirm.

    Whatever stops a move for good leaves the mail where it was delivered: the hold is abandoned.
    """
    if not holds:
        return
    wanted = {hold.copy.mailbox for hold in holds}
    mailboxes = {mailbox.id: mailbox for mailbox in context.store.mailboxes(wanted)}
    ours = context.store.hold_folders(wanted)
    found: dict[str, list[Hold]] = {}
    for hold in holds:
        mailbox, folder = mailboxes.get(hold.copy.mailbox), folders[hold.copy]
        if folder in ours.get(hold.copy.mailbox, ()):
            situation = "held"
        elif mailbox is None:
            situation = "out"
        elif folder != mailbox.inbox:
            situation = "theirs"
        else:
            late = hold.due <= moment.now or hold.asked is not None
            situation = "late" if late else "move"
        found.setdefault(situation, []).append(hold)
    _confirm(context, found.get("held", []), moment, why="found in the hold folder")
    leave(context, found.get("theirs", []), why="the person moved it", moment=moment)
    _abandon(context, found.get("late", []), why="due before it was moved", moment=moment)
    _abandon(context, found.get("out", []), why="the mailbox left scope", moment=moment)
    if "move" in found:
        _move(context, found["move"], ours, moment)


def _move(
    context: AgentContext,
    holds: Sequence[Hold],
    known: Mapping[str, tuple[str, ...]],
    moment: Moment,
) -> None:
    folders = _make_folders(context, {hold.copy.mailbox for hold in holds}, known)
    targets = {hold.copy: folders[hold.copy.mailbox] for hold in holds}
    moved = context.mail.move({ref: to for ref, to in targets.items() if isinstance(to, str)})
    done: list[Hold] = []
    later: list[Hold] = []
    refused: dict[Hold, CallFailure] = {}
    for hold in holds:
        target = targets[hold.copy]
        trouble = target if isinstance(target, CallFailure) else moved[hold.copy]
        if trouble is None:
            done.append(hold)
        elif trouble.kind in {"unavailable", "gone"}:
            # gone: the copy, or the folder; the next look at the copy tells which
            log.info("move_put_off", hold=hold.id, kind=trouble.kind, what=trouble.what)
            later.append(hold)
        else:
            refused[hold] = trouble
    moved_after_all, unsure = _give_up(context, refused, targets, moment)
    done += moved_after_all
    later += unsure
    _undo(context, set(done) - _confirm(context, done, moment, why="moved"))
    context.store.retry_holds(later, at=moment.machine + context.retry_after)


def _give_up(
    context: AgentContext,
    refused: Mapping[Hold, CallFailure],
    targets: Mapping[CopyRef, str | CallFailure],
    moment: Moment,
) -> tuple[list[Hold], list[Hold]]:
    """Abandon what the service will not move; return what it moved after all, and what is unsure.

    A call is sent again when its answer is lost, so the last answer may refuse what the first try
    did. A hold that is given up while its copy lies in the hold folder would never be released.
    """
    answers = context.mail.read([hold.copy for hold in refused])
    moved: list[Hold] = []
    unsure: list[Hold] = []
    for hold, trouble in refused.items():
        answer = answers[hold.copy]
        if isinstance(answer, MailCopy) and answer.folder == targets[hold.copy]:
            moved.append(hold)
        elif isinstance(answer, CallFailure) and answer.kind in {"unavailable", "gone"}:
            unsure.append(hold)
        else:
            why = f"could not be moved: {trouble.kind}"
            log.warning("hold_abandoned", hold=hold.id, kind=trouble.kind, what=trouble.what)
            _abandon(context, [hold], why=why, moment=moment)
    return moved, unsure


def _abandon(context: AgentContext, holds: Sequence[Hold], *, why: str, moment: Moment) -> None:
    """Leave each where it was delivered, for good."""
    for hold in context.store.advance(holds, HoldState.ABANDONED, why=why, now=moment.now):
        context.meters.ended(hold, lag=None)


def _undo(context: AgentContext, lost: set[Hold]) -> None:
    """Move back what was moved after somebody else had brought the hold to an end.

    So it goes when a lease runs out while a move is tried again: another worker takes the hold up,
    and nobody would look at the copy any more. One that the other has confirmed stays.
    """
    if not lost:
        return
    still = {hold.id for hold in context.store.holds([HoldState.HELD])}
    back = {hold.copy: hold for hold in lost if hold.id not in still}
    for copy, trouble in context.mail.move(dict.fromkeys(back, INBOX)).items():
        if trouble is None:
            log.warning("late_move_undone", hold=back[copy].id)
        else:
            log.error(
                "late_move_not_undone", hold=back[copy].id, kind=trouble.kind, what=trouble.what
            )


def _confirm(
    context: AgentContext, holds: Sequence[Hold], moment: Moment, *, why: str
) -> set[Hold]:
    """Mark them held; returns those, as they were given, that nobody had changed meanwhile."""
    confirmed = context.store.advance(holds, HoldState.HELD, why=why, now=moment.now)
    for hold in confirmed:
        log.info("mail_held", hold=hold.id, rule=hold.rule, until=hold.promised.isoformat())
    changed = {hold.id for hold in confirmed}
    return {hold for hold in holds if hold.id in changed}


def _make_folders(
    context: AgentContext, wanted: set[str], known: Mapping[str, tuple[str, ...]]
) -> Mapping[str, str | CallFailure]:
    """Find the folder by its name, or make it, and remember it.

    It is looked for each time: one that its person has deleted still takes mail, in Deleted Items,
    where nobody sees it and where it is deleted for good one day.
    """
    made = context.mail.folder(sorted(wanted), context.hold_folder)
    context.store.add_hold_folders(
        {
            mailbox: folder
            for mailbox, folder in made.items()
            if isinstance(folder, str) and known.get(mailbox, ())[-1:] != (folder,)
        }
    )
    return made
