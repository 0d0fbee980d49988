"""The default rulebook with every rule in `enforce`: the demo shows what it does when it acts."""

import re
import shutil
from pathlib import Path

RULES = Path(__file__).parent.parent / "rules"


def enforced_copy(folder: Path) -> Path:
    """Copy the default rulebook into a folder and let its rules enforce; returns the copy."""
    copy = folder / "rules"
    shutil.copytree(RULES, copy)
    for file in copy.glob("*.yaml"):
        text = file.read_text()
        file.write_text(re.sub(r"(?m)^(\s+mode:\s*)\w+", r"\g<1>enforce", text))
    return copy
