"""What may be worked out of told figures, and what may not."""

import pytest

from policy_agent.domain.blocks import Hidden, Told
from policy_agent.domain.measures import MailColumn
from policy_agent.reports.document import Value
from policy_agent.reports.told import cell, is_there, own_row, rate, share, together
from tests.reports.closed import PEOPLE, nothing, published

COLUMNS = (MailColumn.WAITED, MailColumn.SENT_NOW, MailColumn.URGENT)
BLOCK = published("mail:rule", COLUMNS, {team: [40, 3, 1] for team in PEOPLE})
RARE = published(
    "mail:rule",
    COLUMNS,
    {team: [40, int(team == "finance"), 2 * int(team == "legal")] for team in PEOPLE},
)


@pytest.mark.parametrize(
    ("part", "whole", "found"),
    [
        (5, 20, 0.25),
        (20, 20, 1.0),
        (9, 9, Hidden.FEW),  # a share of a small number tells of persons
        (0, 0, Hidden.FEW),
        (Hidden.WITHHELD, 20, Hidden.WITHHELD),
        (5, Hidden.WITHHELD, Hidden.WITHHELD),
        (Hidden.WITHHELD, Hidden.FEW, Hidden.FEW),
    ],
)
def test_a_share_is_told_where_both_are_and_the_whole_is_not_small(
    part: Told, whole: Told, found: Value
) -> None:
    assert share(part, whole, 10) == found


def test_a_sum_is_told_where_all_of_it_is() -> None:
    assert together(1, 2, 3) == 6
    assert together(1, Hidden.FEW) is Hidden.WITHHELD


def test_a_rate_needs_a_base_and_both_told() -> None:
    assert rate(12, 4) == 3.0
    assert rate(12, 0) is None
    assert rate(Hidden.FEW, 4) is Hidden.FEW
    assert rate(12, Hidden.WITHHELD) is Hidden.WITHHELD


def test_a_column_that_is_only_told_together_with_others_is_withheld() -> None:
    assert cell(RARE, RARE.everybody, MailColumn.URGENT) is Hidden.WITHHELD
    assert cell(RARE, RARE.everybody, MailColumn.WAITED) == 200
    assert cell(BLOCK, BLOCK.everybody, MailColumn.URGENT) == 5


def test_where_nothing_is_told_every_column_is_of_few() -> None:
    empty = nothing("mail:rule", COLUMNS)
    assert cell(empty, empty.everybody, MailColumn.URGENT) is Hidden.FEW
    assert cell(empty, empty.everybody, "unknown") is Hidden.FEW


def test_a_small_team_is_there_and_has_no_row_of_its_own() -> None:
    assert is_there(BLOCK, "legal")
    assert own_row(BLOCK, "legal") is None
    assert not is_there(BLOCK, "nobody")
