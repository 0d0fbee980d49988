"""Bytes of one file to nodes, refusing what a rulebook has no use for.

libyaml's parser (through PyYAML) gives events, never values, so nothing is ever resolved, built or
expanded: an alias is refused where it stands, and a file that nests or grows beyond its limits is
left at once. Deep nesting must be refused while it is read: libyaml needs hours for a megabyte of
opening brackets.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from policy_agent.domain.where import Where
from policy_agent.rulebook.nodes import Entry, Mapping, Node, Scalar, Sequence
from policy_agent.rulebook.problems import MOST_FOUND, Problem, quoted

MOST_BYTES = 1024 * 1024  # of one file
DEEPEST = 20  # mappings and lists inside each other
MOST_NODES = 60_000  # texts, lists and mappings of a whole rulebook; 500 rules have 35,000

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml's where PyYAML has it

# What YAML does not print, and the line ends of other worlds, which editors do not count as lines.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]"
)

# What libyaml says, and what that means to somebody who writes a rulebook.
_PLAIN_WORDS = {
    "found character that cannot start any token": (
        "a tab or a sign such as @ or ` stands where a word should begin; indent with spaces, and"
        " put text that begins with a sign into quotes"
    ),
    "mapping values are not allowed": (
        "a colon stands where none can; put text with a colon in it into quotes, and check that the"
        " indent is that of the line above"
    ),
    "did not find expected ',' or ']'": (
        "a list that was opened with [ is not closed, or a comma is missing in it"
    ),
    "did not find expected ',' or '}'": (
        "a mapping that was opened with { is not closed, or a comma is missing in it"
    ),
    "did not find expected '-' indicator": (
        "this line does not fit the lines above it; check its indent (items of a list share one,"
        " and each begins with a dash)"
    ),
    "did not find expected key": (
        "this line does not fit the lines above it; check its indent, and that a quote or a bracket"
        " above is closed"
    ),
    "could not find expected ':'": "a key has no colon; write key: value",
    "did not find expected node content": ("a value is missing here, or a [ or { is not closed"),
    "unexpected end of stream": "a quote that was opened is never closed",
    "unknown escape character": (
        "a backslash in double quotes begins a sign that YAML does not know; use single quotes"
    ),
    "document start": "the text goes on where the file should end; check the indent",
    "tab": "a tab stands in the indent; use spaces",
}


@dataclass(kw_only=True, slots=True)
class Budget:
    """How much may still be read, over all the files of a rulebook."""

    nodes: int = MOST_NODES
    problems: int = MOST_FOUND  # with the way things are written


@dataclass(kw_only=True, slots=True)
class Reading:
    """What one file says, and what is wrong with the way it says it."""

    file: str
    node: Node | None  # None: it says nothing, or cannot be trusted
    problems: list[Problem] = field(default_factory=list)
    trusted: bool = True  # False: parts of it were not understood


def read(text: bytes, file: str, budget: Budget) -> Reading:
    """Read the bytes of a file; `file` is what problems call it. Never raises."""
    if budget.nodes < 0 or budget.problems < 0:  # said of the file that went over it
        return Reading(file=file, node=None, trusted=False)
    refused = _refused(text, file)
    if refused is not None:
        return Reading(file=file, node=None, problems=[refused], trusted=False)
    return _Builder(file, budget).build(text.decode("utf-8-sig"))


def _refused(text: bytes, file: str) -> Problem | None:
    def problem(at: int, what: str) -> Problem:
        before = text[:at].decode("utf-8-sig", errors="replace")
        column = len(before) - (before.rfind("\n") + 1) + 1
        where = Where(file=file, line=before.count("\n") + 1, column=column)
        return Problem(where=where, text=what)

    if len(text) > MOST_BYTES:
        return problem(0, f"the file has {len(text):,} bytes; at most {MOST_BYTES:,} are read")
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        return problem(0, "the file is saved as UTF-16; save it as UTF-8")
    nul = text.find(b"\0")
    if nul >= 0:
        return problem(nul, "this is no text file (a zero byte stands here); save it as UTF-8 text")
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        shown = f"0x{text[bad.start]:02x}"
        return problem(bad.start, f"the byte {shown} is not UTF-8; save the file as UTF-8")
    found = _INVISIBLE.search(decoded)
    if found is not None:
        at = len(decoded[: found.start()].encode()) + len(text) - len(decoded.encode())
        sign = f"U+{ord(found.group()):04X}"
        return problem(at, f"an invisible character ({sign}) stands here; delete it")
    return None


class _TooMuchError(Exception):
    """The rest of the file is not read; the problem says why."""


@dataclass(kw_only=True, slots=True)
class _Open:
    """A list or mapping whose end has not come."""

    node: Sequence | Mapping
    key: tuple[str, Where] | None = None  # of a mapping: the key that waits for its value


class _Builder:
    """Builds the nodes of one file from events, without recursion."""

    def __init__(self, file: str, budget: Budget) -> None:
        self._file = file
        self._budget = budget
        self._problems: list[Problem] = []
        self._trusted = True
        self._root: Node | None = None
        self._documents = 0
        self._open: list[_Open] = []

    def build(self, text: str) -> Reading:
        try:
            for event in self._events(text):
                self._take(event)
        except _TooMuchError:
            self._trusted = False
        return Reading(
            file=self._file,
            node=self._root if self._trusted else None,
            problems=self._problems,
            trusted=self._trusted,
        )

    def _events(self, text: str) -> Iterator[Any]:
        try:
            yield from yaml.parse(text, Loader=_Loader)
        except yaml.MarkedYAMLError as broken:
            said = f"{broken.context or ''} {broken.problem or ''}"
            opened, mark = broken.context_mark, broken.problem_mark
            if opened is not None and "unexpected end of stream" in said:
                mark = opened  # where the quote is, not the end of the file
            what = _in_plain_words(said)
            if opened is not None and "while parsing a flow" in said:
                what = f"{what} (see line {opened.line + 1})"
            self._refuse(self._at(mark), what)
            raise _TooMuchError from broken
        except yaml.YAMLError as broken:  # such as the pure reader's ReaderError
            place = Where(file=self._file, line=1)
            self._refuse(place, "this does not read as YAML; check the file in an editor")
            raise _TooMuchError from broken

    def _at(self, mark: Any) -> Where:
        if mark is None:
            return Where(file=self._file, line=1)
        return Where(file=self._file, line=mark.line + 1, column=mark.column + 1)

    def _say(self, where: Where, what: str) -> None:
        self._problems.append(Problem(where=where, text=what))
        self._budget.problems -= 1
        if self._budget.problems < 0:
            raise _TooMuchError

    def _refuse(self, where: Where, what: str) -> None:
        self._say(where, what)
        self._trusted = False

    def _take(self, event: Any) -> None:
        taker = _TAKERS.get(type(event))
        if taker is not None:
            taker(self, event)

    def document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            where = self._at(event.start_mark)
            self._refuse(where, "a second document begins here; a file is one, without ---")
            raise _TooMuchError

    def alias(self, event: Any) -> None:
        where = self._at(event.start_mark)
        self._refuse(
            where, f"aliases are not used in a rulebook; write out what *{event.anchor[:40]} means"
        )
        self._add(Scalar(where=where, text=""))

    def scalar(self, event: Any) -> None:
        where = self._plain(event)
        if self._waits_for_key() and event.value == "<<" and event.implicit[0]:
            self._refuse(where, "merge keys (<<) are not used in a rulebook; write the keys out")
        self._add(Scalar(where=where, text=event.value))

    def sequence(self, event: Any) -> None:
        self._begin(Sequence(where=self._plain(event)))

    def mapping(self, event: Any) -> None:
        self._begin(Mapping(where=self._plain(event)))

    def end(self, _event: Any) -> None:
        self._open.pop()

    def _plain(self, event: Any) -> Where:
        """Return where a node is; anchors and tags on it are problems."""
        where = self._at(event.start_mark)
        if event.anchor is not None:
            self._refuse(
                where, f"anchors are not used in a rulebook; take &{event.anchor[:40]} away"
            )
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")[:40]
            self._refuse(where, f"tags are not used in a rulebook; take {tag} away")
        return where

    def _waits_for_key(self) -> bool:
        if not self._open:
            return False
        parent = self._open[-1]
        return isinstance(parent.node, Mapping) and parent.key is None

    def _begin(self, node: Sequence | Mapping) -> None:
        if self._waits_for_key():
            self._refuse(node.where, "a key must be plain text; quote it if it begins with [ or {")
            self._add(Scalar(where=node.where, text=""))
            # what stands in it is read into nowhere
        else:
            self._add(node)
        if len(self._open) >= DEEPEST:
            self._refuse(
                node.where,
                f"lists and mappings nest deeper than {DEEPEST}; a rulebook needs far less",
            )
            raise _TooMuchError
        self._open.append(_Open(node=node))

    def _add(self, node: Node) -> None:
        self._budget.nodes -= 1
        if self._budget.nodes < 0:
            self._refuse(
                node.where,
                f"the rulebook has more than {MOST_NODES:,} keys and values; make it smaller",
            )
            raise _TooMuchError
        if not self._open:
            self._root = node
            return
        parent = self._open[-1]
        if isinstance(parent.node, Sequence):
            parent.node.items.append(node)
        elif parent.key is None:
            parent.key = (node.text if isinstance(node, Scalar) else "", node.where)
        else:
            key, where = parent.key
            parent.key = None
            before = parent.node.entries.setdefault(key, Entry(key=where, value=node))
            if before.key is not where:
                line = before.key.line
                self._say(where, f"the key {quoted(key)} stands at line {line} already; keep one")


_TAKERS: dict[type, Callable[[_Builder, Any], None]] = {
    yaml.DocumentStartEvent: _Builder.document,
    yaml.AliasEvent: _Builder.alias,
    yaml.ScalarEvent: _Builder.scalar,
    yaml.SequenceStartEvent: _Builder.sequence,
    yaml.MappingStartEvent: _Builder.mapping,
    yaml.SequenceEndEvent: _Builder.end,
    yaml.MappingEndEvent: _Builder.end,
}


def _in_plain_words(said: str) -> str:
    for theirs, ours in _PLAIN_WORDS.items():
        if theirs in said:
            return f"this is not YAML: {ours}"
    return f"this is not YAML ({' '.join(said.split())}); check the line and the one above it"
