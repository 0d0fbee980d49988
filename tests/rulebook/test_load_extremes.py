"""Files made to hurt: bombs, megabytes, binary, a thousand files. Refused or read, in time.

A bomb that goes off takes minutes, or all memory: that is what is told from an answer here. How
fast the answers are is printed by `python -m benchmarks.extremes`.
"""

import time
from pathlib import Path

import pytest

from benchmarks.extremes import FILES, FOLDERS, LOADS
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.load import load
from policy_agent.rulebook.problems import RulebookError

AT_MOST = 10.0  # seconds of the processor, which a busy machine stretches


def took_to_answer(path: Path, name: str) -> float:
    begun = time.process_time()
    try:
        load(path, SHIPPED)
    except RulebookError as refused:
        problems = refused.problems
    else:
        problems = ()
    took = time.process_time() - begun
    assert (problems == ()) == (name in LOADS), name
    for problem in problems:
        assert problem.where.line >= 1
        assert "\n" not in str(problem)
        assert len(str(problem)) < 600
    return took


@pytest.mark.parametrize("name", FILES)
def test_a_file_made_to_hurt_is_answered_in_time(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(FILES[name]())
    assert took_to_answer(path, name) < AT_MOST


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_made_to_hurt_is_answered_in_time(name: str, tmp_path: Path) -> None:
    for number, text in enumerate(FOLDERS[name]()):
        (tmp_path / f"{number:04}.yaml").write_bytes(text)
    assert took_to_answer(tmp_path, name) < AT_MOST
