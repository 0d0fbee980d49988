"""`policy-agent exempt`: add, list, end, with every mistake told."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policy_agent.cli.main import main
from policy_agent.clock import machine_now
from policy_agent.domain.watching import Member
from policy_agent.store import Store
from tests.acceptance.test_bad_starts import RULES

TODAY = machine_now().date()
AFTER = TODAY + timedelta(days=7)
NOW = datetime(2026, 5, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)
    with closing(Store.open("sqlite:///policy-agent.db")) as opened:
        bob = Member(id="bob", addresses=("bob@northshire.example", "robert@northshire.example"))
        opened.put_people([bob], {"everyone": frozenset({"bob"})}, now=NOW)
        yield opened


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["exempt", *arguments])


def add(*more: str, **changed: str) -> Result:
    options = {
        "rule": "weekend-email",
        "from": str(TODAY),
        "until": str(AFTER),
        "because": "Inspection",
        "approved-by": "director@northshire.example",
        "by": "kim",
        **{key.replace("_", "-"): value for key, value in changed.items()},
    }
    return call("add", *(part for key in options for part in (f"--{key}", options[key])), *more)


def test_it_is_added_listed_and_ended_with_who_did_it(store: Store) -> None:
    done = add("--team", "everyone", name="ofsted-week")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("ofsted-week was added: weekend-email does not apply to everyone")
    listed = json.loads(call("list", "--format", "json").output)
    assert listed == [
        {
            "name": "ofsted-week",
            "state": "in force",
            "rules": ["weekend-email"],
            "people": ["everyone"],
            "starts": str(TODAY),
            "ends": str(AFTER),
            "because": "Inspection",
            "approved_by": "director@northshire.example",
            "uses": 0,
            "created_by": "kim",
            "ended_by": None,
        }
    ]
    assert call("end", "ofsted-week", "--by", "lee").exit_code == 0
    assert [(e.what, e.who) for e in store.exemption_events("ofsted-week")] == [
        ("added", "kim"),
        ("ended", "lee"),
    ]
    assert call("list").output == "No exemption is in force or to come; 1 are over.\n"
    assert "ended" in call("list", "--all").output


def test_an_alias_stands_for_the_person(store: Store) -> None:
    add("--person", "Robert@northshire.example")
    (kept,) = store.exemptions()
    assert kept.exemption.addresses == {"bob@northshire.example"}
    assert kept.exemption.name == f"weekend-email-{TODAY}"


def test_a_name_that_was_made_is_never_used_twice(store: Store) -> None:
    add("--team", "everyone")
    add("--team", "everyone")
    assert [kept.exemption.name for kept in store.exemptions()] == [
        f"weekend-email-{TODAY}",
        f"weekend-email-{TODAY}-2",
    ]


def test_a_name_that_is_made_of_a_long_one_is_still_a_name(store: Store, tmp_path: Path) -> None:
    long = f"mail-{'x' * 59}"
    rules = RULES.replace("weekend-email", long)
    (tmp_path / "rules" / "rules.yaml").write_text(rules)
    done = add("--team", "everyone", rule=long)
    assert done.exit_code == 0, done.output
    assert [kept.exemption.name for kept in store.exemptions()] == [f"mail-{'x' * 43}-{TODAY}"]


def test_who_adds_it_is_the_user_of_the_machine(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "morgan")
    assert add("--team", "everyone", by="").exit_code == 0
    assert [kept.created_by for kept in store.exemptions()] == ["morgan"]


@pytest.mark.parametrize(
    ("changed", "more", "said"),
    [
        ({"rule": "weekend-mail"}, [], "there is no rule 'weekend-mail'; did you mean"),
        ({}, ["--team", "everyon"], "there is no team 'everyon'; did you mean 'everyone'?"),
        ({}, ["--person", "a@police.example"], "is no address of the organisation"),
        ({"until": str(TODAY - timedelta(days=1))}, [], "it is before the start"),
        ({"until": str(TODAY + timedelta(days=91))}, [], "91 days after the start; at most 90"),
        ({"from": "2020-01-01", "until": "2020-02-01"}, [], "2020-02-01 is over"),
        ({"from": "tomorrow"}, [], "'tomorrow' is not a day such as 2026-05-23"),
        ({"because": " "}, [], "--because: say it in words"),
        ({"approved_by": ""}, [], "--approved-by: say it in words"),
        ({"approved_by": "x" * 501}, [], "--approved-by: it has 501 characters; at most 500"),
        ({"because": "Ins\u202epection"}, [], "--because: it holds characters that cannot be seen"),
        ({}, ["--person", "a b@northshire.example"], "is no address of the organisation"),
        ({"name": "two words"}, [], "should be letters, digits and hyphens"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_added(
    store: Store, changed: dict[str, str], more: list[str], said: str
) -> None:
    done = add(*(more or ["--team", "everyone"]), **changed)
    assert done.exit_code == 2
    assert said in done.output
    assert store.exemptions() == ()


def test_an_end_and_a_reason_and_an_approver_are_asked_for(store: Store) -> None:
    for missing in ("--until", "--because", "--approved-by"):
        options = ["--rule", "weekend-email", "--team", "everyone", "--from", str(TODAY)]
        for key in ("--until", "--because", "--approved-by"):
            if key != missing:
                options += [key, str(AFTER)]
        done = call("add", *options)
        assert done.exit_code == 2
        assert f"Missing option '{missing}'" in done.output


def test_several_mistakes_are_told_at_once(store: Store) -> None:
    done = add(rule="weekend-mail", approved_by=" ")
    assert done.exit_code == 2
    assert "--rule:" in done.output
    assert "--approved-by:" in done.output
    assert "say whom it is for" in done.output


def test_the_rulebook_may_allow_fewer_days(store: Store, tmp_path: Path) -> None:
    (tmp_path / "rules" / "rules.yaml").write_text(f"{RULES}exemption_days_at_most: 3\n")
    assert "at most 3 are allowed" in add("--team", "everyone").output


def test_an_unknown_one_cannot_be_ended(store: Store) -> None:
    add("--team", "everyone", name="ofsted-week")
    done = call("end", "ofsted-weak")
    assert done.exit_code == 1
    assert "There is no exemption 'ofsted-weak'" in done.output
    assert "did you mean 'ofsted-week'?" in done.output


def test_one_that_was_ended_says_when_and_by_whom(store: Store) -> None:
    add("--team", "everyone", name="ofsted-week")
    call("end", "ofsted-week", "--by", "lee")
    done = call("end", "ofsted-week", "--by", "max")
    assert done.exit_code == 1
    assert "by lee already" in done.output


def test_a_store_that_is_not_there_is_not_made(store: Store, tmp_path: Path) -> None:
    done = call("list", "--store", "sqlite:///elsewhere.db")
    assert done.exit_code == 2
    assert "there is no such file" in done.output
    assert not (tmp_path / "elsewhere.db").exists()


def test_one_that_is_to_come_says_so(store: Store) -> None:
    start = TODAY + timedelta(days=2)
    add("--team", "everyone", **{"from": str(start)})
    assert isinstance(start, date)
    assert [one["state"] for one in json.loads(call("list", "--format", "json").output)] == [
        "to come"
    ]
