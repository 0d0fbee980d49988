"""`policy-agent simulate --traffic` on an .mbox and on .eml files."""

import csv
import mailbox
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

import pytest

from tests.rehearsal.commands import simulate, simulated

PEOPLE = (
    "person,teams,address\n"
    "alice,everyone leadership,Alice@northshire.example\n"
    "bob,everyone,bob@northshire.example\n"
    "dan,everyone emergency-duty,dan@northshire.example\n"
    "visitor,everyone,visitor@police.example\n"
)
SUNDAY = "Sun, 27 Aug 2023 10:00:00 +0100"
WEDNESDAY = "Wed, 30 Aug 2023 10:00:00 +0100"


def mail(
    to: str,
    *,
    sender: str = "Alice <alice@northshire.example>",
    received: str | None = SUNDAY,
    **headers: str,
) -> EmailMessage:
    message = EmailMessage()
    if received is not None:
        message["Received"] = f"from mx.northshire.example by store.example; {received}"
        message["Received"] = f"from phone by mx.northshire.example; {WEDNESDAY}"
    message["Date"] = WEDNESDAY
    message["From"] = sender
    message["To"] = to
    message["Message-ID"] = make_msgid(domain="northshire.example")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Nobody reads this.")
    return message


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE)
    return path


def as_mbox(path: Path, *messages: EmailMessage) -> Path:
    box = mailbox.mbox(path)
    for message in messages:
        box.add(message)
    box.close()
    return path


def rows(archive: Path, people: Path, out: Path) -> list[tuple[str, ...]]:
    simulated("--traffic", archive, "--people", people, "--decisions", out)
    with out.open(newline="") as file:
        wanted = ("message", "sender", "recipient", "sent_local", "reason", "release_at")
        return [tuple(row[name] for name in wanted) for row in csv.DictReader(file)]


def test_the_topmost_received_header_is_the_time_and_never_the_date(
    tmp_path: Path, people: Path
) -> None:
    box = as_mbox(tmp_path / "mail.mbox", mail("bob@northshire.example"))
    assert rows(box, people, tmp_path / "out.csv") == [
        ("1", "alice", "bob", "2023-08-27T10:00:00", "in_window", "2023-08-29T08:30:00")
    ]


def test_what_lets_mail_through_is_read_from_its_headers(tmp_path: Path, people: Path) -> None:
    bob = "bob@northshire.example"
    meeting = mail(bob)
    meeting.add_attachment("BEGIN:VCALENDAR", subtype="calendar")
    box = as_mbox(
        tmp_path / "mail.mbox",
        mail(bob, Importance="High"),
        mail(bob, X_Priority="1 (Highest)"),
        mail(bob, Subject="=?utf-8?q?RE=3A_=5BURGENT=5D_visit?="),
        meeting,
        mail(f"{bob}, desk@police.example"),
        mail(f"{bob}, dan@northshire.example"),
        mail(f"{bob}, edt@northshire.example"),
        mail(bob, sender="desk@police.example"),
    )
    found = rows(box, people, tmp_path / "out.csv")
    assert [(row[2], row[4]) for row in found] == [
        ("bob", "let_through"),
        ("bob", "let_through"),
        ("bob", "let_through"),
        ("bob", "meeting"),
        ("bob", "let_through"),
        ("bob", "exempt_team"),
        ("dan", "exempt_team"),
        ("bob", "exempt_team"),  # by the address of the team's own list
        ("bob", "from_outside"),
    ]
    assert found[-1][1] == "outside"


def test_a_folder_of_eml_files_and_a_single_one_are_read(tmp_path: Path, people: Path) -> None:
    folder = tmp_path / "mail" / "deeper"
    folder.mkdir(parents=True)
    one = mail("bob@northshire.example").as_bytes()
    (folder / "one.eml").write_bytes(one)
    (folder / "same.eml").write_bytes(one)
    (folder / "two.eml").write_bytes(mail("dan@northshire.example").as_bytes())
    found = rows(tmp_path / "mail", people, tmp_path / "out.csv")
    assert [row[2] for row in found] == ["bob", "dan"]
    assert len(rows(folder / "two.eml", people, tmp_path / "out.csv")) == 1


def test_mail_that_nobody_received_is_left_out_and_counted(tmp_path: Path, people: Path) -> None:
    box = as_mbox(
        tmp_path / "mail.mbox",
        mail("bob@northshire.example", received=None),
        mail("bob@northshire.example", received="some day"),
        mail("bob@northshire.example"),
    )
    told = simulated("--traffic", box, "--people", people)
    assert told["figures"]["copies"] == 1
    assert any(
        "2 messages without a readable Received header were left out: message 1, message 2" in note
        for note in told["notes"]
    )


def test_an_archive_of_strangers_says_what_is_missing(tmp_path: Path, people: Path) -> None:
    box = as_mbox(tmp_path / "mail.mbox", mail("stranger@northshire.example"))
    result = simulate("--traffic", box, "--people", people)
    assert (result.exit_code, "give --people a column `address`" in result.stderr) == (2, True)
    people.write_text("person,teams\nbob,everyone\n")
    assert simulate("--traffic", box, "--people", people).exit_code == 2


def test_what_is_no_archive_is_said_so(tmp_path: Path, people: Path) -> None:
    wrong = tmp_path / "mail.mbox"
    wrong.write_text("no mbox at all\n")
    empty = tmp_path / "empty"
    empty.mkdir()
    other = tmp_path / "mail.pst"
    other.write_bytes(b"!BDN")
    for path, said in (
        (wrong, ":1: this is no mbox"),
        (empty, "there is no .eml file in this folder"),
        (other, "name a .csv, an .mbox, an .eml, an .ics or a folder of .eml and .ics files"),
    ):
        result = simulate("--traffic", path, "--people", people)
        assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
