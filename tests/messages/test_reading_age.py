"""Texts that somebody of eleven can read.

Measured by the Flesch-Kincaid grade, which counts words a sentence and syllables a word; a grade is
a school year of the United States, and sixth grade begins at eleven. Only whole sentences count:
headings, dates and lists of names would make any text look easy.
"""

import re
from collections.abc import Mapping

import pytest
import readability

from policy_agent.messages.samples import SAMPLES
from policy_agent.messages.write import Messages

GRADE = 6.0
LONGEST = 35  # words in one sentence
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+")
_FEWEST = 5  # words of a sentence


def sentences(text: str) -> list[list[str]]:
    """Return the words of each whole sentence of a plain text."""
    found: list[list[str]] = []
    for paragraph in re.split(r"\n\n|\n\* ", _ADDRESS.sub("it", text)):
        for one in re.findall(r"[^.?!:]+[.?!:]", " ".join(paragraph.split())):
            words = re.findall(r"[\w'-]+", one)
            if len(words) >= _FEWEST:
                found.append(words)
    return found


def written() -> list[tuple[str, Mapping[str, object]]]:
    return [(name, values) for name, samples in SAMPLES.items() for values in samples]


@pytest.mark.parametrize(("name", "values"), written())
def test_a_text_can_be_read_at_eleven(name: str, values: Mapping[str, object]) -> None:
    said = sentences(Messages().write(name, "en", values).text)
    assert said
    tokens = "\n".join(" ".join([*words, "."]) for words in said)
    grade = readability.getmeasures(tokens, lang="en")["readability grades"]["Kincaid"]
    assert grade <= GRADE, f"{name}: grade {grade:.1f}"
    longest = max(said, key=len)
    assert len(longest) <= LONGEST, " ".join(longest)


def test_a_text_that_is_hard_to_read_is_told() -> None:
    hard = (
        "Notwithstanding organisational considerations, communication received subsequent to "
        "the termination of contractual arrangements will be administratively retained.\n"
    )
    (words,) = sentences(hard)
    measured = readability.getmeasures(" ".join([*words, "."]), lang="en")
    assert measured["readability grades"]["Kincaid"] > GRADE
