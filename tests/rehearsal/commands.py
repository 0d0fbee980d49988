"""The command as people run it, in this process."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from policy_agent.cli.main import main

ROOT = Path(__file__).parent.parent.parent
RULES = ROOT / "rules"
TRAFFIC = ROOT / "benchmarks" / "data" / "messages-2021-2023.csv"
PEOPLE = ROOT / "demo" / "data" / "people.csv"
EXAMPLE = """\
    examples:
      - title: a mail on a working day is delivered
        given: { from: alice, to: bob, at: 2026-06-08 10:00 }
        expect: deliver
"""


def simulate(*arguments: str | Path, rules: Path = RULES) -> Result:
    told = ["simulate", "--rules", str(rules), *map(str, arguments)]
    return CliRunner().invoke(main, told, catch_exceptions=False)


def simulated(*arguments: str | Path, rules: Path = RULES) -> dict[str, Any]:
    """Return the JSON of a rehearsal that went well."""
    result = simulate("--format", "json", *arguments, rules=rules)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def rules_with(folder: Path, name: str, **replaced: str) -> Path:
    """Copy the default rulebook with one example, and with lines of it replaced."""
    text = (RULES / "northshire.yaml").read_text()
    head, _, tail = text.partition("    # What the writer had in mind")
    text = head + EXAMPLE + "exemptions:" + tail.partition("\nexemptions:")[2]
    for key, value in replaced.items():
        old = next(line for line in text.splitlines() if line.strip().startswith(f"{key}:"))
        indent = old[: len(old) - len(old.lstrip())]
        text = text.replace(old, f"{indent}{key}: {value}")
    copy = folder / name
    copy.mkdir()
    (copy / "northshire.yaml").write_text(text)
    return copy
