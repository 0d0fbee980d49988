"""Who writes which nudges about meetings: a line a kind."""

from collections.abc import Mapping

from policy_agent.agent.meetings.clash_nudge import ClashWriter
from policy_agent.agent.meetings.etiquette_letter import EtiquetteWriter
from policy_agent.agent.meetings.rebook import RebookWriter
from policy_agent.agent.tell import Writer
from policy_agent.domain.notes import NoteKind

MEETING_WRITERS: Mapping[NoteKind, Writer] = {
    NoteKind.CLASH: ClashWriter(),
    NoteKind.ETIQUETTE: EtiquetteWriter(),
    NoteKind.REBOOK: RebookWriter(),
}
