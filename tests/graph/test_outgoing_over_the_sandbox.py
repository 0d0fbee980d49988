"""Messages out of the service mailbox of a sandbox tenant, over HTTPS and with the real MSAL."""

from collections.abc import Iterator
from email import message_from_string, policy
from typing import Any

import pytest

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.notes import Attachment, Letter, NoteKind
from policy_agent.graph.tenant import Tenant
from tests.graph.graph_sandbox import GraphSandbox, address
from tests.openapi.contract import Contract
from tests.sandbox_tenant import SandboxTenant


@pytest.fixture(scope="module", autouse=True)
def _kept_to_the_description(sandbox_tenant: SandboxTenant) -> Iterator[None]:
    """Hold every call of this module to Microsoft's description, once all were made."""
    assert sandbox_tenant.record is not None
    before = len(sandbox_tenant.record.read_bytes().splitlines())  # of other modules
    yield
    report = Contract.load().check_record(sandbox_tenant.record)
    problems = [one for one in report.problems if one.line > before]
    assert not problems, "\n".join(map(str, problems))
    assert report.calls["POST /users/{user-id}/messages"]


@pytest.fixture
def client(sandbox: GraphSandbox) -> Iterator[Tenant]:
    sandbox.people("service")
    mailbox = address("service")
    with sandbox.client(waits=[], service_mailbox=mailbox, attempts=20) as found:
        yield found


def letter(key: str, to: str, **more: Any) -> Letter:
    whole = {"kind": NoteKind.CLASH, "subject": key, "html": "<p>Hello</p>", "text": "Hello"}
    return Letter(**{"key": key, "to": address(to), **whole, **more})


def received(sandbox: GraphSandbox, name: str) -> list[dict[str, Any]]:
    found = sandbox.control("GET", f"copies?address={address(name)}")["copies"]
    return list(found)


def test_a_letter_goes_out_once_however_often_it_is_asked_for(
    sandbox: GraphSandbox, client: Tenant
) -> None:
    sandbox.people("tess")
    one = letter("clash:1", "tess", subject="Lunch on Wednesdays")
    (draft,) = client.outgoing.draft([one]).values()
    assert client.outgoing.draft([one]) == {one.key: draft}
    assert isinstance(draft, str)
    assert received(sandbox, "tess") == []
    assert client.outgoing.send({one.key: draft}) == {one.key: None}
    assert client.outgoing.send({one.key: draft}) == {one.key: None}
    assert client.outgoing.draft([one]) == {one.key: draft}
    (mail,) = received(sandbox, "tess")
    assert mail["subject"] == "Lunch on Wednesdays"


def test_files_arrive_whole_with_everybody_who_is_on_a_list(
    sandbox: GraphSandbox, client: Tenant
) -> None:
    sandbox.people("olga", "pia", olga="readers", pia="readers")
    files = tuple(
        Attachment(name=name, media_type=kind, content=content)
        for name, kind, content in (
            ("adroddiad ŷ.pdf", "application/pdf", bytes(range(256)) * 4_000),
            ("report.html", "text/html", "<p>ŵ</p>".encode()),
        )
    )
    one = letter("report:2026-10", "readers", kind=NoteKind.REPORT, attachments=files)
    (draft,) = client.outgoing.draft([one]).values()
    assert client.outgoing.draft([one]) == {one.key: draft}
    assert isinstance(draft, str)
    assert client.outgoing.send({one.key: draft}) == {one.key: None}
    with sandbox.told.client(immutable=True) as graph:
        for name in ("olga", "pia"):
            (mail,) = received(sandbox, name)
            where = f"/users/{address(name)}/messages/{mail['message']}"
            assert graph.get(where).json()["hasAttachments"] is True
            mime = message_from_string(graph.get(f"{where}/$value").text, policy=policy.default)
            assert [
                (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
                for part in mime.iter_attachments()
            ] == [(file.name, file.media_type, file.content) for file in files]


def test_lost_answers_never_make_a_second_letter(sandbox: GraphSandbox, client: Tenant) -> None:
    names = [f"uma{number}" for number in range(40)]
    sandbox.people(*names)
    letters = {f"rebook:{name}": letter(f"rebook:{name}", name) for name in names}
    sandbox.faults(lost_answers=0.3, error_rate=0.1, throttle=0.1, retry_after=0, seed=9)
    drafts: dict[str, str] = {}
    sent: set[str] = set()
    for _ in range(20):
        rest = [one for key, one in letters.items() if key not in drafts]
        found = client.outgoing.draft(rest)
        drafts |= {key: one for key, one in found.items() if isinstance(one, str)}
        results = client.outgoing.send({k: one for k, one in drafts.items() if k not in sent})
        sent |= {key for key, why in results.items() if why is None}
        assert {why.kind for why in results.values() if why} <= {"unavailable"}
        if len(sent) == len(letters):
            break
    sandbox.faults(lost_answers=0, error_rate=0, throttle=0)
    assert sent == set(letters)
    assert [len(received(sandbox, name)) for name in names] == [1] * 40


def test_a_draft_that_somebody_threw_away_for_good_is_not_sent_and_not_made_up(
    sandbox: GraphSandbox, client: Tenant
) -> None:
    (found,) = client.outgoing.send({"clash:2": "AAkALgAA-no-such-id=="}).values()
    assert isinstance(found, CallFailure)
    assert found.kind == "unavailable"


def test_a_service_mailbox_that_is_none_says_so(sandbox: GraphSandbox) -> None:
    sandbox.people("vera")
    mailbox = address("mended-later")
    with sandbox.client(waits=[], service_mailbox=mailbox) as client:
        (found,) = client.outgoing.draft([letter("clash:3", "vera")]).values()
        assert isinstance(found, CallFailure)
        assert found.kind == "unavailable"
        assert "service mailbox" in found.what
        sandbox.people("mended-later")
        (draft,) = client.outgoing.draft([letter("clash:3", "vera")]).values()
    assert isinstance(draft, str)
