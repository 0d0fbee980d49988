"""Look after what is on hold: what its person opened, moved or deleted is left to them at once.

One call a mailbox with something on hold, each sweep, tells which copies lie in its hold folder and
which of them were opened. A copy that is not there is read by itself before it counts as taken: a
list may be older than a move that was made just now.
"""

from collections.abc import Mapping, Sequence

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.release import OPENED, TAKEN, leave
from policy_agent.agent.summaries import plan_summaries
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.holds import Hold, HoldState


def look_after(context: AgentContext, moment: Moment) -> int:
    """Look at every hold folder in which something should lie; returns how many holds it ended."""
    held = context.store.holds([HoldState.HELD])
    by_mailbox: dict[str, list[Hold]] = {}
    for hold in held:
        by_mailbox.setdefault(hold.copy.mailbox, []).append(hold)
    ended = 0
    mailboxes = sorted(by_mailbox)
    for start in range(0, len(mailboxes), context.batch):
        some = {key: by_mailbox[key] for key in mailboxes[start : start + context.batch]}
        ended += _look(context, some, moment)
    return ended


def _look(context: AgentContext, holds: Mapping[str, Sequence[Hold]], moment: Moment) -> int:
    ours = context.store.hold_folders(holds.keys())
    folders = [(mailbox, folder) for mailbox in holds for folder in ours.get(mailbox, ())]
    lying: dict[str, dict[str, bool]] = {}
    unsure: set[str] = set()
    for (mailbox, _), answer in context.mail.lying_in(folders).items():
        if not isinstance(answer, CallFailure):
            lying.setdefault(mailbox, {}).update(answer)
        elif answer.kind != "gone":  # a folder that was deleted holds nothing any more
            unsure.add(mailbox)
    opened: list[Hold] = []
    missing: list[Hold] = []
    for mailbox, some in holds.items():
        there = lying.get(mailbox, {})
        opened += [hold for hold in some if there.get(hold.copy.message)]
        if mailbox not in unsure:
            missing += [hold for hold in some if hold.copy.message not in there]
    taken = _taken(context, missing, ours)
    plan_summaries(context, opened, moment)
    leave(context, opened, why=OPENED, moment=moment)
    leave(context, taken, why=TAKEN, moment=moment)
    return len(opened) + len(taken)


def _taken(
    context: AgentContext, missing: Sequence[Hold], ours: Mapping[str, tuple[str, ...]]
) -> list[Hold]:
    """Return those that lie in no hold folder, also when each is asked for by itself."""
    found: list[Hold] = []
    answers = context.mail.read([hold.copy for hold in missing])
    for hold in missing:
        answer = answers[hold.copy]
        if isinstance(answer, CallFailure):
            if answer.kind == "gone":
                found.append(hold)
        elif answer.folder not in ours.get(hold.copy.mailbox, ()):
            found.append(hold)
    return found
