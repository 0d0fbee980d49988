"""Bad input: one clear error each, exit status 2, and nothing changed in any mailbox."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox_tenant import SandboxTenant, start_sandbox

pytestmark = pytest.mark.acceptance

RULES = """\
version: 1
organisation: { name: Northshire, domains: [northshire.example] }
calendars:
  service: { timezone: Europe/London, working_days: mon-fri, holidays: [england-and-wales] }
teams:
  everyone: { group: everyone@northshire.example }
windows:
  rest-days: { calendar: service, days: non-working }
rules:
  - name: weekend-email
    kind: defer-email
    because: Nobody should feel on call at the weekend
    owner: ict-policy@northshire.example
    mode: observe
    from: { include: [everyone] }
    to: { include: [everyone] }
    window: rest-days
    hold_at: [inbox]
    release: { day: next-working-day, at: 08:30 }
"""


@pytest.fixture(scope="module")
def tenant() -> Iterator[SandboxTenant]:
    with start_sandbox() as found:
        found.deliver("alice@northshire.example", "bob@northshire.example")
        yield found


class Start:
    """A start of the daemon that is expected to fail."""

    def __init__(self, tenant: SandboxTenant, folder: Path) -> None:
        self.tenant = tenant
        self.folder = folder
        self.rules = folder / "rules"
        self.rules.mkdir()
        (self.rules / "rules.yaml").write_text(RULES)
        self.env = {
            "POLICY_AGENT_TENANT_ID": tenant.tenant_id,
            "POLICY_AGENT_CLIENT_ID": tenant.client_id,
            "POLICY_AGENT_CLIENT_SECRET": tenant.client_secret,
            "POLICY_AGENT_AUTHORITY": tenant.authority,
            "POLICY_AGENT_GRAPH_URL": tenant.graph,
            "POLICY_AGENT_CA_FILE": tenant.ca,
            "POLICY_AGENT_NOTIFICATION_URL": "https://localhost:1/notifications",
            "POLICY_AGENT_HOLIDAYS_URL": "",
            "POLICY_AGENT_LISTEN_PORT": "0",
            "POLICY_AGENT_LOG_LEVEL": "error",
        }

    def refused(self) -> str:
        """Start it; return what it says, having checked that it touched nothing."""
        before = self._mailboxes()
        done = subprocess.run(
            [sys.executable, "-m", "policy_agent.cli.main", "run"],
            env=os.environ | self.env,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 2, done.stderr
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        assert self.tenant.client_secret not in done.stderr
        assert self._mailboxes() == before
        return done.stderr.replace(str(self.folder), "FOLDER").rstrip("\n")

    def _mailboxes(self) -> tuple[Any, Any]:
        copies = self.tenant.control.get("/copies").raise_for_status().json()
        with self.tenant.client() as client:
            users = client.get("/users").raise_for_status().json()["value"]
            folders = [
                client.get(f"/users/{user['id']}/mailFolders?$top=100").json()["value"]
                for user in users
            ]
            subscriptions = client.get("/subscriptions").raise_for_status().json()["value"]
        return copies, (folders, subscriptions)


@pytest.fixture
def start(tenant: SandboxTenant, tmp_path: Path) -> Start:
    return Start(tenant, tmp_path)


def rewrite(start: Start, old: str, new: str) -> None:
    assert old in RULES
    (start.rules / "rules.yaml").write_text(RULES.replace(old, new))


def test_an_unreadable_rulebook(start: Start) -> None:
    (start.rules / "rules.yaml").write_bytes(b"version: 1\n\xff\xfe\x00")
    assert start.refused() == (
        "rules/rules.yaml:2:3: this is no text file (a zero byte stands here); save it as UTF-8 text"
    )


def test_no_rulebook_at_all(start: Start) -> None:
    start.env["POLICY_AGENT_RULES"] = "elsewhere"
    assert start.refused() == (
        "POLICY_AGENT_RULES: should be a folder or a file, there is none at elsewhere"
    )


def test_an_unknown_team(start: Start) -> None:
    rewrite(start, "to: { include: [everyone] }", "to: { include: [evryone] }")
    assert start.refused() == (
        "rules/rules.yaml:16:21: include: there is no team 'evryone'; did you mean 'everyone'?"
    )


def test_a_team_whose_group_the_directory_does_not_have(start: Start) -> None:
    rewrite(start, "everyone@northshire.example", "nobody@northshire.example")
    assert start.refused().startswith(
        "rules/rules.yaml:6: team everyone: the group nobody@northshire.example could not be read"
    )


def test_a_holiday_file_that_is_no_calendar(start: Start) -> None:
    (start.rules / "closures.ics").write_text("<html>not found</html>")
    rewrite(start, "[england-and-wales]", "[england-and-wales, closures.ics]")
    said = start.refused()
    assert said.startswith("rules/rules.yaml:4:")
    assert "closures.ics" in said
    assert "BEGIN:VCALENDAR" in said


def test_several_mistakes_are_told_at_once(start: Start) -> None:
    rewrite(start, "mode: observe", "mode: observed")
    text = (start.rules / "rules.yaml").read_text().replace("at: 08:30", "at: 8.30")
    (start.rules / "rules.yaml").write_text(text)
    assert len(start.refused().splitlines()) == 2


def test_a_wrong_secret(start: Start) -> None:
    start.env["POLICY_AGENT_CLIENT_SECRET"] = "not-the-secret"
    said = start.refused()
    assert "AADSTS7000215" in said
    assert said.endswith("(POLICY_AGENT_CLIENT_SECRET)")
    assert "not-the-secret" not in said


def test_a_database_that_cannot_be_opened(start: Start) -> None:
    start.env["POLICY_AGENT_STORE_URL"] = f"sqlite:///{start.folder}/missing/store.db"
    assert start.refused() == (
        "store sqlite:///FOLDER/missing/store.db: the folder FOLDER/missing does not exist; "
        "make it, or name a file in one that does"
    )


def test_a_file_that_is_no_database(start: Start) -> None:
    (start.folder / "store.db").write_text("not a database, but long enough to look like one" * 50)
    start.env["POLICY_AGENT_STORE_URL"] = f"sqlite:///{start.folder}/store.db"
    assert start.refused() == (
        "store sqlite:///FOLDER/store.db: the file is not an SQLite database; "
        "move it away, or name another file"
    )


def test_a_wrong_setting(start: Start) -> None:
    start.env["POLICY_AGENT_SWEEP_EVERY"] = "often"
    assert start.refused() == (
        "POLICY_AGENT_SWEEP_EVERY: 'often' is no length of time: write a number and s, m, h or d, "
        "as 20m (how often mailboxes are swept for what was not notified)"
    )


def test_a_port_that_is_taken(start: Start, tenant: SandboxTenant) -> None:
    port = tenant.origin.rpartition(":")[2]
    start.env["POLICY_AGENT_LISTEN_PORT"] = port
    assert start.refused().startswith(
        f"POLICY_AGENT_LISTEN_PORT: cannot listen on 127.0.0.1:{port} (Address already in use)"
    )
