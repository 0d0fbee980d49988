"""Links in messages by which a person decides something: signed, so that nobody else can make one.

A link says what it is about (a person, a mail) and when it was made. Its key is kept in the store,
so that every process on one store knows the links of the others. The time is the tenant's, as for
everything people see.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Literal

from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer

LIFE = timedelta(days=90)  # how long a link works, unless its purpose says less
SEND_NOW_LIFE = timedelta(days=14)
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

    def __init__(self, secret: str, purpose: str, life: timedelta = LIFE) -> None:
        self._secret = secret
        self._purpose = purpose
        self._life = life

    def token(self, about: str, now: datetime) -> str:
        """Return what stands in the link about that, made now; safe in a URL's path."""
        made: str = self._serializer(now).dumps(about)
        return made

    def about(self, token: str, now: datetime) -> tuple[Literal["good", "old", "wrong"], str]:
        """Return how good a token is, and what it is about; empty where it is wrong."""
        if len(token) > LONGEST:
            return "wrong", ""
        try:
            about, made = self._serializer(now).loads(token, return_timestamp=True)
        except BadSignature:
            return "wrong", ""
        if not isinstance(about, str) or made > now + _AHEAD:
            return "wrong", ""
        return ("good" if now - made <= self._life else "old"), about

    def _serializer(self, now: datetime) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            self._secret,
            salt=f"policy_agent {self._purpose}",
            signer=_At,
            signer_kwargs={"at": int(now.timestamp()), "digest_method": hashlib.sha256},
        )


def nudge_links(secret: str) -> Links:
    """Return the links by which a person turns etiquette nudges off and on: about a person id."""
    return Links(secret, "nudges")


def send_now_links(secret: str) -> Links:
    """Return the links by which the sender of held mail sends it now: about a held mail's id."""
    return Links(secret, "send-now", SEND_NOW_LIFE)
