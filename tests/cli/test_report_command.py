"""`policy-agent report`: closed months as files."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policy_agent.cli.main import main
from policy_agent.store import Store
from tests.reports.closed import OCTOBER, PEOPLE, SEPTEMBER, closed


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.chdir(tmp_path)
    with closing(Store.open("sqlite:///policy-agent.db")) as opened:
        yield opened


@pytest.fixture
def months(store: Store) -> Store:
    for month in (SEPTEMBER, OCTOBER):
        store.close_month(closed(month))
    return store


def call(*words: str) -> Result:
    return CliRunner().invoke(main, ["report", *words])


@pytest.mark.usefixtures("months")
def test_the_last_month_is_written_in_every_format(tmp_path: Path) -> None:
    done = call()
    assert done.exit_code == 0, done.output
    names = {"2026-10.html", "2026-10.pdf", "2026-10.csv.zip", "2026-10.xlsx"}
    assert {file.name for file in (tmp_path / "reports").iterdir()} == names
    assert done.output.splitlines()[-4:] == [
        f"reports/2026-10{ending}" for ending in (".html", ".pdf", ".csv.zip", ".xlsx")
    ]


@pytest.mark.usefixtures("months")
def test_the_same_month_comes_out_the_same_to_the_byte(tmp_path: Path) -> None:
    kinds = ("--format", "html", "--format", "csv", "--format", "xlsx")
    for folder in ("first", "second"):
        assert call("--month", "2026-09", "--out", folder, *kinds).exit_code == 0
    first, second = tmp_path / "first", tmp_path / "second"
    assert len(list(first.iterdir())) == 3
    for file in first.iterdir():
        assert file.read_bytes() == (second / file.name).read_bytes()


@pytest.mark.usefixtures("months")
def test_a_team_has_its_page_and_a_year_its_review(tmp_path: Path) -> None:
    assert call("--team", "practitioners", "--format", "html").exit_code == 0
    assert call("--year", "2026", "--format", "html").exit_code == 0
    names = {file.name for file in (tmp_path / "reports").iterdir()}
    assert names == {"2026-10-practitioners.html", "2026.html"}


@pytest.mark.usefixtures("months")
def test_the_closed_months_are_listed() -> None:
    assert call("--list").output == "2026-09\n2026-10\n"


@pytest.mark.usefixtures("store")
def test_before_any_month_is_closed_it_says_when_one_is() -> None:
    assert call("--list").output == "No month is closed yet.\n"
    done = call()
    assert done.exit_code == 1
    assert done.output == (
        "No month is closed yet. The daemon closes one on the first working day after it.\n"
    )


@pytest.mark.usefixtures("months")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--month", "2026-11"], "2026-11 is not closed; closed are 2026-09, 2026-10."),
        (["--year", "2025"], "No month of 2025 is closed; closed are 2026-09, 2026-10."),
        (
            ["--team", "postroom"],
            "postroom was no team in 2026-10; there were: " + ", ".join(PEOPLE),
        ),
    ],
)
def test_what_there_is_not_is_said_with_what_there_is(words: list[str], said: str) -> None:
    done = call(*words)
    assert (done.exit_code, done.output) == (1, f"{said}\n")


@pytest.mark.usefixtures("months")
def test_wrong_use_says_what_would_be_right() -> None:
    done = call("--year", "2026", "--month", "2026-10")
    assert done.exit_code == 2
    assert "--year goes with neither --month nor --team" in done.output
    assert "'october' is not a month such as 2026-10" in call("--month", "october").output


@pytest.mark.usefixtures("months")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = call("--out", "file/below", "--format", "csv")
    assert done.exit_code == 1
    assert done.output.splitlines()[-1].startswith("file/below: ")
