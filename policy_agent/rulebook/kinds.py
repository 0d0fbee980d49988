"""The kinds of rules, each with the shape of its keys. A kind is added here."""

from typing import Annotated

from pydantic import Discriminator

from policy_agent.rulebook.mail_shapes import DeferEmailShape
from policy_agent.rulebook.meeting_shapes import ProtectTimeShape
from policy_agent.rulebook.nudging_shapes import KeepMeetingShape, MeetingEtiquetteShape
from policy_agent.rulebook.rule_shapes import RuleShape

KINDS: dict[str, type[RuleShape]] = {
    "defer-email": DeferEmailShape,
    "protect-time": ProtectTimeShape,
    "meeting-etiquette": MeetingEtiquetteShape,
    "keep-meeting": KeepMeetingShape,
}

AnyRuleShape = Annotated[
    DeferEmailShape | ProtectTimeShape | MeetingEtiquetteShape | KeepMeetingShape,
    Discriminator("kind"),
]
