"""`policy-agent simulate` on CSV: its figures, its file, and what it says of bad input."""

import csv
import resource
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.rehearsal.commands import (
    PEOPLE,
    ROOT,
    RULES,
    TRAFFIC,
    rules_with,
    simulate,
    simulated,
)

HEADER = "sent_local,sender,to,cc,bcc\n"
WEDNESDAY = ("2", "2023-08-23T10:00:00", "bob", "alice")
STAFF = (
    "person,role,teams\n"
    "alice,director,everyone leadership\n"
    "bob,practitioner,everyone practitioners\n"
    "carol,practitioner,everyone practitioners\n"
    "dan,duty worker,everyone emergency-duty\n"
)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    traffic, people = tmp_path / "messages.csv", tmp_path / "people.csv"
    traffic.write_text(HEADER)
    people.write_text(STAFF)
    return traffic, people


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_real_traffic_has_1024_copies_held_and_71_freed_by_an_exempt_team(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out.csv"
    told = simulated("--traffic", TRAFFIC, "--people", PEOPLE, "--decisions", out)
    assert (told["messages"], told["figures"]["copies"]) == (15_208, 22_767)
    assert told["figures"]["outcomes"] == {
        "deliver": {"outside_window": 21_672, "exempt_team": 71},
        "hold": {"in_window": 1_024},
    }
    rows = rows_of(out)
    assert Counter(row["reason"] for row in rows) == {
        "outside_window": 21_672,
        "in_window": 1_024,
        "exempt_team": 71,
    }
    assert [int(row["message"]) for row in rows] == sorted(int(row["message"]) for row in rows)


def test_each_distinct_recipient_of_a_message_has_a_row_in_input_order(
    tmp_path: Path, files: tuple[Path, Path]
) -> None:
    traffic, people = files
    traffic.write_text(
        HEADER
        + "2023-08-27T10:00:00,alice,carol bob,bob alice,carol\n"  # Sunday before a bank holiday
        + "2023-08-23T10:00:00,bob,alice,,\n"  # an earlier Wednesday
        + "2023-08-26T10:00:00,alice,,,\n"
        + "2023-08-26T10:00:00,alice,bob,,dan\n"
    )
    out = tmp_path / "out.csv"
    assert simulate("--traffic", traffic, "--people", people, "--decisions", out).exit_code == 0
    tuesday, rule = "2023-08-29T08:30:00", "weekend-email"
    held = ["hold", "enforce", rule, "in_window", tuesday]
    sunday = ["1", "2023-08-27T10:00:00", "alice"]
    saturday = ["4", "2023-08-26T10:00:00", "alice"]
    freed = ["deliver", "enforce", rule, "exempt_team", ""]
    header = "message,sent_local,sender,recipient,outcome,mode,rule,reason,release_at\n"
    assert out.read_text() == header + "".join(
        ",".join(row) + "\n"
        for row in [
            [*sunday, "carol", *held],
            [*sunday, "bob", *held],
            [*sunday, "alice", *held],
            [*WEDNESDAY, "deliver", "observe", rule, "outside_window", ""],
            [*saturday, "bob", *freed],
            [*saturday, "dan", *freed],
        ]
    )


def test_a_wall_time_that_does_not_exist_moves_forward_and_one_that_repeats_is_the_first(
    tmp_path: Path, files: tuple[Path, Path]
) -> None:
    traffic, people = files
    traffic.write_text(
        HEADER + "2023-03-26T01:30:00,alice,bob,,\n" + "2023-10-29T01:30:00,alice,bob,,\n"
    )
    out = tmp_path / "out.csv"
    simulate("--traffic", traffic, "--people", people, "--decisions", out)
    assert [row["release_at"] for row in rows_of(out)] == [
        "2023-03-27T08:30:00",
        "2023-10-30T08:30:00",
    ]


def test_the_limit_of_a_rule_counts_what_the_rehearsal_holds(
    tmp_path: Path, files: tuple[Path, Path]
) -> None:
    traffic, people = files
    sunday, later = "2023-08-27T1{}:00:00,alice,bob,,\n", "2023-09-02T10:00:00,alice,bob,,\n"
    traffic.write_text(HEADER + later + "".join(sunday.format(n) for n in range(3)))
    rules = rules_with(tmp_path, "few", limit="{ held_per_person: 2 }")
    out = tmp_path / "out.csv"
    simulate("--traffic", traffic, "--people", people, "--decisions", out, rules=rules)
    assert [row["reason"] for row in rows_of(out)] == [
        "in_window",
        "in_window",
        "in_window",
        "limit_reached",
    ]


def test_text_says_what_was_held_by_rule_team_weekday_and_who_was_let_through_and_why(
    files: tuple[Path, Path],
) -> None:
    traffic, people = files
    traffic.write_text(
        HEADER + "2023-08-27T10:00:00,alice,bob,,\n" + "2023-08-27T10:00:00,alice,dan,,\n"
    )
    text = simulate("--traffic", traffic, "--people", people).stdout
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "Held: 1. Let through: 1. Held by mode: 1 enforce." in lines
    assert "weekend-email 2 1 1 0" in lines
    assert "practitioners 1 1 0 0" in lines
    assert "Sun 2 1 1 0" in lines
    assert any("Somebody in emergency-duty is involved" in line for line in lines)
    assert any("teams that nobody in this traffic is in: residential" in line for line in lines)


def test_against_another_rulebook_it_prints_the_difference_with_examples(
    tmp_path: Path, files: tuple[Path, Path]
) -> None:
    traffic, people = files
    traffic.write_text(
        HEADER
        + "2023-08-27T10:00:00,alice,bob,,\n"
        + "2023-08-27T10:00:00,alice,dan,,\n"
        + "2023-08-30T10:00:00,alice,bob,,\n"
    )
    later = rules_with(
        tmp_path,
        "later",
        release="{ day: next-working-day, at: 10:00 }",
        exempt="{ teams: [residential], when: involved }",
    )
    text = simulate("--traffic", traffic, "--people", people, "--against", RULES, rules=later)
    assert f"Against {RULES}: +1 held, 1 later" in text.stdout
    assert "deliver: Somebody in emergency-duty is involved" in text.stdout
    assert "hold until Tue 2023-08-29 10:00 (enforce)" in text.stdout
    told = simulated("--traffic", traffic, "--people", people, "--against", later)
    assert told["against"]["summary"] == "-1 held, 1 earlier"
    assert [one["change"] for one in told["against"]["examples"]] == ["-held", "earlier"]
    same = simulated("--traffic", traffic, "--people", people, "--against", RULES)
    assert same["against"]["summary"] == "no difference"


def test_against_a_rulebook_in_another_mode_it_says_so(
    tmp_path: Path, files: tuple[Path, Path]
) -> None:
    traffic, people = files
    traffic.write_text(HEADER + "2023-08-27T10:00:00,bob,carol,,\n")
    stronger = rules_with(tmp_path, "stronger", mode="nudge")
    told = simulated("--traffic", traffic, "--people", people, "--against", RULES, rules=stronger)
    assert told["against"]["summary"] == "1 in another mode"


BAD_TRAFFIC = {
    "2023-08-27T10:00:00,zoe,bob,,": ":2: 'zoe' is not in",
    "2023-08-27T10:00:00,alice,bob,zoe,": ":2: 'zoe' is not in",
    "2023-08-27T10:00:00,,bob,,": ":2: the sender is empty",
    "27/08/2023 10:00,alice,bob,,": ":2: sent_local is '27/08/2023 10:00'",
    "2023-08-27,alice,bob,,": ":2: sent_local is '2023-08-27'",
    "2023-08-27T10:00:00+01:00,alice,bob,,": ":2: sent_local is '2023-08-27T10:00:00+01:00'",
    "2023-08-27T10:00:00,alice,bob": ":2: 3 values; the first line has 5 columns",
    '2023-08-27T10:00:00,alice,"bob,,': "this is no CSV",
}


@pytest.mark.parametrize("row", BAD_TRAFFIC)
def test_a_bad_row_is_one_error_with_its_line_and_nothing_is_written(
    row: str, tmp_path: Path, files: tuple[Path, Path]
) -> None:
    traffic, people = files
    traffic.write_text(f"{HEADER}{row}\n")
    out = tmp_path / "out.csv"
    out.write_text("from before")
    result = simulate("--traffic", traffic, "--people", people, "--decisions", out)
    assert result.exit_code == 2
    assert f"{traffic}" in result.stderr
    assert BAD_TRAFFIC[row] in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert out.read_text() == "from before"
    assert {path.name for path in tmp_path.iterdir()} == {"messages.csv", "people.csv", "out.csv"}


def test_bad_files_are_one_error_each(tmp_path: Path, files: tuple[Path, Path]) -> None:
    traffic, people = files
    for content, said in (
        (b"sent_local,sender,to,cc\n", ":1: the column 'bcc' is missing"),
        (b"", ":1: the column 'sent_local' is missing"),
        (HEADER.encode() + b"2023-08-27T10:00:00,alic\xe9,bob,,\n", ":2: this is not UTF-8"),
    ):
        traffic.write_bytes(content)
        result = simulate("--traffic", traffic, "--people", people)
        assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
    people.write_text("person,teams\nbob,everyone\nbob,everyone\n")
    result = simulate("--traffic", traffic, "--people", people)
    assert "people.csv:3: 'bob' stands here twice" in result.stderr


def test_a_file_with_a_byte_order_mark_and_windows_lines_reads(
    files: tuple[Path, Path],
) -> None:
    traffic, people = files
    text = (HEADER + "2023-08-27T10:00:00,alice,bob,,\n").replace("\n", "\r\n")
    traffic.write_bytes(b"\xef\xbb\xbf" + text.encode())
    told = simulated("--traffic", traffic, "--people", people)
    assert told["figures"]["outcomes"] == {"hold": {"in_window": 1}}


def test_a_place_that_cannot_be_written_is_refused_before_the_work(
    tmp_path: Path, files: tuple[Path, Path]
) -> None:
    traffic, people = files
    for out, said in (
        (tmp_path / "none" / "out.csv", "there is no folder"),
        (tmp_path, "this is no plain file"),
        (people, "this is what is read from"),
    ):
        result = simulate("--traffic", traffic, "--people", people, "--decisions", out)
        assert (result.exit_code, said in result.stderr) == (2, True)


def test_wrong_use_is_said_in_a_sentence(files: tuple[Path, Path], tmp_path: Path) -> None:
    traffic, _ = files
    assert "name past mail: --traffic FILE" in simulate().stderr
    assert "--traffic needs --people" in simulate("--traffic", traffic).stderr
    assert simulate().exit_code == 2
    broken = tmp_path / "broken.yaml"
    broken.write_text("version: 1\nrulez: []\n")
    result = simulate("--traffic", traffic, rules=broken)
    assert (result.exit_code, "broken.yaml:2:1: " in result.stdout) == (1, True)
    both = simulate("--traffic", traffic, "--store", "sqlite:///none.db")
    assert (both.exit_code, "two sources" in both.stderr) == (2, True)
    ics = tmp_path / "calendar.ics"
    ics.write_text("BEGIN:VCALENDAR")
    meetings = simulate("--traffic", ics)
    assert (meetings.exit_code, "there is no meeting in it" in meetings.stderr) == (2, True)


def test_csv_is_rehearsed_without_store_graph_or_web() -> None:
    program = (
        "import sys; from policy_agent.cli.main import main\n"
        "try: main()\n"
        "finally: print(sorted({n.partition('.')[0] for n in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "simulate", "--traffic", TRAFFIC, "--people", PEOPLE],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert "Held: 1,024. Let through: 71." in done.stdout
    for heavy in ("sqlalchemy", "requests", "msal", "fastapi", "structlog", "cryptography"):
        assert f"'{heavy}'" not in done.stderr


def test_the_real_traffic_takes_less_than_three_seconds_of_work_start_up_included(
    tmp_path: Path,
) -> None:
    """Processor time, not the wall clock's: a busy machine must not fail it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [
            *(sys.executable, "-m", "policy_agent.cli.main", "simulate", "--traffic", TRAFFIC),
            *("--people", PEOPLE, "--decisions", tmp_path / "out.csv"),
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 3
