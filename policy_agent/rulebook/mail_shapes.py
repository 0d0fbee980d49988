"""The shapes of rules about mail: the keys of each kind."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from policy_agent.domain.rules import HoldPoint
from policy_agent.rulebook.rule_shapes import (
    ENFORCED,
    OneOrMany,
    People,
    PeopleShape,
    RuleShape,
    Teams,
)
from policy_agent.rulebook.shape import Shape
from policy_agent.rulebook.times import Clock, Expected, Moment, Spread, Weekdays
from policy_agent.rulebook.values import (
    Count,
    PersonName,
    Prose,
    WindowName,
    filled,
    one_of,
    words,
)

IMPORTANCES = ("low", "normal", "high")
HOLD_POINTS = tuple(HoldPoint)
RELEASE_CALENDARS = ("window", "recipient")

HoldPointName = Annotated[HoldPoint, one_of(HOLD_POINTS, HoldPoint), words(HOLD_POINTS)]
Importance = Annotated[Literal["low", "normal", "high"], one_of(IMPORTANCES), words(IMPORTANCES)]


class ExemptShape(Shape):
    """Standing exemption of whole teams."""

    teams: Teams = Field(
        description="Teams whose mail the rule leaves alone.", examples=["[emergency-duty]"]
    )
    when: Annotated[
        Literal["involved", "recipient"],
        one_of(("involved", "recipient")),
        words(("involved", "recipient")),
    ] = Field(
        default="involved",
        description=(
            "involved: every copy is delivered when the sender or any recipient is in a team;"
            " recipient: only the copy of somebody who is."
        ),
        examples=["involved"],
    )


class ReleaseShape(Shape):
    """When held mail comes back."""

    day: Annotated[
        Literal["next-working-day"], one_of(("next-working-day",)), words(("next-working-day",))
    ] = Field(
        default="next-working-day",
        description="The day on which held mail comes back.",
        examples=["next-working-day"],
    )
    calendar: Annotated[
        Literal["window", "recipient"], one_of(RELEASE_CALENDARS), words(RELEASE_CALENDARS)
    ] = Field(
        default="window",
        description=(
            "Whose working days count. window: those of the window's calendar; recipient: each"
            " recipient's own, where they chose some on their settings page or their mailbox tells"
            " them (it is asked where a rule about meetings covers the person). The calendar's"
            " holidays count for all; where no day of their own comes within a fortnight, the"
            " calendar's next working day it is."
        ),
        examples=["recipient"],
    )
    at: Clock = Field(
        description="The time on that day, wall clock of the window's calendar.", examples=["08:30"]
    )
    spread: Spread = Field(
        default=timedelta(),
        description="How long releases are spread over, at most 4h and not past midnight.",
        examples=["20m"],
    )


class LetThroughShape(Shape):
    """One line of conditions under which mail is delivered; all that are given must match."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    importance: Importance | None = Field(
        default=None, description="The importance that the sender set.", examples=["high"]
    )
    subject_tag: OneOrMany | None = Field(
        default=None,
        description="Marks of a subject: it begins with one, or has it in brackets.",
        examples=["[URGENT, SAFEGUARDING]"],
    )
    category: OneOrMany | None = Field(
        default=None, description="Outlook categories; one is enough.", examples=["[Safeguarding]"]
    )
    recipient: Annotated[Literal["outside"], one_of(("outside",)), words(("outside",))] | None = (
        Field(
            default=None,
            description="outside: somebody outside the organisation is on the mail.",
            examples=["outside"],
        )
    )


class LimitShape(Shape):
    """How much a rule may do."""

    held_per_person: Count = Field(
        description="Copies of one person on hold at a time; past it mail is delivered.",
        examples=["200"],
    )


class GivenShape(Shape):
    """The mail of an example. People go by first names that stand for nobody."""

    sender: PersonName = Field(
        alias="from",
        description="Who writes; in the teams of the rule's `from` unless outside.",
        examples=["alice"],
    )
    to: People = Field(
        description="Who gets it, one or a list; in the teams of the rule's `to` unless outside.",
        examples=["bob"],
    )
    at: Moment = Field(
        description="When the mail is received, wall clock of the window's calendar.",
        examples=["2026-05-23 10:00"],
    )
    teams: dict[PersonName, Teams] = Field(
        default_factory=dict,
        description="Teams that people of the example are in besides.",
        examples=["{ dan: [emergency-duty] }"],
    )
    outside: list[PersonName] = Field(
        default_factory=list,
        description="People of the example who are outside the organisation.",
        examples=["[police]"],
    )
    working_days: dict[PersonName, Weekdays] = Field(
        default_factory=dict,
        description="Recipients' own working days, for `release: { calendar: recipient }`.",
        examples=["{ bob: mon-wed }"],
    )
    subject: Prose = Field(
        default="", description="The subject of the mail.", examples=["URGENT placement tonight"]
    )
    importance: Importance = Field(
        default="normal", description="The importance that the sender set.", examples=["high"]
    )
    category: OneOrMany | None = Field(
        default=None, description="Outlook categories on the mail.", examples=["Safeguarding"]
    )


class ExampleShape(Shape):
    """A mail that the rule's writer had in mind, and what becomes of it, whatever the mode."""

    title: Prose = Field(
        description="What the example shows.", examples=["a Saturday mail waits for Monday"]
    )
    given: GivenShape = Field(
        description="The mail.", examples=["{ from: alice, to: bob, at: 2026-05-23 10:00 }"]
    )
    expect: Expected = Field(
        description="deliver, or hold until a day and time, before spread.",
        examples=["hold until 2026-05-26 08:30"],
    )


class DeferEmailShape(RuleShape):
    """Mail inside a window waits for the next working moment."""

    model_config = ConfigDict(json_schema_extra=ENFORCED)

    kind: Literal["defer-email"] = Field(
        description="What the rule is about.", examples=["defer-email"]
    )
    sender: PeopleShape = Field(
        alias="from", description="Whose mail may wait.", examples=["{ include: [everyone] }"]
    )
    to: PeopleShape = Field(
        description="Whose copies may wait.", examples=["{ include: [everyone] }"]
    )
    exempt: ExemptShape | None = Field(
        default=None,
        description="Teams that the rule leaves alone for good.",
        examples=["{ teams: [emergency-duty], when: involved }"],
    )
    window: WindowName = Field(
        description="The window in which mail waits.", examples=["rest-days"]
    )
    hold_at: Annotated[list[HoldPointName], filled(such_as="[inbox]")] = Field(
        description="The hold points that the rule may use.",
        examples=["[outlook, drafts, inbox]"],
        json_schema_extra={"uniqueItems": True},
    )
    release: ReleaseShape = Field(
        description="When held mail comes back.",
        examples=["{ day: next-working-day, at: 08:30, spread: 20m }"],
    )
    let_through: list[LetThroughShape] = Field(
        default_factory=list,
        description="Lines of conditions; mail that matches any whole line is delivered.",
        examples=["[ { importance: high } ]"],
    )
    limit: LimitShape | None = Field(
        default=None, description="How much the rule may do.", examples=["{ held_per_person: 200 }"]
    )
    examples: list[ExampleShape] = Field(
        default_factory=list,
        description="Mails and what becomes of them; the loader tries each.",
        examples=["[ { title: …, given: { … }, expect: deliver } ]"],
    )
