"""A service mailbox in memory that keeps drafts and sent messages, and loses answers when told."""

from collections.abc import Mapping, Sequence

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.notes import Letter

LOST = CallFailure(kind="unavailable", what="the answer was lost", request_id="r1")


class Killed(BaseException):
    """The process ends here; nothing of the agent's catches it."""


class PostRoom:
    """What `Outgoing` speaks to. Both calls do their work before an answer is lost or kills."""

    def __init__(self) -> None:
        self.drafts: dict[str, Letter] = {}  # by draft id, the sent ones too
        self.sent: list[str] = []  # draft ids, one each time a mail went out
        self.trouble: dict[str, CallFailure] = {}  # by key: refused before anything is done
        self.lost: set[str] = set()  # calls whose answer is lost after they were done
        self.kills: set[str] = set()  # calls after which the process is killed

    def draft(self, letters: Sequence[Letter]) -> Mapping[str, str | CallFailure]:
        answers: dict[str, str | CallFailure] = {}
        for letter in letters:
            if letter.key in self.trouble:
                answers[letter.key] = self.trouble[letter.key]
                continue
            found = [id_ for id_, one in self.drafts.items() if one.key == letter.key]
            id_ = found[0] if found else f"draft-{len(self.drafts) + 1}"
            self.drafts.setdefault(id_, letter)
            answers[letter.key] = LOST if "draft" in self.lost else id_
        self._maybe_killed("draft")
        return answers

    def send(self, drafts: Mapping[str, str]) -> Mapping[str, CallFailure | None]:
        answers: dict[str, CallFailure | None] = {}
        for key, id_ in drafts.items():
            if key in self.trouble:
                answers[key] = self.trouble[key]
            elif id_ not in self.drafts:
                answers[key] = CallFailure(kind="gone", what="no such message")
            else:
                if id_ not in self.sent:
                    self.sent.append(id_)
                answers[key] = LOST if "send" in self.lost else None
        self._maybe_killed("send")
        return answers

    def letters_sent(self) -> list[Letter]:
        return [self.drafts[id_] for id_ in self.sent]

    def _maybe_killed(self, call: str) -> None:
        if call in self.kills:
            raise Killed
