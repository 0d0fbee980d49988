"""What all commands share: plain when piped, JSON with stable keys."""

import io
import json
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from policy_agent.cli.output import (
    DayParam,
    console,
    format_option,
    long_work,
    print_json,
    print_table,
    rules_argument,
)
from policy_agent.domain.rules import Mode
from policy_agent.domain.where import Where


@dataclass(frozen=True, kw_only=True)
class Found:
    title: str
    where: Where
    on: date


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_json_keeps_the_order_of_keys_and_says_days_by_iso_8601(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = Found(title="é", where=Where(file="a.yaml", line=3, column=5), on=date(2026, 5, 23))
    at = datetime(2026, 5, 23, 10, tzinfo=UTC)
    print_json({"b": found, "a": [Mode.ENFORCE, frozenset({"y", "x"}), at, Path("rules")]})
    text = capsys.readouterr().out
    assert "é" in text
    assert json.loads(text) == {
        "b": {
            "title": "é",
            "where": {"file": "a.yaml", "line": 3, "column": 5},
            "on": "2026-05-23",
        },
        "a": ["enforce", ["x", "y"], "2026-05-23T10:00:00+00:00", "rules"],
    }
    assert text.index('"b"') < text.index('"a"')


def test_a_piped_table_is_aligned_columns_without_colours_or_broken_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    long = "x" * 300
    print_table(console(), ("rule", "says"), [("a", "[URGENT]"), ("bb", long)], title="Rules")
    assert capsys.readouterr().out == f"Rules\nrule  says\na     [URGENT]\nbb    {long}\n"


def test_an_empty_table_has_its_head(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(console(), ("rule", "says"), [])
    assert capsys.readouterr().out == "rule  says\n"


def test_a_terminal_gets_a_drawn_table(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("TERM", "xterm")
    print_table(console(), ("rule",), [("[URGENT]",)], title="Rules")
    assert "┃" in screen.getvalue()
    assert "[URGENT]" in screen.getvalue()


def test_progress_is_for_terminals_and_goes_to_the_error_stream(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with long_work("reading", 2) as step:
        step(2)
    assert capsys.readouterr() == ("", "")
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with long_work("reading", 2) as step:
        step(2)
    assert "reading" in screen.getvalue()
    assert capsys.readouterr().out == ""


@click.command()
@rules_argument
@format_option("github")
@click.option("--today", type=DayParam())
def shown(*, rules: Path, output_format: str, today: date | None) -> None:
    click.echo(f"{rules} {output_format} {today}")


def test_wrong_use_is_exit_status_2(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(shown, [str(tmp_path), "--format", "github"]).output == f"{tmp_path} github None\n"
    for wrong in (["nowhere"], [".", "--format", "xml"], [".", "--today", "soon"], ["--no"]):
        assert run(shown, wrong).exit_code == 2
    assert run(shown, [".", "--today", "9999-12-31"]).exit_code == 2
    told = run(shown, [".", "--today", "2026-13-01"])
    assert "'2026-13-01' is not a day such as 2026-05-23" in told.output
