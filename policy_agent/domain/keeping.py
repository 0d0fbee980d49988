"""Kept meetings: which ones a `keep-meeting` rule names."""

import re
from collections.abc import Mapping
from functools import lru_cache

from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.meeting_rules import KeepMeeting


def is_kept(rule: KeepMeeting, meeting: MeetingFacts, team_sizes: Mapping[str, int]) -> bool:
    """Whether the rule names this meeting; somebody whom the rule is about must be in it.

    Of categories, subject words and team, all that the rule gives must match. The subject of a
    private meeting is not looked at, so only its category or its people can name it. Whoever has
    declined was invited all the same: a supervision that somebody declined is still one.
    """
    if not rule.categories and not rule.subject_words and rule.team is None:
        return False
    if rule.categories and rule.categories.isdisjoint(meeting.categories):
        return False
    if rule.subject_words and (
        meeting.private or not _words(rule.subject_words).search(meeting.subject.casefold())
    ):
        return False
    people = [one.person for one in meeting.invited]
    if meeting.organiser is not None:
        people.append(meeting.organiser)
    if rule.team is not None:
        size = team_sizes.get(rule.team, 0)
        there = sum(rule.team in person.teams for person in people)
        if there == 0 or 2 * there < size:
            return False
    return any(not rule.people.isdisjoint(person.teams) for person in people)


@lru_cache(maxsize=256)
def _words(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds any of the words, as whole words, in a casefolded text."""
    any_of = "|".join(re.escape(word.casefold()) for word in words)
    return re.compile(rf"(?<!\w)(?:{any_of})(?!\w)")


__all__ = ["is_kept"]
