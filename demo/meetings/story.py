"""The week of meetings, told in plain words: what people found in their Inboxes and calendars."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from demo.client import Client
from demo.meetings.audit import inbox
from demo.meetings.figures import Figures
from demo.traffic import SERVICE, address
from policy_agent.domain.block_outs import BlockOutState
from policy_agent.domain.clashes import ClashState
from policy_agent.store.store import Store


@dataclass(frozen=True, kw_only=True)
class Told:
    """What can be told of the week."""

    clashes: Mapping[str, Sequence[ClashState]]  # as the agent has them, by rule
    nudges: Sequence[tuple[str, str, str]]  # person, subject and page of each message
    declines: Mapping[str, int]  # answers in organisers' Inboxes, by the subject of each
    block_outs: int


def read_told(client: Client, people: Mapping[str, str], store_url: str) -> Told:
    """Read Inboxes from the tenant, and the states of clashes and block-outs from the store."""
    nudges: list[tuple[str, str, str]] = []
    declines: Counter[str] = Counter()
    for owner, id_ in people.items():
        for item in inbox(client, id_):
            if item["from"]["emailAddress"]["address"] == address(SERVICE):
                page = item["body"]["content"]
                nudges.append((owner.partition("@")[0], item["subject"], page))
            elif "eventmessageresponse" in str(item.get("@odata.type", "")).lower():
                declines[item["subject"]] += 1
    with closing(Store.open(store_url)) as store:
        found: dict[str, list[ClashState]] = {}
        for clash in store.clashes(list(ClashState)):
            found.setdefault(clash.rule, []).append(clash.state)
        kept = sum(row.state is BlockOutState.KEPT for row in store.block_outs())
    return Told(clashes=found, nudges=sorted(nudges), declines=declines, block_outs=kept)


def tell(told: Told, before: Figures, after: Figures) -> list[str]:
    """Return the week as a few plain sentences."""
    lines = [
        f"{told.block_outs} block-outs keep lunch and focus Wednesdays free in calendars.",
        f"Before: {before}.",
    ]
    for rule, states in sorted(told.clashes.items()):
        counted = ", ".join(f"{n} {state}" for state, n in sorted(Counter(states).items()))
        number = "1 clash" if len(states) == 1 else f"{len(states)} clashes"
        lines.append(f"{rule}: {number}, {counted}.")
    lines.append(f"{len(told.nudges)} nudges were sent:")
    lines += [f"  to {person}: {subject}" for person, subject, _ in told.nudges]
    lines += [f"{n} people answered: {said}." for said, n in sorted(told.declines.items())]
    lines.append(f"After: {after}.")
    return lines


def write_nudges(folder: Path, told: Told) -> None:
    """Write each message as the page that its reader sees."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (person, _, page) in enumerate(told.nudges, start=1):
        (folder / f"{number}-to-{person}.html").write_text(page)
