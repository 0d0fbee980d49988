"""Files of a report: all or none, whole or not at all, and loaded only when asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

from policy_agent.reports import formats
from policy_agent.reports.document import ReportProblem
from policy_agent.reports.formats import Format, save
from tests.reports.example import EMPTY
from tests.reports.reading import written


def test_every_format_has_a_file_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    paths = save(EMPTY, folder)
    assert [path.name for path in paths] == [
        "2026-09.html",
        "2026-09.pdf",
        "2026-09.csv.zip",
        "2026-09.xlsx",
    ]
    assert sorted(folder.iterdir()) == sorted(paths)
    for path, wanted in zip(paths, Format, strict=True):
        assert path.read_bytes() == written(EMPTY.key, wanted)


def test_a_file_of_an_earlier_time_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "2026-09.html").write_text("old")
    (path,) = save(EMPTY, tmp_path, [Format.HTML])
    assert path.read_bytes() == written(EMPTY.key, Format.HTML)
    assert list(tmp_path.iterdir()) == [path]


def test_where_one_format_cannot_be_made_no_file_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(ReportProblem):
        save(EMPTY, tmp_path / "reports")
    assert not (tmp_path / "reports").exists()


def test_a_file_that_cannot_be_put_in_place_leaves_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "write", lambda _report, _wanted: b"whole")
    (tmp_path / "2026-09.html").mkdir()
    with pytest.raises(OSError, match=r"2026-09\.html"):
        save(EMPTY, tmp_path, [Format.HTML])
    assert [path.name for path in tmp_path.iterdir()] == ["2026-09.html"]


def test_each_format_has_the_name_that_mail_knows_it_by() -> None:
    assert {wanted.media_type.partition(";")[0] for wanted in Format} == {
        "text/html",
        "application/pdf",
        "application/zip",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    assert [wanted.suffix for wanted in Format] == [".html", ".pdf", ".csv.zip", ".xlsx"]


def test_what_takes_long_to_load_is_not_loaded_before_it_is_asked_for() -> None:
    heavy = "{'matplotlib', 'weasyprint', 'xlsxwriter'}"
    program = f"import sys, policy_agent.reports.formats; print({heavy} & set(sys.modules))"
    made = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert made.stdout == "set()\n"
