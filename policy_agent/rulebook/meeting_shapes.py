"""The shapes of rules about meetings: what they have in common, and protect-time."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from policy_agent.domain.meeting_rules import OnClash
from policy_agent.rulebook.meeting_given_shapes import (
    ClashExampleShape,
)
from policy_agent.rulebook.rule_shapes import (
    ENFORCED,
    OneOrMany,
    PeopleShape,
    RuleShape,
    Teams,
)
from policy_agent.rulebook.shape import Shape
from policy_agent.rulebook.times import Day, Grace, Length
from policy_agent.rulebook.values import (
    Count,
    Flag,
    WindowName,
    one_of,
    words,
)

EXEMPT_WHEN = ("organiser", "attendee", "involved")
ON_CLASH = tuple(OnClash)


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
        description="Time that the organiser has from the nudge on to move it, at most 14d.",
        examples=["24h"],
    )
    examples: list[ClashExampleShape] = Field(
        default_factory=list,
        description="Meetings and what becomes of them; the loader tries each.",
        examples=["[ { title: …, given: { … }, expect: decline } ]"],
    )
