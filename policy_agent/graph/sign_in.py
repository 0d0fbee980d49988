"""Signing people in with Entra ID, by the authorization code flow with PKCE.

Sources: https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow and
…/id-token-claims-reference. MSAL makes and checks state, nonce and PKCE; what the ID token says it
leaves to the application since 1.38. The token comes straight from Entra over TLS, which stands in
place of its signature (OpenID Connect Core 3.1.3.7, point 6).
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final
from urllib.parse import quote, urlsplit

import jwt
import requests

from policy_agent.graph.auth import TokenSource

_UNREACHED: Final = "Your organisation's sign-in does not answer just now. Try again in a while."
_LEEWAY: Final = 120  # seconds that clocks may differ


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedInPerson:
    """Whoever Entra says it is."""

    id: str  # Entra object id
    name: str  # display name; may be anything
    address: str  # lower case; what they sign in with
    roles: frozenset[str]  # app roles


class SignInRefused(Exception):
    """Nobody was signed in; the text is for the person."""

    def __init__(
        self, text: str, *, cancelled: bool = False, passing: bool = False, code: str = ""
    ) -> None:
        super().__init__(text)
        self.cancelled = cancelled  # the person turned back
        self.passing = passing  # may be over in a while, without anybody's doing
        self.code = code  # what refused it, for a log line: Entra's own code, or a word of ours


class SignIn:
    """Signs people of one tenant in; safe to use from many threads."""

    def __init__(self, tokens: TokenSource, *, client_id: str, authority: str) -> None:
        self._new: Callable[[], Any] = tokens.application
        self._client_id = client_id
        self._authority = authority  # ends with the tenant's id
        self._lock = Lock()
        self._app: Any = None

    def begin(self, redirect_uri: str) -> Mapping[str, Any]:
        """Begin a flow: `auth_uri` is where the browser goes, the rest is for `finish`.

        Raises SignInRefused where Entra cannot be asked.
        """
        try:
            app = self._application()
            # MSAL recommends form_post, but a form that another site posts brings no SameSite
            # cookie along, and ours keeps the flow. A code is worth nothing without its verifier.
            with self._lock, warnings.catch_warnings():
                warnings.filterwarnings("ignore", message="response_mode")
                flow: Mapping[str, Any] = app.initiate_auth_code_flow(
                    scopes=[], redirect_uri=redirect_uri, response_mode="query"
                )
        except (requests.RequestException, OSError, ValueError) as error:
            raise _unreached(error) from None
        return flow

    def finish(self, flow: Mapping[str, Any], answer: Mapping[str, str]) -> SignedInPerson:
        """Return who signed in, from what came back to the redirect URI; or SignInRefused."""
        try:
            result = self._application().acquire_token_by_auth_code_flow(dict(flow), dict(answer))
        except (requests.RequestException, OSError) as error:
            raise _unreached(error) from None
        except (ValueError, RuntimeError, LookupError):  # not the flow's answer: state or nonce
            raise SignInRefused(
                "That was the answer to another sign-in. Begin once more.", code="other_flow"
            ) from None
        if "error" in result:
            raise _refusal(result)
        return self._person(result)

    def sign_out_url(self, back_to: str) -> str:
        """Return where a browser ends its session at Entra too, and comes back from."""
        return f"{self._authority}/oauth2/v2.0/logout?post_logout_redirect_uri={quote(back_to, '')}"

    def _application(self) -> Any:
        with self._lock:
            if self._app is None:
                self._app = self._new()
            return self._app

    def _person(self, result: Mapping[str, Any]) -> SignedInPerson:
        tenant = urlsplit(self._authority).path.strip("/").lower()
        origin = self._authority.removesuffix(f"/{tenant}")
        try:
            claims = jwt.decode(
                result["id_token"],
                options={
                    "verify_signature": False,
                    "verify_aud": True,
                    "verify_iss": True,
                    "verify_exp": True,
                    "verify_nbf": True,
                    "require": ["aud", "exp", "iss", "oid", "tid"],
                },
                audience=self._client_id,
                issuer=f"{origin}/{tenant}/v2.0",
                leeway=_LEEWAY,
            )
        except (KeyError, jwt.PyJWTError) as unfit:
            raise SignInRefused(
                "Your organisation's sign-in gave an answer that is not for this service.",
                code=type(unfit).__name__,
            ) from None
        if str(claims["tid"]).lower() != tenant:
            raise SignInRefused("Your account belongs to another organisation.", code="tenant")
        roles = claims.get("roles")
        return SignedInPerson(
            id=str(claims["oid"]),
            name=str(claims.get("name") or ""),
            address=str(claims.get("preferred_username") or "").lower(),
            roles=frozenset(map(str, roles)) if isinstance(roles, list) else frozenset(),
        )


def _unreached(error: Exception) -> SignInRefused:
    return SignInRefused(_UNREACHED, passing=True, code=type(error).__name__)


def _refusal(result: Mapping[str, Any]) -> SignInRefused:
    """Put Entra's refusal into words of our own; its text may hold an address."""
    error = str(result["error"])
    code = str(result.get("error_description", "")).partition(":")[0].strip()
    known = code if code.startswith("AADSTS") else error
    if error == "access_denied":
        return SignInRefused(
            "You turned back before you were signed in.", cancelled=True, code=known
        )
    if error in {"temporarily_unavailable", "server_error"}:
        return SignInRefused(_UNREACHED, passing=True, code=known)
    return SignInRefused(
        f"Your organisation's sign-in refused it ({known[:40]}). Begin once more, or ask your IT "
        "team.",
        code=known,
    )


__all__ = ["SignIn", "SignInRefused", "SignedInPerson"]
