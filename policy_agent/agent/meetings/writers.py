"""Who writes which nudges: a line a kind."""

from collections.abc import Mapping

from policy_agent.agent.meetings.clash_nudge import ClashWriter
from policy_agent.agent.meetings.etiquette_letter import EtiquetteWriter
from policy_agent.agent.meetings.nudge import Writer
from policy_agent.domain.nudging import NudgeKind

WRITERS: Mapping[NudgeKind, Writer] = {
    NudgeKind.CLASH: ClashWriter(),
    NudgeKind.ETIQUETTE: EtiquetteWriter(),
}
