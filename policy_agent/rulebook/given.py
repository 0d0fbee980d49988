"""Examples as they are written, to what they mean."""

from collections.abc import Callable, Collection

from policy_agent.domain.rules import Example
from policy_agent.domain.where import Where
from policy_agent.rulebook.draft import value_at
from policy_agent.rulebook.mail_shapes import ExampleShape
from policy_agent.rulebook.nodes import Node
from policy_agent.rulebook.problems import Suggestions, quoted


def judge_people(
    example: ExampleShape, node: Node, suggestions: Suggestions, say: Callable[[Where, str], None]
) -> None:
    """Say which people of an example are not on its mail; `node` is what it was made of."""
    given = example.given
    judge_named(
        (given.outside, given.teams),
        {given.sender, *given.to},
        "is neither in from nor in to; name somebody on the mail",
        node,
        suggestions,
        say,
    )


def judge_working_days(
    example: ExampleShape,
    node: Node,
    suggestions: Suggestions,
    say: Callable[[Where, str], None],
    *,
    counted: bool,
) -> None:
    """Say whose own working days in an example change nothing; `counted`: the rule counts some."""
    given = example.given
    where = value_at(node, "given", "working_days")
    if given.working_days and not counted:
        say(
            where,
            "working_days: the rule goes by the calendar of its window; write calendar: recipient"
            " in its release, or take this away",
        )
    for name in given.working_days:
        if name not in given.to:
            meant = suggestions.meant(name, given.to)
            say(where, f"working_days: {quoted(name)} is not in to; name a recipient{meant}")
        elif name in given.outside:
            say(
                where,
                f"working_days: {quoted(name)} is also in outside, whose mail is never held; take"
                " one away",
            )


def judge_named(
    named: tuple[Collection[str], Collection[str]],
    people: Collection[str],
    wrong: str,
    node: Node,
    suggestions: Suggestions,
    say: Callable[[Where, str], None],
) -> None:
    """Say which names of `outside` and `teams` nobody in an example has, or both have."""
    outside, teams = named
    for name in outside:
        if name not in people:
            say(
                value_at(node, "given", "outside"),
                f"outside: {quoted(name)} {wrong}{suggestions.meant(name, people)}",
            )
        elif name in teams:
            say(
                value_at(node, "given", "outside"),
                f"outside: {quoted(name)} is also in teams, and somebody outside is in none; take"
                " one away",
            )
    for name in teams:
        if name not in people:
            say(
                value_at(node, "given", "teams"),
                f"teams: {quoted(name)} {wrong}{suggestions.meant(name, people)}",
            )


def example_of(example: ExampleShape, where: Where) -> Example:
    """Return what an example means; `where` is where it stands."""
    given = example.given
    outcome, until = example.expect
    return Example(
        title=example.title,
        sender=given.sender,
        recipients=tuple(dict.fromkeys(given.to)),
        at=given.at,
        teams={name: frozenset(teams) for name, teams in given.teams.items()},
        outside=frozenset(given.outside),
        working_days=given.working_days,
        subject=given.subject,
        importance=given.importance,
        categories=frozenset(category.lower() for category in given.category or ()),
        expect_outcome=outcome,
        expect_until=until,
        where=where,
    )
