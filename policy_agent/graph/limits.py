"""How much may be in flight at once.

Exchange runs four requests of an app on one mailbox at a time and answers 429 to more
(https://learn.microsoft.com/en-us/graph/throttling-limits). A part of a batch counts as a request.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Condition

PER_MAILBOX = 4


class Limits:
    """Permits for calls: so many a mailbox, so many in all.

    Whoever asks for permits of several mailboxes is given those that are free and asks again for
    the rest once the first are given back: nobody waits while holding, so nobody can wait for ever.
    """

    def __init__(self, *, per_mailbox: int = PER_MAILBOX, whole_app: int = 80) -> None:
        if per_mailbox < 1 or whole_app < 1:
            raise ValueError("at least one call at a time must be allowed")
        self.per_mailbox = per_mailbox
        self.whole_app = whole_app
        self._in_flight: Counter[str] = Counter()
        self._total = 0
        self._changed = Condition()

    def take(self, mailboxes: Sequence[str], *, most: int) -> list[int]:
        """Wait until a call may start; return the places of all, up to `most`, that may.

        `mailboxes` has one entry a call; the empty one, for calls that ask no mailbox, counts
        towards the app's limit only.
        """
        if not mailboxes:
            return []
        with self._changed:
            while True:
                granted = self._grant(mailboxes, most)
                if granted:
                    return granted
                self._changed.wait()

    def give_back(self, mailboxes: Sequence[str]) -> None:
        """Return the permits of calls that have ended."""
        with self._changed:
            for mailbox in mailboxes:
                key = mailbox.lower()
                self._total -= 1
                if key:
                    self._in_flight[key] -= 1
                    if not self._in_flight[key]:
                        del self._in_flight[key]
            self._changed.notify_all()

    @contextmanager
    def holding(self, mailbox: str) -> Iterator[None]:
        """Wait for the permit of one call and hold it."""
        self.take([mailbox], most=1)
        try:
            yield
        finally:
            self.give_back([mailbox])

    def _grant(self, mailboxes: Sequence[str], most: int) -> list[int]:
        granted: list[int] = []
        for place, mailbox in enumerate(mailboxes):
            if len(granted) == most or self._total == self.whole_app:
                break
            key = mailbox.lower()
            if key and self._in_flight[key] >= self.per_mailbox:
                continue
            if key:
                self._in_flight[key] += 1
            self._total += 1
            granted.append(place)
        return granted


__all__ = ["PER_MAILBOX", "Limits"]
