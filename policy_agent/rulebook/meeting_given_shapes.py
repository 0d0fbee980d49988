"""The shapes of examples of rules about meetings."""

from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, ValidationInfo

from policy_agent.rulebook.rule_shapes import OneOrMany, People, Teams
from policy_agent.rulebook.shape import Shape
from policy_agent.rulebook.times import Moment, MomentOrTime
from policy_agent.rulebook.values import Flag, PersonName, Prose, one_of, read_word, words, wrong

ON_CLASHES = ("deliver", "decline", "cancel")
ON_NUDGES = ("deliver", "nudge")


def _clash(value: Any, info: ValidationInfo) -> str:
    if value == "nudge":
        raise wrong(
            "an example shows what becomes of a clash that nobody mends; write decline or cancel,"
            " as on_clash has it"
        )
    return read_word(value, info, ON_CLASHES)


class MeetingGivenShape(Shape):
    """The meeting of an example. People go by first names that stand for nobody."""

    organiser: PersonName = Field(
        description="Who organises it; in the teams of the rule's `people` unless outside.",
        examples=["alice"],
    )
    attendees: People = Field(
        default_factory=list,
        description="Who is invited, one or a list; in the teams of the rule's `people` too.",
        examples=["[bob, carol]"],
    )
    starts: Moment = Field(
        description="When it starts, wall clock of the rule's calendar.",
        examples=["2026-06-10 12:15"],
    )
    ends: MomentOrTime = Field(
        description="When it ends: a time of the same day, or a day and time.", examples=["12:45"]
    )
    booked: Moment | None = Field(
        default=None,
        description="When it was booked; a fortnight before it starts if left out.",
        examples=["2026-06-01 09:00"],
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
    subject: Prose = Field(
        default="", description="The subject of the meeting.", examples=["Strategy discussion"]
    )
    category: OneOrMany | None = Field(
        default=None, description="Outlook categories on the meeting.", examples=["Safeguarding"]
    )
    online: Flag = Field(
        default=False, description="Whether it is an online meeting.", examples=["true"]
    )
    all_day: Flag = Field(
        default=False,
        description="Whether it lasts all day, from midnight to midnight.",
        examples=["true"],
    )
    agenda: Flag = Field(
        default=True, description="Whether something stands in it.", examples=["false"]
    )
    cancelled: Flag = Field(
        default=False, description="Whether it was cancelled.", examples=["true"]
    )
    after: MomentOrTime | None = Field(
        default=None,
        description="When the organiser's meeting before it ends.",
        examples=["12:15"],
    )


class MeetingExampleShape(Shape):
    """A meeting that the rule's writer had in mind, and what becomes of it, whatever the mode."""

    title: Prose = Field(
        description="What the example shows.", examples=["a meeting over lunch is declined"]
    )
    given: MeetingGivenShape = Field(
        description="The meeting.",
        examples=["{ organiser: alice, attendees: [bob], starts: 2026-06-10 12:15, ends: 12:45 }"],
    )


class ClashExampleShape(MeetingExampleShape):
    """A meeting that the rule's writer had in mind, and what becomes of it, whatever the mode."""

    expect: Annotated[
        Literal["deliver", "decline", "cancel"], PlainValidator(_clash), words(ON_CLASHES)
    ] = Field(
        description="deliver: it is left alone; decline or cancel: it is a clash, by on_clash.",
        examples=["decline"],
    )


class NudgeExampleShape(MeetingExampleShape):
    """A meeting that the rule's writer had in mind, and what becomes of it, whatever the mode."""

    expect: Annotated[Literal["deliver", "nudge"], one_of(ON_NUDGES), words(ON_NUDGES)] = Field(
        description="deliver: it is left alone; nudge: its organiser hears of it.",
        examples=["nudge"],
    )
