"""Kept meetings: which ones a `keep-meeting` rule names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.meeting_rules import KeepMeeting, KeptLine


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptBy:
    """What keeps a meeting."""

    rule: KeepMeeting
    line: KeptLine  # the first of the rule's lines that names it


def naming(
    rule: KeepMeeting, meeting: MeetingFacts, team_sizes: Mapping[str, int]
) -> tuple[KeptLine, ...]:
    """Return the rule's lines that name the meeting, whoever is in it; any one is enough.

    Of categories, subject words and team, all that a line gives must match. The subject of a
    private meeting is not looked at, so only its category or its people can name it. Whoever has
    declined was invited all the same: a supervision that somebody declined is still one.
    """
    return tuple(line for line in rule.named if _names(line, meeting, team_sizes))


def _names(line: KeptLine, meeting: MeetingFacts, team_sizes: Mapping[str, int]) -> bool:
    if not line.categories and not line.subject_words and line.team is None:
        return False
    if line.categories and line.categories.isdisjoint(meeting.categories):
        return False
    if line.subject_words and (
        meeting.private or not _words(line.subject_words).search(meeting.subject.casefold())
    ):
        return False
    if line.team is None:
        return True
    people = [one.person for one in meeting.invited]
    if meeting.organiser is not None:
        people.append(meeting.organiser)
    there = sum(line.team in person.teams for person in people)
    return there > 0 and 2 * there >= team_sizes.get(line.team, 0)


@lru_cache(maxsize=256)
def _words(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds any of the words, as whole words, in a casefolded text."""
    any_of = "|".join(re.escape(word.casefold()) for word in words)
    return re.compile(rf"(?<!\w)(?:{any_of})(?!\w)")


__all__ = ["KeptBy", "naming"]
