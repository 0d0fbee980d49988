"""The shapes of rules about meetings that never do more than nudge."""

from typing import Annotated, Any, Literal

from pydantic import (
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    ValidationInfo,
    WithJsonSchema,
)

from policy_agent.domain.rules import Mode
from policy_agent.rulebook.meeting_given_shapes import NudgeExampleShape
from policy_agent.rulebook.meeting_shapes import (
    MeetingExemptShape,
    MeetingLetThroughShape,
    MeetingRuleShape,
)
from policy_agent.rulebook.rule_shapes import MODES, OneOrMany
from policy_agent.rulebook.shape import Shape
from policy_agent.rulebook.times import Length, Notice, Weeks, WorkingDays
from policy_agent.rulebook.values import (
    CalendarName,
    Count,
    TeamName,
    filled,
    one_of,
    read_word,
    words,
    wrong,
)

NUDGING = tuple(mode for mode in MODES if mode is not Mode.ENFORCE)


def _nudging(value: Any, info: ValidationInfo) -> Mode:
    if value == Mode.ENFORCE:
        raise wrong("rules of this kind never do more than nudge; write nudge, observe or off")
    return Mode(read_word(value, info, NUDGING))


NudgingModeName = Annotated[
    Mode, PlainValidator(_nudging), WithJsonSchema({"enum": [*NUDGING, False]})
]


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


class KeptLineShape(Shape):
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


def _kept_tag(value: Any) -> str:
    return "<lines>" if isinstance(value, list) else "<line>"


KeptMeetings = Annotated[
    Annotated[KeptLineShape, Tag("<line>")]
    | Annotated[
        list[KeptLineShape], filled(such_as="[ { category: [Supervision] } ]"), Tag("<lines>")
    ],
    Discriminator(_kept_tag),
]


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
    meetings: KeptMeetings = Field(
        description=(
            "Which meetings are kept, one key at least; or a list of such lines, of which any is"
            " enough."
        ),
        examples=["{ category: [Supervision] }"],
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
