"""`policy-agent check`, as a person, a program and GitHub see it."""

import json
import re
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policy_agent.cli.annotations import annotation, path_in_repository
from policy_agent.cli.main import main
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.domain.rules import Mode
from policy_agent.domain.watching import Member
from policy_agent.domain.where import Where
from policy_agent.rulebook.problems import Problem
from policy_agent.store.store import Store
from tests.store.examples import delivered, record, ref, says_deliver

ROOT = Path(__file__).parents[2]
BAD = ROOT / "tests" / "rulebook" / "bad"
SMALL = (ROOT / "tests" / "rulebook" / "good" / "small.yaml").read_text(encoding="utf-8")
REPORTS = ROOT / "tests" / "rulebook" / "good" / "reports.yaml"
NOW = datetime(2026, 5, 23, 9, tzinfo=UTC)


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("POLICY_AGENT_RULES", raising=False)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    write(tmp_path / "rules")
    return tmp_path / "rules"


def write(rules: Path, *changes: tuple[str, str]) -> None:
    text = SMALL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (rules / "small.yaml").write_text(text, encoding="utf-8")


def check(*arguments: str) -> Result:
    found = CliRunner().invoke(main, ["check", "--today", "2026-05-22", *arguments])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found


def warnings(found: Result) -> list[str]:
    return [line for line in found.stdout.splitlines() if ": warning: " in line]


def test_it_reads_each_rule_and_exemption_back(rules: Path) -> None:
    found = check()
    assert found.exit_code == 0
    lines = found.stdout.splitlines()
    assert lines[0] == "weekend-email (rules/small.yaml:20)"
    assert lines[1].startswith(
        "  From Friday midnight to Sunday midnight and all day on holidays, "
    )
    assert lines[2] == "ofsted-week (rules/small.yaml:41)"
    assert lines[-1] == "Northshire: 1 rule, 1 example as expected, no warnings."


def test_it_reads_back_who_is_told_of_what_in_reports(rules: Path) -> None:
    reports = REPORTS.read_text(encoding="utf-8")
    (rules / "small.yaml").write_text(reports, encoding="utf-8")
    lines = check().stdout.splitlines()
    place = lines.index("report (rules/small.yaml:49)")
    assert lines[place + 1].startswith("  The monthly report is sent to heads@northshire.example")
    assert lines[place + 2] == "champions (rules/small.yaml:54)"
    report, champions = json.loads(check("--format", "json").stdout)["reporting"]
    assert report["where"] == {"file": "rules/small.yaml", "line": 49, "column": 1}
    assert champions["reads"].endswith("to lee@northshire.example for leadership.")


def test_a_piped_check_has_no_colours(rules: Path) -> None:
    write(rules, ("ends: 2026-06-08", "ends: 2026-06-02"))
    assert "\x1b" not in check("--today", "2026-07-01").stdout


@pytest.mark.parametrize(
    "mistake", ["many-mistakes-at-once.yaml", "one-file-broken", "example-copies-differ.yaml"]
)
def test_it_tells_every_problem_with_its_place(mistake: str) -> None:
    found = check(str(BAD / mistake))
    assert found.exit_code == 1
    golden = (BAD / mistake).with_suffix(".txt").read_text(encoding="utf-8")
    assert found.stdout == golden


def test_json_has_problems_and_places() -> None:
    found = check(str(BAD / "mode-misspelt.yaml"), "--format", "json")
    assert found.exit_code == 1
    assert json.loads(found.stdout) == {
        "ok": False,
        "problems": [
            {
                "file": "bad/mode-misspelt.yaml",
                "line": 24,
                "column": 11,
                "text": "mode: 'observ' is not known; write off, observe, nudge or enforce; did"
                " you mean 'observe'?",
            }
        ],
    }


def test_json_of_a_good_rulebook_reads_it_back(rules: Path) -> None:
    said = json.loads(check("--format", "json").stdout)
    assert list(said) == [
        "ok", "problems", "warnings", "not_looked_at", "rules", "exemptions", "reporting",
        "examples", "hash",
    ]  # fmt: skip
    assert said["rules"][0]["where"] == {"file": "rules/small.yaml", "line": 20, "column": 5}
    assert said["rules"][0]["reads"].startswith("From Friday midnight")
    assert said["warnings"] == []


def test_github_gets_annotations_with_paths_in_the_repository(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(rules, ("mode: observe", "mode: observ"), ("ends: 2026-06-08", "ends: 2026-06-31"))
    expected = (
        r"::error file=rules/small.yaml,line=24,col=11,title=policy-agent check::mode: .*\n"
        r"::error file=rules/small.yaml,line=45,col=11,title=policy-agent check::ends: .*\n"
    )
    for path in ("rules", str(rules), "rules/small.yaml", "./rules/"):
        found = check(path, "--format", "github")
        assert found.exit_code == 1
        assert re.fullmatch(expected, found.stdout), path
    monkeypatch.chdir(rules)
    assert check(".", "--format", "github").stdout.startswith("::error file=small.yaml,line=24")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(rules.parent))
    assert check(".", "--format", "github").stdout.startswith("::error file=rules/small.yaml,")


def test_github_gets_warnings_as_warnings(rules: Path) -> None:
    found = check("--today", "2026-07-01", "--format", "github")
    assert found.exit_code == 0
    assert found.stdout == (
        "::warning file=rules/small.yaml,line=45,col=5,title=policy-agent check::the exemption"
        " ofsted-week ended on 8 Jun 2026; take it away\n"
    )


def test_an_annotation_escapes_what_github_would_take_for_its_own(tmp_path: Path) -> None:
    problem = Problem(where=Where(file="a,b:c%.yaml", line=1, column=2), text="50 %: a\r\nb, c")
    said = annotation("error", problem, tmp_path)
    assert said.endswith(
        "a%2Cb%3Ac%25.yaml,line=1,col=2,title=policy-agent check::50 %25: a%0D%0Ab, c"
    )


def test_a_rulebook_outside_the_repository_goes_by_its_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "rules").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    found = path_in_repository("rules/a.yaml", tmp_path / "rules")
    assert found == (tmp_path / "rules" / "a.yaml").as_posix()


def test_strict_fails_for_warnings(rules: Path) -> None:
    assert check("--strict").exit_code == 0
    assert check("--today", "2026-07-01").exit_code == 0
    assert check("--today", "2026-07-01", "--strict").exit_code == 1


def test_wrong_use_is_status_2(rules: Path) -> None:
    for wrong in (
        ["nowhere"],
        ["--format", "xml"],
        ["--today", "soon"],
        ["--store", "mysql://h/d"],
    ):
        assert check(*wrong).exit_code == 2, wrong


def test_a_store_that_is_not_there_is_not_made(rules: Path) -> None:
    found = check("--store", "sqlite:///none.db")
    assert found.exit_code == 2
    assert found.stderr == (
        "Error: there is no store at none.db; name the one that the daemon writes\n"
    )
    assert not Path("none.db").exists()


def put(mode: Mode, sender: str) -> None:
    """Write down that the rule decided a mail of that person in that mode."""
    decision = replace(says_deliver("weekend-email"), mode=mode)
    known = RecordedFacts(sender=sender, sender_inside=True, recipients=("bob",), received=NOW)
    judged = replace(delivered(ref(f"{mode} {sender}")), decisions=(decision,), facts=known)
    with closing(Store.open("sqlite:///store.db")) as store:
        record(store, judged)


def test_enforcing_a_team_that_was_never_observed_is_told_from_the_store(rules: Path) -> None:
    write(rules, ("leadership: nudge", "leadership: enforce"))
    people = [Member(id=name, addresses=(f"{name}@northshire.example",)) for name in "ah"]
    carol = Member(id="c", addresses=("carol@northshire.example",))
    teams = {"everyone": frozenset("ahc"), "leadership": frozenset("h")}
    with closing(Store.open("sqlite:///store.db")) as store:
        store.put_people([*people, carol], teams, now=NOW)
    told = (
        "rules/small.yaml:25:17: warning: weekend-email is enforced for leadership, whose mail it"
        " never observed; begin with observe for some weeks"
    )
    put(Mode.OBSERVE, "a")  # of everyone, but not of leadership
    put(Mode.ENFORCE, "h")
    assert warnings(check("--store", "sqlite:///store.db")) == [told]
    put(Mode.OBSERVE, "h")
    assert warnings(check("--store", "sqlite:///store.db")) == []


def test_without_a_store_it_says_what_it_could_not_look_at(rules: Path) -> None:
    write(rules, ("leadership: nudge", "leadership: enforce"))
    out = check().stdout
    assert (
        "rules/small.yaml:25:17: not looked at: whether weekend-email was observed before it was"
        " enforced for leadership\n"
    ) in out
    assert "give --store URL" in out


def test_the_store_knows_who_is_in_a_team(rules: Path) -> None:
    people = [
        Member(id="a", addresses=("alice@northshire.example",)),
        Member(id="h", addresses=("head@northshire.example",)),
    ]
    teams = {"everyone": frozenset({"a"}), "leadership": frozenset({"h"})}
    with closing(Store.open("sqlite:///store.db")) as store:
        store.put_people(people, teams, now=NOW)
    found = check("--store", "sqlite:///store.db")
    team, carol, heads = (line.partition(": warning: ")[2] for line in warnings(found))
    assert team == (
        "nobody in leadership is in the rule's from (everyone), so this mode never counts; add the"
        " team to from, or take it away here"
    )
    assert carol == (
        "carol@northshire.example is not in the teams that the rule weekend-email is about"
        " (everyone), so the exemption ofsted-week hardly ever applies; check whom it is for"
    )
    assert heads.startswith("leadership has nobody in the teams that the rule weekend-email is")
    with closing(Store.open("sqlite:///store.db")) as store:
        everybody = {"everyone": frozenset({"a", "h"}), "leadership": frozenset({"h"})}
        store.put_people(people, everybody, now=NOW)
    assert len(warnings(check("--store", "sqlite:///store.db"))) == 1


def test_texts_of_their_own_are_tried_and_told_by_file_and_line(rules: Path) -> None:
    (rules / "messages").mkdir()
    (rules / "messages" / "etiquette.html").write_text("<p>\n{% if x %}", encoding="utf-8")
    (rules / "messages" / "nothing.html").write_text("hello", encoding="utf-8")
    found = check()
    assert found.exit_code == 1
    broken, unknown = found.stdout.splitlines()
    assert broken.startswith("rules/messages/etiquette.html:2:1: Unexpected end of template")
    assert unknown.startswith("rules/messages/nothing.html:1:1: there is no text of that name")


def test_texts_and_rules_that_are_wrong_are_told_at_once(rules: Path) -> None:
    write(rules, ("mode: observe", "mode: observed"))
    (rules / "messages").mkdir()
    (rules / "messages" / "etiquette.html").write_text("{{ nothing.such }}", encoding="utf-8")
    found = check()
    assert found.exit_code == 1
    assert "rules/messages:1:1: etiquette.html, as it is written in en: 'nothing' is" in (
        found.stdout
    )
    assert "rules/small.yaml:24:11: mode: 'observed' is not known" in found.stdout
