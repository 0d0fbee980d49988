"""What only the process itself knows, told to whoever counts it.

Whatever the store has is counted there, when somebody asks: see `policy_agent.agent.counting`. What
is told here ends with the process, as counters of a metrics system may.
"""

from datetime import timedelta
from typing import Literal, Protocol

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.holds import Hold
from policy_agent.domain.notes import NoteKind

Notice = Literal["inbox", "calendar", "lifecycle", "stranger"]  # what was told of; a closed set


class Meters(Protocol):
    """Counts what it is told, by any number of threads; it never raises."""

    def noticed(self, what: Notice, number: int) -> None:
        """Count items of change notifications that came in."""

    def swept(self, found: int) -> None:
        """Count copies that a sweep found and no notification had brought."""

    def ended(self, hold: Hold, lag: timedelta | None) -> None:
        """Count a hold that came back or was taken; `lag`: how long after it was due it was back.

        Told once a hold, after the compare-and-set that ended it.
        """

    def put_off(self, trouble: CallFailure) -> None:
        """Count a release that the service would not do just now."""

    def sent(self, kind: NoteKind) -> None:
        """Count a note that was sent."""

    def job_added(self, job: str) -> None:
        """Begin to count what becomes of a job."""

    def job_done(self, job: str) -> None:
        """Take note that a job came to its end just now."""

    def job_failed(self, job: str) -> None:
        """Count a job that an error stopped."""

    def job_missed(self, job: str) -> None:
        """Count a tick of a job that never began."""


class NoMeters:
    """Counts nothing: for whoever runs the agent's verbs outside the daemon."""

    def noticed(self, what: Notice, number: int) -> None: ...

    def swept(self, found: int) -> None: ...

    def ended(self, hold: Hold, lag: timedelta | None) -> None: ...

    def put_off(self, trouble: CallFailure) -> None: ...

    def sent(self, kind: NoteKind) -> None: ...

    def job_added(self, job: str) -> None: ...

    def job_done(self, job: str) -> None: ...

    def job_failed(self, job: str) -> None: ...

    def job_missed(self, job: str) -> None: ...


__all__ = ["Meters", "NoMeters", "Notice"]
