"""Rules read back: each clause as in the golden text, and all of them together."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from policy_agent.domain.rules import (
    DeferEmail,
    Exempt,
    HoldPoint,
    LetThrough,
    Mode,
    Release,
    Rulebook,
)
from policy_agent.domain.windows import Window
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.load import load
from policy_agent.rulebook.readback import read_back, read_exemption, read_rule, read_window

HERE = Path(__file__).parent
GOLDEN = HERE / "readback.txt"
BOOK = load(HERE / "good" / "small.yaml", SHIPPED)
PLAIN = replace(
    BOOK.mail_rules[0],
    mode=Mode.ENFORCE,
    mode_for={},
    exempt=None,
    let_through=(),
    held_per_person=None,
    release=Release(at=time(8, 30)),
)
WHERE = PLAIN.where
CALENDAR = PLAIN.window.calendar


def window(**changes: Any) -> Window:
    return replace(PLAIN.window, **changes)


def calendar(days: set[int], *, holidays: bool = True) -> Any:
    kept = CALENDAR.holidays if holidays else {}
    return replace(CALENDAR, working_days=frozenset(days), holidays=kept)


LINES = {
    "importance": LetThrough(importance="high", where=WHERE),
    "one tag": LetThrough(subject_tags=("URGENT",), where=WHERE),
    "tags": LetThrough(subject_tags=("URGENT", "SAFEGUARDING", "COURT"), where=WHERE),
    "category": LetThrough(categories=frozenset({"safeguarding"}), where=WHERE),
    "outside": LetThrough(recipient_outside=True, where=WHERE),
    "all at once": LetThrough(
        importance="low",
        subject_tags=("A", "B"),
        categories=frozenset({"x", "y"}),
        recipient_outside=True,
        where=WHERE,
    ),
}
WINDOWS = {
    "rest days": window(),
    "rest days without holidays": window(calendar=calendar({0, 1, 2, 3, 4}, holidays=False)),
    "one rest day": window(calendar=calendar({0, 1, 2, 3, 4, 5})),
    "rest days in the week": window(calendar=calendar({4, 5, 6, 0})),
    "rest days apart": window(calendar=calendar({0, 1, 3, 4})),
    "only holidays": window(calendar=calendar(set(range(7)))),
    "no rest day": window(calendar=calendar(set(range(7)), holidays=False)),
    "rest days at night": window(time=(time(22), time(6))),
    "working days": window(days="working"),
    "working days without holidays": window(
        days="working", calendar=calendar({0, 2}, holidays=False)
    ),
    "lunch": window(days="working", time=(time(12, 30), time(13))),
    "evenings": window(days="working", time=(time(18), time(0))),
    "every day": window(days="all"),
    "every night": window(days="all", time=(time(22), time(6))),
    "all seven days": window(days=frozenset(range(7))),
    "a weekday": window(days=frozenset({2})),
    "two weekdays": window(days=frozenset({4, 5})),
    "weekdays over the week's end": window(days=frozenset({5, 6, 0})),
    "weekdays apart": window(days=frozenset({0, 2, 4}), time=(time(9), time(11))),
    "every other week": window(days=frozenset({2}), every_weeks=2, starting=date(2026, 1, 7)),
    "from a day on": window(days=frozenset({2}), starting=date(2026, 1, 7)),
}
CHOICES: dict[str, dict[str, dict[str, Any]]] = {
    "window": {name: {"window": found} for name, found in WINDOWS.items()},
    "mode": {mode.value: {"mode": mode} for mode in Mode},
    "mode_for": {
        "none": {"mode_for": {}},
        "one team": {"mode_for": {"leadership": Mode.OBSERVE}},
        "two teams alike": {"mode_for": {"leadership": Mode.OFF, "everyone": Mode.OFF}},
        "two modes": {"mode_for": {"leadership": Mode.ENFORCE, "everyone": Mode.NUDGE}},
    },
    "people": {
        "the same": {},
        "from one to another": {"to_teams": frozenset({"leadership"})},
        "several": {
            "from_teams": frozenset({"everyone", "leadership"}),
            "to_teams": frozenset({"everyone", "leadership"}),
        },
    },
    "exempt": {
        "nobody": {"exempt": None},
        "involved": {
            "exempt": Exempt(teams=frozenset({"emergency-duty"}), when="involved", where=WHERE)
        },
        "recipient": {
            "exempt": Exempt(
                teams=frozenset({"emergency-duty", "residential"}), when="recipient", where=WHERE
            )
        },
    },
    "let_through": {
        "nothing": {"let_through": ()},
        **{name: {"let_through": (line,)} for name, line in LINES.items()},
        "two lines": {"let_through": (LINES["importance"], LINES["tags"])},
    },
    "limit": {
        "none": {"held_per_person": None},
        "one": {"held_per_person": 1},
        "many": {"held_per_person": 200},
    },
    "spread": {
        "none": {},
        "minutes": {"release": Release(at=time(8, 30), spread=timedelta(minutes=20))},
        "an hour": {"release": Release(at=time(7), spread=timedelta(hours=1))},
        "minutes past, by the recipient's days": {
            "release": Release(at=time(8, 30), calendar="recipient", spread=timedelta(minutes=20))
        },
        "minutes past an hour": {"release": Release(at=time(7), spread=timedelta(minutes=90))},
    },
    "hold_at": {
        "one": {"hold_at": (HoldPoint.INBOX,)},
        "all, in any order": {"hold_at": (HoldPoint.INBOX, HoldPoint.OUTLOOK, HoldPoint.DRAFTS)},
    },
}


def golden() -> str:
    lines: list[str] = []
    for clause, choices in CHOICES.items():
        lines.append(f"# {clause}")
        for name, changes in choices.items():
            lines += [f"{name}:", f"  {read_rule(replace(PLAIN, **changes))}"]
        lines.append("")
    for book in (BOOK, load(HERE / "good" / "split-over-files", SHIPPED)):
        lines.append("# a rulebook")
        lines += [f"{name}:\n  {said}" for name, said in read_back(book)]
        lines.append("")
    return "\n".join(lines)


def test_every_clause_is_said_as_in_the_golden_text() -> None:
    assert golden() == GOLDEN.read_text(encoding="utf-8")


def every_rule() -> Iterator[tuple[dict[str, str], DeferEmail]]:
    """Go through all combinations; of windows and lines some stand for the rest."""
    few = {
        "window": ("rest days", "lunch", "every night", "every other week"),
        "let_through": ("nothing", "importance", "all at once", "two lines"),
        "people": ("the same", "from one to another"),
        "hold_at": ("one",),
    }
    names = [few.get(clause, tuple(choices)) for clause, choices in CHOICES.items()]
    for picked in itertools.product(*names):
        chosen = dict(zip(CHOICES, picked, strict=True))
        changes: dict[str, Any] = {}
        for clause, name in chosen.items():
            changes |= CHOICES[clause][name]
        yield chosen, replace(PLAIN, **changes)


def test_every_combination_is_one_sentence_with_all_its_clauses() -> None:
    seen = set()
    for chosen, rule in every_rule():
        said = read_rule(rule)
        assert said not in seen, chosen
        seen.add(said)
        assert said[0].isupper(), said
        assert said.endswith("."), said
        assert "  " not in said, said
        assert ". " not in said, said
        assert " ," not in said, said
        assert said.lower().startswith(read_window(rule.window).lower()), said
        asks = chosen["exempt"], chosen["let_through"], chosen["limit"]
        assert (", unless " in said) == (asks != ("nobody", "nothing", "none")), said
        assert (" spread over " in said) == (chosen["spread"] != "none"), said
        assert (" copies on hold " in said) == (chosen["limit"] == "many"), said
    assert len(seen) > 10_000


@pytest.mark.parametrize("rules", [("weekend-email",), ("weekend-email", "other")])
def test_an_exemption_says_whose_mail_it_frees(rules: tuple[str, ...]) -> None:
    exemption = replace(BOOK.exemptions[0], rules=frozenset(rules), addresses=frozenset())
    said = read_exemption(exemption, BOOK)
    assert "leave" in said
    assert "alone mail that somebody in leadership writes or gets; Inspection" in said


def test_an_exemption_of_a_rule_for_recipients_frees_their_copies() -> None:
    assert BOOK.mail_rules[0].exempt is not None
    by_copy = replace(
        BOOK.mail_rules[0], exempt=replace(BOOK.mail_rules[0].exempt, when="recipient")
    )
    book: Rulebook = replace(BOOK, rules=(by_copy,))
    assert "leaves alone copies of somebody in leadership or carol@" in read_exemption(
        book.exemptions[0], book
    )
