"""Welsh: a whole second catalogue, which says the same as the English one."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from policy_agent.messages.samples import SAMPLES
from policy_agent.messages.write import TEXTS, Messages, environment

_ENGLISH = re.compile(
    r"\b(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|May"
    r"|June|July|August|September|October|November|December|the|your|mails|colleagues|hours"
    r"|minutes)\b"
)
# Words that stay as they are: the organisation's own, and names in Outlook and on our pages.
_THEIRS = (
    "Northshire Children's Services",
    "Meetings should leave people time to think",
    "A real lunch break for everyone",
    "Supervision is where practitioners are looked after",
    "Nobody should feel on call at the weekend",
    "Arriving next working day",
    "Rota for next week",
    "June",  # of a subject
    # a report, which is in English
    "copies of weekend mail waited for Monday",
    "Supervision took place as planned in 91% of cases",
)
_LINK = re.compile(r"https?://\S+|\S+@\S+\.example")
_DIGITS = re.compile(r"\d+")


def written() -> list[tuple[str, Mapping[str, object]]]:
    return [(name, values) for name, samples in SAMPLES.items() for values in samples]


@pytest.mark.parametrize(("name", "values"), written())
def test_a_text_is_welsh_throughout_and_has_the_same_links_and_numbers(
    name: str, values: Mapping[str, object]
) -> None:
    welsh, english = (Messages().write(name, language, values) for language in ("cy-GB", "en-GB"))
    assert '<html lang="cy">' in welsh.html
    own = welsh.text
    for theirs in _THEIRS:
        own = " ".join(own.split()).replace(theirs, "")
    assert _ENGLISH.findall(_LINK.sub("", own)) == []
    assert _LINK.findall(welsh.text) == _LINK.findall(english.text)
    numbers = [sorted(_DIGITS.findall(_LINK.sub("", one.text))) for one in (welsh, english)]
    assert set(numbers[0]) == set(numbers[1])
    assert welsh.subject != english.subject


def test_every_text_with_words_of_its_own_is_there_in_welsh() -> None:
    layouts = {"layout.html", "page.html"}
    english = {path.name for path in TEXTS.glob("*.html")} - layouts
    assert {path.name for path in (TEXTS / "cy").glob("*.html")} == english


def test_every_day_and_month_has_its_welsh_name() -> None:
    source = '{% import "dates.html" as dates %}{{ dates.day(at) }}|{{ dates.day(at, true) }}'
    template = environment(None, "cy").from_string(source)
    first = datetime(2026, 1, 5, tzinfo=UTC)
    days = [template.render(at=first + timedelta(days=n)) for n in range(365)]
    assert days[0] == "dydd Llun 5 Ionawr|ddydd Llun 5 Ionawr"
    assert days[56] == "dydd Llun 2 Mawrth|ddydd Llun 2 Mawrth"
    assert len({day.split()[1] for day in days}) == 7
    assert len({day.split("|")[0].split()[-1] for day in days}) == 12
    months = '{% import "dates.html" as dates %}{{ dates.month(at) }}'
    for language, name in (("cy", "Hydref 2026"), ("en", "October 2026")):
        assert environment(None, language).from_string(months).render(at=date(2026, 10, 1)) == name


def test_whoever_is_to_use_it_is_told_to_have_it_checked() -> None:
    told = (TEXTS / "cy" / "README.md").read_text(encoding="utf-8")
    assert "A Welsh speaker has to check them" in told
