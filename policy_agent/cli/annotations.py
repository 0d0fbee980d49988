"""Problems as annotations of a pull request, in the words of GitHub's workflow commands.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands; what
is escaped is in the toolkit's `command.ts` (`escapeData`, `escapeProperty`).
"""

import os
from pathlib import Path
from typing import Literal

from policy_agent.rulebook.problems import Problem

Level = Literal["error", "warning", "notice"]


def annotation(level: Level, problem: Problem, rules: Path) -> str:
    """Return one annotation; `rules` is the path that the rulebook was read from."""
    where = problem.where
    file = _property(path_in_repository(where.file, rules))
    return (
        f"::{level} file={file},line={where.line},col={where.column},title=policy-agent check"
        f"::{_data(problem.text)}"
    )


def path_in_repository(file: str, rules: Path) -> str:
    """Return a problem's file by its path in the repository, where GitHub looks for it.

    Problems name files from the rules folder's own name on. The repository is GITHUB_WORKSPACE, and
    elsewhere the working folder.
    """
    real = rules.resolve()
    folder = real if real.is_dir() else real.parent
    found = folder.parent / file
    repository = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()
    shown = found.relative_to(repository) if found.is_relative_to(repository) else found
    return shown.as_posix()


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
