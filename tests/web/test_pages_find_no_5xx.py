"""Whatever is asked of whichever path: a page comes, and never the server's own mistake.

`schemathesis` makes up requests from the application's own description, right ones and wrong ones;
the values that hurt databases and decoders most are tried in each field by hand, on SQLite and on
PostgreSQL. A form shows the right token and a path names rows that are there about half the time,
so that what lies behind them is reached.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from httpx2 import Response
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from requests import Request
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from policy_agent.store.store import Store
from policy_agent.web.sessions import IT, LEADER
from tests.throwaway_postgres import ThrowAwayPostgres
from tests.web.signed_in import ORIGIN, Browser, Site
from tests.web.test_every_path import FORMS, LINKS, PLACES
from tests.web.whole_site import Tenant, fill, open_site

EXAMPLES = 15  # of each path, right and wrong each
EVERYBODY: Mapping[str, tuple[str, ...]] = {"ina": (IT, LEADER), "bob": ()}
FAR = ("9223372036854775807", "9223372036854775808", "-1", "0", "1" + "0" * 400, "1e9", "0x1", "²")
HOSTILE = (
    "\0",
    "a\0b",
    "%",
    "x" * 10_000,
    "\u202e\u200f\u2066",
    "' OR 1=1 --",
    '"; DROP TABLE holds; --',
    "{{ 7 * 7 }}",
    "\r\nSet-Cookie: a=b",
    "\ufeff\uffff\U0010ffff",
    "2026-02-30",
    "9999-12-31",
    "0001-01-01",
    "25:61",
    *FAR,
)
BYTES = (b"%ED%A0%80", b"%FF%FE", b"%", b"%u0000", b"%C0%80")  # as they come, percent signs and all
# Decoders that a form may name for itself, and a text of theirs: lone surrogates, or no text.
DECODERS = {
    "utf-7": b"+2AA-",
    "unicode_escape": rb"\ud800\x00",
    "raw_unicode_escape": rb"\udfff",
    "utf-16-le": b"\x00\xd8",
    "punycode": b"\xff-a",
    "idna": b"xn--\xff",
    "undefined": b"x",
    "base64": b"x",
    "no-such-code": b"x",
    "a\0b": b"x",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """A browser of somebody who is signed in, and what the rows of the store are called."""

    site: Site
    who: str
    browser: Browser
    token: str
    names: Mapping[str, str]

    def ask(self, method: str, path: str, **more: Any) -> Response:
        """Ask, and find no mistake of the server's own."""
        answer = self.browser.client.request(method, path, **more)
        assert answer.status_code < 500, (method, path[:200], answer.text[:500])
        return answer


def visit(store: Store, who: str) -> Visit:
    names = fill(store)
    site = open_site(store, Tenant())
    browser = site.visit(who, roles=EVERYBODY[who])
    return Visit(site=site, who=who, browser=browser, token=browser.csrf(), names=names)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Store]:
    with closing(Store.open(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        yield store


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite")
        return
    postgres: ThrowAwayPostgres = request.getfixturevalue("postgres")
    with closing(Store.open(postgres.emptied_database())) as store:
        yield store


def right_path(path: str, names: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in the braces of a path when it names what is there."""
    places = {
        **{where: form.path for where, form in FORMS.items()},
        **{where: link for where, (link, _) in LINKS.items()},
        **{where: place for where, (place, _) in PLACES.items()},
    }
    parts = zip(path.split("/"), places.get(path, path).format(**names).split("/"), strict=True)
    return {part[1:-1]: value for part, value in parts if part.startswith("{")}


def right_fields(path: str, names: Mapping[str, str]) -> dict[str, str]:
    """Return what a form sends when it is sent by right, but for its token."""
    form = FORMS.get(path)
    return {name: text.format(**names) for name, text in form.fields.items()} if form else {}


@pytest.mark.parametrize("who", EVERYBODY)
def test_no_made_up_request_finds_a_mistake_of_the_server(sqlite: Store, who: str) -> None:
    visitor = visit(sqlite, who)
    schema = schemathesis.openapi.from_dict(visitor.site.app.openapi())
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if operation.path == "/sign-out":
            continue  # it would end what the others need
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                _tried(visitor, operation.as_strategy(generation_mode=mode))
            except Unsatisfiable:  # a path that takes any text, or nothing, has no wrong value
                assert mode is GenerationMode.NEGATIVE


def _tried(visitor: Visit, cases: st.SearchStrategy[Case[Any]]) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],  # one that fails is short enough to be read
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, by_right=st.booleans())
    def ask(case: Case[Any], by_right: bool) -> None:
        if by_right:
            case.path_parameters = right_path(case.path, visitor.names)
            if isinstance(case.body, dict):
                right = right_fields(case.path, visitor.names)
                case.body = {**right, **case.body, "csrf": visitor.token}
        sent = Request(**case.as_transport_kwargs(base_url=ORIGIN)).prepare()
        assert sent.method is not None
        assert sent.url is not None
        visitor.ask(sent.method, sent.url, headers=dict(sent.headers), content=sent.body)

    ask()


@pytest.mark.parametrize("who", EVERYBODY)
def test_no_hostile_value_in_any_field_finds_one(store: Store, who: str) -> None:
    visitor = visit(store, who)
    sent = 0
    for path, method, asked in _described(visitor.site):
        fields = _fields(asked, visitor.site)
        for name, where in fields.items():
            for value in HOSTILE:
                _ask_with(visitor, method, path, {name: quote(value, safe="")}, where)
                sent += 1
            for raw in BYTES:
                _ask_with(visitor, method, path, {name: raw.decode()}, where)
        for value in HOSTILE[:4]:
            names = (name for name, where in fields.items() if where != "path")
            everywhere = dict.fromkeys(names, quote(value[:500]))
            _ask_with(visitor, method, path, everywhere, "form" if method == "post" else "query")
    assert sent > 100
    assert visitor.browser.get("/my-mail").status_code == 200  # signed in to the end


def test_no_form_that_names_its_own_letters_finds_one(store: Store) -> None:
    visitor = visit(store, "ina")
    for path, form in FORMS.items():
        if path == "/sign-out":
            continue
        right = {**right_fields(path, visitor.names), "csrf": visitor.token}
        for letters, text in DECODERS.items():
            for name in right:
                parts = {each: value.encode() for each, value in right.items()} | {name: text}
                body = b"".join(
                    b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
                    % (each.encode(), value)
                    for each, value in parts.items()
                )
                kind = f'multipart/form-data; boundary=x; charset="{letters}"'.encode()
                visitor.ask(
                    "POST",
                    form.path.format(**visitor.names),
                    headers={"Content-Type": kind},
                    content=body + b"--x--\r\n",
                )


def _described(site: Site) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in site.app.openapi()["paths"].items():
        if path != "/sign-out":
            for method, asked in methods.items():
                yield path, method, asked


def _fields(asked: Mapping[str, Any], site: Site) -> dict[str, str]:
    """Return what can be sent, by name, and where it stands: path, query or form."""
    found = {each["name"]: each["in"] for each in asked.get("parameters", ())}
    for content in asked.get("requestBody", {}).get("content", {}).values():
        name = content["schema"].get("$ref", "").rpartition("/")[2]
        schema = site.app.openapi()["components"]["schemas"].get(name, content["schema"])
        found |= dict.fromkeys(schema.get("properties", ()), "form")
    return found


def _ask_with(
    visitor: Visit, method: str, path: str, values: Mapping[str, str], where: str
) -> None:
    """Ask as it is done by right, but for these values, which are encoded already."""
    inside = right_path(path, visitor.names)
    query = form = ""
    if where == "path":
        inside |= values
    elif where == "query":
        query = "&".join(f"{name}={value}" for name, value in values.items())
    if method == "post":
        right = {**right_fields(path, visitor.names), "csrf": visitor.token}
        encoded = {name: quote(value) for name, value in right.items()}
        if where == "form":
            encoded |= values
        form = "&".join(f"{name}={value}" for name, value in encoded.items())
    visitor.ask(
        method,
        f"{ORIGIN}{path.format(**inside)}?{query}",
        headers={"Content-Type": "application/x-www-form-urlencoded"} if form else {},
        content=form,
    )
