"""The authority that gives out tokens, as Entra ID does to apps (FACTS section 8)."""

import base64
import itertools
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from policy_agent.sandbox.clock import real_now
from policy_agent.sandbox.faults import Faults
from policy_agent.sandbox.refusals import GraphError

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_FEDERATED_AUDIENCE = "api://AzureADTokenExchange"
_ROLES = (
    "Calendars.ReadWrite", "GroupMember.Read.All", "Mail.ReadWrite", "Mail.Send",
    "MailboxSettings.ReadWrite", "Organization.Read.All", "User.Read.All",
)  # fmt: skip


class TokenError(Exception):
    """A refusal of the token endpoint: status, OAuth error and AADSTS text."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description

    def body(self) -> dict[str, Any]:
        now = real_now()
        number = int(self.description.partition(":")[0].removeprefix("AADSTS"))
        return {
            "error": self.error,
            "error_description": f"{self.description} Trace ID: {uuid.uuid4()} "
            f"Timestamp: {now:%Y-%m-%d %H:%M:%SZ}",
            "error_codes": [number],
            "timestamp": f"{now:%Y-%m-%d %H:%M:%SZ}",
            "trace_id": str(uuid.uuid4()),
            "correlation_id": str(uuid.uuid4()),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class FederatedCredential:
    """Another issuer's tokens that the app may sign in with."""

    issuer: str
    subject: str
    public_key: str  # PEM


@dataclass(frozen=True, slots=True)
class _Given:
    number: int
    app_id: str
    ends: datetime


@dataclass(slots=True)
class Authority:
    """Signs tokens, and knows those it has signed."""

    tenant_id: str
    faults: Faults
    client_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    client_secret: str = field(default_factory=lambda: secrets.token_urlsafe(30))
    origin: str = ""  # https://localhost:PORT, known once the port is
    federated: list[FederatedCredential] = field(default_factory=list)
    revoked: int = 0  # tokens up to this number are
    _certificates: dict[str, x509.Certificate] = field(default_factory=dict)  # by thumbprint
    _given: dict[str, _Given] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _key: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    _key_id: str = field(default_factory=lambda: secrets.token_urlsafe(20))

    def configuration(self) -> dict[str, Any]:
        """Return the tenant's OpenID configuration."""
        here = f"{self.origin}/{self.tenant_id}"
        return {
            "token_endpoint": f"{here}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "jwks_uri": f"{here}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": f"{here}/v2.0",
            "authorization_endpoint": f"{here}/oauth2/v2.0/authorize",
            "end_session_endpoint": f"{here}/oauth2/v2.0/logout",
            "device_authorization_endpoint": f"{here}/oauth2/v2.0/devicecode",
            "tenant_region_scope": "EU",
        }

    def keys(self) -> dict[str, Any]:
        """Return the public keys that tokens are signed with."""
        key = jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**key, "use": "sig", "kid": self._key_id}]}

    def register_certificate(self, pem: str) -> str:
        """Let the app sign in with the key of this certificate; return its SHA-256 thumbprint."""
        certificate = x509.load_pem_x509_certificate(pem.encode())
        for algorithm in (hashes.SHA1(), hashes.SHA256()):  # noqa: S303 - x5t is SHA-1
            self._certificates[_thumbprint(certificate.fingerprint(algorithm))] = certificate
        return certificate.fingerprint(hashes.SHA256()).hex().upper()

    def revoke(self) -> None:
        """Refuse every token given out so far."""
        self.revoked = next(self._numbers)

    def client(self, tenant: str, form: Mapping[str, str]) -> None:
        """Make sure that the app itself asks the token endpoint; TokenError where it does not."""
        if tenant.lower() != self.tenant_id:
            raise TokenError(
                400,
                "invalid_request",
                f"AADSTS90002: Tenant '{tenant}' not found. Check to make sure you have the "
                "correct tenant ID.",
            )
        client = form.get("client_id", "")
        if client != self.client_id:
            raise TokenError(
                400,
                "unauthorized_client",
                f"AADSTS700016: Application with identifier '{client}' was not found in the "
                "directory.",
            )
        self._authenticate(form)

    def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Answer the token endpoint for the app's own token, or raise TokenError."""
        scope = form.get("scope", "")
        if scope not in {f"{self.origin}/.default", "https://graph.microsoft.com/.default"}:
            raise TokenError(
                400,
                "invalid_scope",
                f"AADSTS70011: The provided value for the input parameter 'scope' is not valid. "
                f"The scope {scope} is not valid.",
            )
        lifetime = self.faults.token_lifetime
        return {
            "token_type": "Bearer",
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": self.sign(scope.removesuffix("/.default"), lifetime),
        }

    def sign(self, audience: str, lifetime: int) -> str:
        """Return a new access token for the app."""
        issued = int(real_now().timestamp())
        number = next(self._numbers)
        claims = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{self.tenant_id}/",
            "iat": issued,
            "nbf": issued,
            "exp": issued + lifetime,
            "appid": self.client_id,
            "idtyp": "app",
            "oid": str(uuid.uuid5(uuid.UUID(self.client_id), "service principal")),
            "roles": list(_ROLES),
            "tid": self.tenant_id,
            "uti": str(number),
            "ver": "1.0",
        }
        token = self.sign_claims(claims)
        ends = datetime.fromtimestamp(issued + lifetime, tz=real_now().tzinfo)
        self._given[token] = _Given(number, self.client_id, ends)
        return token

    def sign_claims(self, claims: Mapping[str, Any]) -> str:
        """Return a JWT of these claims, signed with the tenant's key."""
        return jwt.encode(dict(claims), self._key, algorithm="RS256", headers={"kid": self._key_id})

    def check(self, authorization: str) -> str:
        """Return the app that a Graph call comes from, or refuse the call with 401."""
        scheme, _, token = authorization.partition(" ")
        given = self._given.get(token.strip())
        if scheme.lower() != "bearer" or not token.strip():
            raise _unauthorised("Access token is empty.")
        if given is None:
            raise _unauthorised("IDX14100: JWT is not well formed, or its signature is not ours.")
        if given.number <= self.revoked:
            raise _unauthorised("Continuous access evaluation resulted in challenge: revoked.")
        if given.ends <= real_now():
            raise _unauthorised("Lifetime validation failed, the token is expired.")
        return given.app_id

    def _authenticate(self, form: Mapping[str, str]) -> None:
        if form.get("client_assertion_type") == _ASSERTION and "client_assertion" in form:
            self._check_assertion(form["client_assertion"])
            return
        if "client_secret" not in form:
            raise TokenError(
                401,
                "invalid_client",
                "AADSTS7000218: The request body must contain the following parameter: "
                "'client_assertion' or 'client_secret'.",
            )
        if not secrets.compare_digest(form["client_secret"].encode(), self.client_secret.encode()):
            raise TokenError(
                401,
                "invalid_client",
                "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in "
                "the request is the client secret value, not the client secret ID, for a secret "
                f"added to app '{self.client_id}'.",
            )

    def _check_assertion(self, assertion: str) -> None:
        try:
            header = jwt.get_unverified_header(assertion)
            claims = jwt.decode(assertion, options={"verify_signature": False})
            if claims.get("iss") == self.client_id:
                self._check_signed_by_certificate(assertion, header)
            else:
                self._check_federated(assertion, claims)
        except jwt.PyJWTError as error:
            raise TokenError(
                401, "invalid_client", f"AADSTS700027: The client assertion is not valid: {error}."
            ) from error

    def _check_signed_by_certificate(self, assertion: str, header: Mapping[str, Any]) -> None:
        thumbprint = header.get("x5t#S256") or header.get("x5t") or ""
        certificate = self._certificates.get(thumbprint.rstrip("="))  # msal pads it
        if certificate is None:
            raise TokenError(
                401,
                "invalid_client",
                "AADSTS700027: The certificate with identifier used to sign the client assertion "
                f"is not registered on application. [Thumbprint of key used by client: "
                f"'{thumbprint}']",
            )
        key = certificate.public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            raise jwt.InvalidKeyError("the certificate has no RSA key")
        jwt.decode(
            assertion,
            key,
            algorithms=["RS256", "PS256"],
            audience=[
                f"{self.origin}/{self.tenant_id}/oauth2/v2.0/token",
                f"{self.origin}/{self.tenant_id}/v2.0",
            ],
            subject=self.client_id,
            options={"require": ["exp", "jti"]},
        )

    def _check_federated(self, assertion: str, claims: Mapping[str, Any]) -> None:
        for one in self.federated:
            if (one.issuer, one.subject) == (claims.get("iss"), claims.get("sub")):
                key = load_pem_public_key(one.public_key.encode())
                if not isinstance(key, rsa.RSAPublicKey):
                    raise jwt.InvalidKeyError("the federated credential has no RSA key")
                jwt.decode(assertion, key, algorithms=["RS256"], audience=_FEDERATED_AUDIENCE)
                return
        raise TokenError(
            401,
            "invalid_client",
            "AADSTS700213: No matching federated identity record found for presented assertion "
            f"subject '{claims.get('sub')}'.",
        )


def _thumbprint(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _unauthorised(message: str) -> GraphError:
    return GraphError(
        401,
        "InvalidAuthenticationToken",
        message,
        headers={
            "WWW-Authenticate": 'Bearer realm="", authorization_uri='
            '"https://login.microsoftonline.com/common/oauth2/authorize"'
        },
    )
