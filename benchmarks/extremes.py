"""How long the loader takes for files made to hurt: `python -m benchmarks.extremes`.

A rulebook is read by a daemon that releases mail, so no file may keep it for more than a second.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.load import load
from policy_agent.rulebook.problems import RulebookError
from policy_agent.rulebook.reading import MOST_BYTES

_RULES = Path(__file__).parents[1] / "rules" / "northshire.yaml"


def _northshire(old: bytes, new: bytes) -> bytes:
    text = _RULES.read_bytes()
    if old not in text:
        raise ValueError(f"{old!r} is not in the default rulebook")
    return text.replace(old, new)


def _bomb() -> bytes:
    """Return a billion laughs: ten levels of ten aliases each."""
    lines = ["a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    return "\n".join(lines).encode()


def _full(piece: bytes) -> bytes:
    """Return as many of a piece as a file may have."""
    return piece * (MOST_BYTES // len(piece))


def _line(before: bytes, piece: bytes, after: bytes = b"") -> bytes:
    """Return a line as long as a file may be."""
    return before + piece * ((MOST_BYTES - len(before) - len(after)) // len(piece)) + after


def _each(number: int, line: Callable[[int], str], before: str = "") -> bytes:
    return (before + "\n".join(line(n) for n in range(number))).encode()


FILES: dict[str, Callable[[], bytes]] = {
    "a bomb of aliases": _bomb,
    "aliases without end": lambda: _line(b"a: &a [", b"*a,", b"]"),
    "an alias of itself": lambda: b"rules: &r [ *r ]",
    "anchors without end": lambda: _each(50_000, lambda n: f"k{n}: &a{n} x"),
    "merge keys without end": lambda: _each(20_000, lambda n: f"k{n}: {{ <<: {{ a: {n} }} }}"),
    "tags that would run code": lambda: _each(
        20_000, lambda n: f"k{n}: !!python/object/apply:os.system [ 'true' ]"
    ),
    "a line of a megabyte, plain": lambda: _line(b"version: ", b"x"),
    "a line of a megabyte, quoted": lambda: _line(b'version: "', b"x", b'"'),
    "a line of a megabyte, escapes": lambda: _line(b'version: "', b"\\x41", b'"'),
    "a line of a megabyte, comment": lambda: _line(b"#", b"x"),
    "a line of a megabyte, list": lambda: _line(b"teams: [", b"a,", b"]"),
    "a line of a megabyte, mapping": lambda: _line(b"teams: {", b"a: b,", b"}"),
    "a key of a megabyte": lambda: _line(b'"', b"x", b'": 1'),
    "a folded text of a megabyte": lambda: _line(b"version: >\n", b" x\n"),
    "a title of a megabyte": lambda: _northshire(
        b"a Saturday mail waits for Monday", b"x" * (MOST_BYTES - 10_000)
    ),
    **{
        f"only {sign!r}": lambda sign=sign: _full(sign.encode())
        for sign in ("[", "{", "- ", "? ", ": ", ":", '"', "'", "|", ">", "%", "&", "*", "!", "`",
                     "@", "#", " ", "\n", "\t", "\r", "---\n", "...\n", "%YAML 1.1\n", "\ufeff",
                     "\u0085", "😀")
    },
    "brackets, closed": lambda: b"[" * (MOST_BYTES // 2) + b"]" * (MOST_BYTES // 2),
    "binary": lambda: _full(bytes(range(256))),
    "binary without zero": lambda: _full(bytes(range(1, 256))),
    "an image": lambda: b"\x89PNG\r\n\x1a\n" + _full(b"IDAT")[:1000],
    "a compressed file": lambda: b"\x1f\x8b\x08" + _full(b"\x9c\xab")[:1000],
    "UTF-16": lambda: _RULES.read_text(encoding="utf-8").encode("utf-16"),
    "UTF-16 without its mark": lambda: _RULES.read_text(encoding="utf-8").encode("utf-16-le"),
    "UTF-32": lambda: _RULES.read_text(encoding="utf-8").encode("utf-32"),
    "Latin-1": lambda: _northshire(b"a Saturday mail", "un mail du café".encode("latin-1")),
    "EBCDIC": lambda: _RULES.read_text(encoding="utf-8").encode("cp500", errors="replace"),
    "one key many times": lambda: _full(b"version: 1\n"),
    "unknown keys without end": lambda: _each(29_000, lambda n: f"key{n}: 1"),
    "unknown keys in a rule": lambda: _each(
        29_000, lambda n: f"  k{n}: 1", "rules:\n- name: a\n  kind: defer-email\n"
    ),
    "rules of one name": lambda: _each(
        14_000, lambda _: "- { name: a, kind: defer-email }", "rules:\n"
    ),
    "rules of no kind": lambda: _each(
        14_000, lambda n: f"- {{ name: a{n}, kind: defer-mail }}", "rules:\n"
    ),
    "unknown teams": lambda: _northshire(
        b"[everyone]", b"[" + b",".join(b"team%d" % n for n in range(15_000)) + b"]"
    ),
    "unknown teams with modes": lambda: _northshire(
        b"{ leadership: enforce }", b"{" + b",".join(b"t%d: x" % n for n in range(14_000)) + b"}"
    ),
    "subject tags without end": lambda: _northshire(
        b"[URGENT, SAFEGUARDING]", b"[" + b",".join(b"T%d" % n for n in range(25_000)) + b"]"
    ),
    "subject words without end": lambda: _northshire(
        b"[training, induction]", b"[" + b",".join(b"w%d" % n for n in range(25_000)) + b"]"
    ),
    "a meeting with a crowd": lambda: _northshire(
        b"attendees: [bob, carol]",
        b"attendees: [" + b",".join(b"p%d" % n for n in range(5_000)) + b"]",
    ),
    "meetings without end": lambda: _northshire(
        b"      - title: a meeting into lunch is a clash\n",
        b"".join(
            b"      - { title: t, given: { organiser: a, starts: 2026-06-10 12:15, ends: 12:45 },"
            b" expect: deliver }\n"
            for _ in range(2_500)
        )
        + b"      - title: a meeting into lunch is a clash\n",
    ),
    "meetings of a month without end": lambda: _northshire(
        b"      - title: a meeting into lunch is a clash\n",
        b"".join(
            b"      - { title: t, given: { organiser: a, attendees: b, starts: 2026-06-10 12:15,"
            b" ends: 2026-07-10 12:15 }, expect: deliver }\n"
            for _ in range(2_000)
        )
        + b"      - title: a meeting into lunch is a clash\n",
    ),
    "holidays without end": lambda: _northshire(
        b"[ england-and-wales,",
        b"[" + b"".join(b"{ date: 2026-02-%02d, name: x }," % (n % 28 + 1) for n in range(9_000)),
    ),
}  # fmt: skip


def _split(number: int, text: Callable[[int], str]) -> Iterator[bytes]:
    """Yield the default rulebook and then that many files."""
    yield _RULES.read_bytes()
    for n in range(number):
        yield text(n).encode()


FOLDERS: dict[str, Callable[[], Iterator[bytes]]] = {
    "a thousand files with a team each": lambda: _split(
        999, lambda n: f"teams: {{ team-{n}: {{ group: team-{n}@northshire.example }} }}"
    ),
    "a thousand empty files": lambda: _split(999, lambda _: ""),
    "a thousand files that are no YAML": lambda: _split(999, lambda n: f"x{n}: ["),
    "a thousand files of unknown keys": lambda: _split(
        999, lambda _: "\n".join(f"k{n}: 1" for n in range(25))
    ),
    "a thousand files of binary": lambda: _split(999, lambda _: "\0\1\2" * 1_000),
    "a thousand times the same rulebook": lambda: _split(
        999, lambda _: _RULES.read_text(encoding="utf-8")[:4_000]
    ),
    "two thousand files": lambda: _split(1_999, lambda _: ""),
}
# All others are refused.
LOADS = {"a thousand files with a team each", "a thousand empty files", "meetings without end"}


def main() -> None:
    """Print what each takes, the slowest first."""
    took: list[tuple[float, str, str]] = []
    for name in (*FILES, *FOLDERS):
        with tempfile.TemporaryDirectory() as folder:
            if name in FILES:
                (Path(folder) / "0000.yaml").write_bytes(FILES[name]())
            else:
                for number, text in enumerate(FOLDERS[name]()):
                    (Path(folder) / f"{number:04}.yaml").write_bytes(text)
            begun = time.perf_counter()
            try:
                load(Path(folder), SHIPPED)
            except RulebookError as refused:
                said = f"refused, {len(refused.problems):,} problems"
            else:
                said = "loaded"
            took.append((time.perf_counter() - begun, name, said))
    for seconds, name, said in sorted(took, reverse=True):
        print(f"{seconds * 1000:7.1f} ms  {name}: {said}")


if __name__ == "__main__":
    main()
