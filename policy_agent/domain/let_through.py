"""Let through: the conditions under which a rule does not apply, compiled from its lines."""

import re
from collections.abc import Callable

from policy_agent.domain.facts import MailFacts
from policy_agent.domain.rules import LetThrough

Condition = Callable[[MailFacts], str | None]  # what matched, in words; None: it does not match

_PREFIXES = re.compile(r"^(?:\s*(?:re|fw|fwd|ateb|anf)\s*(?:\[\d+\])?\s*:)+", re.IGNORECASE)
_SIGNS = re.compile(r"^[\W_]+")


def has_tag(subject: str, tag: str) -> bool:
    """Whether a subject is marked with a tag: it begins with it, or has it in brackets.

    Answers and forwards (also Outlook's Welsh prefixes) keep their mark; case does not matter; the
    tag must be whole words, so that «Urgently» is not «URGENT» and «not urgent» is not either.
    Signs before it are passed over: «*URGENT*» is meant.
    """
    folded, mark = subject.casefold(), tag.casefold()
    if f"[{mark}]" in folded or f"({mark})" in folded:
        return True
    start = _PREFIXES.sub("", folded).lstrip()
    return any(
        begun.startswith(mark) and not begun[len(mark) : len(mark) + 1].isalnum()
        for begun in (start, _SIGNS.sub("", start))
    )


def matcher(line: LetThrough) -> Condition:
    """Compile one line; it matches when every condition in it does, and never without any."""
    conditions: list[Condition] = []
    if line.importance is not None:
        conditions.append(_importance(line.importance))
    if line.subject_tags:
        conditions.append(_subject(line.subject_tags))
    if line.categories:
        conditions.append(_category(line.categories))
    if line.recipient_outside:
        conditions.append(_somebody_outside)

    def matched(mail: MailFacts) -> str | None:
        said: list[str] = []
        for condition in conditions:
            found = condition(mail)
            if found is None:
                return None
            said.append(found)
        return f"It is let through: {' and '.join(said)}" if said else None

    return matched


def _importance(wanted: str) -> Condition:
    said = f"importance is {wanted}"
    return lambda mail: said if mail.importance == wanted else None


def _subject(tags: tuple[str, ...]) -> Condition:
    def marked(mail: MailFacts) -> str | None:
        tag = next((tag for tag in tags if has_tag(mail.subject, tag)), None)
        return None if tag is None else f"the subject is marked {tag}"

    return marked


def _category(categories: frozenset[str]) -> Condition:
    def categorised(mail: MailFacts) -> str | None:
        category = min(categories & mail.categories, default=None)
        return None if category is None else f"it has the category {category}"

    return categorised


def _somebody_outside(mail: MailFacts) -> str | None:
    for person in mail.recipients:
        if not person.inside:
            return "somebody outside is on the mail"
    return None
