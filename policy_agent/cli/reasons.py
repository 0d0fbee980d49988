"""Reasons as a tree: drawn on a terminal, indented lines elsewhere, objects in JSON."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from policy_agent.agent.explain import Recorded, Told, comes_to, hold_point, verdict
from policy_agent.domain.explaining import Clause, RuleExplained
from policy_agent.domain.where import NOWHERE, Where


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """A line of the tree and what hangs on it."""

    line: str
    style: str = ""
    branches: tuple["Branch", ...] = ()


def print_told(out: Console, told: Told) -> None:
    """Print one explanation as a tree."""
    received = told.received.astimezone(told.zone)
    title = (
        f"Mail from {told.sender} to {', '.join(told.recipients)}, "
        f"received {received:%a} {received.day} {received:%b %Y %H:%M %Z}"
    )
    branches = [Branch(line=verdict(told), style="bold"), *map(_rule, told.explanation.rules)]
    print_tree(out, Branch(line=title, branches=tuple(branches)))


def print_recorded(out: Console, recorded: Recorded) -> None:
    """Print what was decided then, what became of it, and what today's rulebook says."""
    branches = [
        Branch(
            line=f"decision {row.id}: rule {row.rule or 'none'} says {row.outcome}, mode {row.mode}"
            f", {row.reason}: {row.detail}"
            f"{place(Where(file=row.where_file, line=row.where_line))}",
            style="bold" if row.id == recorded.asked.id else "",
        )
        for row in recorded.decisions
    ]
    if recorded.hold is not None:
        hold = recorded.hold
        branches.append(
            Branch(
                line=f"hold {hold.id} by {hold.rule}: {hold.state}, promised for "
                f"{utc(hold.promised)}, due {utc(hold.due)}",
                branches=tuple(
                    Branch(line=f"{utc(event.at)}: {event.to_state}, {event.why}")
                    for event in recorded.events
                ),
            )
        )
    first = recorded.decisions[0]
    title = (
        f"Copy of mailbox {first.mailbox}, received {utc(first.received)}, decided "
        f"{utc(first.decided)} by the rulebook {first.rulebook[:12]}"
    )
    print_tree(out, Branch(line=title, branches=tuple(branches)))
    if recorded.told is None:
        out.print("It was judged before facts were kept: it cannot be worked out again.")
        return
    rulebook = "the same rulebook" if recorded.same_rulebook else "another rulebook, today's,"
    out.print(f"By {rulebook} with today's teams and recorded facts:")
    print_told(out, recorded.told)


def as_json(told: Told) -> dict[str, Any]:
    """Return an explanation as an object; times are in the calendar's zone."""
    zone, hold = told.zone, told.explanation.hold
    return {
        "sender": told.sender,
        "recipients": told.recipients,
        "received": told.received.astimezone(zone),
        "verdict": verdict(told),
        "hold": None
        if hold is None
        else {"rule": hold.rule, "promised": hold.promised.astimezone(zone)},
        "decisions": [
            {
                "rule": said.rule,
                "outcome": said.outcome,
                "mode": said.mode,
                "reason": said.reason,
                "detail": said.detail,
                "where": None if said.where == NOWHERE else str(said.where),
                "promised": said.promise,
            }
            for said in told.explanation.decisions
        ],
        "rules": [
            {
                "rule": rule.rule,
                "where": str(rule.where),
                "mode": rule.mode,
                "outcome": None if rule.decision is None else rule.decision.outcome,
                "hold_at": rule.hold_at,
                "clauses": list(clauses_as_json(rule.clauses)),
            }
            for rule in told.explanation.rules
        ],
    }


def clauses_as_json(clauses: Iterable[Clause]) -> Iterator[dict[str, Any]]:
    for clause in clauses:
        yield {
            "asks": clause.asks,
            "holds": clause.holds,
            "why": clause.why,
            "where": str(clause.where),
            "decided": clause.decided,
            "clauses": list(clauses_as_json(clause.parts)),
        }


def _rule(rule: RuleExplained) -> Branch:
    branches = [clause_branch(clause) for clause in rule.clauses]
    held_at = hold_point(rule)
    if held_at is not None:
        branches.append(Branch(line=f"hold point: {held_at}"))
    return Branch(
        line=f"rule {rule.rule}, mode {rule.mode}: {comes_to(rule)}{place(rule.where)}",
        style="bold",
        branches=tuple(branches),
    )


def clause_branch(clause: Clause) -> Branch:
    mark = "yes" if clause.holds else "no "
    settled = " <- this decided" if clause.decided else ""
    style = "bold" if clause.decided else ("green" if clause.holds else "dim")
    return Branch(
        line=f"{mark} {clause.asks}: {clause.why}{place(clause.where)}{settled}",
        style=style,
        branches=tuple(clause_branch(part) for part in clause.parts),
    )


def print_tree(out: Console, root: Branch) -> None:
    if out.is_terminal:
        out.print(_grow(Tree(Text(root.line, style=root.style)), root))
        return
    for line in _lines(root, 0):
        out.print(line)


def _grow(tree: Tree, branch: Branch) -> Tree:
    for one in branch.branches:
        _grow(tree.add(Text(one.line, style=one.style)), one)
    return tree


def _lines(branch: Branch, depth: int) -> Iterator[str]:
    yield "  " * depth + branch.line
    for one in branch.branches:
        yield from _lines(one, depth + 1)


def place(where: Where) -> str:
    return "" if where == NOWHERE or not where.file else f" [{where}]"


def utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
