"""The shapes of rules about meetings: the keys of each kind."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, PlainValidator, ValidationInfo, WithJsonSchema

from policy_agent.domain.meeting_rules import OnClash
from policy_agent.domain.rules import Mode
from policy_agent.rulebook.meeting_given_shapes import (
    ClashExampleShape,
    NudgeExampleShape,
)
from policy_agent.rulebook.rule_shapes import (
    ENFORCED,
    MODES,
    OneOrMany,
    PeopleShape,
    RuleShape,
    Teams,
)
from policy_agent.rulebook.shape import Shape
from policy_agent.rulebook.times import Day, Grace, Length, Notice, Weeks, WorkingDays
from policy_agent.rulebook.values import (
    CalendarName,
    Count,
    Flag,
    TeamName,
    WindowName,
    one_of,
    read_word,
    words,
    wrong,
)

EXEMPT_WHEN = ("organiser", "attendee", "involved")
ON_CLASH = tuple(OnClash)
NUDGING = tuple(mode for mode in MODES if mode is not Mode.ENFORCE)


def _nudging(value: Any, info: ValidationInfo) -> Mode:
    if value == Mode.ENFORCE:
        raise wrong("rules of this kind never do more than nudge; write nudge, observe or off")
    return Mode(read_word(value, info, NUDGING))


NudgingModeName = Annotated[
    Mode, PlainValidator(_nudging), WithJsonSchema({"enum": [*NUDGING, False]})
]


class MeetingExemptShape(Shape):
    """Standing exemption of whole teams."""

    teams: Teams = Field(
        description="Teams whose meetings the rule leaves alone.", examples=["[emergency-duty]"]
    )
    when: Annotated[
        Literal["organiser", "attendee", "involved"], one_of(EXEMPT_WHEN), words(EXEMPT_WHEN)
    ] = Field(
        default="organiser",
        description=(
            "organiser: meetings that somebody in a team organises are left alone; attendee: only"
            " the time of somebody who is in one is not looked at; involved: the whole meeting is"
            " left alone when the organiser or anybody invited is in one."
        ),
        examples=["organiser"],
    )


class MeetingLetThroughShape(Shape):
    """One line of conditions under which a meeting is left alone; all that are given must match."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    category: OneOrMany | None = Field(
        default=None, description="Outlook categories; one is enough.", examples=["[Safeguarding]"]
    )
    subject_tag: OneOrMany | None = Field(
        default=None,
        description="Marks of a subject: it begins with one, or has it in brackets.",
        examples=["[Strategy discussion, Court]"],
    )
    organiser: Annotated[Literal["outside"], one_of(("outside",)), words(("outside",))] | None = (
        Field(
            default=None,
            description="outside: somebody outside the organisation organises it.",
            examples=["outside"],
        )
    )


class MeetingRuleShape(RuleShape):
    """What every rule about meetings has."""

    people: PeopleShape = Field(
        description="Whose time or meetings the rule is about.",
        examples=["{ include: [everyone] }"],
    )


class ClashMeetingsShape(Shape):
    """Which meetings over the window are a clash."""

    attendees_at_least: Count = Field(
        default=2,
        description="People in the meeting, the organiser counted and rooms not; 2 at least.",
        examples=["2"],
        json_schema_extra={"minimum": 2},
    )
    overlap_at_least: Length = Field(
        default=timedelta(minutes=1),
        description="How much of the window it takes; less is no clash.",
        examples=["5m"],
    )
    online_only: Flag = Field(
        default=False, description="true: only online meetings are a clash.", examples=["false"]
    )
    booked_from: Day | None = Field(
        default=None,
        description="What was booked before this day is listed and left alone.",
        examples=["2026-01-01"],
    )


class ProtectTimeShape(MeetingRuleShape):
    """Nobody is booked over a window of theirs."""

    model_config = ConfigDict(json_schema_extra=ENFORCED)

    kind: Literal["protect-time"] = Field(
        description="What the rule is about.", examples=["protect-time"]
    )
    exempt: MeetingExemptShape | None = Field(
        default=None,
        description="Teams that the rule leaves alone for good.",
        examples=["{ teams: [emergency-duty], when: organiser }"],
    )
    window: WindowName = Field(description="The window that stays free.", examples=["lunch"])
    meetings: ClashMeetingsShape | None = Field(
        default=None,
        description="Which meetings over it are a clash.",
        examples=["{ attendees_at_least: 2, overlap_at_least: 5m }"],
    )
    let_through: list[MeetingLetThroughShape] = Field(
        default_factory=list,
        description="Lines of conditions; a meeting that matches any whole line is left alone.",
        examples=["[ { category: Safeguarding } ]"],
    )
    block_out: Flag = Field(
        default=False,
        description=(
            "true: keep a busy appointment in the window, so that schedulers see it taken; by nudge"
            " and enforce."
        ),
        examples=["true"],
    )
    on_clash: Annotated[OnClash, one_of(ON_CLASH, OnClash), words(ON_CLASH)] = Field(
        default=OnClash.DECLINE,
        description=(
            "What enforce does: decline for each person it was booked over, or cancel as the"
            " organiser."
        ),
        examples=["decline"],
    )
    grace: Grace = Field(
        default=timedelta(hours=24),
        description="Time that the organiser has from the nudge on to move it, 24h if left out.",
        examples=["24h"],
    )
    examples: list[ClashExampleShape] = Field(
        default_factory=list,
        description="Meetings and what becomes of them; the loader tries each.",
        examples=["[ { title: …, given: { … }, expect: decline } ]"],
    )


class NudgingRuleShape(MeetingRuleShape):
    """What rules about meetings have that never do more than nudge."""

    mode: NudgingModeName = Field(
        default=Mode.OBSERVE,
        description="How strongly the rule acts, nudge at most.",
        examples=["observe"],
    )
    mode_for: dict[TeamName, NudgingModeName] = Field(
        default_factory=dict,
        description="A mode of its own by team of the organiser; of several the strongest wins.",
        examples=["{ leadership: nudge }"],
    )
    calendar: CalendarName | None = Field(
        default=None,
        description=(
            "The calendar whose working days and hours count; may be left out where there is one."
        ),
        examples=["service"],
    )
    examples: list[NudgeExampleShape] = Field(
        default_factory=list,
        description="Meetings and what becomes of them; the loader tries each.",
        examples=["[ { title: …, given: { … }, expect: nudge } ]"],
    )


class ChecksShape(Shape):
    """What makes a meeting kind to people; each key is one check."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    agenda: Annotated[Literal["required"], one_of(("required",)), words(("required",))] | None = (
        Field(
            default=None,
            description="required: something stands in it about what it is for.",
            examples=["required"],
        )
    )
    notice_at_least: Notice | None = Field(
        default=None,
        description="How long before its start a meeting is booked, at most 14d.",
        examples=["4h"],
    )
    no_longer_than: Length | None = Field(
        default=None, description="How long a meeting lasts at most.", examples=["90m"]
    )
    break_between: Length | None = Field(
        default=None,
        description="Time between a meeting and the organiser's one before it.",
        examples=["5m"],
    )
    attendees_at_most: Count | None = Field(
        default=None,
        description="How many people are invited at most, the organiser and rooms not counted.",
        examples=["12"],
    )


class MeetingEtiquetteShape(NudgingRuleShape):
    """Meetings that are kind to people; it only ever nudges."""

    kind: Literal["meeting-etiquette"] = Field(
        description="What the rule is about.", examples=["meeting-etiquette"]
    )
    exempt: MeetingExemptShape | None = Field(
        default=None,
        description="Teams that the rule leaves alone for good.",
        examples=["{ teams: [emergency-duty], when: organiser }"],
    )
    let_through: list[MeetingLetThroughShape] = Field(
        default_factory=list,
        description="Lines of conditions; a meeting that matches any whole line is left alone.",
        examples=["[ { category: Safeguarding } ]"],
    )
    checks: ChecksShape = Field(
        description="What is looked at, one key at least.",
        examples=["{ agenda: required, notice_at_least: 4h }"],
    )


class KeptMeetingsShape(Shape):
    """Which meetings are kept; all keys that are given must match."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    category: OneOrMany | None = Field(
        default=None, description="Outlook categories; one is enough.", examples=["[Supervision]"]
    )
    subject_words: OneOrMany | None = Field(
        default=None,
        description="Whole words of a subject; one is enough, capitals do not matter.",
        examples=["[supervision]"],
    )
    team: TeamName | None = Field(
        default=None,
        description="A meeting to which at least half of this team is invited.",
        examples=["practitioners"],
    )


class ExpectedShape(Shape):
    """How often a person should have one."""

    every: Weeks = Field(
        description="Weeks in which a person should have one at least.", examples=["4 weeks"]
    )


class KeepMeetingShape(NudgingRuleShape):
    """A meeting that should happen: it is counted, and who cancels it is asked to rebook."""

    kind: Literal["keep-meeting"] = Field(
        description="What the rule is about.", examples=["keep-meeting"]
    )
    meetings: KeptMeetingsShape = Field(
        description="Which meetings are kept, one key at least.",
        examples=["{ category: [Supervision], subject_words: [supervision] }"],
    )
    expected: ExpectedShape | None = Field(
        default=None,
        description="How often a person should have one.",
        examples=["{ every: 4 weeks }"],
    )
    rebook_within: WorkingDays | None = Field(
        default=None,
        description="Working days within which a cancelled one is booked again, at most 60.",
        examples=["5 working days"],
    )
