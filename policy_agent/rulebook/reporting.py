"""Who is told of what in reports: the sections `report` and `champions`."""

from collections.abc import Sequence

from policy_agent.domain.rules import Reporting
from policy_agent.rulebook.draft import Draft, value_at
from policy_agent.rulebook.nodes import Node
from policy_agent.rulebook.problems import listed, quoted
from policy_agent.rulebook.shapes import FileShape, ReportShape


def reporting(draft: Draft, written: FileShape, node: Node) -> Reporting:
    """Return who is told of what; `node` is what `written` was made of, for places."""
    report = written.report or ReportShape()
    domains = () if written.organisation is None else written.organisation.domains
    _refuse_outside(draft, report.to, domains, node, "report", "to")
    for team, addresses in written.champions.items():
        _refuse_outside(draft, addresses, domains, node, "champions", team)
    for number, team in enumerate(report.teams):
        if team in report.teams[:number]:
            draft.say(
                value_at(node, "report", "teams", number),
                f"teams: {quoted(team)} stands before already; keep the first, in which people"
                " count",
            )
    return Reporting(
        to=tuple(dict.fromkeys(report.to)),
        leaders=report.leaders,
        teams=tuple(dict.fromkeys(report.teams)),
        champions={
            team: tuple(dict.fromkeys(addresses)) for team, addresses in written.champions.items()
        },
    )


def _refuse_outside(
    draft: Draft, addresses: Sequence[str], domains: Sequence[str], node: Node, *path: str
) -> None:
    """Refuse addresses of others: what is not published yet stays inside."""
    if not domains:
        return  # said already
    for number, address in enumerate(addresses):
        if address.rpartition("@")[2] not in domains:
            draft.say(
                value_at(node, *path, number),
                f"{path[-1]}: {quoted(address)} is outside the organisation; reports are sent to"
                f" addresses at {listed(domains)}",
            )
