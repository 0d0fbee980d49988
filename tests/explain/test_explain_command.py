"""`policy-agent explain`: a mail in words, in a file, or from the store, clause by clause."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from policy_agent.cli.main import main
from policy_agent.cli.stores import read_people
from policy_agent.domain.copies import CopyRef
from policy_agent.domain.decisions import Decision, decide, plan_hold
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.holds import PlannedHold
from policy_agent.domain.own_time import Preference
from policy_agent.domain.recorded import RecordedFacts, recorded
from policy_agent.domain.watching import Member
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.load import load
from policy_agent.store import Store

RULES = str(Path(__file__).parents[2] / "rules")
MONDAY = datetime(2023, 8, 28, 9, 0, tzinfo=UTC)  # Summer bank holiday, 10:00 in London
EML = """\
Received: from b by c.northshire.example; Mon, 28 Aug 2023 10:05:00 +0100
Received: from a by b; Mon, 28 Aug 2023 10:01:00 +0100
Date: Thu, 24 Aug 2023 12:00:00 +0100
From: Alice <alice@northshire.example>
To: "Bob B." <bob@northshire.example>
Subject: =?utf-8?q?A_mail?=

Text that nobody reads.
"""


def call(*arguments: str, rules: str = RULES) -> Result:
    return CliRunner().invoke(main, ["explain", "--rules", rules, *arguments])


def told(*arguments: str, rules: str = RULES) -> dict[str, Any]:
    done = call(*arguments, "--format", "json", rules=rules)
    assert done.exit_code == 0, done.output
    (copy,) = json.loads(done.output)["copies"]
    found: dict[str, Any] = copy
    return found


def words(*more: str, at: str = "2023-08-28 10:00") -> tuple[str, ...]:
    return ("--from", "alice", "--to", "bob", "--at", at, *more)


def test_a_bank_holiday_is_told_with_its_clause_and_the_release() -> None:
    done = call(*words("--team", "alice=leadership", "--team", "alice=everyone"),
                "--team", "bob=everyone")  # fmt: skip
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0] == (
        "Mail from alice@northshire.example to bob@northshire.example, "
        "received Mon 28 Aug 2023 10:00 BST"
    )
    assert lines[1] == (
        "  It is held until Tue 29 Aug 2023 08:30 by weekend-email, "
        "and released between then and 08:50"
    )
    assert any("Mon 28 Aug 2023 (Summer bank holiday)" in line for line in lines)
    assert any("[rules/northshire.yaml:" in line for line in lines)
    (decided,) = [line for line in lines if line.endswith("<- this decided")]
    assert decided == (
        "    yes nothing frees it, so it waits: the next 08:30 on a working day is Tue 29 Aug 2023 "
        f"08:30 [rules/northshire.yaml:{line_of('    window: rest-days')}] <- this decided"
    )
    assert "hold point: inbox" in done.output


def line_of(text: str) -> int:
    lines = (Path(RULES) / "northshire.yaml").read_text().splitlines()
    return lines.index(text) + 1


def test_a_rule_that_only_observes_says_what_it_would_do() -> None:
    copy = told(*words())
    assert copy["hold"] is None
    assert copy["verdict"] == (
        "It is delivered. weekend-email would hold it until Tue 29 Aug 2023 08:30, "
        "but its mode for this sender is observe"
    )


def test_a_rule_that_leaves_the_inbox_out_says_that_nothing_is_held_there(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    text = (Path(RULES) / "northshire.yaml").read_text()
    text = text.replace("mode: observe", "mode: enforce", 1).replace(", inbox]", "]")
    (rules / "northshire.yaml").write_text(text)
    done = call(*words(), rules=str(rules))
    assert done.exit_code == 0, done.output
    assert "weekend-email would hold it until Tue 29 Aug 2023 08:30, but not at the inbox" in (
        done.output
    )
    assert "hold point: none (the rule names outlook, drafts; this version holds at inbox)" in (
        done.output
    )


def test_a_future_date_is_explained_like_a_past_one() -> None:
    copy = told(*words(at="2027-12-25 18:00"))
    (decision,) = copy["decisions"]
    assert decision["outcome"] == "hold"
    assert decision["promised"] == "2027-12-29T08:30:00+00:00"  # after two substitute days


def test_an_instant_with_a_zone_is_taken_as_it_is() -> None:
    assert told(*words(at="2023-08-28T09:00Z"))["received"] == "2023-08-28T10:00:00+01:00"


def test_everybody_on_the_mail_counts_and_teams_can_be_given() -> None:
    done = call(*words("--to", "dan", "--team", "alice=everyone", "--team", "bob=everyone",
                       "--team", "dan=residential"), "--for", "bob")  # fmt: skip
    assert "another recipient is in residential" in done.output
    assert "exempt_team" in done.output


def test_copies_that_fare_the_same_are_told_once() -> None:
    done = call(*words("--to", "carol"))
    assert "to bob@northshire.example, carol@northshire.example, received" in done.output
    assert done.output.count("rule weekend-email") == 1


def test_a_mail_file_goes_by_the_last_server_s_time_and_never_by_its_date(tmp_path: Path) -> None:
    (tmp_path / "mail.eml").write_text(EML)
    copy = told(str(tmp_path / "mail.eml"))
    assert copy["received"] == "2023-08-28T10:05:00+01:00"
    assert copy["sender"] == "alice@northshire.example"
    assert copy["recipients"] == ["bob@northshire.example"]
    assert "would hold it" in copy["verdict"]


def test_a_mail_file_without_a_server_s_time_asks_for_one(tmp_path: Path) -> None:
    path = tmp_path / "mail.eml"
    path.write_text(EML.partition("Date:")[1] + EML.partition("Date:")[2])
    done = call(str(path))
    assert done.exit_code == 2
    assert "does not say when the service received it; give --at" in done.output
    assert told(str(path), "--at", "2023-08-28 10:00")["decisions"][0]["outcome"] == "hold"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Importance: High", "let_through"),
        ("Subject: RE: [Safeguarding] visit", "let_through"),
        ("Keywords: green, Safeguarding", "let_through"),
        ("Cc: desk@police.example", "let_through"),
        ("Content-Class: urn:content-classes:calendarmessage", "meeting"),
    ],
)
def test_what_is_on_a_mail_file_counts(tmp_path: Path, header: str, reason: str) -> None:
    lines = [line for line in EML.splitlines() if not line.startswith(header.partition(":")[0])]
    (tmp_path / "mail.eml").write_text("\n".join([header, *lines]))
    copy = told(str(tmp_path / "mail.eml"), "--for", "bob")
    assert [decision["reason"] for decision in copy["decisions"]] == [reason]


def graph_message(**changed: Any) -> dict[str, Any]:
    return {
        "from": {"emailAddress": {"name": "Alice", "address": "Alice@northshire.example"}},
        "toRecipients": [{"emailAddress": {"address": "bob@northshire.example"}}],
        "receivedDateTime": "2023-08-28T09:00:00Z",
        "subject": "A mail",
        "importance": "normal",
        **changed,
    }


def test_a_message_as_graph_gives_it(tmp_path: Path) -> None:
    path = tmp_path / "message.json"
    path.write_text(json.dumps(graph_message(importance="high")))
    copy = told(str(path))
    assert copy["sender"] == "alice@northshire.example"
    assert copy["decisions"][0]["reason"] == "let_through"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("list.json", '{"value": []}', "this is a list of messages; give one of them"),
        ("other.json", "{}", "from and toRecipients are missing"),
        ("broken.json", "{", "this is no JSON"),
        ("array.json", "[]", "give one object"),
        ("odd.json", json.dumps(graph_message(toRecipients=[1])), "no message as Graph gives it"),
        ("text.txt", "Hello", "it has no From line"),
        ("day.json", json.dumps(graph_message(receivedDateTime="2023-08-28T09:00")), "has no zone"),
    ],
)
def test_what_is_no_mail_says_what_it_is(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    done = call(str(tmp_path / name))
    assert done.exit_code == 2
    assert said in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give one of MESSAGE, --decision, --meeting-decision, --from"),
        (["--from", "alice"], "--from goes with --to and --at"),
        ([*words(at="soon")], "'soon' is not a time such as"),
        ([*words("--team", "bob")], "write NAME=TEAM"),
        ([*words("--team", "bob=everyon")], "did you mean 'everyone'?"),
        ([*words("--for", "carol")], "'carol@northshire.example' is not on the mail"),
        ([*words("--store", "sqlite:///missing.db")], "there is no such file"),
    ],
)
def test_wrong_use_is_told(arguments: list[str], said: str) -> None:
    done = call(*arguments)
    assert done.exit_code == 2
    assert said in done.output


def test_a_broken_rulebook_is_told_with_status_1(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("version: 2\n")
    done = call(*words(), rules=str(tmp_path))
    assert done.exit_code == 1
    assert "rules.yaml:1:10:" in done.output


def test_mail_from_outside_and_mail_to_nobody_inside() -> None:
    outside = told("--from", "a@police.example", "--to", "bob", "--at", "2023-08-28 10:00")
    assert outside["verdict"] == (
        "It is delivered: Mail from outside the organisation is never held"
    )
    done = call("--from", "alice", "--to", "a@police.example", "--at", "2023-08-28 10:00")
    assert "Nobody inside the organisation gets it" in done.output


@dataclass(frozen=True, kw_only=True)
class Judged:
    copy: CopyRef
    received: datetime
    decisions: tuple[Decision, ...]
    hold: PlannedHold | None
    facts: RecordedFacts | None
    internet_message_id: str = ""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store.open(f"sqlite:///{tmp_path / 'store.db'}")) as opened:
        people = [
            Member(id=f"id-{name}", addresses=(f"{name}@northshire.example",))
            for name in ("alice", "bob")
        ]
        everyone = frozenset({"id-alice", "id-bob"})
        teams = {"everyone": everyone, "leadership": frozenset({"id-alice"})}
        opened.put_people(people, teams, now=MONDAY)
        yield opened


def judged(store: Store, *, keep: bool = True) -> int:
    rulebook = load(Path(RULES), SHIPPED)
    directory = read_people(rulebook, store)
    bob = directory.person("bob@northshire.example")
    mail = MailFacts(
        sender=directory.person("alice@northshire.example"),
        recipient=bob,
        recipients=(bob,),
        received=MONDAY,
        subject="The Miller family",
    )
    decisions = decide(rulebook, mail)
    copy = CopyRef(mailbox="id-bob", message="m1")
    one = Judged(
        copy=copy,
        received=MONDAY,
        decisions=decisions,
        hold=plan_hold(rulebook, decisions, "m1"),
        facts=recorded(rulebook, mail) if keep else None,
    )
    lease = timedelta(minutes=5)
    store.record([one], worker="w", rulebook=rulebook.hash, now=MONDAY, machine=MONDAY, lease=lease)
    (row,) = store.decisions_of(copy)
    return row.id


def test_a_recorded_decision_is_told_with_its_hold_and_worked_out_again(
    store: Store, tmp_path: Path
) -> None:
    number = judged(store)
    done = call("--decision", str(number), "--store", f"sqlite:///{tmp_path / 'store.db'}")
    assert done.exit_code == 0, done.output
    assert (
        f"decision {number}: rule weekend-email says hold, mode enforce, in_window" in done.output
    )
    assert "planned, promised for 2023-08-29 07:30:00 UTC" in done.output
    assert "By the same rulebook with today's teams and recorded facts:" in done.output
    assert "It is held until Tue 29 Aug 2023 08:30" in done.output
    assert "Miller" not in done.output


def test_a_recorded_decision_as_json(store: Store, tmp_path: Path) -> None:
    number = judged(store)
    done = call("--decision", str(number), "--store", f"sqlite:///{tmp_path / 'store.db'}",
                "--format", "json")  # fmt: skip
    found = json.loads(done.output)
    assert found["decisions"][0]["id"] == number
    assert found["same_rulebook"] is True
    assert found["hold"]["state"] == "planned"
    assert found["copies"][0]["hold"]["rule"] == "weekend-email"


def test_a_decision_from_before_facts_were_kept_says_so(store: Store, tmp_path: Path) -> None:
    number = judged(store, keep=False)
    done = call("--decision", str(number), "--store", f"sqlite:///{tmp_path / 'store.db'}")
    assert "it cannot be worked out again" in done.output


def test_an_unknown_decision_is_wrong_use(store: Store, tmp_path: Path) -> None:
    done = call("--decision", "4711", "--store", f"sqlite:///{tmp_path / 'store.db'}")
    assert done.exit_code == 2
    assert "there is no decision 4711 in the store" in done.output


def test_people_of_the_store_are_in_their_teams(store: Store, tmp_path: Path) -> None:
    copy = told(*words("--store", f"sqlite:///{tmp_path / 'store.db'}"))
    assert copy["hold"]["promised"] == "2023-08-29T08:30:00+01:00"


def test_own_working_days_of_the_store_count_where_the_rule_asks_for_them(
    store: Store, tmp_path: Path
) -> None:
    rules = tmp_path / "rules.yaml"
    text = (Path(RULES) / "northshire.yaml").read_text(encoding="utf-8")
    rules.write_text(text.replace("release: {", "release: { calendar: recipient,", 1))
    store.put_preference("id-bob", Preference(working_days=frozenset({3})), now=MONDAY)
    given = words("--store", f"sqlite:///{tmp_path / 'store.db'}")
    copy = told(*given, rules=str(rules))
    assert copy["hold"]["promised"] == "2023-08-31T08:30:00+01:00"
    assert "on a working day of the recipient's own is Thu 31 Aug 2023 08:30" in json.dumps(copy)
    store.put_preference("id-bob", Preference(), now=MONDAY)
    assert told(*given, rules=str(rules))["hold"]["promised"] == "2023-08-29T08:30:00+01:00"
