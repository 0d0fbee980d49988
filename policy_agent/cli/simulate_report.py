"""What `policy-agent simulate` found, for people and for programs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from rich.console import Console

from policy_agent.cli.output import print_table
from policy_agent.domain.decisions import Outcome
from policy_agent.rehearsal.comparison import Change, Difference, in_words
from policy_agent.rehearsal.figures import Figures, Share
from policy_agent.rehearsal.rehearse import Rehearsed
from policy_agent.rehearsal.traffic import Traffic

if TYPE_CHECKING:
    from policy_agent.cli.simulate_meetings import MeetingFigures

_EXAMPLES = 5  # of each change
_NAMED = 3  # people named for a reason; the others are counted


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A rehearsal, and the comparison with another rulebook where one was asked for."""

    rules: str
    rulebook: str  # hash
    traffic: Traffic
    figures: Figures
    unseen_teams: tuple[str, ...]
    meetings: "MeetingFigures | None" = None  # None: the source has none
    against: str | None = None
    differences: Sequence[Difference] | None = None
    decisions: str | None = None  # the file that was written


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as the object that `--format json` prints."""
    first, last = _span(report.traffic)
    told: dict[str, Any] = {
        "rules": report.rules,
        "rulebook": report.rulebook,
        "source": report.traffic.source,
        "messages": report.traffic.messages,
        "first": first,
        "last": last,
        "notes": [*report.traffic.notes],
        "teams_without_anybody": [*report.unseen_teams],
        "figures": report.figures,
        "meetings": report.meetings,
        "decisions": report.decisions,
    }
    if report.differences is not None:
        told["against"] = {
            "rules": report.against,
            "summary": in_words(report.differences),
            "changes": {
                change.value: sum(1 for one in report.differences if one.change is change)
                for change in Change
            },
            "examples": [_example(one) for one in _examples(report.differences)],
        }
    return told


def print_report(out: Console, report: Report) -> None:
    """Print the report as text."""
    figures, traffic = report.figures, report.traffic
    first, last = _span(traffic)
    of = "" if traffic.messages is None else f" of {traffic.messages:,} messages"
    when = f", {first} to {last}" if first or report.meetings is None else ""
    out.print(f"{figures.copies:,} copies{of} from {traffic.source}{when}")
    out.print(f"rehearsed with {report.rules} (rulebook {report.rulebook[:12]}); nothing was moved")
    for note in traffic.notes:
        out.print(f"note: {note}")
    if report.unseen_teams:
        named = ", ".join(report.unseen_teams)
        out.print(f"note: the rules name teams that nobody in this traffic is in: {named}")
    if report.meetings is not None:
        from policy_agent.cli.simulate_meetings import print_meetings  # noqa: PLC0415  only then

        out.print()
        print_meetings(out, report.meetings, report.against)
    if report.meetings is None or traffic.messages:
        out.print()
        _print_figures(out, figures)
    if report.differences is not None and (report.meetings is None or traffic.messages):
        out.print()
        out.print(f"Against {report.against}: {in_words(report.differences)}")
        if report.differences:
            print_table(
                out,
                ("change", "message", "sent", "from", "to", "was", "is"),
                [list(_example(one).values()) for one in _examples(report.differences)],
                title=f"Examples, up to {_EXAMPLES} of each",
            )
    if report.decisions is not None:
        out.print()
        out.print(f"{figures.copies:,} decisions written to {report.decisions}")


def _print_figures(out: Console, figures: Figures) -> None:
    held = sum(figures.outcomes.get(Outcome.HOLD.value, {}).values())
    lifted = sum(group.copies for group in figures.let_through)
    out.print(f"Held: {held:,}. Let through: {lifted:,}. {_modes(figures)}")
    out.print()
    rows = [
        (outcome, reason, f"{count:,}")
        for outcome, reasons in figures.outcomes.items()
        for reason, count in reasons.items()
    ]
    print_table(out, ("outcome", "reason", "copies"), rows, title="By outcome")
    for title, name, shares in (
        ("By rule", "rule", figures.rules),
        ("By the recipient's team (somebody in two teams counts in both)", "team", figures.teams),
        ("By weekday", "weekday", figures.weekdays),
    ):
        out.print()
        columns = (name, "copies", "held", "let through", "errors")
        print_table(out, columns, _shares(shares), title=title)
    if figures.let_through:
        out.print()
        print_table(
            out,
            ("rule", "why", "clause", "copies", "for whom"),
            [
                (group.rule, group.detail, group.clause, group.copies, _whom(group.recipients))
                for group in figures.let_through
            ],
            title="Let through, and why",
        )


def _modes(figures: Figures) -> str:
    said = ", ".join(f"{count:,} {mode}" for mode, count in figures.modes.items())
    return f"Held by mode: {said}." if said else ""


def _shares(shares: Mapping[str, Share]) -> Iterator[tuple[str, ...]]:
    for name, share in shares.items():
        numbers = (share.copies, share.held, share.let_through, share.errors)
        yield (name, *(f"{number:,}" for number in numbers))


def _whom(recipients: Mapping[str, int]) -> str:
    named = [f"{name} {count}" for name, count in islice(recipients.items(), _NAMED)]
    more = len(recipients) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _examples(differences: Sequence[Difference]) -> Iterator[Difference]:
    for change in Change:
        yield from islice((one for one in differences if one.change is change), _EXAMPLES)


def _example(one: Difference) -> dict[str, str]:
    copy = one.after.copy
    return {
        "change": one.change.value,
        "message": str(copy.message),
        "sent_local": copy.sent_local,
        "sender": copy.sender,
        "recipient": copy.recipient,
        "before": _said(one.before),
        "after": _said(one.after),
    }


def _said(one: Rehearsed) -> str:
    said = one.said
    if said.promise is not None:
        return f"hold until {said.promise:%a %Y-%m-%d %H:%M} ({said.mode.value})"
    return f"{said.outcome.value}: {said.detail}"


def _span(traffic: Traffic) -> tuple[str, str]:
    """Return the days of the first and the last copy, empty where there is none."""
    times = [copy.sent_local for copy in traffic.copies]
    return min(times, default="")[:10], max(times, default="")[:10]
