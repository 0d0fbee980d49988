"""`policy-agent sandbox`: a simulated Microsoft 365 tenant on this machine."""

import tempfile
from datetime import datetime
from pathlib import Path

import click

from policy_agent.sandbox.clock import TenantClock
from policy_agent.sandbox.people import PeopleProblem, read_groups, read_people
from policy_agent.sandbox.serve import serve
from policy_agent.sandbox.tenant import Tenant

_File = click.Path(exists=True, dir_okay=False, path_type=Path)


class _Instant(click.ParamType[datetime]):
    name = "ISO8601"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        try:
            found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a time such as 2026-05-23T10:00:00Z", param, ctx)
        if found.tzinfo is None:
            self.fail(f"{value!r} needs an offset, such as Z or +01:00", param, ctx)
        return found


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
@click.option("--people", type=_File, help="CSV file: person,role,teams.")
@click.option("--groups", type=_File, help="CSV file: team,mail.")
@click.option(
    "--domain", default="northshire.example", show_default=True, help="Mail domain of its people."
)
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the certificates go; a new temporary one if not given.",
)
@click.option("--clock", type=_Instant(), help="The tenant's time at the start; else the real one.")
@click.option("--rate", type=click.FloatRange(min=0), default=1.0, show_default=True,
              help="Tenant seconds in a real second.")  # fmt: skip
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file to append every Graph call and notification to, a line of JSON each.",
)
@click.option("--trust", type=_File, help="CA certificate (PEM) to trust when notifying.")
def sandbox(  # noqa: PLR0913 - a command's options
    *,
    port: int,
    people: Path | None,
    groups: Path | None,
    domain: str,
    directory: Path | None,
    clock: datetime | None,
    rate: float,
    record: Path | None,
    trust: Path | None,
) -> None:
    """Run a simulated Microsoft 365 tenant on this machine, until it is interrupted.

    Prints one line of JSON with what a client needs: the Graph endpoint, the authority, the CA
    certificate to trust, and the app's credentials.
    """
    tenant = Tenant(domain=domain, clock=TenantClock(start=clock, rate=rate))
    try:
        rows = read_people(people) if people else []
        mails = read_groups(groups) if groups else {}
    except PeopleProblem as problem:
        click.echo(f"Error: {problem}", err=True)
        raise SystemExit(2) from problem
    tenant.directory.take(rows, mails)
    with tempfile.TemporaryDirectory(prefix="policy-agent-sandbox-") as fresh:
        chosen = directory or Path(fresh)
        chosen.mkdir(parents=True, exist_ok=True)
        serve(tenant, port=port, directory=chosen, record=record, trust=trust)
