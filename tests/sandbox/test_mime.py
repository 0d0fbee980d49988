"""Drafts made of MIME, and messages shown as MIME and as text."""

import base64
from datetime import UTC, datetime
from email import message_from_string, policy
from email.message import EmailMessage
from typing import Any

import httpx2
import pytest

from policy_agent.sandbox.mail import complete, fingerprint
from policy_agent.sandbox.mailboxes import Attachment, Folder, Message
from tests.sandbox_tenant import SandboxTenant

ALICE = "alice@northshire.example"
BOB = "bob@northshire.example"
CAROL = "carol@northshire.example"
AS_TEXT = {"Prefer": 'IdType="ImmutableId", outlook.body-content-type="text"'}


def a_letter(**more: str) -> EmailMessage:
    letter = EmailMessage(policy=policy.SMTP)
    headers = {
        "From": ALICE,
        "To": f"Bob Jones <{BOB}>",
        "Subject": "Llythyr â thô bach",
        "Message-ID": "<abc@policy-agent.northshire.example>",
        "X-Policy-Agent": "receipt",
        "Importance": "High",
        "MIME-Version": "1.0",
    } | more
    for name, value in headers.items():
        letter[name] = value
    letter.set_content("Hello. See https://northshire.example/a")
    letter.add_alternative("<p>Hello. <a href='https://northshire.example/a'>See</a></p>", "html")
    return letter


def post(graph: httpx2.Client, body: str, folder: str = "") -> httpx2.Response:
    where = f"/users/{ALICE}{folder}/messages"
    return graph.post(where, content=body, headers={"Content-Type": "text/plain"})


def encoded(letter: EmailMessage) -> str:
    return base64.b64encode(letter.as_bytes()).decode()


def parts(answer: httpx2.Response) -> list[str]:
    message = message_from_string(answer.text, policy=policy.default)
    found = [message.get_body(preferencelist=(kind,)) for kind in ("plain", "html")]
    return [part.get_content().strip() for part in found if part is not None]


def test_a_draft_is_made_of_mime_and_sent_with_both_its_parts(
    tenant: SandboxTenant, stable: httpx2.Client
) -> None:
    made = post(stable, encoded(a_letter())).raise_for_status()
    assert made.status_code == 201
    draft = made.json()
    assert draft["isDraft"] is True
    assert draft["subject"] == "Llythyr â thô bach"
    assert draft["internetMessageId"] == "<abc@policy-agent.northshire.example>"
    assert draft["importance"] == "high"
    assert draft["body"]["contentType"] == "html"
    (to,) = draft["toRecipients"]
    assert to["emailAddress"] == {"name": "Bob Jones", "address": BOB}
    mailbox = f"/users/{ALICE}/messages"
    stable.post(f"{mailbox}/{draft['id']}/send").raise_for_status()

    marked = {"$filter": "internetMessageId eq '<abc@policy-agent.northshire.example>'"}
    for place in (mailbox, f"/users/{ALICE}/mailFolders/sentitems/messages"):
        (sent,) = stable.get(place, params=marked).raise_for_status().json()["value"]
        assert (sent["id"], sent["isDraft"]) == (draft["id"], False)
    patched = stable.patch(f"{mailbox}/{draft['id']}", json={"categories": ["Send now"]})
    assert patched.raise_for_status().json()["categories"] == ["Send now"]

    (copy,) = [one for one in tenant.copies(BOB) if one["subject"] == "Llythyr â thô bach"]
    assert copy["internet_message_id"] == "<abc@policy-agent.northshire.example>"
    theirs = f"/users/{BOB}/messages/{copy['message']}"
    headers = stable.get(theirs, params={"$select": "internetMessageHeaders"}).json()
    assert headers["internetMessageHeaders"] == [{"name": "X-Policy-Agent", "value": "receipt"}]
    text = stable.get(theirs, headers=AS_TEXT).json()["body"]
    assert text == {"contentType": "text", "content": "Hello. See https://northshire.example/a\n"}
    plain, html = parts(stable.get(f"{theirs}/$value").raise_for_status())
    assert plain == "Hello. See https://northshire.example/a"
    assert html.startswith("<p>Hello.")


def test_files_go_with_a_message_to_everybody_and_can_be_read_back(
    tenant: SandboxTenant, stable: httpx2.Client
) -> None:
    letter = a_letter(Cc=CAROL, Subject="Adroddiad")
    del letter["Message-ID"]
    page = "<p>ŵ</p>".encode()
    letter.add_attachment(b"%PDF-1.7\r\n\0", "application", "pdf", filename="ŷr Hydref.pdf")
    letter.add_attachment(page, "text", "html", filename="report.html")
    letter.add_attachment(a_letter())
    draft = post(stable, encoded(letter)).raise_for_status().json()
    assert draft["hasAttachments"] is True
    assert draft["body"]["content"].startswith("<p>Hello.")  # and not the file of the same kind
    copied = stable.post(
        f"/users/{ALICE}/messages/{draft['id']}/copy", json={"destinationId": "archive"}
    ).raise_for_status()
    stable.post(f"/users/{ALICE}/messages/{draft['id']}/send").raise_for_status()
    places = [(ALICE, draft["id"]), (ALICE, copied.json()["id"])]
    for person in (BOB, CAROL):
        (copy,) = [one for one in tenant.copies(person) if one["subject"] == "Adroddiad"]
        places.append((person, copy["message"]))
    for person, message in places:
        where = f"/users/{person}/messages/{message}"
        assert stable.get(where).raise_for_status().json()["hasAttachments"] is True
        text = stable.get(f"{where}/$value").raise_for_status().text
        found = message_from_string(text, policy=policy.default)
        pdf, html, mail = found.iter_attachments()
        assert (pdf.get_filename(), pdf.get_content_type()) == (
            "ŷr Hydref.pdf",
            "application/pdf",
        )
        assert pdf.get_content() == b"%PDF-1.7\r\n\0"
        assert html.get_payload(decode=True) == page
        assert b"X-Policy-Agent: receipt" in mail.get_content()


def test_a_file_is_a_part_of_what_nobody_may_change() -> None:
    now = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    fields = {**complete({}, now=now, received=now), "internetMessageId": "<a@b>"}
    inbox = Folder(id="f", name="Inbox")

    def of(*files: bytes) -> str:
        return fingerprint(
            Message(
                immutable_id="i",
                mutable_id="m",
                folder=inbox,
                fields=fields,
                attachments=tuple(
                    Attachment(name="a.csv", media_type="text/csv", content=one) for one in files
                ),
            )
        )

    assert of(b"1") == of(b"1")
    assert len({of(), of(b"1"), of(b"2"), of(b"1", b"2")}) == 4


def test_a_message_of_text_alone_has_no_html(stable: httpx2.Client) -> None:
    letter = EmailMessage(policy=policy.SMTP)
    letter["To"] = BOB
    letter.set_content("Only text")
    made = post(stable, encoded(letter), "/mailFolders/drafts").raise_for_status().json()
    assert made["body"] == {"contentType": "text", "content": "Only text\n"}
    shown = stable.get(f"/users/{ALICE}/messages/{made['id']}/$value").raise_for_status()
    assert parts(shown) == ["Only text"]


def test_a_message_that_came_as_json_has_a_text_part_too(
    tenant: SandboxTenant, stable: httpx2.Client
) -> None:
    body = {"contentType": "html", "content": "<p>Hello <b>Bob</b></p>"}
    draft = stable.post(f"/users/{ALICE}/messages", json={"subject": "a\r\nb", "body": body})
    where = f"/users/{ALICE}/messages/{draft.raise_for_status().json()['id']}"
    assert parts(stable.get(f"{where}/$value")) == ["Hello Bob", "<p>Hello <b>Bob</b></p>"]
    assert stable.get(where, headers=AS_TEXT).json()["body"]["content"] == "Hello Bob"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("no base64!", "ErrorMimeContentInvalidBase64String"),
        ("abc", "ErrorMimeContentInvalidBase64String"),
        (base64.b64encode(b"no header at all").decode(), "ErrorMimeContentInvalid"),
    ],
)
def test_what_is_no_mime_is_refused(stable: httpx2.Client, body: str, code: str) -> None:
    answer = post(stable, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_mime_of_more_than_four_megabytes_is_refused(stable: httpx2.Client) -> None:
    assert post(stable, "A" * (4 * 1024 * 1024 + 4)).status_code == 413


def test_text_is_refused_where_no_mime_is_taken(stable: httpx2.Client) -> None:
    answer = stable.post(
        f"/users/{ALICE}/mailFolders",
        content=encoded(a_letter()),
        headers={"Content-Type": "text/plain"},
    )
    assert answer.status_code == 400


def test_a_message_has_a_link_to_outlook_on_the_web(
    tenant: SandboxTenant, stable: httpx2.Client
) -> None:
    copy: Any = tenant.deliver(ALICE, BOB)["copies"][BOB]
    where = f"/users/{BOB}/messages/{copy['message']}"
    links = {
        stable.get(where, params=asked).raise_for_status().json()["webLink"]
        for asked in ({}, {"$select": "webLink"})
    }
    (link,) = links
    assert link.startswith("https://outlook.office365.com/owa/?ItemID=AAkALgAAAAAAHYQDEapmEc2by")
    assert link.endswith("&exvsurl=1&viewmodel=ReadMessageItem")
