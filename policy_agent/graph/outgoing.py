"""The service mailbox, from which messages go out, through Microsoft Graph.

Sources: https://learn.microsoft.com/en-us/graph/api/user-post-messages, …/message-send. The
permissions are Mail.ReadWrite and Mail.Send, for that mailbox alone. A draft is found by its
`Message-ID`, which is made of its key, and keeps its immutable id as it is sent
(https://learn.microsoft.com/en-us/graph/outlook-immutable-id). It is made of MIME, which a batch
cannot carry: see `policy_agent.graph.letters`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.notes import Letter
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.calls import Answer, Call, Method, literal, path
from policy_agent.graph.failures import GraphProblem, id_of
from policy_agent.graph.http import GraphHttp
from policy_agent.graph.letters import in_mime, message_id

_K = TypeVar("_K")


class GraphOutgoing:
    """Drafts and sends; `policy_agent.agent.meetings.ports.Outgoing` says what for.

    Every method raises SignInProblem where no token can be had.
    """

    def __init__(
        self,
        http: GraphHttp,
        batch: GraphBatch,
        mailbox: Callable[[], str | CallFailure],
        address: str,
    ) -> None:
        self._http = http
        self._batch = batch
        self._mailbox = mailbox  # answers its id, or why there is none
        self._address = address  # of the mailbox; the letters come from it

    def draft(self, letters: Sequence[Letter]) -> Mapping[str, str | CallFailure]:
        """Make a draft a letter, by key; one that is there already, or was sent, is found.

        Before and after: it is looked for first, and looked for again where the word of a new one
        was lost, so that another is made only where there is none.
        """
        mailbox = self._mailbox()
        if isinstance(mailbox, CallFailure):
            return {letter.key: mailbox for letter in letters}
        wanted = {letter.key: letter for letter in letters}
        drafts = self._there(mailbox, list(wanted))
        new = {key: letter for key, letter in wanted.items() if drafts[key] is None}
        made = {key: self._make(mailbox, letter) for key, letter in new.items()}
        lost = [
            key
            for key, answer in made.items()
            if isinstance(answer, GraphProblem) and answer.unsure
        ]
        again = self._there(mailbox, lost)
        found: dict[str, str | CallFailure] = {}
        for key, there in drafts.items():
            if there is not None:
                found[key] = there
                continue
            answer, looked_up = made[key], again.get(key)
            if isinstance(looked_up, str):
                found[key] = looked_up
            elif isinstance(answer, CallFailure):
                found[key] = answer
            elif isinstance(answer, GraphProblem):
                found[key] = answer.item_failure
            else:
                found[key] = _id(answer)
        return found

    def send(self, drafts: Mapping[str, str]) -> Mapping[str, CallFailure | None]:
        """Send each draft, by key; one that was sent already counts as done.

        Each is looked at first, and once more where the word of its sending was lost. A message
        that is on its way is in neither place for a while: it is `unavailable`, as is a draft that
        may yet go, and whoever asks again later learns what became of it.
        """
        mailbox = self._mailbox()
        if isinstance(mailbox, CallFailure):
            return dict.fromkeys(drafts, mailbox)
        results = self._waiting(mailbox, drafts)
        sent = self._run(
            {
                key: _call(mailbox, "send", "POST", drafts[key], "send", once=True)
                for key, waits in results.items()
                if waits is _WAITS
            }
        )
        results |= {
            key: answer.item_failure if isinstance(answer, GraphProblem) else None
            for key, answer in sent.items()
        }
        unsure = {
            key: drafts[key]
            for key, answer in sent.items()
            if isinstance(answer, GraphProblem) and answer.unsure
        }
        results |= {
            key: None for key, waits in self._waiting(mailbox, unsure).items() if waits is None
        }
        return results

    def _make(self, mailbox: str, letter: Letter) -> Answer | GraphProblem | CallFailure:
        """Make one draft; where the word of it is lost, it is not made again."""
        written = in_mime(letter, self._address)
        if isinstance(written, CallFailure):
            return written
        try:
            return self._http.call(_call(mailbox, "draft", "POST", text=written, once=True))
        except GraphProblem as problem:
            return problem

    def _there(self, mailbox: str, keys: Sequence[str]) -> dict[str, str | CallFailure | None]:
        """Look for a message a key, sent ones first; None: there is none."""
        answers = self._run(
            {
                key: _call(
                    mailbox, "find_draft", "GET",
                    query={
                        "$filter": f"internetMessageId eq {self._mark(key)}",
                        "$select": "id,isDraft",
                    },
                )
                for key in keys
            }
        )  # fmt: skip
        return {
            key: answer.item_failure if isinstance(answer, GraphProblem) else _first(answer)
            for key, answer in answers.items()
        }

    def _mark(self, key: str) -> str:
        return literal(message_id(key, self._address))

    def _waiting(self, mailbox: str, drafts: Mapping[str, str]) -> dict[str, CallFailure | None]:
        """Say of each whether it still waits (`_WAITS`), was sent (None), or cannot be known."""
        answers = self._run(
            {
                key: _call(mailbox, "look_at_draft", "GET", draft, query={"$select": "isDraft"})
                for key, draft in drafts.items()
            }
        )
        return {key: _state(answer) for key, answer in answers.items()}

    def _run(self, calls: Mapping[_K, Call]) -> dict[_K, Answer | GraphProblem]:
        return dict(zip(calls, self._batch.run([*calls.values()]), strict=True))


def _call(
    mailbox: str,
    operation: str,
    method: Method,
    *message: str,
    query: Mapping[str, str] | None = None,
    text: str = "",
    once: bool = False,
) -> Call:
    return Call(
        operation=operation,
        method=method,
        path=path("users", mailbox, "messages", *message, query=query),
        mailbox=mailbox,
        text=text,
        once=once,
    )


def _first(answer: Answer) -> str | None:
    found = sorted(answer.items, key=lambda item: item.get("isDraft") is not False)
    return str(found[0]["id"]) if found else None


def _state(answer: Answer | GraphProblem) -> CallFailure | None:
    if not isinstance(answer, GraphProblem):
        return None if answer.body.get("isDraft") is False else _WAITS
    failure = answer.item_failure
    return _ON_ITS_WAY if failure.kind == "gone" else failure


def _id(answer: Answer) -> str | CallFailure:
    try:
        return id_of("draft", answer)
    except GraphProblem as problem:
        return problem.failure


_WAITS: Final = CallFailure(kind="unavailable", what="send: the draft still waits")
_ON_ITS_WAY: Final = CallFailure(
    kind="unavailable", what="send: the message is neither a draft nor sent; it may be on its way"
)

__all__ = ["GraphOutgoing"]
