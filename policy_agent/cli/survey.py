"""`policy-agent survey`: answers of the organisation's own workforce health check."""

import sys
from pathlib import Path

import click

from policy_agent.cli.output import PROBLEMS, format_option, print_json
from policy_agent.cli.refusals import problems_as_json
from policy_agent.cli.stores import opened, store_option
from policy_agent.domain.survey import EVERYBODY, Survey
from policy_agent.reports.questions import QUESTIONS, matching
from policy_agent.reports.survey_csv import SurveyError, read_survey
from policy_agent.rulebook.problems import MOST_PROBLEMS, quoted


@click.group()
def survey() -> None:
    """Answers of your own workforce health check, shown beside what was measured.

    The annual review shows them by team, with small groups protected as everywhere else.
    """


@survey.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check the file and say what would be written.")
@store_option
@format_option()
def import_(*, file: Path, dry_run: bool, store_url: str | None, output_format: str) -> None:
    """Take the answers of a CSV file into the store, all of them or none.

    The first line names the columns question, year, team, answer and count, in any order. A line
    without a team counts the answers of everybody. What the store has of the same question and
    year is replaced, so that a file can be imported again.
    """
    try:
        read = read_survey(file)
    except SurveyError as refused:
        _print_refused(refused, output_format)
        sys.exit(PROBLEMS)
    with opened(store_url) as store:
        known = store.survey_sizes() if dry_run else store.put_survey(read)
    written = [
        _written(read, year, question, known.get((year, question), 0))
        for year in read.years()
        for question in read.questions(year)
    ]
    if output_format == "json":
        print_json({"ok": True, "dry_run": dry_run, "questions": written})
        return
    for one in written:
        click.echo(_said(one, dry_run=dry_run))


@survey.command()
@format_option()
def questions(*, output_format: str) -> None:
    """Print what each question of a survey is compared with, and why the two may differ."""
    if output_format == "json":
        print_json(
            [
                {
                    "id": one.id,
                    "theme": one.theme,
                    "asks": one.asks,
                    "words": one.words,
                    "compared_with": [rate.key for rate in one.rates],
                    "rules": one.rules,
                    "differs": one.differs,
                }
                for one in QUESTIONS
            ]
        )
        return
    for one in QUESTIONS:
        click.echo(f"{one.id} ({one.theme}): {one.asks}")
        click.echo(f"  compared with: {one.compared_with}")
        if one.rules:
            click.echo(f"  of rules with: {', '.join(one.rules)}")
        click.echo(f"  known by: {'; '.join(' + '.join(words) for words in one.words)}")
        click.echo(f"  may differ: {one.differs}\n")
    click.echo("A question of your survey that is like none of these is shown on its own.")


def _print_refused(refused: SurveyError, output_format: str) -> None:
    if output_format == "json":
        print_json({"ok": False, "problems": problems_as_json(refused.problems)})
        return
    for problem in refused.problems[:MOST_PROBLEMS]:
        click.echo(str(problem))
    more = len(refused.problems) - MOST_PROBLEMS
    if more > 0:
        click.echo(f"and {more:,} more")
    click.echo("Nothing was imported.")


def _written(read: Survey, year: int, question: str, replaced: int) -> dict[str, object]:
    mine = [one for one in read.answers if (one.year, one.question) == (year, question)]
    found = matching(question)
    return {
        "year": year,
        "question": question,
        "lines": len(mine),
        "teams": len({one.team for one in mine} - {EVERYBODY}),
        "replaced": replaced,
        "compared_with": None if found is None else found.id,
    }


def _said(one: dict[str, object], *, dry_run: bool) -> str:
    would = "would be" if dry_run else "were"
    compared = (
        f"is compared with {one['compared_with']}"
        if one["compared_with"]
        else "is shown on its own: the index has no question like it"
    )
    replaced = f" in place of {one['replaced']}" if one["replaced"] else ""
    return (
        f"{one['year']} {quoted(str(one['question']))}: {one['lines']} lines of {one['teams']} "
        f"teams {would} written{replaced}; it {compared}."
    )
