"""The shape of a rulebook file: its sections and their keys, each with what it is for.

This is the one definition: the loader checks files by it, and the JSON Schema for editors is made
from it. Rules stand in `kinds`. What needs more than one field to judge is judged where the
section gets its meaning.
"""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag, WithJsonSchema

from policy_agent.rulebook.kinds import AnyRuleShape
from policy_agent.rulebook.shape import Shape
from policy_agent.rulebook.times import ClockSpan, Day, Weekdays, Weeks, WindowDays, Zone
from policy_agent.rulebook.values import (
    CalendarName,
    Count,
    Domain,
    HolidayListName,
    MailAddress,
    Name,
    Prose,
    RuleName,
    TeamName,
    TeamOrAddress,
    filled,
    one_of,
)

Addresses = Annotated[list[MailAddress], filled(such_as="[wellbeing-champion@northshire.example]")]


class OrganisationShape(Shape):
    """Whose rulebook it is."""

    name: Prose = Field(
        description="The organisation's name, as people are shown it.",
        examples=["Northshire Children's Services"],
    )
    domains: Annotated[list[Domain], filled(such_as="[northshire.example]")] = Field(
        description="Its mail domains; every other address is outside.",
        examples=["[northshire.example]"],
    )


class DayOffShape(Shape):
    """One day off."""

    date: Day = Field(description="The day.", examples=["2026-12-29"])
    name: Prose = Field(description="What it is called.", examples=["Christmas closure"])


def _holiday_tag(value: Any) -> str:
    return "<date>" if isinstance(value, dict) else "<list>"


Holiday = Annotated[
    Annotated[HolidayListName, Tag("<list>")] | Annotated[DayOffShape, Tag("<date>")],
    Discriminator(_holiday_tag),
]


class CalendarShape(Shape):
    """When an organisation works."""

    timezone: Zone = Field(description="IANA time zone.", examples=["Europe/London"])
    working_days: Weekdays = Field(
        description="Days, a range that may wrap the week's end, or a list.", examples=["mon-fri"]
    )
    working_hours: ClockSpan | None = Field(
        default=None, description="Start and end of a working day.", examples=["08:30-17:30"]
    )
    holidays: list[Holiday] = Field(
        default_factory=list,
        description=(
            "Days off: a division of GOV.UK, an .ics file inside the rules folder (named from that"
            " folder), or a date with a name."
        ),
        examples=["[ england-and-wales, { date: 2026-12-29, name: Christmas closure } ]"],
    )


class TeamShape(Shape):
    """A named set of people."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["group"]},
                {"required": ["people"], "properties": {"people": {"minItems": 1}}},
            ]
        }
    )

    group: MailAddress | None = Field(
        default=None,
        description="Mail address of the Entra group whose members they are.",
        examples=["edt@northshire.example"],
    )
    people: list[MailAddress] = Field(
        default_factory=list,
        description="Mail addresses of single people.",
        examples=["[alice@northshire.example]"],
    )


class WindowShape(Shape):
    """A recurring span of a calendar; all of its fields must hold."""

    model_config = ConfigDict(
        json_schema_extra={"dependentRequired": {"every": ["starting"], "starting": ["every"]}}
    )

    calendar: CalendarName = Field(
        description="The calendar whose days and zone count.", examples=["service"]
    )
    days: WindowDays = Field(
        description="working, non-working or all days, or days of the week.",
        examples=["non-working"],
    )
    time: ClockSpan | None = Field(
        default=None,
        description="From and to, wall clock; may wrap midnight; without it the whole day.",
        examples=["12:30-13:00"],
    )
    every: Weeks | None = Field(
        default=None, description="Only every so many weeks.", examples=["2 weeks"]
    )
    starting: Day | None = Field(
        default=None, description="The first day, from which weeks count.", examples=["2026-01-07"]
    )


class ExemptionShape(Shape):
    """A dated, owned, approved exception for people."""

    name: Name = Field(description="What it is called.", examples=["ofsted-week"])
    rules: Annotated[list[RuleName], filled(such_as="[weekend-email]")] = Field(
        description="The rules that it lifts.", examples=["[weekend-email]"]
    )
    people: Annotated[list[TeamOrAddress], filled(such_as="[inspection-team]")] = Field(
        description="Teams and mail addresses for whom they are lifted.",
        examples=["[inspection-team]"],
    )
    starts: Day = Field(description="The first day.", examples=["2026-06-01"])
    ends: Day = Field(description="The last day; it holds for all of it.", examples=["2026-06-08"])
    because: Prose = Field(description="Why.", examples=["Inspection"])
    approved_by: Prose = Field(
        description="Who approved it.", examples=["director@northshire.example"]
    )


class ReportShape(Shape):
    """Who gets the monthly report, and how people are told of in it."""

    to: list[MailAddress] = Field(
        default_factory=list,
        description="Mail addresses of people or lists inside the organisation that are sent it.",
        examples=["[cyp-leadership@northshire.example]"],
    )
    leaders: TeamName | None = Field(
        default=None,
        description="The team that the report tells of as the leaders.",
        examples=["leadership"],
    )
    teams: list[TeamName] = Field(
        default_factory=list,
        description=(
            "The teams that the report tells of. Whoever is in several counts in the first of them"
            " (leaders among the leaders), so that teams add up; left out: in the smallest."
        ),
        examples=["[managers, practitioners]"],
    )


class FileShape(Shape):
    """A rulebook file. Sections of several files are put together."""

    version: Annotated[Literal["1"], one_of(("1",)), WithJsonSchema({"enum": [1, "1"]})] | None = (
        Field(
            default=None,
            description="The version of this form; stands once in a rulebook.",
            examples=["1"],
        )
    )
    organisation: OrganisationShape | None = Field(
        default=None,
        description="Whose rulebook it is; stands once in a rulebook.",
        examples=["{ name: Northshire Children's Services, domains: [northshire.example] }"],
    )
    calendars: dict[Name, CalendarShape] = Field(
        default_factory=dict,
        description="Calendars by name.",
        examples=["{ service: { timezone: Europe/London, working_days: mon-fri } }"],
    )
    teams: dict[Name, TeamShape] = Field(
        default_factory=dict,
        description="Teams by name.",
        examples=["{ everyone: { group: all-staff@northshire.example } }"],
    )
    windows: dict[Name, WindowShape] = Field(
        default_factory=dict,
        description="Windows by name.",
        examples=["{ rest-days: { calendar: service, days: non-working } }"],
    )
    rules: list[AnyRuleShape] = Field(
        default_factory=list,
        description="The rules; their order means nothing.",
        examples=["[ { name: weekend-email, kind: defer-email, … } ]"],
    )
    exemptions: list[ExemptionShape] = Field(
        default_factory=list,
        description="The exemptions.",
        examples=["[ { name: ofsted-week, rules: [weekend-email], … } ]"],
    )
    exemption_days_at_most: Count = Field(
        default=90,
        description="How many days an exemption may last; stands at most once.",
        examples=["90"],
    )
    report: ReportShape | None = Field(
        default=None,
        description="Who gets the monthly report, and of whom; stands at most once.",
        examples=["{ to: [cyp-leadership@northshire.example], leaders: leadership }"],
    )
    champions: dict[TeamName, Addresses] = Field(
        default_factory=dict,
        description=(
            "Who gets a team's own page of the report: mail addresses inside the organisation, by"
            " team; stands at most once."
        ),
        examples=["{ practitioners: [wellbeing-champion@northshire.example] }"],
    )
