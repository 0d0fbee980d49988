"""People sign in to the simulated tenant: the authorization code flow with PKCE, as Entra ID v2.

Sources: https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow,
…/v2-protocols-oidc, …/id-token-claims-reference, …/reference-error-codes. Nobody has a password
here: the page lists the people one can be, and says that it is simulated.
"""

import base64
import hashlib
import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from policy_agent.sandbox.clock import real_now
from policy_agent.sandbox.people import Directory, User
from policy_agent.sandbox.tokens import Authority, TokenError

_CODE_LIFE = timedelta(minutes=10)
_ID_TOKEN_LIFE = timedelta(hours=1)
_MODES = frozenset({"query", "form_post"})


class PageError(Exception):
    """What cannot be sent back to whoever asked, since nobody knows who that is."""


class AnswerError(Exception):
    """A refusal that goes back to the redirect URI."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


@dataclass(frozen=True, kw_only=True, slots=True)
class SignInRequest:
    """What an app asked for at the authorization endpoint."""

    redirect_uri: str
    state: str
    nonce: str
    scope: str
    challenge: str  # of PKCE, S256
    mode: str  # query or form_post
    hint: str  # address that is offered first


@dataclass(frozen=True, kw_only=True, slots=True)
class _Code:
    asked: SignInRequest
    user: User
    ends: datetime


@dataclass(kw_only=True, slots=True)
class SigningIn:
    """Codes given out, and what the app's registration says."""

    authority: Authority
    directory: Directory
    redirect_uris: frozenset[str] = frozenset()
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict)  # app roles by user id
    _codes: dict[str, _Code] = field(default_factory=dict)
    _redeemed: set[str] = field(default_factory=set)

    def register(self, redirect_uris: list[str], roles: Mapping[str, list[str]]) -> None:
        """Replace the app's redirect URIs and who has which of its roles; LookupError: unknown."""
        found: dict[str, tuple[str, ...]] = {}
        for who, names in roles.items():
            user = self.directory.find_user(who)
            if user is None:
                raise LookupError(who)
            found[user.id] = tuple(names)
        self.redirect_uris = frozenset(redirect_uris)
        self.roles = found

    def asked(self, tenant: str, query: Mapping[str, str]) -> SignInRequest:
        """Read a request; PageError or AnswerError (with its redirect URI known) where wrong."""
        if tenant.lower() != self.authority.tenant_id:
            raise PageError(f"AADSTS90002: Tenant '{tenant}' not found.")
        client = query.get("client_id", "")
        if client != self.authority.client_id:
            raise PageError(
                f"AADSTS700016: Application with identifier '{client}' was not found in the "
                "directory."
            )
        redirect_uri = query.get("redirect_uri", "")
        if redirect_uri not in self.redirect_uris:
            raise PageError(
                f"AADSTS50011: The redirect URI '{redirect_uri}' specified in the request does not "
                f"match the redirect URIs configured for the application '{client}'."
            )
        return SignInRequest(
            redirect_uri=redirect_uri,
            state=query.get("state", ""),
            nonce=query.get("nonce", ""),
            scope=query.get("scope", ""),
            challenge=query.get("code_challenge", ""),
            mode=query.get("response_mode", "query"),
            hint=query.get("login_hint", ""),
        )

    def check(self, asked: SignInRequest, query: Mapping[str, str]) -> None:
        """Refuse what the redirect URI may be told of."""
        if query.get("response_type") != "code":
            raise AnswerError(
                "unsupported_response_type",
                "AADSTS700054: response_type must be 'code': nothing else is enabled for the "
                "application.",
            )
        if asked.mode not in _MODES:
            raise AnswerError(
                "invalid_request",
                f"AADSTS90024: response_mode '{asked.mode}' is not supported here.",
            )
        if "openid" not in asked.scope.split():
            raise AnswerError(
                "invalid_request", "AADSTS900144: The request must ask for the scope 'openid'."
            )
        if not asked.challenge or query.get("code_challenge_method") != "S256":
            raise AnswerError(
                "invalid_request",
                "AADSTS501491: Invalid size or method of Code_Challenge parameter; S256 is wanted.",
            )

    def code(self, asked: SignInRequest, user: User) -> str:
        """Return a new code for that user, good once and for ten minutes."""
        code = f"1.{secrets.token_urlsafe(48)}"
        self._codes[code] = _Code(asked=asked, user=user, ends=real_now() + _CODE_LIFE)
        return code

    def redeem(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Answer the token endpoint for a code, or raise TokenError; the client is known by now."""
        code = form.get("code", "")
        if code in self._redeemed:
            raise TokenError(
                400,
                "invalid_grant",
                "AADSTS54005: OAuth2 Authorization code was already redeemed, please retry with a "
                "new valid code or use an existing refresh token.",
            )
        given = self._codes.pop(code, None)
        if given is None:
            raise TokenError(
                400,
                "invalid_grant",
                "AADSTS9002313: Invalid request. Request is malformed or invalid.",
            )
        self._redeemed.add(code)
        if given.ends <= real_now():
            raise TokenError(
                400,
                "invalid_grant",
                "AADSTS70008: The provided authorization code or refresh token has expired.",
            )
        if form.get("redirect_uri") != given.asked.redirect_uri:
            raise TokenError(
                400,
                "invalid_client",
                "AADSTS500112: The reply address does not match the reply address provided when "
                "requesting Authorization code.",
            )
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if not secrets.compare_digest(_b64(digest), given.asked.challenge):
            raise TokenError(
                400,
                "invalid_grant",
                "AADSTS501481: The Code_Verifier does not match the code_challenge supplied in the "
                "authorization request.",
            )
        return self._tokens(given)

    def _tokens(self, given: _Code) -> dict[str, Any]:
        user, asked = given.user, given.asked
        issued = int(real_now().timestamp())
        roles = self.roles.get(user.id, ())
        claims = {
            "ver": "2.0",
            "iss": f"{self.authority.origin}/{self.authority.tenant_id}/v2.0",
            "aud": self.authority.client_id,
            "iat": issued,
            "nbf": issued,
            "exp": issued + int(_ID_TOKEN_LIFE.total_seconds()),
            "tid": self.authority.tenant_id,
            "oid": user.id,
            "sub": _b64(hashlib.sha256(f"{self.authority.client_id} {user.id}".encode()).digest()),
            "name": user.display_name,
            "preferred_username": user.address,
            **({"nonce": asked.nonce} if asked.nonce else {}),
            **({"roles": list(roles)} if roles else {}),
        }
        info = {"uid": user.id, "utid": self.authority.tenant_id}
        answer = {
            "token_type": "Bearer",
            "scope": "openid profile User.Read email",
            "expires_in": int(_ID_TOKEN_LIFE.total_seconds()),
            "ext_expires_in": int(_ID_TOKEN_LIFE.total_seconds()),
            # Of the person and not of the app: Graph's paths here know no such token.
            "access_token": f"EwB{secrets.token_urlsafe(64)}",
            "id_token": self.authority.sign_claims(claims),
            "client_info": _b64(json.dumps(info).encode()),
        }
        if "offline_access" in asked.scope.split():
            answer["refresh_token"] = f"1.{secrets.token_urlsafe(64)}"
        return answer


def answer_url(redirect_uri: str, values: Mapping[str, str]) -> str:
    """Return the redirect URI with these values in its query."""
    parts = urlsplit(redirect_uri)
    query = [*parse_qsl(parts.query), *values.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))


def answer_values(asked: SignInRequest, code: str) -> dict[str, str]:
    """Return what goes back with a code."""
    state = {"state": asked.state} if asked.state else {}
    return {"code": code, **state, "session_state": str(uuid.uuid4())}


def refusal_values(asked: SignInRequest, refused: AnswerError) -> dict[str, str]:
    """Return what goes back in place of a code."""
    state = {"state": asked.state} if asked.state else {}
    return {"error": refused.error, "error_description": refused.description, **state}


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
