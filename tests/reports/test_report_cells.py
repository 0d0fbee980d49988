"""What a cell says: rounded once, and never more or less than the figure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_agent.domain.blocks import Hidden
from policy_agent.reports.cells import cell, words
from policy_agent.reports.document import Unit, Value

CASES: list[tuple[Value, Unit, str, int | float | None]] = [
    (1234567, Unit.COUNT, "1,234,567", 1234567),
    (-5, Unit.COUNT, "−5", -5),  # noqa: RUF001  a minus as people write it
    (0, Unit.COUNT, "0", 0),
    (0.37, Unit.SHARE, "37%", 0.37),
    (0.125, Unit.SHARE, "13%", 0.13),
    (0.0, Unit.SHARE, "0%", 0.0),
    (1, Unit.SHARE, "100%", 1.0),
    (0.004, Unit.SHARE, "0.4%", 0.004),
    (0.9971, Unit.SHARE, "99.7%", 0.997),
    (0.99996, Unit.SHARE, "99.996%", 0.99996),
    (-0.123, Unit.SHARE, "−12%", -0.12),  # noqa: RUF001
    (1.5, Unit.SHARE, "150%", 1.5),
    (2.25, Unit.NUMBER, "2.3", 2.3),
    (-0.04, Unit.NUMBER, "0.0", 0.0),
    (2, Unit.NUMBER, "2.0", 2.0),
    (2026, Unit.TEXT, "2026", None),
    ("", Unit.TEXT, "–", None),  # noqa: RUF001
    (None, Unit.COUNT, "–", None),  # noqa: RUF001
    (Hidden.FEW, Unit.COUNT, "fewer than 7", None),
    (Hidden.WITHHELD, Unit.SHARE, "withheld", None),
    ("few", Unit.TEXT, "few", None),
    ("withheld", Unit.COUNT, "withheld", None),
]


@pytest.mark.parametrize(("value", "unit", "text", "number"), CASES)
def test_a_value_becomes_words_and_a_number_that_say_the_same(
    value: Value, unit: Unit, text: str, number: float | None
) -> None:
    found = cell(value, unit, 7)
    assert (found.text, found.number) == (text, number)


@given(st.floats(min_value=0, max_value=1, allow_subnormal=False))
def test_a_share_that_is_not_all_never_looks_like_all_unless_it_is_all_but(share: float) -> None:
    found = cell(share, Unit.SHARE, 10)
    assert found.number is not None
    assert abs(found.number - share) <= 0.005
    if 0.000_001 < share < 0.999_999:
        assert found.text.rstrip("%0.") != ""
        assert found.number != 1


@given(st.text(max_size=50))
def test_words_are_on_one_line_and_can_be_written(text: str) -> None:
    found = words(text)
    assert found.isprintable()
    assert found.encode().decode() == found
