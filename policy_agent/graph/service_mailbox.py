"""Which mailbox the agent's messages go out from: its address is set, Graph asks for its id.

A mailbox's path takes an object id or the name that its user signs in with, and neither need be the
mail address (https://learn.microsoft.com/en-us/graph/api/user-get).
"""

from policy_agent.domain.copies import CallFailure
from policy_agent.graph.directory import GraphPeople


class ServiceMailbox:
    """Knows the id of the mailbox with an address, once it was asked for and found."""

    def __init__(self, people: GraphPeople, address: str) -> None:
        self._people = people
        self._address = address  # empty: there is none
        self._id: str | None = None

    def id(self) -> str | CallFailure:
        """Return the id; a failure is `refused` without an address, else worth another try.

        Also that nobody has the address: somebody can mend it, and what waits then goes out.
        """
        if not self._address:
            return CallFailure(kind="refused", what="outgoing: no service mailbox is set")
        if self._id is None:
            found = self._people.members([self._address])[self._address]
            if isinstance(found, CallFailure):
                return CallFailure(
                    kind="unavailable",
                    what=f"outgoing: the service mailbox was not found, {found.what}",
                    request_id=found.request_id,
                )
            self._id = found.id
        return self._id


__all__ = ["ServiceMailbox"]
