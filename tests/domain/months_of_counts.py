"""Made-up counts of teams for tests: a block, and a year of an organisation that changes."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from policy_agent.domain.blocks import Block

MAIL = ("waited", "sent_now", "would_wait", "urgent", "let_through", "exempt", "off", "rest")
COULD = {  # in a mode
    "off": frozenset({"off"}),
    "observe": frozenset({"would_wait", "urgent", "let_through", "exempt", "rest"}),
    "enforce": frozenset({"waited", "sent_now", "urgent", "let_through", "exempt", "rest"}),
    "changed": frozenset(MAIL),
}


def block(
    people: Mapping[str, int],
    counts: Mapping[str, Sequence[int]],
    key: str = "mail:weekend-email",
    possible: Mapping[str, str] | None = None,
) -> Block:
    """Return a block whose columns are called by letters; `possible` are such letters by team."""
    width = len(next(iter(counts.values()), "abc"))
    return Block(
        key=key,
        columns=tuple("abcdefghij"[:width]),
        counts={team: tuple(row) for team, row in counts.items()},
        people=people,
        possible={team: frozenset(letters) for team, letters in (possible or {}).items()},
    )


def a_year(seed: int, fewest: int) -> Iterator[tuple[str, tuple[Block, ...]]]:
    """Yield twelve months of teams that grow and shrink across `fewest`, come, go and change names.

    Each month has mail, of which most columns are rare, under a rule of one mode or of several, and
    two checks of the same meetings.
    """
    random = Random(seed)  # noqa: S311 - the same year for the same seed is what it is for
    size = {
        f"team-{n}": random.choice((3, 6, fewest - 1, fewest, fewest + 2, 25)) for n in range(7)
    }
    size["big"] = 60
    for number in range(1, 13):
        for team, people in size.items():
            size[team] = max(1, people + random.choice((-2, -1, 0, 0, 1, 2)))
        if number == random.randint(2, 12):
            gone = random.choice(list(size))
            size[f"{gone}-as-{number}"] = size.pop(gone)
        if number == random.randint(2, 12):
            size.pop(random.choice(list(size)))
        yield f"2026-{number:02}", tuple(_blocks(random, size))


def _blocks(random: Random, size: Mapping[str, int]) -> Iterator[Block]:
    shares = [random.choice((0.0, 0.002, 0.02, 0.1, 0.5)) for _ in MAIL]
    modes = random.choice((("enforce",), ("observe", "enforce"), tuple(COULD)))
    possible = {team: COULD[random.choice(modes)] for team in size}
    yield Block(
        key="mail:weekend-email",
        columns=MAIL,
        counts={
            team: tuple(
                _some(random, people * share) if key in possible[team] else 0
                for key, share in zip(MAIL, shares, strict=True)
            )
            for team, people in size.items()
        },
        people=dict(size),
        possible=possible,
    )
    meetings = {team: _some(random, people * 0.3) for team, people in size.items()}
    for check, share in (("notice", 0.3), ("length", 0.02)):
        found = {team: _some(random, n * share, most=n) for team, n in meetings.items()}
        yield Block(
            key=f"etiquette:kind-meetings:{check}",
            columns=("found", "fine"),
            counts={team: (found[team], meetings[team] - found[team]) for team in size},
            people=dict(size),
        )


def _some(random: Random, expected: float, most: int | None = None) -> int:
    """Return a count that is about so many, with the noughts that come with small ones."""
    n = sum(random.random() < expected / 40 for _ in range(40))
    return n if most is None else min(n, most)
