"""Whatever the bytes: a rulebook, or problems with places; never anything else."""

import random
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from policy_agent.domain.rules import Rulebook
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.load import load
from policy_agent.rulebook.problems import RulebookError

NORTHSHIRE = (Path(__file__).parents[2] / "rules" / "northshire.yaml").read_bytes()
PIECES = [
    b"", b" ", b"\n", b"\t", b":", b"- ", b"[", b"]", b"{", b"}", b"'", b'"', b"&a ", b"*a",
    b"!!x ", b"<<", b"#", b"|", b"%", b"0", b"\xff", b"\0", b"~", b"null", b"x" * 600,
    b"9999-12-31",
    b"everyone", b"2026-03-29 01:30", b"hold until 2000-01-01 00:00", b"enforce", b"deliver", b"5h",
    b"..", b"/etc/passwd.ics", b"tue-mon", b"all", b"52 weeks", b"\xe2\x80\xa8", b"?",
]  # fmt: skip


def loads_or_says(text: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.yaml"
        path.write_bytes(text)
        try:
            found = load(path, SHIPPED)
        except RulebookError as refused:
            problems = refused.problems
        else:
            assert isinstance(found, Rulebook)
            return
    assert problems
    for problem in problems:
        assert problem.where.line >= 1
        assert problem.where.column >= 1
        assert "\n" not in str(problem)
        assert problem.where.file.endswith("a.yaml")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes(text: bytes) -> None:
    loads_or_says(text)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab:-[]{},&*!|>'\"%@`#?~ \n\t\r<0é\u0085\u2028\ufeff", max_size=200))
def test_any_text_of_signs_that_yaml_knows(text: str) -> None:
    loads_or_says(text.encode())


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(NORTHSHIRE)), st.integers(0, 40), st.sampled_from(PIECES)),
        min_size=1,
        max_size=4,
    )
)
@example([(0, 0, b"a: b\n")])
def test_the_default_rulebook_with_pieces_put_into_it(
    changes: list[tuple[int, int, bytes]],
) -> None:
    text = NORTHSHIRE
    for at, length, piece in changes:
        text = text[:at] + piece + text[at + length :]
    loads_or_says(text)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(PIECES))
def test_the_default_rulebook_with_values_swapped(seed: int, piece: bytes) -> None:
    chance = random.Random(seed)  # noqa: S311  reproducible, nothing secret
    lines = NORTHSHIRE.splitlines(keepends=True)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(lines))
        match chance.randrange(4):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, chance.choice(lines))
            case 2:
                key, colon, _ = lines[at].partition(b":")
                lines[at] = key + colon + b" " + piece + b"\n"
            case _:
                lines[at] = b"  " + lines[at]
    loads_or_says(b"".join(lines))
