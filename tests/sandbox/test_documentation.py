import re
from pathlib import Path

from policy_agent.cli.sandbox import sandbox
from policy_agent.sandbox.orders import FaultsBody, MessageBody, PersonBody

PAGE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")


def test_every_option_is_documented() -> None:
    options = {option for param in sandbox.params for option in param.opts}
    assert options <= set(re.findall(r"--\w+", PAGE))


def test_every_fault_is_documented() -> None:
    assert set(FaultsBody.model_fields) - {"seed"} <= set(re.findall(r"`(\w+)", PAGE))


def test_every_key_of_a_message_and_a_person_is_documented() -> None:
    keys = {field.alias or name for name, field in MessageBody.model_fields.items()}
    assert keys | set(PersonBody.model_fields) <= set(re.findall(r'"(\w+)"', PAGE))
