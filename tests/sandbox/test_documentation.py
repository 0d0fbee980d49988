import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from policy_agent.cli.sandbox import sandbox
from policy_agent.sandbox.orders import (
    AwayBody,
    EventActBody,
    FaultsBody,
    HoursBody,
    InvitedBody,
    MeetingBody,
    MessageBody,
    PersonBody,
)

PAGE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")


def test_every_option_is_documented() -> None:
    options = {option for param in sandbox.params for option in param.opts}
    assert options <= set(re.findall(r"--\w+", PAGE))


def test_every_fault_is_documented() -> None:
    assert set(FaultsBody.model_fields) - {"seed"} <= set(re.findall(r"`(\w+)", PAGE))


@pytest.mark.parametrize(
    "body", [MessageBody, PersonBody, HoursBody, AwayBody, MeetingBody, InvitedBody, EventActBody]
)
def test_every_key_of_what_is_posted_is_documented(body: type[BaseModel]) -> None:
    keys = {field.alias or name for name, field in body.model_fields.items()}
    assert keys <= set(re.findall(r'"(\w+)"', PAGE))
