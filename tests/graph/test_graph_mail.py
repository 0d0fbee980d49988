"""Mail of a sandbox tenant, over HTTPS and with the real MSAL."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policy_agent.domain.copies import CallFailure, CopyRef, MailCopy
from policy_agent.domain.shown import ShownMail
from policy_agent.graph.tenant import Tenant
from tests.graph.graph_sandbox import DOMAIN, GraphSandbox, address

HOLD = "Arriving next working day"


def kind(result: object) -> str:
    assert isinstance(result, CallFailure), result
    return result.kind


def ok(result: str | CallFailure) -> str:
    assert isinstance(result, str), result
    return result


def copies_of(sandbox: GraphSandbox, name: str) -> list[dict[str, Any]]:
    found = sandbox.control("GET", f"copies?address={address(name)}")["copies"]
    return list(found)


def test_it_reads_what_rules_need(sandbox: GraphSandbox, tenant: Tenant) -> None:
    sandbox.people("ada", "ben")
    received = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    refs = sandbox.deliver(
        "ada ben",
        "Rota [URGENT]",
        sender="Zoe@Elsewhere.Example",
        cc=[address("Ada"), "out@side.example"],
        importance="high",
        categories=["Safeguarding"],
        received=received.isoformat(),
        internet_message_id="<one@elsewhere.example>",
    )
    ada = refs[0]
    (found,) = tenant.mail.read([ada]).values()
    assert found == MailCopy(
        ref=ada,
        folder=ok(tenant.mail.inbox([ada.mailbox])[ada.mailbox]),
        internet_message_id="<one@elsewhere.example>",
        sender="zoe@elsewhere.example",
        recipients=(address("ada"), address("ben"), "out@side.example"),
        received=received,
        subject="Rota [URGENT]",
        importance="high",
        categories=("Safeguarding",),
        is_read=False,
        is_draft=False,
        is_meeting=False,
    )


def test_a_copy_that_is_gone_does_not_hide_another(sandbox: GraphSandbox, tenant: Tenant) -> None:
    sandbox.people("cal")
    (there,) = sandbox.deliver("cal")
    nowhere = CopyRef(mailbox=there.mailbox, message="AAkALgAA-no/such+id==")
    found = tenant.mail.read([nowhere, there])
    assert isinstance(found[there], MailCopy)
    failure = found[nowhere]
    assert kind(failure) == "gone"
    assert isinstance(failure, CallFailure)
    assert failure.request_id


def test_a_copy_goes_to_the_hold_folder_and_back_under_the_same_id(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("dan")
    (ref,) = sandbox.deliver("dan", categories=["Blue"])
    inbox = ok(tenant.mail.inbox([ref.mailbox])[ref.mailbox])
    hold = ok(tenant.mail.folder([ids["dan"]], HOLD)[ids["dan"]])
    assert tenant.mail.move({ref: hold}) == {ref: None}
    held = tenant.mail.read([ref])[ref]
    assert isinstance(held, MailCopy)
    assert held.folder == hold
    sandbox.control(
        "POST", "act", {"address": address("dan"), "action": "read", "message": ref.message}
    )
    assert tenant.mail.move({ref: inbox}) == {ref: None}
    assert tenant.mail.mark({ref: ("Blue", "Held for you")}) == {ref: None}
    back = tenant.mail.read([ref])[ref]
    assert isinstance(back, MailCopy)
    assert (back.folder, back.is_read) == (inbox, False)
    assert back.categories == ("Blue", "Held for you")


def test_moving_twice_is_harmless(sandbox: GraphSandbox, tenant: Tenant) -> None:
    ids = sandbox.people("eve")
    (ref,) = sandbox.deliver("eve")
    hold = ok(tenant.mail.folder([ids["eve"]], HOLD)[ids["eve"]])
    assert tenant.mail.move({ref: hold}) == {ref: None}
    assert tenant.mail.move({ref: hold}) == {ref: None}
    assert [copy["folder"] for copy in copies_of(sandbox, "eve")] == [HOLD]


def test_the_folder_is_made_once_and_found_after(sandbox: GraphSandbox, tenant: Tenant) -> None:
    ids = list(sandbox.people(*(f"fay{number}" for number in range(25))).values())
    first = tenant.mail.folder(ids, HOLD)
    assert all(isinstance(one, str) for one in first.values())
    assert tenant.mail.folder(ids, HOLD) == first
    assert tenant.mail.folder(ids, HOLD.upper()) == first


def test_a_folder_is_counted_and_deleted_into_deleted_items_and_from_there(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("hal", "ida")
    (ref,) = sandbox.deliver("hal")
    folders = [(one, ok(tenant.mail.folder([one], HOLD)[one])) for one in ids.values()]
    full, empty = folders
    tenant.mail.move({ref: full[1]})
    assert tenant.mail.items_in(folders) == {full: 1, empty: 0}
    assert tenant.mail.remove_folders([empty]) == {empty: None}
    assert tenant.mail.items_in([empty]) == {empty: 0}  # it lies in Deleted Items
    assert tenant.mail.remove_folders([empty]) == {empty: None}
    gone = tenant.mail.items_in([empty])[empty]
    assert isinstance(gone, CallFailure)
    assert gone.kind == "gone"
    assert tenant.mail.remove_folders([empty]) == {empty: None}  # that counts as done
    assert [copy["folder"] for copy in copies_of(sandbox, "hal")] == [HOLD]


def test_a_folder_whose_making_was_never_answered_is_found(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = list(sandbox.people(*(f"gil{number}" for number in range(30))).values())
    sandbox.faults(lost_answers=0.5, seed=7)
    found = tenant.mail.folder(ids, "O'Brien's folder / 2026")
    sandbox.faults(lost_answers=0)
    assert all(isinstance(one, str) for one in found.values())
    assert tenant.mail.folder(ids, "O'Brien's folder / 2026") == found


@pytest.mark.parametrize("name", ["Inbox", "archive", " ", "Deleted Items"])
def test_a_folder_that_everybody_has_is_none_of_ours(tenant: Tenant, name: str) -> None:
    with pytest.raises(ValueError, match="folder of our own"):
        tenant.mail.folder([], name)


def test_blind_recipients_come_from_the_senders_own_copy(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("hal", "ivy")
    sandbox.deliver(
        "ivy",
        sender=address("hal"),
        bcc=["Secret@Side.example", address("ivy")],
        internet_message_id="<o'hal+1@northshire.example>",
    )
    known = (ids["hal"], "<o'hal+1@northshire.example>")
    unknown = (ids["hal"], "<nothing@northshire.example>")
    found = tenant.mail.blind_recipients([known, unknown])
    assert found[known] == ("secret@side.example", address("ivy"))
    assert kind(found[unknown]) == "gone"


def test_categories_come_from_the_senders_own_copy(sandbox: GraphSandbox, tenant: Tenant) -> None:
    ids = sandbox.people("lea", "moe", "ned")
    keys = []
    for name in ("lea", "moe"):
        message_id = f"<o'{name}@northshire.example>"
        sandbox.deliver("ned", sender=address(name), internet_message_id=message_id)
        keys.append((ids[name], message_id))
    unknown = (ids["lea"], "<nothing@northshire.example>")
    found = tenant.mail.sent_categories([*keys, unknown])
    assert [found[key] for key in keys] == [(), ()]
    assert kind(found[unknown]) == "gone"
    with sandbox.told.client() as client:
        path = f"/users/{ids['lea']}/mailFolders/sentitems/messages"
        (sent,) = client.get(path).json()["value"]
        client.patch(
            f"/users/{ids['lea']}/messages/{sent['id']}",
            json={"categories": ["Send now", "Green"]},
        ).raise_for_status()
    found = tenant.mail.sent_categories(keys)
    assert [found[key] for key in keys] == [("Send now", "Green"), ()]


def test_a_sender_whose_mailbox_cannot_be_read_does_not_hide_another(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("ora", "pam", "quy")
    keys = []
    for name in ("ora", "pam"):
        message_id = f"<{name}@northshire.example>"
        sandbox.deliver("quy", sender=address(name), internet_message_id=message_id)
        keys.append((ids[name], message_id))
    sandbox.faults(denied=[address("ora")])
    found = tenant.mail.sent_categories(keys)
    assert kind(found[keys[0]]) == "denied"
    assert found[keys[1]] == ()


@pytest.mark.parametrize(
    ("fault", "wanted"), [("unlicensed", "unlicensed"), ("denied", "denied"), ("full", "full")]
)
def test_a_mailbox_in_trouble_is_told_by_kind_and_others_work(
    sandbox: GraphSandbox, tenant: Tenant, waits: list[float], fault: str, wanted: str
) -> None:
    sandbox.people("jan", "kim")
    jan, kim = sandbox.deliver("jan kim")
    folders = tenant.mail.folder([jan.mailbox, kim.mailbox], HOLD)
    sandbox.faults(**{fault: [address("jan")]})
    moved = tenant.mail.move({ref: ok(folders[ref.mailbox]) for ref in (jan, kim)})
    assert kind(moved[jan]) == wanted
    assert moved[kim] is None
    assert waits == []


def test_a_lost_answer_to_a_move_is_repeated_without_harm(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("leo")
    refs = [sandbox.deliver("leo", f"mail {number}")[0] for number in range(12)]
    hold = ok(tenant.mail.folder([ids["leo"]], HOLD)[ids["leo"]])
    sandbox.faults(lost_answers=0.5, seed=3)
    moved = tenant.mail.move(dict.fromkeys(refs, hold))
    sandbox.faults(lost_answers=0)
    assert moved == dict.fromkeys(refs)
    assert [copy["folder"] for copy in copies_of(sandbox, "leo")] == [HOLD] * 12


def test_storms_of_throttling_and_errors_are_outlasted(
    sandbox: GraphSandbox, tenant: Tenant, waits: list[float]
) -> None:
    ids = sandbox.people(*(f"max{number}" for number in range(40)))
    refs = sandbox.deliver(" ".join(ids))
    sandbox.faults(throttle=0.2, retry_after=9, error_rate=0.1, seed=1)
    read = tenant.mail.read(refs)
    assert all(isinstance(one, MailCopy) for one in read.values())
    assert waits
    assert max(waits) >= 9


def test_a_service_that_stays_away_is_unavailable_for_each(
    sandbox: GraphSandbox, waits: list[float]
) -> None:
    sandbox.people("nat")
    refs = sandbox.deliver("nat")
    sandbox.faults(unavailable=True, retry_after=20)
    with sandbox.client(waits=waits, patience=50.0) as client:
        read = client.mail.read(refs)
    assert [kind(one) for one in read.values()] == ["unavailable"]
    assert len(waits) == 2
    assert 40 <= sum(waits) <= 50


def test_a_token_that_is_revoked_on_the_way_is_renewed(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people(*(f"ola{number}" for number in range(60)))
    refs = sandbox.deliver(" ".join(ids))
    tenant.mail.read(refs[:1])
    before = sandbox.control("GET", "stats")["by_status"].get("401", 0)
    sandbox.faults(token_revoked=True)
    read = tenant.mail.read(refs)
    assert all(isinstance(one, MailCopy) for one in read.values())
    after = sandbox.control("GET", "stats")["by_status"].get("401", 0)
    assert after > before


def test_two_hundred_mailboxes_are_never_asked_more_than_four_things_at_once(
    sandbox: GraphSandbox, tenant: Tenant, waits: list[float]
) -> None:
    ids = sandbox.people(*(f"pat{number}" for number in range(200)))
    folders = tenant.mail.folder(list(ids.values()), HOLD)
    rounds = [sandbox.deliver(" ".join(ids), f"{number}") for number in range(10)]
    busy = [sandbox.deliver("pat0", f"more {number}")[0] for number in range(80)]
    calls = [[*refs, *busy[number::10]] for number, refs in enumerate(rounds)]
    with ThreadPoolExecutor(5) as pool:  # as the agent's verbs work side by side
        moved = list(
            pool.map(
                lambda refs: tenant.mail.move({ref: ok(folders[ref.mailbox]) for ref in refs}),
                calls,
            )
        )
    stats = sandbox.control("GET", "stats")
    peaks = stats["peak_concurrency_by_mailbox"]
    assert sum(len(each) for each in moved) == 2080
    assert all(set(each.values()) == {None} for each in moved)
    assert max(peaks[one] for one in ids.values()) <= 4
    assert peaks[ids["pat0"]] > 1
    assert waits == []


# delta rounds

_NUMBERS = itertools.count()
START = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def quinn(sandbox: GraphSandbox) -> str:
    """A mailbox of its own for each test."""
    name = f"quinn{next(_NUMBERS)}"
    sandbox.people(name)
    return name


def test_a_round_from_an_instant_brings_what_came_since(
    sandbox: GraphSandbox, tenant: Tenant, quinn: str
) -> None:
    (old,) = sandbox.deliver(quinn, received="2026-10-31T23:59:59Z")
    new = [
        sandbox.deliver(quinn, received=(START + timedelta(hours=n)).isoformat())[0]
        for n in range(120)
    ]
    found = tenant.mail.changes({old.mailbox: START})[old.mailbox]
    assert not isinstance(found, CallFailure)
    assert {copy.ref for copy in found.copies} == set(new)
    assert found.gone == ()
    assert DOMAIN not in found.delta_link
    assert found.copies[0] == tenant.mail.read([found.copies[0].ref])[found.copies[0].ref]


def test_the_next_round_brings_what_is_new_and_what_has_left(
    sandbox: GraphSandbox, tenant: Tenant, quinn: str
) -> None:
    first, second = sandbox.deliver(quinn)[0], sandbox.deliver(quinn)[0]
    box = first.mailbox
    start = tenant.mail.changes({box: START})[box]
    assert not isinstance(start, CallFailure)
    hold = ok(tenant.mail.folder([box], HOLD)[box])
    tenant.mail.move({first: hold})
    tenant.mail.mark({second: ("Blue",)})
    (third,) = sandbox.deliver(quinn)
    found = tenant.mail.changes({box: start.delta_link})[box]
    assert not isinstance(found, CallFailure)
    assert found.gone == (first,)
    assert {copy.ref: copy.categories for copy in found.copies} == {second: ("Blue",), third: ()}
    again = tenant.mail.changes({box: found.delta_link})[box]
    assert not isinstance(again, CallFailure)
    assert (again.copies, again.gone) == ((), ())


def test_empty_pages_on_the_way_are_passed(
    sandbox: GraphSandbox, tenant: Tenant, quinn: str
) -> None:
    refs = [sandbox.deliver(quinn)[0] for _ in range(60)]
    sandbox.faults(empty_delta_pages=0.5, seed=2)
    box = refs[0].mailbox
    found = tenant.mail.changes({box: START})[box]
    assert not isinstance(found, CallFailure)
    assert {copy.ref for copy in found.copies} == set(refs)


def test_a_link_that_has_expired_asks_for_a_new_round_and_other_mailboxes_go_on(
    sandbox: GraphSandbox, tenant: Tenant, quinn: str
) -> None:
    sandbox.people("rae")
    (old,), (other,) = sandbox.deliver(quinn), sandbox.deliver("rae")
    start = tenant.mail.changes({old.mailbox: START})[old.mailbox]
    assert not isinstance(start, CallFailure)
    sandbox.faults(expire_delta=True)
    found = tenant.mail.changes({old.mailbox: start.delta_link, other.mailbox: START})
    assert kind(found[old.mailbox]) == "resync"
    fresh = found[other.mailbox]
    assert not isinstance(fresh, CallFailure)
    assert [copy.ref for copy in fresh.copies] == [other]


def test_a_delta_link_of_another_host_is_not_followed(tenant: Tenant) -> None:
    found = tenant.mail.changes({"u": "https://evil.example/v1.0/users/u/delta?$deltatoken=x"})
    assert kind(found["u"]) == "resync"


def test_what_may_be_shown_of_a_copy_is_read_live(tenant: Tenant, sandbox: GraphSandbox) -> None:
    sandbox.people("ann", "ben", "cleo")
    _sent, ref, _ = sandbox.deliver("ben cleo", "Rota", sender=address("ann"), importance="high")
    gone = replace(ref, message="AAMkgone")
    shown = tenant.mail.show([ref, gone])
    mail = shown[ref]
    assert isinstance(mail, ShownMail)
    assert (mail.subject, mail.sender_name, mail.sender_address) == ("Rota", "Ann", address("ann"))
    assert (mail.importance, mail.is_read, mail.to_count) == ("high", False, 2)
    assert mail.web_link.startswith("https://outlook.office365.com/")
    failure = shown[gone]
    assert isinstance(failure, CallFailure)
    assert failure.kind == "gone"
