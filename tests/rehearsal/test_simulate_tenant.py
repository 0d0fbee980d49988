"""`policy-agent simulate --since`: the live tenant is read, over HTTPS, and nothing else."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsal.commands import ROOT, simulate, simulated
from tests.sandbox_tenant import SandboxTenant, start_sandbox

GROUPS = ROOT / "demo" / "data" / "groups.csv"


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxTenant]:
    record = tmp_path_factory.mktemp("tenant") / "record.jsonl"
    with start_sandbox(
        "--groups", str(GROUPS), "--clock", "2023-09-05T10:00:00Z", record=record
    ) as started:
        started.deliver(address("alice"), address("bob"), received="2023-08-26T10:00:00Z")
        started.deliver(address("alice"), address("carol"), received="2023-08-30T10:00:00Z")
        started.deliver(address("bob"), address("carol"), received="2023-08-19T10:00:00Z")
        started.deliver(
            address("alice"),
            address("bob"),
            bcc=[address("dan")],
            received="2023-08-27T10:00:00Z",
        )
        yield started


@pytest.fixture
def settings(tenant: SandboxTenant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "TENANT_ID": tenant.tenant_id,
        "CLIENT_ID": tenant.client_id,
        "CLIENT_SECRET": tenant.client_secret,
        "AUTHORITY": tenant.authority,
        "GRAPH_URL": tenant.graph,
        "CA_FILE": tenant.ca,
        "NOTIFICATION_URL": "https://agent.northshire.example/notifications",
    }.items():
        monkeypatch.setenv(f"POLICY_AGENT_{name}", value)


def address(person: str) -> str:
    return f"{person}@northshire.example"


def test_the_live_tenant_is_rehearsed_and_only_read(
    tenant: SandboxTenant, settings: None, tmp_path: Path
) -> None:
    before = tenant.control.get("/stats").raise_for_status().json()
    mail_before = {name: tenant.copies(address(name)) for name in ("alice", "bob", "carol", "dan")}
    said_before = len(calls(tenant))
    out = tmp_path / "out.csv"
    told = simulated("--since", "2023-08-26", "--decisions", out)
    with out.open(newline="") as file:
        found = [(row["sent_local"], row["reason"]) for row in csv.DictReader(file)]
    assert found == [
        ("2023-08-26T11:00:00", "in_window"),
        ("2023-08-27T11:00:00", "exempt_team"),  # the blind copy to the duty worker involves them
        ("2023-08-27T11:00:00", "exempt_team"),
        ("2023-08-30T11:00:00", "outside_window"),
    ]
    assert (told["messages"], told["figures"]["copies"]) == (3, 4)
    assert address("bob") not in out.read_text()

    after = tenant.control.get("/stats").raise_for_status().json()
    assert after["requests"] > before["requests"]
    assert after["subscriptions"] == before["subscriptions"] == 0
    asked = calls(tenant)[said_before:]
    methods = {(call["method"], call["path"]) for call in asked if call["method"] != "GET"}
    assert methods <= {("POST", "/$batch")}
    parts = [part for call in asked for part in parts_of(call)]
    assert parts
    assert {part["method"] for part in parts} == {"GET"}
    assert mail_before == {name: tenant.copies(address(name)) for name in mail_before}


def calls(tenant: SandboxTenant) -> list[dict[str, Any]]:
    assert tenant.record is not None
    lines = [json.loads(line) for line in tenant.record.read_text().splitlines()]
    return [line for line in lines if "method" in line]


def parts_of(call: dict[str, Any]) -> list[dict[str, Any]]:
    body = call.get("request_body")
    return list(body.get("requests", [])) if isinstance(body, dict) else []


def test_people_of_an_archive_may_come_from_the_tenant(settings: None, tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_text(
        "Received: from a by b; Sun, 27 Aug 2023 10:00:00 +0100\n"
        f"From: {address('alice')}\nTo: {address('bob')}\nMessage-ID: <1@x>\n\nText\n"
    )
    told = simulated("--traffic", tmp_path / "one.eml")
    assert told["figures"]["outcomes"] == {"hold": {"in_window": 1}}


def test_without_settings_it_says_which_are_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    result = simulate("--since", "2023-08-26")
    assert (result.exit_code, "POLICY_AGENT_TENANT_ID: is not set" in result.stderr) == (2, True)
