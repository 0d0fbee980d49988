"""The first words of the monthly report, as a chief executive reads them."""

from dataclasses import replace
from datetime import date

from policy_agent.domain import measures
from policy_agent.domain.measures import Fact, MailColumn, Measure
from policy_agent.domain.months import ClosedMonth
from policy_agent.reports.document import Unit
from policy_agent.reports.month import monthly
from tests.reports.closed import (
    ETIQUETTE,
    KEPT,
    LUNCH,
    MADE,
    MAIL,
    PEOPLE,
    SEPTEMBER,
    closed,
    nothing,
    published,
    rule,
)
from tests.reports.said import column, row, table


def summary(month: ClosedMonth, *earlier: ClosedMonth) -> tuple[str, ...]:
    return monthly(month, earlier, made=MADE).summary


def with_mail(month: ClosedMonth, counts: dict[str, list[int]]) -> ClosedMonth:
    key = measures.block(Measure.MAIL, MAIL)
    mail = published(key, tuple(MailColumn), counts)
    blocks = tuple(mail if block.key == key else block for block in month.blocks)
    return replace(month, blocks=blocks)


def test_a_typical_month_is_told_in_seven_sentences_beside_the_month_before() -> None:
    assert summary(closed(), closed(SEPTEMBER, times=2, free=700)) == (
        (
            "In the window of weekend-email, people sent 425 copies of mail in October, 270 "
            "fewer than in September."
        ),
        (
            "Of these, 281 waited until the release time and 20 were held and then sent now, as "
            "the sender asked."
        ),
        (
            "Others went through: 80 as urgent, 20 for another reason that the rule names and 20 "
            "as somebody was exempt."
        ),
        (
            "Under protected-lunch, people had 2,140 protected times, and 75% of them stayed "
            "free, up from 58% in September."
        ),
        (
            "221 clashes were found under protected-lunch, and 48% of them were mended, as in "
            "September."
        ),
        (
            "Supervision-happens had 170 places in meetings, and 88% of them went ahead, as in "
            "September."
        ),
        "Of 107 people who should have had a meeting under supervision-happens, 17 had none.",
    )


def test_a_first_month_is_compared_with_nothing() -> None:
    said = summary(closed())
    assert said[0] == "In the window of weekend-email, people sent 425 copies of mail in October."
    assert not [one for one in said if "September" in one or "more than" in one]


def test_a_month_before_that_was_not_closed_is_not_skipped() -> None:
    august = closed(date(2026, 8, 1), times=2)
    assert not [one for one in summary(closed(), august) if "August" in one]


def test_december_is_named_with_its_year_in_january() -> None:
    said = summary(closed(date(2027, 1, 1)), closed(date(2026, 12, 1), times=2))
    assert said[0].endswith("in January, 270 fewer than in December 2026.")


def test_a_rule_that_only_watched_is_told_as_such() -> None:
    watched = with_mail(
        closed(mode="observe"),
        {team: [0, 0, 3 * people, people, 0, 0, 0, 1] for team, people in PEOPLE.items()},
    )
    said = summary(watched, closed(SEPTEMBER))
    assert "The rule weekend-email only watched in October: it moved nothing." in said
    assert "Of these, 321 would have waited if the rule had been enforced." in said
    assert "Others went through: 107 as urgent." in said
    assert any(one.startswith("Under protected-lunch, which only watched, people") for one in said)


def test_what_a_stronger_rule_changed_is_not_put_down_to_people() -> None:
    report = monthly(closed(), (closed(SEPTEMBER, times=2, mode="observe"),), made=MADE)
    glance = table(report, "glance-counts")
    assert row(glance, "weekend-email: sent")[-1] == -270
    assert row(glance, "weekend-email: waited") == ("weekend-email: waited", 281, 551, None)
    lunch = next(one for one in report.summary if "stayed free" in one)
    assert "September" not in lunch


def test_a_rule_of_this_month_alone_is_not_compared() -> None:
    came = replace(
        closed(),
        rules=tuple(
            replace(one, first=date(2026, 10, 12)) if one.name == MAIL else one
            for one in closed().rules
        ),
    )
    assert summary(came, closed(SEPTEMBER, times=2))[0] == (
        "In the window of weekend-email, people sent 425 copies of mail in October."
    )


def test_too_little_to_tell_is_said_without_a_number() -> None:
    month = closed()
    blocks = tuple(
        nothing(block.key, [key for one in block.columns for key in one.of])
        for block in month.blocks
    )
    assert summary(replace(month, blocks=blocks), closed(SEPTEMBER)) == (
        "There was too little mail in the window of weekend-email to tell.",
        "There were too few protected times under protected-lunch to tell.",
        "There were too few clashes under protected-lunch to tell.",
        "There were too few kept meetings under supervision-happens to tell.",
        "Too few people had no meeting under supervision-happens to tell, or too few had one.",
    )


def test_a_month_without_data_is_told_rule_by_rule() -> None:
    assert summary(replace(closed(), blocks=(), series=(), facts={})) == (
        "No mail was counted for weekend-email in October.",
        "No protected times were counted for protected-lunch in October.",
        "No kept meetings were counted for supervision-happens in October.",
    )


def test_a_month_without_a_rule_has_nothing_to_tell() -> None:
    empty = replace(closed(), rules=(), blocks=(), series=(), facts={})
    assert summary(empty) == ("There is nothing to tell of October 2026: it had no rule.",)


def test_doubts_about_the_data_take_the_last_place() -> None:
    month = closed()
    doubtful = replace(
        month, facts={**month.facts, Fact.DAYS_COUNTED_LATE: 3, Fact.PARKED: 1, Fact.ERRORS: 12}
    )
    said = summary(doubtful, closed(SEPTEMBER))
    assert len(said) == 7
    assert said[-1] == (
        "Read this with care: 3 days of the month were counted late, 1 mailbox could not be read "
        "and 12 decisions ended in an error."
    )


def test_one_of_something_is_told_in_the_singular() -> None:
    one = with_mail(closed(), {"practitioners": [1, 0, 0, 0, 0, 0, 0, 2]})
    assert summary(one)[:3] == (
        "In the window of weekend-email, people sent 3 copies of mail in October.",
        "Of these, 1 waited until the release time.",
        "Others went through: 2 all the same.",
    )


def test_other_rules_follow_where_there_is_room() -> None:
    month = closed()
    focus = "focus-wednesday"
    windows = next(one for one in month.blocks if one.key == f"windows:{LUNCH}")
    second = replace(
        month,
        rules=(*(one for one in month.rules if one.name != KEPT), rule(focus, "protect-time")),
        blocks=(*month.blocks, replace(windows, key=f"windows:{focus}")),
    )
    said = summary(second)
    assert any(one.startswith("3% of meetings came back to back") for one in said)
    assert any(one.startswith(f"Under {focus}, people had 2,140") for one in said)


def test_figures_at_a_glance_stand_beside_the_month_before() -> None:
    report = monthly(closed(), (closed(SEPTEMBER, times=2, free=700),), made=MADE)
    counts, shares = table(report, "glance-counts"), table(report, "glance-shares")
    assert [one.title for one in counts.columns] == [
        "What",
        "October 2026",
        "September 2026",
        "Change",
    ]
    assert row(counts, "weekend-email: sent") == ("weekend-email: sent", 425, 695, -270)
    assert {one.unit for one in shares.columns[1:]} == {Unit.SHARE}
    assert column(shares, "now")[0] == 80 / 425


def test_what_a_reader_sees_first_are_figures_of_the_tables_at_a_glance() -> None:
    report = monthly(closed(), (closed(SEPTEMBER),), made=MADE)
    assert [(report.value(one)[0], one.words) for one in report.headlines] == [
        (281, f"copies of mail waited ({MAIL})"),
        (1605 / 2140, f"of protected times stayed free ({LUNCH})"),
        (44 / 1712, f"of meetings came back to back ({ETIQUETTE})"),
        (150 / 170, f"of places in meetings went ahead ({KEPT})"),
    ]


def test_where_nothing_is_told_there_is_nothing_to_see_first() -> None:
    assert not monthly(replace(closed(), blocks=()), (), made=MADE).headlines
