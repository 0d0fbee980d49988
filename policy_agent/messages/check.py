"""Tries an organisation's own texts, before anybody gets them."""

from pathlib import Path

from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError

from policy_agent.messages.samples import SAMPLES, Values
from policy_agent.messages.write import OTHER_LANGUAGES, TEXTS, UnfitTextError, environment, render


def problems(folder: Path) -> list[str]:
    """Return what is wrong with the texts in this folder, a line each; a missing one has none.

    Each of theirs is read, and each text that could use it is written with made-up values, in
    every language that it could be in.
    """
    if not folder.is_dir():
        return []
    found: list[str] = []
    ours = sorted(path.name for path in TEXTS.glob("*.html"))
    theirs = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in theirs:
        name = path.relative_to(folder)
        places = {Path(ours_name) for ours_name in ours}
        places |= {Path(language) / ours_name for language in OTHER_LANGUAGES for ours_name in ours}
        if name not in places:
            found.append(f"{name}: there is no text of that name; there are {', '.join(ours)}")
            continue
        problem = _unread(folder, name)
        if problem is not None:
            found.append(problem)
    if theirs and not found:
        found += _unwritten(folder)
    return found


def _unread(folder: Path, name: Path) -> str | None:
    """Read one file alone; return what its template has wrong."""
    try:
        source = (folder / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        return f"{name}: it cannot be read ({type(unreadable).__name__}); save it as UTF-8 text"
    try:
        environment(None, "en").parse(source)
    except TemplateSyntaxError as wrong:
        return f"{name}:{wrong.lineno}: {wrong.message}"
    return None


def _unwritten(folder: Path) -> list[str]:
    found: list[str] = []
    for text, samples in SAMPLES.items():
        for language in ("en", *OTHER_LANGUAGES):
            for values in samples:
                why = _why_not(folder, language, text, values)
                problem = f"{text}.html, as it is written in {language}: {why}"
                if why is not None and problem not in found:
                    found.append(problem)
    return found


def _why_not(folder: Path, language: str, text: str, values: Values) -> str | None:
    """Write one text; return why that does not work."""
    try:
        render(folder, language, text, values)
    except TemplateNotFound as missing:
        return f"it asks for {missing.name}, and there is no such text"
    except (TemplateError, UnfitTextError) as wrong:
        return str(wrong)
    except Exception as wrong:  # noqa: BLE001  whatever a template may do
        return f"{type(wrong).__name__}: {wrong}"
    return None
