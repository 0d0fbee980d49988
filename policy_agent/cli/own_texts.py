"""An organisation's own texts of messages, beside its rules: what is wrong with them."""

import re
from pathlib import Path

from policy_agent.domain.where import Where
from policy_agent.rulebook.problems import Problem

FOLDER = "messages"  # inside the rules folder

_PLACED = re.compile(r"(?P<file>[^:,\s]+)(?::(?P<line>\d+))?: (?P<text>.*)", re.DOTALL)


def text_problems(rules: Path) -> list[Problem]:
    """Return what is wrong with the texts beside a rulebook, each at its file and line.

    Nothing breaks on them when the daemon runs: where a text of theirs cannot be written, ours is.
    """
    folder = rules / FOLDER
    if not folder.is_dir():
        return []
    # the templates' library is loaded only where somebody has texts of their own
    from policy_agent.messages.check import problems  # noqa: PLC0415

    return [_problem(f"{rules.resolve().name}/{FOLDER}", line) for line in problems(folder)]


def _problem(folder: str, line: str) -> Problem:
    placed = _PLACED.fullmatch(line)
    if placed is None:
        return Problem(where=Where(file=folder, line=1), text=line)
    where = Where(file=f"{folder}/{placed['file']}", line=int(placed["line"] or 1))
    return Problem(where=where, text=" ".join(placed["text"].split()))
