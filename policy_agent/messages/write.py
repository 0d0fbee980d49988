"""Writes messages and pages from templates.

Ours are in `texts/`, in English; `texts/cy/` is for Welsh, and what is not there is English. An
organisation overrides any of them with a file of the same name in `rules/messages/`, or in
`rules/messages/cy/`. One of theirs that cannot be used falls back to ours, and is logged: a slip in
a text must not keep anybody from hearing.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import structlog
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from policy_agent.messages.plain import plain
from policy_agent.messages.words import LONGEST, cut, sentence

log = structlog.get_logger()

TEXTS = Path(__file__).parent / "texts"
OTHER_LANGUAGES = ("cy",)  # beside English, by the first part of a locale such as cy-GB
_SUBJECT = 150  # characters
_LONGEST_TEXT = 200_000  # characters; Graph takes a message of 4 MB in one request
# What a text has to show wherever it is given: without it, people could not do what it is for.
_MUST_SHOW = ("off_url", "action", "send_now_url", "report_url")
_TITLE = re.compile(r"<title>([^<]*)</title>")


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A text that is ready to go out."""

    subject: str  # one line: the title of the page
    html: str  # a whole page

    @property
    def text(self) -> str:
        """The same as plain text; see `policy_agent.messages.plain`."""
        return plain(self.html)


class UnfitTextError(Exception):
    """A template that renders, but not to what it is for."""


class Messages:
    """Writes texts by name; `folder` is the organisation's own, which need not exist."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def write(self, name: str, language: str, values: Mapping[str, object]) -> Message:
        """Write the message `name` in that language (a locale; empty: English).

        Values are escaped and made harmless by themselves: see `cut`. A template of the
        organisation's that fails is replaced by ours.
        """
        chosen = _language(language)
        folder = self._folder
        if folder is not None and folder.is_dir():
            try:
                return render(folder, chosen, name, values)
            except Exception as broken:  # noqa: BLE001  whatever a template may do wrong
                # No exception text: it may quote a value.
                log.warning(
                    "message_override_broken",
                    text=name,
                    problem=type(broken).__name__,
                    line=getattr(broken, "lineno", None),
                )
        return render(None, chosen, name, values)

    def page(self, name: str, language: str, values: Mapping[str, object]) -> str:
        """Write the page `name`; as `write`, without a subject."""
        return self.write(name, language, values).html


def render(folder: Path | None, language: str, name: str, values: Mapping[str, object]) -> Message:
    """Render one template; raises what it does wrong."""
    template = environment(folder, language).get_template(f"{name}.html")
    everything = {"language": language, **values}
    text = template.render(everything)
    if len(text) > _LONGEST_TEXT:
        raise UnfitTextError(f"it is longer than {_LONGEST_TEXT} characters")
    for value in _MUST_SHOW:
        if value in values and str(escape(values[value])) not in text:
            raise UnfitTextError(f"it does not show {{{{ {value} }}}}, which people need")
    title = _TITLE.search(text)
    subject = "" if title is None else cut(html.unescape(title[1]), _SUBJECT)
    if not subject:
        raise UnfitTextError("it has no <title>, which is the subject of a message")
    return Message(subject=subject, html=text)


def _language(locale: str) -> str:
    first = locale.replace("_", "-").partition("-")[0].lower()
    return first if first in OTHER_LANGUAGES else "en"


@cache
def environment(folder: Path | None, language: str) -> ImmutableSandboxedEnvironment:
    """Return the environment in which a text is looked for: theirs first, English last."""
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader(list(_loaders(folder, language))),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"cut": cut, "sentence": sentence}
    return environment


def _loaders(folder: Path | None, language: str) -> Iterator[BaseLoader]:
    for place in ((language,) if language != "en" else ()) + ("",):
        if folder is not None:
            yield FileSystemLoader(folder / place)
        yield FileSystemLoader(TEXTS / place)


def _harmless(value: object) -> object:
    """Make text of others harmless wherever a template shows it; our own markup stays."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return cut(value, LONGEST)
    return value
