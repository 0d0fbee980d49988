"""Exemptions: dated, owned, approved."""

from datetime import timedelta

from policy_agent.domain.rules import Exemption
from policy_agent.rulebook.draft import Draft, value_at
from policy_agent.rulebook.shapes import ExemptionShape


def add_exemptions(draft: Draft, longest: timedelta) -> None:
    """Add every exemption that can be made; `longest` is how far apart its days may be."""
    for placed in draft.sections.entries["exemptions"]:
        shaped = draft.shaped(ExemptionShape, placed)
        if shaped is None:
            continue
        written = shaped.shape
        where = value_at(shaped.node, "ends")
        days = (written.ends - written.starts).days
        if days < 0:
            draft.say(where, f"ends: it is before the start {written.starts}; write a later day")
        elif days > longest.days:
            last = written.starts + longest
            draft.say(
                where,
                f"ends: {days} days after the start; at most {longest.days} are allowed, so write"
                f" {last} or earlier, or raise exemption_days_at_most; for good, put the team into"
                " the rule's exempt",
            )
        draft.exemptions.append(
            Exemption(
                name=written.name,
                rules=frozenset(written.rules),
                teams=frozenset(who for who in written.people if "@" not in who),
                addresses=frozenset(who for who in written.people if "@" in who),
                starts=written.starts,
                ends=written.ends,
                because=written.because,
                approved_by=written.approved_by,
                where=placed.where,
            )
        )
