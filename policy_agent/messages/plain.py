"""The plain-text part of a message, made of its HTML.

Programs that read mail aloud, and people who chose to see text alone, get the same words.
"""

import textwrap

import lxml.html
from inscriptis import Inscriptis
from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.model.config import ParserConfig

_WIDTH = 76  # characters a line, where words allow it; addresses are never broken
_MAIL = "mailto:"
_PARSER = lxml.html.HTMLParser(encoding="utf-8")


def plain(page: str) -> str:
    """Return the words of a whole page; a link is its words, a colon, and where it leads."""
    tree = lxml.html.document_fromstring(page.encode(), parser=_PARSER)
    for link in tree.iter("a"):
        target = str(link.get("href") or "").removeprefix(_MAIL)
        if target and target != link.text_content().strip():
            link.append(_words(f": {target} "))
    text = Inscriptis(tree, ParserConfig(css=STRICT_CSS_PROFILE)).get_text()
    lines = [" ".join(line.split()) for line in text.splitlines()]
    paragraphs = "\n".join(lines).strip()
    while "\n\n\n" in paragraphs:
        paragraphs = paragraphs.replace("\n\n\n", "\n\n")
    return "\n".join(map(_wrapped, paragraphs.split("\n"))) + "\n"


def _words(text: str) -> lxml.html.HtmlElement:
    element = lxml.html.Element("span")
    element.text = text
    return element


def _wrapped(line: str) -> str:
    return "\n".join(
        textwrap.wrap(line, _WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
    )
