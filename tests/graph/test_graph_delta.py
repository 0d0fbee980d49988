"""Delta rounds as a service may write them that is odder than the sandbox tenant."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_agent.domain.copies import CallFailure, CopyRef, MailCopy
from policy_agent.domain.watching import Round
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.mail import GraphMail
from policy_agent.graph.messages import SELECT, addresses, is_whole, read_copy
from tests.graph.scripted_service import Asked, Says, ScriptedService, error_body, rig

SINCE = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
REF = CopyRef(mailbox="u", message="m")


def message(number: str, **more: Any) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.message",
        "id": number,
        "parentFolderId": "inbox-id",
        "internetMessageId": f"<{number}@a.example>",
        "from": {"emailAddress": {"address": "Ada@A.example"}},
        "toRecipients": [{"emailAddress": {"address": "u@a.example"}}],
        "ccRecipients": [],
        "receivedDateTime": "2026-11-22T10:00:00.1234567Z",
        "subject": "Rota",
        "importance": "normal",
        "categories": [],
        "isRead": False,
        "isDraft": False,
        **more,
    }


def run(pages: Mapping[str, Callable[[str], Any]], start: str | None = None) -> Any:
    """Run a round over pages by what their URL ends with; each is given the service's base."""

    def each(url: str) -> dict[str, Any]:
        for ending, page in pages.items():
            if url.endswith(ending):
                found = page(there.base)
                return found if "status" in found else {"status": 200, "body": found}
        return {"status": 404, "body": error_body("ErrorItemNotFound")}

    def answer(asked: Asked) -> Says:
        answers = [{"id": part["id"], **each(part["url"])} for part in asked.parts]
        urls.extend(part["url"] for part in asked.parts)
        return Says(body={"responses": answers})

    urls: list[str] = []
    with ScriptedService(answer) as there:
        client = rig(there.base, attempts=2)
        mail = GraphMail(GraphBatch(client.http), base=there.base)
        since: str | datetime = SINCE if start is None else there.base + start
        found = mail.changes({"u": since})["u"]
        client.http.close()
    return found, urls


FIRST = "00%3A00Z"  # how the first page's URL ends: the instant that it starts from


def last_page(*items: Any) -> Callable[[str], Any]:
    return lambda base: {"value": list(items), "@odata.deltaLink": f"{base}/users/u/delta?d=1"}


def test_a_round_starts_from_the_instant_with_the_fields_that_rules_need() -> None:
    _, urls = run({FIRST: last_page()})
    since = "receivedDateTime%20ge%202026-11-22T10%3A00%3A00Z"
    delta = "/users/u/mailFolders/inbox/messages/delta"
    assert urls == [f"{delta}?$select={SELECT}&$filter={since}"]


def test_the_last_word_on_a_message_counts() -> None:
    found, _ = run(
        {
            FIRST: lambda base: {
                "value": [message("a"), {"id": "b", "@removed": {"reason": "changed"}}],
                "@odata.nextLink": f"{base}/users/u/delta?page=2",
            },
            "page=2": lambda base: {"value": [], "@odata.nextLink": f"{base}/users/u/delta?page=3"},
            "page=3": last_page(
                message("b"),
                message("a", subject="Rota, again"),
                message("c"),
                {"id": "c", "@removed": {"reason": "deleted"}},
            ),
        }
    )
    assert isinstance(found, Round)
    assert {copy.ref.message: copy.subject for copy in found.copies} == {
        "a": "Rota, again",
        "b": "Rota",
    }
    assert found.gone == (CopyRef(mailbox="u", message="c"),)
    assert found.delta_link.endswith("/users/u/delta?d=1")


def test_a_message_that_names_only_what_changed_is_read_anew() -> None:
    found, _ = run(
        {
            FIRST: last_page({"id": "a", "isRead": True}, {"id": "b", "isRead": True}),
            f"/users/u/messages/a?$select={SELECT}": lambda _: message("a", isRead=True),
        }
    )
    assert isinstance(found, Round)
    assert [(copy.ref.message, copy.is_read) for copy in found.copies] == [("a", True)]
    assert found.gone == (CopyRef(mailbox="u", message="b"),)


def test_a_message_that_makes_no_sense_is_left_where_it_was_delivered() -> None:
    found, _ = run(
        {FIRST: last_page(message("a", receivedDateTime="yesterday"), message("b"), {"x": 1})}
    )
    assert isinstance(found, Round)
    assert [copy.ref.message for copy in found.copies] == ["b"]
    assert found.gone == ()


def test_a_message_that_cannot_be_read_now_makes_the_round_wait() -> None:
    found, _ = run(
        {
            FIRST: last_page({"id": "a", "isRead": True}),
            SELECT: lambda _: {"status": 503, "body": error_body("ErrorServerBusy")},
        }
    )
    assert isinstance(found, CallFailure)
    assert found.kind == "unavailable"


@pytest.mark.parametrize(
    ("status", "code"),
    [(410, ""), (410, "SyncStateNotFound"), (400, "syncStateInvalid"), (404, "ResyncRequired")],
)
def test_a_round_that_expires_half_way_asks_for_a_new_one(status: int, code: str) -> None:
    found, _ = run(
        {
            FIRST: lambda base: {
                "value": [message("a")],
                "@odata.nextLink": f"{base}/users/u/delta?page=2",
            },
            "page=2": lambda _: {"status": status, "body": error_body(code)},
        }
    )
    assert isinstance(found, CallFailure)
    assert found.kind == "resync"


def test_a_link_is_used_verbatim() -> None:
    link = "/users/u/mailFolders('in%2Fbox')/messages/delta?$deltatoken=a%2Bb/c+d=="
    _, urls = run({"d==": last_page()}, start=link)
    assert urls == [link]


def test_a_next_page_elsewhere_is_not_followed() -> None:
    found, urls = run(
        {
            FIRST: lambda _: {
                "value": [],
                "@odata.nextLink": "https://evil.example/v1.0/users/u/delta",
            }
        }
    )
    assert isinstance(found, CallFailure)
    assert len(urls) == 1


def test_a_page_that_leads_to_itself_ends_the_round() -> None:
    found, urls = run(
        {
            FIRST: lambda base: {"value": [], "@odata.nextLink": f"{base}/users/u/delta?page=2"},
            "page=2": lambda base: {"value": [], "@odata.nextLink": f"{base}/users/u/delta?page=2"},
        }
    )
    assert isinstance(found, CallFailure)
    assert len(urls) == 2


def test_a_page_without_any_link_is_no_end() -> None:
    found, _ = run({FIRST: lambda _: {"value": [message("a")]}})
    assert isinstance(found, CallFailure)
    assert found.kind == "unavailable"


@pytest.mark.parametrize(
    ("kind", "meeting"),
    [
        ("#microsoft.graph.message", False),
        ("#microsoft.graph.eventMessage", True),
        ("#microsoft.graph.eventMessageRequest", True),
        ("#microsoft.graph.eventMessageResponse", True),
        ("", False),
    ],
)
def test_meeting_mail_is_known_by_its_type(kind: str, *, meeting: bool) -> None:
    assert read_copy(REF, message("m", **{"@odata.type": kind})).is_meeting is meeting


def test_a_mail_without_author_subject_or_message_id_is_read_all_the_same() -> None:
    nameless = {"from": None, "subject": None, "internetMessageId": None, "categories": None}
    found = read_copy(REF, message("m", **nameless))
    assert (found.sender, found.subject, found.internet_message_id) == ("", "", "")
    assert found.categories == ()


def test_repeated_recipients_are_named_once_in_their_order() -> None:
    people = [{"emailAddress": {"address": one}} for one in ("B@a.example", "", "a@a.example")]
    again = [{"emailAddress": {"address": "b@A.example"}}, {"emailAddress": {"name": "x"}}, None]
    found = read_copy(REF, message("m", toRecipients=people, ccRecipients=again))
    assert found.recipients == ("b@a.example", "a@a.example")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(message("m"), _JSON)))
def test_whatever_a_message_holds_it_is_a_copy_or_a_value_error(changes: dict[str, Any]) -> None:
    raw = message("m", **changes)
    if not is_whole(raw):
        return
    try:
        found = read_copy(REF, raw)
    except ValueError:
        return
    assert isinstance(found, MailCopy)
    assert found.received.tzinfo is not None


@given(_JSON)
def test_addresses_are_read_from_anything(value: Any) -> None:
    assert all(one == one.strip().lower() for one in addresses(value))
