"""Links in messages by which a person decides something: signed, so that nobody else can make one.

A link says for whom it is and when it was made. Its key is kept in the store, so that every process
on one store knows the links of the others. The time is the tenant's, as for everything people see.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Literal

from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer

LIFE = timedelta(days=90)  # how long a link works
LONGEST = 512  # characters; ours have about 120
_AHEAD = timedelta(minutes=5)  # that another process's clock may be before ours


class _At(TimestampSigner):
    """Signs with a time that is handed in."""

    def __init__(self, *given: Any, at: int, **named: Any) -> None:
        super().__init__(*given, **named)
        self._at = at

    def get_timestamp(self) -> int:
        return self._at


class Links:
    """Makes and reads the links of one purpose: one for another purpose is a wrong one."""

    def __init__(self, secret: str, purpose: str) -> None:
        self._secret = secret
        self._purpose = purpose

    def token(self, person: str, now: datetime) -> str:
        """Return what stands in the link of that person, made now; safe in a URL's path."""
        made: str = self._serializer(now).dumps(person)
        return made

    def person(self, token: str, now: datetime) -> tuple[Literal["good", "old", "wrong"], str]:
        """Return how good a token is, and for whom it is; empty where it is wrong."""
        if len(token) > LONGEST:
            return "wrong", ""
        try:
            person, made = self._serializer(now).loads(token, return_timestamp=True)
        except BadSignature:
            return "wrong", ""
        if not isinstance(person, str) or made > now + _AHEAD:
            return "wrong", ""
        return ("good" if now - made <= LIFE else "old"), person

    def _serializer(self, now: datetime) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            self._secret,
            salt=f"policy_agent {self._purpose}",
            signer=_At,
            signer_kwargs={"at": int(now.timestamp()), "digest_method": hashlib.sha256},
        )


def nudge_links(secret: str) -> Links:
    """Return the links by which a person turns etiquette nudges off and on."""
    return Links(secret, "nudges")
