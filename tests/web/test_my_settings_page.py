"""`/my-settings`: what a person chooses is saved whole, for themselves alone, or not at all."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from httpx2 import Response

from policy_agent.agent.context import AgentContext, Moment, Policy
from policy_agent.domain.events import CalendarOwner
from policy_agent.domain.own_time import Preference
from policy_agent.domain.rules import Rulebook
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.load import load
from policy_agent.store.store import Store
from tests.web.signed_in import MACHINE, ORIGIN, Browser, Site

PATH = "/my-settings"
RULES = Path(__file__).parents[2] / "rules"
LEFT_ALONE = {"nudges": "on", "which": "same", "quiet_from": "", "quiet_to": ""}


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load(RULES, SHIPPED)


@pytest.fixture
def site(tmp_path: Path, rulebook: Rulebook) -> Iterator[Site]:
    with closing(Store.open(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        current = SimpleNamespace(policy=SimpleNamespace(rulebook=rulebook))
        context = SimpleNamespace(store=store, current=current, public_url=ORIGIN)
        moment = Moment(now=MACHINE, machine=MACHINE)
        yield Site(context=cast("AgentContext", context), store=store, moment=moment)


def send(
    browser: Browser, form: Mapping[str, str | Sequence[str]], csrf: str | None = None
) -> Response:
    token = browser.csrf() if csrf is None else csrf
    data = {"csrf": token, **LEFT_ALONE, **form}
    return browser.client.post(PATH, data=data, headers={"Origin": ORIGIN})


def chosen(site: Site, person: str = "ann") -> Preference | None:
    return site.store.preferences_of([person]).get(person)


def checked(page: str) -> set[tuple[str, str]]:
    """Return name and value of every box and button that is checked."""
    inputs = re.findall(r"<input[^>]*>", page)
    return {
        (found["name"], found["value"])
        for one in inputs
        if " checked" in one  # with a space: else it would be part of the value
        and (found := re.search(r'name="(?P<name>\w+)".*value="(?P<value>\w+)"', one, re.DOTALL))
    }


def test_whoever_chose_nothing_sees_what_counts_for_them(site: Site) -> None:
    page = site.visit("ann").get(PATH).text
    assert checked(page) == {("nudges", "on"), ("which", "same")}
    assert "Monday to Friday, as your organisation has it" in page
    assert "The clock is that of Europe/London" in page
    assert "high importance always arrives at once" in page
    assert "still arrives when your organisation next works" in page
    assert "Saved" not in page


def test_what_the_mailbox_says_is_shown_where_it_is_known(site: Site) -> None:
    site.store.put_calendars(["ann"], now=MACHINE)
    owner = CalendarOwner(mailbox="ann", zone="Europe/Madrid", working_days=frozenset({0, 2}))
    site.store.put_owners([owner], now=MACHINE)
    page = site.visit("ann").get(PATH).text
    assert "Monday and Wednesday, as your Outlook calendar has it" in page
    assert "The clock is that of Europe/Madrid" in page


def test_a_choice_is_saved_said_and_shown_again(site: Site) -> None:
    ann = site.visit("ann")
    form = {"nudges": "off", "which": "own", "days": ["0", "3"]}
    answer = send(ann, {**form, "quiet_from": " 18.30", "quiet_to": "7:00"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PATH}?done=saved")
    quiet = time(18, 30), time(7)
    assert chosen(site) == Preference(
        etiquette_nudges=False, working_days=frozenset({0, 3}), quiet=quiet
    )
    page = ann.get(answer.headers["Location"]).text
    assert "Your settings are saved" in page
    assert checked(page) == {("nudges", "off"), ("which", "own"), ("days", "0"), ("days", "3")}
    assert 'value="18:30"' in page
    assert 'value="07:00"' in page


def test_a_choice_can_be_taken_back(site: Site) -> None:
    ann = site.visit("ann")
    send(ann, {"which": "own", "days": ["5"], "quiet_from": "20:00", "quiet_to": "21:00"})
    assert send(ann, {"which": "same", "days": ["5"]}).status_code == 303
    assert chosen(site) == Preference()


def test_what_own_days_do_to_mail_is_said_as_the_rulebook_has_it(
    site: Site, rulebook: Rulebook
) -> None:
    (rule,) = rulebook.mail_rules
    by_recipient = replace(rule, release=replace(rule.release, calendar="recipient"))
    tagged = replace(by_recipient, let_through=())
    changed = replace(rulebook, rules=(tagged,))
    site.context.current.policy = cast("Policy", SimpleNamespace(rulebook=changed))
    page = site.visit("ann").get(PATH).text
    assert "arrives on the morning of your next working day" in page
    assert "high importance" not in page


@pytest.mark.parametrize(
    ("form", "field", "said"),
    [
        ({"nudges": ""}, "nudges", "Choose if you want friendly notes"),
        ({"nudges": "maybe"}, "nudges", "Choose if you want friendly notes"),
        ({"which": "mine"}, "which", "Choose which days you work"),
        ({"which": "own"}, "days", "Tick at least one day that you work"),
        ({"which": "own", "days": ["7", "-1", "x"]}, "days", "Tick at least one day"),
        ({"quiet_from": "18:30"}, "quiet_to", "Enter the time your quiet time ends"),
        ({"quiet_to": "07:00"}, "quiet_from", "Enter the time your quiet time starts"),
        (
            {"quiet_from": "half past six", "quiet_to": "07:00"},
            "quiet_from",
            "The time your quiet time starts must be a time, such as 18:30",
        ),
        ({"quiet_from": "18:30", "quiet_to": "24:00"}, "quiet_to", "ends must be a time"),
        ({"quiet_from": "18:30", "quiet_to": "\u0661\u0668:30"}, "quiet_to", "must be a time"),
        ({"quiet_from": "18:30", "quiet_to": "18:30"}, "quiet_to", "must end at another time"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_nothing_is_saved(
    site: Site, form: dict[str, str], field: str, said: str
) -> None:
    answer = send(site.visit("ann"), form)
    assert answer.status_code == 422
    assert "<title>Error: My settings" in answer.text
    (link,) = re.findall(r'<a href="#(\w+)">', answer.text)
    assert link == field
    assert f'id="{field}"' in answer.text
    assert answer.text.count(said) == 2  # in the summary, and beside the field
    assert chosen(site) is None


def test_all_mistakes_are_said_at_once_and_what_was_right_is_kept(site: Site) -> None:
    answer = send(site.visit("ann"), {"nudges": "off", "which": "own", "quiet_from": "25:00"})
    assert re.findall(r'<a href="#(\w+)">', answer.text) == ["days", "quiet_from", "quiet_to"]
    assert checked(answer.text) == {("nudges", "off"), ("which", "own")}
    assert 'value="25:00"' in answer.text


@pytest.mark.parametrize(
    "hostile", ['"><script>alert(1)</script>', "\x00", "9" * 10_000, "\u202e18:30", "\ud800"]
)
def test_hostile_words_are_an_error_and_shown_harmlessly(site: Site, hostile: str) -> None:
    words = hostile.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    form = dict.fromkeys(["nudges", "which", "days", "quiet_from", "quiet_to"], words)
    answer = send(site.visit("ann"), form)
    assert answer.status_code == 422
    assert "<script" not in answer.text
    assert "\u202e" not in answer.text
    assert "9" * 100 not in answer.text
    assert site.visit("ann").get(f"{PATH}?done={'9' * 5_000}").status_code == 200
    assert chosen(site) is None


def test_what_one_person_chooses_is_theirs_alone(site: Site) -> None:
    ann, bob = site.visit("ann"), site.visit("bob")
    send(ann, {"quiet_from": "18:30", "quiet_to": "07:00"})
    assert chosen(site, "bob") is None
    assert 'value="18:30"' not in bob.get(PATH).text


def test_saving_needs_the_form_of_ones_own_session(site: Site) -> None:
    ann, bob = site.visit("ann"), site.visit("bob")
    for token in ("", "0" * 64, bob.csrf()):
        assert send(ann, {"nudges": "off"}, token).status_code == 403
    assert send(site.stranger(), {"nudges": "off"}, ann.csrf()).status_code == 403
    foreign = ann.client.post(
        PATH,
        data={**LEFT_ALONE, "csrf": ann.csrf()},
        headers={"Origin": "https://evil.example"},
    )
    assert foreign.status_code == 403
    assert chosen(site) is None


def test_nobody_sees_settings_without_signing_in(site: Site) -> None:
    answer = site.stranger().get(PATH)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/sign-in?to={PATH}")
