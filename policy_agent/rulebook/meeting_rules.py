"""Rules about meetings: one function a kind, from its shape to what it means."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from policy_agent.domain.blocking import unblockable
from policy_agent.domain.calendars import Calendar
from policy_agent.domain.meeting_rules import (
    Check,
    KeepMeeting,
    KeptLine,
    MeetingEtiquette,
    MeetingExample,
    MeetingExempt,
    MeetingLetThrough,
    ProtectTime,
)
from policy_agent.domain.where import Where
from policy_agent.rulebook.draft import Draft, key_at, node_at, value_at
from policy_agent.rulebook.judging import refuse_empty_lines, refuse_untried_enforcing
from policy_agent.rulebook.meeting_given import judge_meeting, meeting_example_of
from policy_agent.rulebook.meeting_given_shapes import ClashExampleShape, NudgeExampleShape
from policy_agent.rulebook.meeting_shapes import (
    ClashMeetingsShape,
    MeetingExemptShape,
    MeetingLetThroughShape,
    ProtectTimeShape,
)
from policy_agent.rulebook.nodes import Node
from policy_agent.rulebook.nudging_shapes import (
    KeepMeetingShape,
    KeptLineShape,
    MeetingEtiquetteShape,
    NudgingRuleShape,
)
from policy_agent.rulebook.problems import listed, quoted
from policy_agent.rulebook.sections import Placed
from policy_agent.rulebook.shaping import Shaped

N = TypeVar("N", bound=NudgingRuleShape)

_CHECKS = {
    Check.AGENDA: "agenda",
    Check.NOTICE: "notice_at_least",
    Check.LENGTH: "no_longer_than",
    Check.BREAK: "break_between",
    Check.SIZE: "attendees_at_most",
}
_LINE = "category: Safeguarding"
_MOST_NAMED = 4  # calendars that a problem names


def protect_time(draft: Draft, placed: Placed) -> ProtectTime | None:
    """Return a rule of `kind: protect-time`, its problems said; None: there is none to make."""
    shaped = draft.shaped(ProtectTimeShape, placed)
    if shaped is None:
        return None
    written, node = shaped.shape, shaped.node
    refuse_untried_enforcing(draft, shaped, written.examples)
    refuse_empty_lines(draft, shaped, written.let_through, _LINE)
    _judge_examples(draft, node, written.examples)
    meetings = written.meetings or ClashMeetingsShape()
    if meetings.attendees_at_least < 2:  # noqa: PLR2004  a meeting is of two people
        draft.say(
            value_at(node, "meetings", "attendees_at_least"),
            "attendees_at_least: with 1, people's own appointments are clashes; write 2 or more",
        )
    window = draft.windows.get(written.window)
    if window is None:
        return None  # said already
    why = unblockable(window) if written.block_out else None
    if why is not None:
        draft.say(value_at(node, "block_out"), f"block_out: {why}")
    return ProtectTime(
        name=written.name,
        because=written.because,
        owner=written.owner,
        mode=written.mode,
        mode_for=written.mode_for,
        people=frozenset(written.people.include),
        exempt=_exempt(written.exempt, node),
        let_through=_lines(written.let_through, node),
        examples=_examples(written.examples, node),
        window=window,
        attendees_at_least=meetings.attendees_at_least,
        overlap_at_least=meetings.overlap_at_least,
        online_only=meetings.online_only,
        booked_from=meetings.booked_from,
        block_out=written.block_out,
        on_clash=written.on_clash,
        grace=written.grace,
        where=node.where,
        where_people=key_at(node, "people") or node.where,
        where_mode=_where_mode(node),
        where_window=key_at(node, "window") or node.where,
        where_meetings=key_at(node, "meetings"),
    )


def meeting_etiquette(draft: Draft, placed: Placed) -> MeetingEtiquette | None:
    """Return a rule of `kind: meeting-etiquette`, its problems said; None: there is none."""
    shaped = draft.shaped(MeetingEtiquetteShape, placed)
    if shaped is None:
        return None
    written, node, checks = shaped.shape, shaped.node, shaped.shape.checks
    refuse_empty_lines(draft, shaped, written.let_through, _LINE)
    if "checks" not in shaped.spared and not checks.model_fields_set:
        draft.say(
            value_at(node, "checks"),
            "checks: nothing stands in it; write one check at least, such as agenda: required",
        )
    _judge_examples(draft, node, written.examples)
    calendar = _calendar(draft, shaped)
    if calendar is None:
        return None  # said already
    wheres = {check: key_at(node_at(node, "checks"), key) for check, key in _CHECKS.items()}
    return MeetingEtiquette(
        name=written.name,
        because=written.because,
        owner=written.owner,
        mode=written.mode,
        mode_for=written.mode_for,
        people=frozenset(written.people.include),
        exempt=_exempt(written.exempt, node),
        let_through=_lines(written.let_through, node),
        examples=_examples(written.examples, node),
        calendar=calendar,
        agenda_required=checks.agenda is not None,
        notice_at_least=checks.notice_at_least,
        no_longer_than=checks.no_longer_than,
        break_between=checks.break_between,
        attendees_at_most=checks.attendees_at_most,
        where=node.where,
        where_people=key_at(node, "people") or node.where,
        where_mode=_where_mode(node),
        where_checks={check: where for check, where in wheres.items() if where is not None},
    )


def keep_meeting(draft: Draft, placed: Placed) -> KeepMeeting | None:
    """Return a rule of `kind: keep-meeting`, its problems said; None: there is none to make."""
    shaped = draft.shaped(KeepMeetingShape, placed)
    if shaped is None:
        return None
    written, node = shaped.shape, shaped.node
    if "meetings" not in shaped.spared:
        _refuse_unnamed(draft, node, written.meetings)
    _judge_examples(draft, node, written.examples)
    calendar = _calendar(draft, shaped)
    if calendar is None:
        return None  # said already
    return KeepMeeting(
        name=written.name,
        because=written.because,
        owner=written.owner,
        mode=written.mode,
        mode_for=written.mode_for,
        people=frozenset(written.people.include),
        examples=_examples(written.examples, node),
        calendar=calendar,
        named=_named(written.meetings, node),
        every=None if written.expected is None else timedelta(weeks=written.expected.every),
        rebook_within=written.rebook_within,
        where=node.where,
        where_people=key_at(node, "people") or node.where,
        where_mode=_where_mode(node),
        where_meetings=key_at(node, "meetings") or node.where,
    )


def _refuse_unnamed(
    draft: Draft, node: Node, meetings: KeptLineShape | Sequence[KeptLineShape]
) -> None:
    """Say where nothing is written that would name a meeting."""
    right = "write which meetings are kept, such as category: [Supervision]"
    if isinstance(meetings, KeptLineShape):
        if not meetings.model_fields_set:
            draft.say(value_at(node, "meetings"), f"meetings: nothing stands in it; {right}")
        return
    for number, line in enumerate(meetings):
        if not line.model_fields_set:
            draft.say(
                value_at(node, "meetings", number),
                f"meetings: an empty line names no meeting; {right}, or take the line away",
            )


def _named(meetings: KeptLineShape | Sequence[KeptLineShape], node: Node) -> tuple[KeptLine, ...]:
    if isinstance(meetings, KeptLineShape):
        return (_line(meetings, key_at(node, "meetings") or node.where),)
    return tuple(
        _line(line, value_at(node, "meetings", number)) for number, line in enumerate(meetings)
    )


def _line(written: KeptLineShape, where: Where) -> KeptLine:
    return KeptLine(
        categories=frozenset(one.lower() for one in written.category or ()),
        subject_words=tuple(one.casefold() for one in written.subject_words or ()),
        team=written.team,
        where=where,
    )


def _calendar(draft: Draft, shaped: Shaped[N]) -> Calendar | None:
    """Return the calendar that a rule names, or the only one there is."""
    named = shaped.shape.calendar
    if named is not None or "calendar" in shaped.spared:
        return None if named is None else draft.calendars.get(named)
    if "calendars" in draft.sections.unsure:
        return None
    names = [placed.name for placed in draft.sections.entries["calendars"]]
    if len(names) == 1:
        return draft.calendars.get(names[0])
    said = "the rulebook has none; write one under calendars:"
    if names:
        shown = [f"calendar: {quoted(name).strip(chr(39))}" for name in names[:_MOST_NAMED]]
        said = f"the rulebook has several; write {listed(shown)}"
    draft.say(shaped.node.where, f"calendar is missing, and {said}")
    return None


def _judge_examples(
    draft: Draft, node: Node, examples: Sequence[ClashExampleShape | NudgeExampleShape]
) -> None:
    for number, example in enumerate(examples):
        at_example = node_at(node, "examples", number)
        judge_meeting(example, at_example, draft.names.suggestions, draft.say)


def _examples(
    examples: Sequence[ClashExampleShape | NudgeExampleShape], node: Node
) -> tuple[MeetingExample, ...]:
    return tuple(
        meeting_example_of(example, value_at(node, "examples", number))
        for number, example in enumerate(examples)
    )


def _exempt(written: MeetingExemptShape | None, node: Node) -> MeetingExempt | None:
    if written is None:
        return None
    return MeetingExempt(
        teams=frozenset(written.teams),
        when=written.when,
        where=key_at(node, "exempt") or node.where,
    )


def _lines(lines: Sequence[MeetingLetThroughShape], node: Node) -> tuple[MeetingLetThrough, ...]:
    return tuple(
        MeetingLetThrough(
            subject_tags=tuple(line.subject_tag or ()),
            categories=frozenset(category.lower() for category in line.category or ()),
            organiser_outside=line.organiser == "outside",
            where=value_at(node, "let_through", number),
        )
        for number, line in enumerate(lines)
    )


def _where_mode(node: Node) -> Where:
    return key_at(node, "mode") or key_at(node, "mode_for") or node.where
