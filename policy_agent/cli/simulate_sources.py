"""Where `policy-agent simulate` has past mail from.

What a source needs is imported only when it is asked for: CSV is rehearsed without a store, without
Graph and without their libraries.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from policy_agent.domain.people import Directory
from policy_agent.domain.rules import Rulebook
from policy_agent.domain.walltime import MIDNIGHT, attach
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rehearsal.csv_traffic import read_messages, read_people
from policy_agent.rehearsal.traffic import Traffic, TrafficProblem, zone_of
from policy_agent.rulebook.load import load

if TYPE_CHECKING:
    from policy_agent.cli.simulate_meetings import MeetingFigures

_FILES = frozenset({".csv", ".mbox", ".eml", ".ics"})
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_FAR_AHEAD = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What past mail is asked for, and with which rulebooks."""

    rules: Path
    against: Path | None
    traffic: Path | None
    people: Path | None
    store_url: str | None
    since: date | None  # its first day
    until: date | None  # its last day


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """The rulebooks, and the traffic for both."""

    rulebook: Rulebook
    other: Rulebook | None
    traffic: Traffic
    meetings: "MeetingFigures | None" = None  # None: the source has none

    @property
    def has_mail(self) -> bool:
        return self.meetings is None or self.traffic.messages != 0


def read(asked: Asked) -> Given:
    """Read rulebooks and traffic; TrafficProblem, RulebookError or click.UsageError."""
    if asked.traffic is not None and asked.store_url is not None:
        raise click.UsageError("--traffic and --store are two sources; name one")
    if asked.store_url is not None:
        return _from_store(asked, asked.store_url)
    rulebook = load(asked.rules, SHIPPED)
    other = None if asked.against is None else load(asked.against, SHIPPED)
    if asked.traffic is not None:
        return _from_path(asked, asked.traffic, rulebook, other)
    if asked.since is not None:
        traffic = _from_tenant(asked, [rulebook, *([other] if other else [])])
    else:
        raise click.UsageError(
            "name past mail: --traffic FILE, --store URL, or --since DATE for the live tenant"
        )
    return Given(rulebook=rulebook, other=other, traffic=traffic)


def _from_path(asked: Asked, path: Path, rulebook: Rulebook, other: Rulebook | None) -> Given:
    if not path.is_dir() and path.suffix.lower() not in _FILES:
        raise TrafficProblem(
            f"{path}: name a .csv, an .mbox, an .eml, an .ics or a folder of .eml and .ics files"
        )
    calendars = path.is_dir() or path.suffix.lower() == ".ics"
    has_mail = not calendars or _has_mail(path)
    if has_mail and (asked.since is not None or asked.until is not None):
        raise click.UsageError(
            "--since and --until are for the live tenant, for --store and for .ics files without"
            " mail beside them"
        )
    if path.suffix.lower() == ".csv" and not path.is_dir():
        traffic = _from_csv(path, asked.people, rulebook)
        return Given(rulebook=rulebook, other=other, traffic=traffic)
    directory = _directory(asked.people, rulebook)
    if directory is None and has_mail:
        from policy_agent.cli.simulate_tenant import read_directory  # noqa: PLC0415  only then

        directory = read_directory(rulebook)
    meetings = _meetings(asked, path, rulebook, other, directory) if calendars else None
    if directory is None or (meetings is not None and not has_mail):
        traffic = Traffic(source=str(path), copies=(), messages=0)
    else:
        traffic = _from_archive(path, directory, rulebook)
    return Given(rulebook=rulebook, other=other, traffic=traffic, meetings=meetings)


def _meetings(
    asked: Asked,
    path: Path,
    rulebook: Rulebook,
    other: Rulebook | None,
    directory: Directory | None,
) -> "MeetingFigures | None":
    from policy_agent.cli.series import Between  # noqa: PLC0415  only when asked for
    from policy_agent.cli.simulate_meetings import figures_of, read_meetings  # noqa: PLC0415

    since, until = _span(asked, rulebook)
    found = read_meetings(path, zone_of(rulebook), Between(since=since, until=until))
    return None if found is None else figures_of(found, rulebook, other, directory)


def _has_mail(path: Path) -> bool:
    return path.is_dir() and next(path.rglob("*.eml"), None) is not None


def _from_csv(path: Path, people: Path | None, rulebook: Rulebook) -> Traffic:
    if people is None:
        raise click.UsageError("--traffic needs --people FILE, to know who is in which team")
    everyone = read_people(people, rulebook.domains)
    return read_messages(path, everyone, zone_of(rulebook), people)


def _directory(people: Path | None, rulebook: Rulebook) -> Directory | None:
    """Return who is who by a file of people; None: nobody named one."""
    if people is None:
        return None
    everyone = read_people(people, rulebook.domains)
    groups: dict[str, frozenset[str]] = {}
    for team in rulebook.teams.values():
        if team.group is not None:
            groups[team.group] = groups.get(team.group, frozenset()) | {team.name}
    return Directory(
        domains=rulebook.domains,
        people={person.address: person for person in everyone.values()},
        groups=groups,
    )


def _from_archive(path: Path, directory: Directory, rulebook: Rulebook) -> Traffic:
    from policy_agent.rehearsal.archives import read_archive  # noqa: PLC0415  only when asked for

    return read_archive(path, directory, zone_of(rulebook))


def _from_store(asked: Asked, url: str) -> Given:
    from policy_agent.agent.holidays import kept_holidays  # noqa: PLC0415  only when asked for
    from policy_agent.cli.stores import opened  # noqa: PLC0415
    from policy_agent.cli.stores import read_people as kept_people  # noqa: PLC0415
    from policy_agent.rehearsal.recorded_traffic import recorded_traffic  # noqa: PLC0415

    with opened(url) as store:
        holidays = kept_holidays(store)
        rulebook = load(asked.rules, holidays)
        other = None if asked.against is None else load(asked.against, holidays)
        zone = zone_of(rulebook)
        starts, ends = _span(asked, rulebook)
        rows = store.facts_between(starts or _LONG_AGO, ends or _FAR_AHEAD)
        traffic = recorded_traffic(rows, kept_people(rulebook, store), zone, "the store")
    return Given(rulebook=rulebook, other=other, traffic=traffic)


def _from_tenant(asked: Asked, rulebooks: Sequence[Rulebook]) -> Traffic:
    from policy_agent.cli.simulate_tenant import read_tenant  # noqa: PLC0415  only when asked for

    starts, ends = _span(asked, rulebooks[0])
    found = read_tenant(rulebooks, since=starts or _LONG_AGO, until=ends)
    return replace(found, source=f"{found.source} since {asked.since}")


def _span(asked: Asked, rulebook: Rulebook) -> tuple[datetime | None, datetime | None]:
    """Return the moment of the first day's midnight, and of the midnight after the last day."""
    zone = zone_of(rulebook)
    after = None if asked.until is None else asked.until + timedelta(days=1)
    starts, ends = (
        None if day is None else attach(day, MIDNIGHT, zone) for day in (asked.since, after)
    )
    return starts, ends
