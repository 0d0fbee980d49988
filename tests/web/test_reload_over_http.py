"""`POST /-/reload`: only for who shows the token, since Graph's own door is public."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

import pytest
from fastapi.testclient import TestClient

from policy_agent.agent.context import AgentContext, Moment, Reloaded
from policy_agent.agent.watch import Watch
from policy_agent.web.app import make_app
from policy_agent.web.reload import Reload

NOW = datetime(2023, 8, 27, 9, 0, tzinfo=UTC)
TOKEN = "a-long-enough-token"
GOOD = Reloaded(at=NOW, success=True)
BAD = Reloaded(at=NOW, success=False, problems=("rules/a.yaml:3:1: mode: no such mode",))


class Asked:
    """A daemon that counts how often it was asked."""

    def __init__(self, answer: Reloaded, token: str | None) -> None:
        self.times = 0
        self._answer = answer
        context = cast("AgentContext", SimpleNamespace())
        app = make_app(
            Watch(context),
            lambda: Moment(now=NOW, machine=NOW),
            dict,
            Reload(work=self._work, token=token),
        )
        self.client = TestClient(app)

    def _work(self) -> Reloaded:
        self.times += 1
        return self._answer


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_who_shows_the_token_gets_a_reload() -> None:
    asked = Asked(GOOD, TOKEN)
    answer = asked.client.post("/-/reload", headers=bearer(TOKEN))
    assert (answer.status_code, asked.times) == (200, 1)
    assert answer.json() == {"success": True, "at": NOW.isoformat(), "problems": []}


def test_problems_are_told_with_422() -> None:
    asked = Asked(BAD, TOKEN)
    answer = asked.client.post("/-/reload", headers=bearer(TOKEN))
    assert answer.status_code == 422
    assert answer.json()["problems"] == ["rules/a.yaml:3:1: mode: no such mode"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearer(""),
        bearer("a-long-enough-tokem"),
        bearer(TOKEN + "x"),
        {"Authorization": TOKEN},
        {"Authorization": f"Basic {TOKEN}"},
        {"X-Forwarded-For": "127.0.0.1"},
    ],
)
def test_nobody_else_gets_one(headers: dict[str, str]) -> None:
    asked = Asked(GOOD, TOKEN)
    answer = asked.client.post("/-/reload", headers=headers)
    assert (answer.status_code, asked.times) == (403, 0)
    assert answer.json() == {"error": "show the reload token"}


@pytest.mark.parametrize("headers", [{}, bearer(""), bearer("None"), bearer(TOKEN)])
def test_without_a_token_in_the_settings_nobody_gets_one(headers: dict[str, str]) -> None:
    asked = Asked(GOOD, None)
    assert asked.client.post("/-/reload", headers=headers).status_code == 403
    assert asked.times == 0


def test_a_look_at_the_path_is_no_reload() -> None:
    asked = Asked(GOOD, TOKEN)
    assert asked.client.get("/-/reload", headers=bearer(TOKEN)).status_code == 405
    assert asked.times == 0
