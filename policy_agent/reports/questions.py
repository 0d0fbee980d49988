"""The index of questions: what each question of a survey is compared with, and why they may differ.

It ships with the product as `questions.toml`, which says how it is read.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from policy_agent.reports.phases import RolledOut
from policy_agent.reports.rates import BY_KEY, Rate

_PART = 4  # letters that a beginning of a word has at least; fewer are the whole word
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One question of the index."""

    id: str
    theme: str
    asks: str  # in our own words
    words: tuple[tuple[str, ...], ...]  # beginnings of words; all of one tuple stand in a question
    rates: tuple[Rate, ...]  # what was measured of the same thing, the nearest first
    rules: tuple[str, ...]  # words of the names or reasons of the rules that count; empty: all
    differs: str  # why the answers and the figures need not agree

    @property
    def compared_with(self) -> str:
        return "; ".join(rate.head for rate in self.rates)

    def is_about(self, rule: RolledOut) -> bool:
        """Say whether a rule's figures are about the same thing."""
        said = f"{rule.name} {rule.because}".casefold()
        return not self.rules or any(word in said for word in self.rules)


def _read() -> tuple[Question, ...]:
    text = (files("policy_agent.reports") / "questions.toml").read_text(encoding="utf-8")
    return tuple(
        Question(
            id=one["id"],
            theme=one["theme"],
            asks=one["asks"],
            words=tuple(map(tuple, one["words"])),
            rates=tuple(BY_KEY[key] for key in one["rates"]),
            rules=tuple(one.get("rules", ())),
            differs=one["differs"],
        )
        for one in tomllib.loads(text)["questions"]
    )


QUESTIONS = _read()


def matching(question: str, index: Sequence[Question] = QUESTIONS) -> Question | None:
    """Return what the index has of a question of a survey; None: nothing like it.

    Its id and our own sentence go before words, and more words before fewer.
    """
    said = " ".join(question.casefold().split())
    for one in index:
        if said.rstrip(" ?.!") in {one.id, one.asks.casefold().rstrip("?")}:
            return one
    spoken = _WORD.findall(said)
    best, most = None, 0
    for one in index:
        fits = max((len(words) for words in one.words if _all_in(words, spoken)), default=0)
        if fits > most:
            best, most = one, fits
    return best


def _all_in(words: Sequence[str], spoken: Sequence[str]) -> bool:
    return all(
        any(word == asked or (len(asked) >= _PART and word.startswith(asked)) for word in spoken)
        for asked in words
    )
