"""Messages of the service mailbox: each drafted once and sent once, where that can be known."""

import base64
import hashlib
import re
from dataclasses import replace
from email import message_from_bytes, policy
from typing import Any

import pytest

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.notes import ATTACHED_AT_MOST, Attachment, Letter, NoteKind
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.directory import GraphPeople
from policy_agent.graph.letters import LARGEST, is_letter, message_id
from policy_agent.graph.outgoing import GraphOutgoing
from policy_agent.graph.service_mailbox import ServiceMailbox
from tests.graph.scripted_calendars import LOST, SERVICE, Part, Scripted, is_immutable, scripted
from tests.graph.scripted_service import Says, ScriptedService, error_body, rig

LETTER = Letter(
    key="clash:7",
    kind=NoteKind.CLASH,
    to="ada@north.example",
    subject="Lunch on Wednesdays",
    html="<p>Helô</p>",
    text="Helô",
)
MARK = f"<{hashlib.sha256(b'clash:7').hexdigest()[:40]}@policy-agent.north.example>"
UNSURE = [LOST, 500, 502, 503, 504]
NOWHERE = 404, error_body("ErrorItemNotFound")
NONE: Any = {"value": []}
DRAFT: Any = {"isDraft": True}
SENT: Any = {"isDraft": False}


def is_search(part: Part) -> bool:
    return "$filter" in part.query


def draft(there: Scripted) -> object:
    return there.outgoing.draft([LETTER])[LETTER.key]


def send(there: Scripted) -> str:
    found = there.outgoing.send({LETTER.key: "d"})[LETTER.key]
    return "done" if found is None else found.kind


def kind(found: object) -> str:
    assert isinstance(found, CallFailure), found
    return found.kind


def test_a_draft_is_looked_for_then_made_whole_with_the_id_that_is_its_mark() -> None:
    with scripted(lambda part: NONE if is_search(part) else (201, {"id": "d"})) as there:
        assert draft(there) == "d"
    looked, made = there.parts
    assert str(looked) == str(made).replace("POST", "GET") == "GET /users/service/messages"
    assert looked.query == {
        "$filter": f"internetMessageId eq '{MARK}'",
        "$select": "id,isDraft",
    }
    assert is_immutable(looked)
    assert is_immutable(made)
    message = message_from_bytes(base64.b64decode(made.body), policy=policy.default)
    assert {name: str(value) for name, value in message.items()} == {
        "From": SERVICE,
        "To": "ada@north.example",
        "Subject": "Lunch on Wednesdays",
        "Message-ID": MARK,
        "x-policy-agent": "clash",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "MIME-Version": "1.0",
        "Content-Type": message["Content-Type"],
    }
    assert message.get_content_type() == "multipart/alternative"
    parts = [message.get_body(preferencelist=(kind,)) for kind in ("plain", "html")]
    assert [part.get_content().strip() for part in parts if part] == ["Helô", "<p>Helô</p>"]


def test_files_go_with_a_letter_each_whole_and_by_its_name() -> None:
    files = (
        Attachment(name="ŷr Hydref.pdf", media_type="application/pdf", content=bytes(range(256))),
        Attachment(
            name="report.html", media_type="text/html; charset=utf-8", content="<p>ŵ".encode()
        ),
    )
    with scripted(lambda part: NONE if is_search(part) else (201, {"id": "d"})) as there:
        there.outgoing.draft([replace(LETTER, attachments=files)])
    raw = base64.b64decode(there.parts[1].body)
    assert max(map(len, raw.splitlines())) <= 100  # 76 of base64, and headers that stay on one line
    message = message_from_bytes(raw, policy=policy.default)
    assert message["Message-ID"] == MARK
    assert message.get_content_type() == "multipart/mixed"
    assert [
        (one.get_filename(), str(one["Content-Type"]), one.get_payload(decode=True))
        for one in message.iter_attachments()
    ] == [
        ("ŷr Hydref.pdf", "application/pdf", files[0].content),
        ("report.html", 'text/html; charset="utf-8"', files[1].content),
    ]
    parts = [message.get_body(preferencelist=(kind,)) for kind in ("plain", "html")]
    assert [part.get_content().strip() for part in parts if part] == ["Helô", "<p>Helô</p>"]


def test_as_much_as_may_be_attached_fits_into_a_request_and_more_is_refused() -> None:
    most = Attachment(name="a", media_type="application/zip", content=b"1" * ATTACHED_AT_MOST)
    words = replace(LETTER, html="<p>ŵ</p>" * 6_000, text="ŵ " * 6_000)  # ten times a letter's
    with scripted(lambda part: NONE if is_search(part) else (201, {"id": "d"})) as there:
        (fits,) = there.outgoing.draft([replace(words, attachments=(most,))]).values()
        (too_large,) = there.outgoing.draft([replace(words, attachments=(most, most))]).values()
    assert fits == "d"
    assert len(there.parts[1].body) < LARGEST
    assert isinstance(too_large, CallFailure)
    assert too_large.kind == "refused"
    assert re.fullmatch(
        r"draft: the message has 7,\d{3},\d{3} bytes in base64, and Graph takes 4 MB; attach at "
        r"most 2,000,000 bytes",
        too_large.what,
    )
    assert [part.method for part in there.parts] == ["GET", "POST", "GET"]


@pytest.mark.parametrize("to", ["ada@north.example\nBcc: x@evil.example", "ada@nørth.example"])
def test_an_address_that_no_header_can_hold_is_refused(to: str) -> None:
    with scripted(lambda part: NONE if is_search(part) else (201, {"id": "d"})) as there:
        assert kind(there.outgoing.draft([replace(LETTER, to=to)])[LETTER.key]) == "refused"
    assert [part.method for part in there.parts] == ["GET"]


def test_a_subject_of_several_lines_makes_no_header() -> None:
    with scripted(lambda part: NONE if is_search(part) else (201, {"id": "d"})) as there:
        there.outgoing.draft([replace(LETTER, subject="Hello\r\nBcc: x@evil.example")])
    message = message_from_bytes(base64.b64decode(there.parts[1].body), policy=policy.default)
    assert message["Subject"] == "Hello Bcc: x@evil.example"
    assert message["Bcc"] is None


def test_a_letter_is_known_by_its_id_whatever_its_key() -> None:
    assert is_letter(message_id("o'b <c>", SERVICE))
    assert not is_letter("<abc@policy-agent.north.example>")
    assert not is_letter(f"<{'0' * 40}@north.example>")


def test_a_draft_that_is_there_is_not_made_again_and_a_sent_one_comes_first() -> None:
    both = {"value": [{"id": "d", "isDraft": True}, {"id": "s", "isDraft": False}]}
    with scripted(lambda _: both) as there:
        assert draft(there) == "s"
    assert len(there.parts) == 1


def test_where_nobody_can_look_nothing_is_made() -> None:
    with scripted(lambda _: 503) as there:
        assert kind(draft(there)) == "unavailable"
    assert {part.method for part in there.parts} == {"GET"}


@pytest.mark.parametrize("status", UNSURE)
def test_a_draft_whose_making_was_never_answered_is_found(status: int) -> None:
    looks = iter([NONE, {"value": [{"id": "d", "isDraft": True}]}])
    with scripted(lambda part: next(looks) if is_search(part) else status) as there:
        assert draft(there) == "d"
    assert [part.method for part in there.parts] == ["GET", "POST", "GET"]


@pytest.mark.parametrize("status", UNSURE)
def test_a_draft_that_was_not_made_is_made_another_time(status: int) -> None:
    with scripted(lambda part: NONE if is_search(part) else status) as there:
        assert kind(draft(there)) == "unavailable"
    assert [part.method for part in there.parts] == ["GET", "POST", "GET"]


def test_a_mailbox_without_a_grant_has_no_draft() -> None:
    with scripted(lambda part: NONE if is_search(part) else 403) as there:
        assert kind(draft(there)) == "denied"


def test_a_draft_is_looked_at_and_sent() -> None:
    with scripted(lambda part: DRAFT if part.method == "GET" else 202) as there:
        assert send(there) == "done"
    look, sent = there.parts
    assert str(look) == "GET /users/service/messages/d"
    assert look.query == {"$select": "isDraft"}
    assert is_immutable(look)
    assert str(sent) == "POST /users/service/messages/d/send"
    assert sent.body is None


def test_what_was_sent_is_not_sent_again() -> None:
    with scripted(lambda _: SENT) as there:
        assert send(there) == "done"
    assert len(there.parts) == 1


def test_what_is_in_neither_place_is_looked_at_another_time() -> None:
    with scripted(lambda _: NOWHERE) as there:
        assert send(there) == "unavailable"
    assert len(there.parts) == 1


@pytest.mark.parametrize("status", UNSURE)
@pytest.mark.parametrize(
    ("look", "ends"),
    [(SENT, "done"), (DRAFT, "unavailable"), (NOWHERE, "unavailable"), (500, "unavailable")],
)
def test_a_message_whose_sending_was_never_answered_is_looked_at_and_not_sent_again(
    status: int, look: Any, ends: str
) -> None:
    looks = iter([DRAFT])

    def answer(part: Part) -> Any:
        return next(looks, look) if part.method == "GET" else status

    with scripted(answer) as there:
        assert send(there) == ends
    assert [part.method for part in there.parts].count("POST") == 1


def test_what_was_throttled_was_not_sent_and_is_sent() -> None:
    answers = iter([429, 202])
    with scripted(lambda part: DRAFT if part.method == "GET" else next(answers)) as there:
        assert send(there) == "done"


def test_a_message_that_is_refused_says_so() -> None:
    with scripted(lambda part: DRAFT if part.method == "GET" else 403) as there:
        assert send(there) == "denied"


def test_without_a_service_mailbox_nothing_goes_out() -> None:
    with ScriptedService(lambda _: Says(status=500)) as service:
        client = rig(service.base)
        batch = GraphBatch(client.http)
        none = ServiceMailbox(GraphPeople(client.http, batch), "")
        outgoing = GraphOutgoing(client.http, batch, none.id, "")
        assert kind(outgoing.draft([LETTER])[LETTER.key]) == "refused"
        assert kind(outgoing.send({LETTER.key: "d"})[LETTER.key]) == "refused"
        client.http.close()
    assert service.asked == []
