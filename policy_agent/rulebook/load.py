"""A rules folder to a rulebook, with all problems in one go.

1. `files` finds the files and reads their bytes.
2. `reading` makes nodes of them, which keep their places.
3. `sections` puts the sections of all files together.
4. `shaping` checks each entry's keys, values and references, by the shapes.
5. `calendars`, `windows`, `rules`, `exemptions` and `reporting` check what takes more than one
   field, and make the domain's types.
6. `examples` are tried.

Each step goes on past what the one before refused, as far as that makes sense.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from policy_agent.domain.rules import Rulebook, Team
from policy_agent.domain.where import Where
from policy_agent.holidays.source import HolidaySource
from policy_agent.rulebook.calendars import add_calendars
from policy_agent.rulebook.draft import Draft
from policy_agent.rulebook.exemptions import add_exemptions
from policy_agent.rulebook.files import gather, hash_of
from policy_agent.rulebook.nodes import Entry, Mapping
from policy_agent.rulebook.problems import RulebookError, quoted
from policy_agent.rulebook.reading import Budget, read
from policy_agent.rulebook.references import Named, Names
from policy_agent.rulebook.reporting import reporting
from policy_agent.rulebook.rules import add_rules
from policy_agent.rulebook.sections import NAMED, ONCE, Sections, put_together
from policy_agent.rulebook.shapes import FileShape, TeamShape
from policy_agent.rulebook.shaping import Shaped, shape
from policy_agent.rulebook.trying import ExampleResult
from policy_agent.rulebook.values import NAME_RIGHT, is_name
from policy_agent.rulebook.windows import add_windows

_ONCE = {
    "version": "version: 1",
    "organisation": "organisation: { name: …, domains: [northshire.example] }",
}

_REFERRED: dict[Named, str] = {
    "team": "teams",
    "window": "windows",
    "calendar": "calendars",
    "rule": "rules",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """A rulebook, how its examples came out, and what was written where."""

    rulebook: Rulebook
    results: tuple[ExampleResult, ...]  # of every example, in the order of the rulebook
    sections: Sections

    def where(self, section: str) -> Where:
        """Return where a section that stands once in it begins; IndexError: it is not there."""
        return self.sections.entries[section][0].where


def load(path: Path, holidays: HolidaySource) -> Rulebook:
    """Return the rulebook of a rules folder, or of one file.

    Raises `RulebookError` with every problem that was found, in the order of file, line and column,
    and nothing else whatever the files hold. A rulebook that loads is whole: its references lead
    somewhere, and its examples come out as expected. Takes less than a second.
    """
    return load_with_places(path, holidays).rulebook


def load_with_places(
    path: Path, holidays: HolidaySource, *, refuses_surprises: bool = True
) -> Loaded:
    """Do as `load`, and keep what was found out on the way.

    Without `refuses_surprises` an example that comes out otherwise is a result and no problem.
    """
    files = gather(path)
    budget = Budget()
    readings = [read(text, name, budget) for name, text in files.texts.items()]
    names = Names()
    sections = put_together(readings, names)
    if files.problems:
        sections.unsure |= sections.entries.keys()
    for kind, section in _REFERRED.items():
        known = sections.names(section)
        if known is not None:
            names.known[kind] = known
    names.known["holiday list"] = frozenset(holidays.divisions)
    draft = Draft(
        files=files,
        sections=sections,
        names=names,
        holidays=holidays,
        refuses_surprises=refuses_surprises,
    )
    draft.problems += [*files.problems, *sections.problems]

    shaped = _once(draft, next(iter(files.texts), files.name(files.root)))
    once = shaped.shape
    _names(draft)
    add_calendars(draft)
    _teams(draft)
    add_windows(draft)
    add_rules(draft)
    add_exemptions(draft, timedelta(days=once.exemption_days_at_most))
    told = reporting(draft, once, shaped.node)
    if draft.problems or once.organisation is None:
        raise RulebookError(draft.problems)
    rulebook = Rulebook(
        organisation=once.organisation.name,
        domains=frozenset(once.organisation.domains),
        calendars=draft.calendars,
        teams=draft.teams,
        windows=draft.windows,
        rules=tuple(draft.rules),
        exemptions=tuple(draft.exemptions),
        exemption_days_at_most=once.exemption_days_at_most,
        reporting=told,
        hash=hash_of(files.texts),
    )
    return Loaded(rulebook=rulebook, results=tuple(draft.results), sections=sections)


def _once(draft: Draft, first_file: str) -> Shaped[FileShape]:
    """Return what stands once in a rulebook, defaults for what is missing."""
    where = Where(file=first_file, line=1)
    entries = {
        key: Entry(key=placed.where, value=placed.node)
        for key in ONCE
        for placed in draft.sections.entries[key]
    }
    for key, right in _ONCE.items():
        if key not in entries and key not in draft.sections.unsure:
            draft.say(where, f"{key} is missing; write {right} in one of the files")
    node = Mapping(where=where, entries=entries)
    shaped = shape(FileShape, node, draft.names, draft.problems, place=where)
    return Shaped(shape=FileShape(), node=node) if shaped is None else shaped


def _names(draft: Draft) -> None:
    for section, kind in NAMED.items():
        for placed in draft.sections.entries[section]:
            if not is_name(placed.name):
                draft.say(
                    placed.where, f"{quoted(placed.name)} cannot be a {kind}'s name; {NAME_RIGHT}"
                )


def _teams(draft: Draft) -> None:
    for placed in draft.sections.entries["teams"]:
        shaped = draft.shaped(TeamShape, placed)
        if shaped is None:
            continue
        written = shaped.shape
        if shaped.whole and written.group is None and not written.people:
            draft.say(
                placed.where,
                f"the team {quoted(placed.name)} has nobody in it; give it a group: or people:",
            )
        draft.teams[placed.name] = Team(
            name=placed.name,
            group=written.group,
            people=tuple(dict.fromkeys(written.people)),
            where=placed.where,
        )
