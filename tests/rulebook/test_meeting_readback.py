"""Rules about meetings read back: each clause as in the golden text, and all of them together."""

import itertools
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from policy_agent.domain.meeting_rules import (
    KeepMeeting,
    KeptLine,
    MeetingEtiquette,
    MeetingExempt,
    MeetingLetThrough,
    MeetingRule,
    OnClash,
    ProtectTime,
)
from policy_agent.domain.modes import Mode
from policy_agent.domain.rules import Exemption
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.load import load
from policy_agent.rulebook.readback import read_back, read_exemption, read_rule

HERE = Path(__file__).parent
GOLDEN = HERE / "readback-meetings.txt"
BOOK = load(HERE / "good" / "meetings.yaml", SHIPPED)
PROTECT = replace(
    BOOK.protect_time[0],
    mode=Mode.ENFORCE,
    mode_for={},
    exempt=None,
    let_through=(),
    booked_from=None,
    block_out=False,
    overlap_at_least=timedelta(minutes=1),
)
NONE: dict[str, Any] = {
    "agenda_required": False,
    "notice_at_least": None,
    "no_longer_than": None,
    "break_between": None,
    "attendees_at_most": None,
}
KIND = replace(
    BOOK.meeting_etiquette[0],
    mode=Mode.NUDGE,
    mode_for={},
    exempt=None,
    let_through=(),
    **{**NONE, "agenda_required": True},
)
WHERE = PROTECT.where
SUPERVISION = KeptLine(categories=frozenset({"supervision"}), where=WHERE)
WORDS = KeptLine(subject_words=("supervision", "1:1"), where=WHERE)
TEAM = KeptLine(team="leadership", where=WHERE)
ALL = replace(SUPERVISION, subject_words=("supervision",), team="leadership")
KEEP = replace(
    BOOK.keep_meeting[0],
    mode=Mode.NUDGE,
    named=(SUPERVISION,),
    every=None,
    rebook_within=None,
)
TEAMS = frozenset({"emergency-duty", "residential"})

MODES: dict[str, dict[str, Any]] = {mode.value: {"mode": mode} for mode in Mode}
NUDGING = {name: found for name, found in MODES.items() if name != "enforce"}
MODE_FOR: dict[str, dict[str, Any]] = {
    "none": {"mode_for": {}},
    "one team": {"mode_for": {"leadership": Mode.OFF}},
    "two modes": {"mode_for": {"leadership": Mode.OBSERVE, "everyone": Mode.NUDGE}},
}
FREED: dict[str, dict[str, dict[str, Any]]] = {
    "people": {
        "one team": {},
        "two teams": {"people": frozenset({"everyone", "leadership"})},
    },
    "exempt": {
        "nobody": {},
        **{
            when: {"exempt": MeetingExempt(teams=TEAMS, when=when, where=WHERE)}
            for when in ("organiser", "attendee", "involved")
        },
    },
    "let_through": {
        "nothing": {},
        "a category": {
            "let_through": (MeetingLetThrough(categories=frozenset({"court"}), where=WHERE),)
        },
        "all at once, and another line": {
            "let_through": (
                MeetingLetThrough(
                    categories=frozenset({"court", "safeguarding"}),
                    subject_tags=("Strategy discussion",),
                    organiser_outside=True,
                    where=WHERE,
                ),
                MeetingLetThrough(organiser_outside=True, where=WHERE),
            )
        },
    },
}
CHOICES: dict[str, tuple[MeetingRule, dict[str, dict[str, dict[str, Any]]]]] = {
    "protect-time": (
        PROTECT,
        {
            "mode": MODES,
            "mode_for": MODE_FOR,
            **FREED,
            "window": {
                "lunch": {},
                "a whole day every other week": {
                    "window": replace(
                        PROTECT.window,
                        days=frozenset({2}),
                        time=None,
                        every_weeks=2,
                        starting=date(2026, 1, 7),
                    )
                },
                "a night": {
                    "window": replace(PROTECT.window, days="all", time=(time(22), time(6)))
                },
            },
            "meetings": {
                "any": {},
                "large, long, online and new": {
                    "attendees_at_least": 5,
                    "overlap_at_least": timedelta(minutes=90),
                    "online_only": True,
                    "booked_from": date(2026, 1, 1),
                },
            },
            "block_out": {"no": {}, "yes": {"block_out": True}},
            "on_clash": {"decline": {}, "cancel": {"on_clash": OnClash.CANCEL}},
            "grace": {
                "a day": {},
                "an hour": {"grace": timedelta(hours=1)},
                "two days": {"grace": timedelta(days=2)},
            },
        },
    ),
    "meeting-etiquette": (
        KIND,
        {
            "mode": NUDGING,
            "mode_for": MODE_FOR,
            **FREED,
            "checks": {
                "agenda": {},
                "notice": {**NONE, "notice_at_least": timedelta(hours=4)},
                "length": {**NONE, "no_longer_than": timedelta(minutes=90)},
                "break": {**NONE, "break_between": timedelta(minutes=5)},
                "size": {**NONE, "attendees_at_most": 12},
                "one person": {**NONE, "attendees_at_most": 1},
                "all": {
                    "notice_at_least": timedelta(days=2),
                    "no_longer_than": timedelta(hours=1),
                    "break_between": timedelta(minutes=1),
                    "attendees_at_most": 8,
                },
            },
        },
    ),
    "keep-meeting": (
        KEEP,
        {
            "mode": NUDGING,
            "mode_for": MODE_FOR,
            "people": FREED["people"],
            "meetings": {
                "a category": {"named": (SUPERVISION,)},
                "words": {"named": (WORDS,)},
                "a team": {"named": (TEAM,)},
                "all": {"named": (ALL,)},
                "a category or words": {"named": (SUPERVISION, WORDS)},
                "words or a category or all": {"named": (WORDS, SUPERVISION, ALL)},
            },
            "expected": {
                "never": {},
                "weekly": {"every": timedelta(weeks=1)},
                "monthly": {"every": timedelta(weeks=4)},
            },
            "rebook_within": {
                "whenever": {},
                "a day": {"rebook_within": 1},
                "days": {"rebook_within": 5},
            },
        },
    ),
}


def golden() -> str:
    lines: list[str] = []
    for kind, (plain, clauses) in CHOICES.items():
        for clause, choices in clauses.items():
            lines.append(f"# {kind}: {clause}")
            for name, changes in choices.items():
                lines += [f"{name}:", f"  {read_rule(replace(plain, **changes))}"]
            lines.append("")
    lines.append("# a rulebook")
    lines += [f"{name}:\n  {said}" for name, said in read_back(BOOK)]
    return "\n".join([*lines, ""])


def test_every_clause_is_said_as_in_the_golden_text() -> None:
    assert golden() == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", CHOICES)
def test_every_combination_is_one_sentence_of_its_own(kind: str) -> None:
    plain, clauses = CHOICES[kind]
    seen: set[str] = set()
    for picked in itertools.product(*(choices.values() for choices in clauses.values())):
        changes: dict[str, Any] = {}
        for one in picked:
            changes |= one
        said = read_rule(replace(plain, **changes))
        assert said not in seen
        seen.add(said)
        assert said[0].isupper(), said
        assert said.endswith("."), said
        assert "  " not in said, said
        assert ". " not in said, said
        assert " ," not in said, said
    assert len(seen) > 500


@pytest.mark.parametrize(
    ("when", "freed"),
    [
        (None, "meetings that somebody in leadership organises"),
        ("organiser", "meetings that somebody in leadership organises"),
        ("attendee", "the time of somebody in leadership"),
        ("involved", "meetings that somebody in leadership organises or is invited to"),
    ],
)
def test_an_exemption_says_whose_meetings_it_frees(when: Any, freed: str) -> None:
    exempt = None if when is None else MeetingExempt(teams=TEAMS, when=when, where=WHERE)
    exemption = Exemption(
        name="inspection",
        rules=frozenset({PROTECT.name}),
        teams=frozenset({"leadership"}),
        starts=date(2026, 6, 1),
        ends=date(2026, 6, 8),
        because="Inspection",
        approved_by="the director",
        where=WHERE,
    )
    said = read_exemption(exemption, replace(BOOK, rules=(replace(PROTECT, exempt=exempt),)))
    assert f", protected-lunch leaves alone {freed}; Inspection, approved by" in said


def test_an_exemption_from_mail_and_meetings_says_both() -> None:
    mail = load(HERE / "good" / "small.yaml", SHIPPED)
    exemption = replace(mail.exemptions[0], rules=frozenset({"weekend-email", PROTECT.name}))
    said = read_exemption(exemption, replace(mail, rules=(*mail.rules, PROTECT)))
    assert (
        "protected-lunch and weekend-email leave alone mail that somebody in leadership or"
        " carol@northshire.example writes or gets and meetings that somebody in leadership or"
        " carol@northshire.example organises; Inspection"
    ) in said


def test_each_kind_is_read_by_its_own_words() -> None:
    kinds = {type(rule) for rule, _ in CHOICES.values()}
    assert kinds == {ProtectTime, MeetingEtiquette, KeepMeeting}
