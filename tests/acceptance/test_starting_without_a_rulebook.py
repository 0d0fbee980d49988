"""A start with a broken rulebook: what was promised is released all the same, and nothing else."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from policy_agent.domain.holds import HoldState
from tests.acceptance.test_bad_starts import RULES
from tests.agent.world import ALICE, BOB, CAROL, HOLD_FOLDER, LATER, World, open_world

pytestmark = pytest.mark.acceptance

TOKEN = "the-token-of-this-test"
LIMIT = 60  # seconds


class Process:
    """The daemon on the world's store, and commands with its settings."""

    def __init__(self, world: World, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.folder = folder
        self.rules = folder / "rules" / "rules.yaml"
        self.rules.parent.mkdir()
        tenant = world.tenant
        settings = {
            "TENANT_ID": tenant.tenant_id,
            "CLIENT_ID": tenant.client_id,
            "CLIENT_SECRET": tenant.client_secret,
            "AUTHORITY": tenant.authority,
            "GRAPH_URL": tenant.graph,
            "CA_FILE": tenant.ca,
            "CLOCK_URL": f"{tenant.origin}/sandbox/clock",
            "STORE_URL": f"sqlite:///{folder / 'store.db'}",
            "NOTIFICATION_URL": "https://localhost:1/notifications",
            "HOLIDAYS_URL": "",
            "LISTEN_PORT": str(port),
            "TICK_EVERY": "0.1s",
            "SWEEP_EVERY": "1s",
            "RELOAD_TOKEN": TOKEN,
        }
        self.env = os.environ | {f"POLICY_AGENT_{key}": value for key, value in settings.items()}

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "policy_agent.cli.main", *arguments],
            env=self.env,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )

    @contextmanager
    def running(self, key: str = "ready", *, value: bool = True) -> Iterator[None]:
        with (self.folder / "daemon.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "policy_agent.cli.main", "run"],
                env=self.env,
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        try:
            self.wait_until(key, value)
            yield
        finally:
            process.terminate()
            process.wait(timeout=LIMIT)

    def wait_until(self, key: str, value: object) -> dict[str, Any]:
        """Ask for health until it says that."""
        end = time.monotonic() + LIMIT
        said: dict[str, Any] = {}
        while said.get(key) != value or key not in said:
            assert time.monotonic() < end, f"{said}\n{(self.folder / 'daemon.log').read_text()}"
            time.sleep(0.1)
            try:
                with urlopen(f"{self.url}/health", timeout=10) as answer:  # noqa: S310  ours
                    said = json.load(answer)
            except (URLError, ConnectionError):
                continue
        return said


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as found:
        yield found


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("mode: observe", "mode: observed"),
        ("teams:\n", "teams:\n  newcomers: { group: nobody@northshire.example }\n"),
    ],
)
def test_what_is_due_is_released_and_a_reload_brings_the_rulebook_back(
    world: World, tmp_path: Path, right: str, wrong: str
) -> None:
    held = world.deliver(ALICE, BOB)[BOB]
    world.notified(held)
    assert world.folder(BOB, held) == HOLD_FOLDER
    world.travel(LATER)
    process = Process(world, tmp_path)
    process.rules.write_text(RULES.replace(right, wrong))
    with process.running("watching", value=False):
        said = process.wait_until("open_holds", 0)
        assert said["watching"] is False
        assert said["rulebook"] is None
        assert said["reload"]["success"] is False
        assert said["reload"]["problems"] == 1
        assert world.folder(BOB, held) == "Inbox"
        later = world.deliver(ALICE, CAROL)[CAROL]

        refused = process.command("reload")
        assert refused.returncode == 1
        assert "rules/rules.yaml:" in refused.stdout
        assert world.store.decisions_of(later) == ()

        process.rules.write_text(RULES)
        done = process.command("reload", "--format", "json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["success"] is True
        said = process.wait_until("watching", True)
        assert said["rulebook"] is not None
        assert said["reload"]["success"] is True
    hold = world.hold(held)
    assert hold is not None
    assert hold.state is HoldState.RELEASED
    assert "only_releasing" in (tmp_path / "daemon.log").read_text()


def test_without_a_hold_it_is_one_error_and_nothing_else(world: World, tmp_path: Path) -> None:
    process = Process(world, tmp_path)
    process.rules.write_text(RULES.replace("mode: observe", "mode: observed"))
    done = process.command("run")
    assert done.returncode == 2
    assert done.stderr.startswith("rules/rules.yaml:14:")
    assert len(done.stderr.splitlines()) == 1


def test_a_reload_with_the_wrong_token_says_so(world: World, tmp_path: Path) -> None:
    process = Process(world, tmp_path)
    process.rules.write_text(RULES)
    with process.running():
        process.env["POLICY_AGENT_RELOAD_TOKEN"] = "another-token-entirely"
        done = process.command("reload")
        assert done.returncode == 2
        assert done.stderr == (
            "POLICY_AGENT_RELOAD_TOKEN: it is not the token that the daemon has\n"
        )
        del process.env["POLICY_AGENT_RELOAD_TOKEN"]
        assert process.command("reload").returncode == 2
    process.env["POLICY_AGENT_RELOAD_TOKEN"] = TOKEN
    gone = process.command("reload")
    assert gone.returncode == 1
    assert "the daemon could not be asked" in gone.stderr
