"""`policy-agent schema`: the keys of a rulebook, for editors and for people."""

import click

from policy_agent.cli.output import format_option, print_json
from policy_agent.rulebook.kinds import KINDS
from policy_agent.rulebook.reference import as_markdown, kind_as_text
from policy_agent.rulebook.schema import kind_schema, rulebook_schema


@click.command()
@click.argument("kind", metavar="[RULE_KIND]", type=click.Choice(list(KINDS)), required=False)
@format_option("markdown")
def schema(*, kind: str | None, output_format: str) -> None:
    """Print the JSON Schema of a rulebook file, or what the keys of a kind of rule are for.

    Without RULE_KIND it prints JSON Schema (draft 2020-12), which an editor checks by as you write:
    keep it beside the rulebook as rulebook.schema.json. With RULE_KIND, such as defer-email, it
    prints each key with what it is for and an example, or that kind's schema with --format json.
    The format markdown is the reference of all keys.
    """
    if output_format == "markdown":
        click.echo(as_markdown())
    elif kind is None:
        print_json(rulebook_schema())
    elif output_format == "json":
        print_json(kind_schema(KINDS[kind]))
    else:
        click.echo(kind_as_text(kind))
