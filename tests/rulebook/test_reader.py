"""A rulebook that is read again and again."""

from pathlib import Path

import pytest

from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.problems import RulebookError
from policy_agent.rulebook.reader import Reader
from tests.acceptance.test_bad_starts import RULES


def test_what_was_written_where_is_known_of_the_last_few_readings(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    reader = Reader(file, lambda: SHIPPED)
    hashes = []
    for number in range(5):
        file.write_text(f"{RULES}# {number}\n")
        hashes.append(reader.read().hash)
    assert reader.found(hashes[0]) is None
    found = [reader.found(hash_) for hash_ in hashes[1:]]
    assert [loaded.rulebook.hash for loaded in found if loaded is not None] == hashes[1:]


def test_reading_the_same_again_forgets_nothing(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    reader = Reader(file, lambda: SHIPPED)
    file.write_text(RULES)
    first = reader.read().hash
    file.write_text(f"{RULES}# changed\n")
    for _ in range(9):
        reader.read()
    assert reader.found(first) is not None


def test_what_is_refused_does_not_push_out_what_is_in_force(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    reader = Reader(file, lambda: SHIPPED)
    file.write_text(RULES)
    good = reader.read().hash
    file.write_text("version: 1")
    for _ in range(9):
        with pytest.raises(RulebookError):
            reader.read()
    assert reader.found(good) is not None
