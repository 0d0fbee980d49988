"""The default rulebook with modes of the demo's own: it shows what the rules do when they act."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

RULES = Path(__file__).parent.parent / "rules"
MAIL = {"defer-email": "enforce"}
MEETINGS = {"protect-time": "enforce", "meeting-etiquette": "nudge", "keep-meeting": "nudge"}


def copy_with_modes(folder: Path, modes: Mapping[str, str]) -> Path:
    """Copy the default rulebook into a folder, each kind in its mode; others are off."""
    copy = folder / "rules"
    shutil.copytree(RULES, copy)
    for file in copy.glob("*.yaml"):
        head, *rules = re.split(r"(?m)(?=^  - name: )", file.read_text())
        file.write_text(head + "".join(_with_mode(rule, modes) for rule in rules))
    return copy


def _with_mode(rule: str, modes: Mapping[str, str]) -> str:
    kind = re.search(r"(?m)^    kind: (\S+)", rule)
    mode = modes.get(kind[1] if kind else "", "off")
    plain = re.sub(r"(?m)^    mode_for:.*\n", "", rule)
    return re.sub(r"(?m)^(    mode:\s*)\w+", rf"\g<1>{mode}", plain)
