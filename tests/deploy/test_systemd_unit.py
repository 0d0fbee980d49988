"""The systemd unit is held to the settings and the command that exist."""

import re
from pathlib import Path

from policy_agent.cli.main import COMMANDS
from policy_agent.settings import PREFIX, Settings

UNIT = (Path(__file__).parent.parent.parent / "deploy" / "policy-agent.service").read_text()


def test_every_setting_in_the_unit_is_one() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {PREFIX + "SECRETS_DIR"}
    named = set(re.findall(rf"^Environment=({PREFIX}[A-Z_]+)=", UNIT, flags=re.MULTILINE))
    assert named
    assert named <= known


def test_the_unit_starts_a_command_that_there_is() -> None:
    (command,) = re.findall(r"^ExecStart=\S+/policy-agent (\S+)$", UNIT, flags=re.MULTILINE)
    assert command in COMMANDS


def test_a_problem_that_somebody_must_mend_is_not_tried_again() -> None:
    assert "RestartPreventExitStatus=2" in UNIT
    assert "Restart=always" in UNIT
