"""Who is signed in: a signed cookie names a session that the store keeps.

The cookie holds a secret, and the name to greet by, which the store never keeps. Signing out ends
the session in the store, so that a copied cookie is worth nothing afterwards. Times are this
machine's: a browser's cookie knows no other.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import Request, Response
from itsdangerous import BadSignature, URLSafeSerializer

from policy_agent.agent.context import Moment
from policy_agent.graph.sign_in import SignedInPerson
from policy_agent.messages.words import cut
from policy_agent.store.store import Store

COOKIE = "__Host-session"  # the prefix makes browsers refuse it without Secure and from elsewhere
LIFE = timedelta(hours=8)  # a working day
STAFF, LEADER, IT = "Staff", "Leader", "IT"  # app roles; whoever has none is staff
_SECRET_BYTES = 32
_LONGEST_NAME, _LONGEST_ADDRESS = 100, 254  # characters


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """Somebody who is signed in."""

    id: str  # Entra object id
    name: str  # as the directory has it; may be anything
    address: str  # they signed in with it
    roles: frozenset[str]
    csrf: str  # what each form of theirs has to show
    secret: str  # of their session


class Sessions:
    """Begins, finds and ends sessions."""

    def __init__(self, store: Store, moment: Callable[[], Moment]) -> None:
        self._store = store
        self._moment = moment

    def begin(self, response: Response, person: SignedInPerson) -> None:
        """Begin a session and give the browser its cookie."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        now = self._moment().machine
        roles = person.roles & {STAFF, LEADER, IT} or {STAFF}
        self._store.begin_session(secret, person=person.id, roles=roles, now=now, ends=now + LIFE)
        # A name may be anything, and a browser drops a cookie of more than 4096 bytes.
        name, address = cut(person.name, _LONGEST_NAME), cut(person.address, _LONGEST_ADDRESS)
        value = self._signer().dumps([secret, name, address])
        set_cookie(response, COOKIE, str(value), LIFE)

    def visitor(self, request: Request) -> Visitor | None:
        """Return whose request it is; None: nobody's who is signed in."""
        found = self._read(request)
        if found is None:
            return None
        secret, name, address = found
        session = self._store.session(secret, now=self._moment().machine)
        if session is None:
            return None
        return Visitor(
            id=session.person,
            name=name,
            address=address,
            roles=session.roles,
            csrf=self._csrf(secret),
            secret=secret,
        )

    def end(self, visitor: Visitor, response: Response) -> None:
        """End the session for good, and take the cookie away."""
        self._store.end_session(visitor.secret)
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")

    def seal(self, value: Any, purpose: str) -> str:
        """Return a value as a text that only `unseal` of the same purpose takes."""
        return str(self._signer(purpose).dumps(value))

    def unseal(self, text: str, purpose: str) -> Any:
        """Return the value again; None: it is not ours, or was changed."""
        try:
            return self._signer(purpose).loads(text)
        except BadSignature:
            return None

    def _read(self, request: Request) -> tuple[str, str, str] | None:
        value = self.unseal(request.cookies.get(COOKIE, ""), "session")
        if not isinstance(value, list) or [type(part) for part in value] != [str] * 3:
            return None
        return value[0], value[1], value[2]

    def _csrf(self, secret: str) -> str:
        key = hashlib.sha256(f"policy_agent csrf {self._key()}".encode()).digest()
        return hmac.new(key, secret.encode(), hashlib.sha256).hexdigest()

    def _signer(self, purpose: str = "session") -> URLSafeSerializer:
        return URLSafeSerializer(
            self._key(),
            salt=f"policy_agent {purpose}",
            signer_kwargs={"digest_method": hashlib.sha256},
        )

    def _key(self) -> str:
        return self._store.key("sessions", now=self._moment().now)


def set_cookie(response: Response, name: str, value: str, life: timedelta) -> None:
    """Set a cookie that scripts cannot read and other sites' forms do not send."""
    response.set_cookie(
        name,
        value,
        max_age=int(life.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )
