"""Signing in to Entra ID as an application, by MSAL."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import msal
import requests

from policy_agent.domain.counts import TokenState
from policy_agent.graph.clouds import Endpoints
from policy_agent.graph.failures import is_untrusted, scrubbed

# Entra's error numbers and the setting that mends each. Source:
# https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
_MENDED_BY = {
    "AADSTS50059": "tenant_id",
    "AADSTS53003": "the tenant's conditional access",
    "AADSTS70021": "federated_token_file",
    "AADSTS70011": "cloud",
    "AADSTS90002": "tenant_id",
    "AADSTS500011": "cloud",
    "AADSTS700016": "client_id",
    "AADSTS700021": "federated_token_file",
    "AADSTS700024": "this machine's clock",
    "AADSTS700027": "client_certificate",
    "AADSTS700211": "federated_token_file",
    "AADSTS700212": "federated_token_file",
    "AADSTS700213": "federated_token_file",
    "AADSTS900023": "tenant_id",
    "AADSTS1002012": "cloud",
    "AADSTS7000112": "the app registration, which is disabled",
    "AADSTS7000215": "client_secret",
    "AADSTS7000216": "client_secret",
    "AADSTS7000218": "client_secret",
    "AADSTS7000222": "client_secret",
}
_MENDED_BY_ERROR = {"invalid_client": "the credential", "unauthorized_client": "client_id"}
_PASSING_ERRORS = frozenset({"temporarily_unavailable", "server_error"})
_PASSING_CODES = frozenset({"AADSTS90033", "AADSTS90024", "AADSTS50196", "AADSTS90055"})


class SignInProblem(Exception):
    """No token could be had; the text says what is wrong and which setting would mend it."""

    def __init__(self, text: str, *, setting: str = "", code: str = "", passing: bool) -> None:
        super().__init__(text)
        self.setting = setting  # the setting to look at; empty where none is to blame
        self.code = code  # Entra's, such as AADSTS7000215
        self.passing = passing  # may be over in a while, without anybody's doing


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientSecret:
    """A client secret: its value, not its id."""

    value: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class PfxCertificate:
    """A certificate with its private key in a PKCS #12 file."""

    path: Path
    passphrase: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class PemCertificate:
    """A certificate and its private key in PEM files, which may be one and the same."""

    certificate: Path
    key: Path
    passphrase: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class FederatedToken:
    """A token file that the platform renews (workload identity); read anew at each sign-in."""

    path: Path


Credential = ClientSecret | PfxCertificate | PemCertificate | FederatedToken


class TokenSource:
    """Access tokens of the application, from one MSAL application and its cache in memory.

    Nothing is asked of the network before the first token is.
    """

    def __init__(
        self,
        *,
        endpoints: Endpoints,
        client_id: str,
        credential: Credential,
        ca: str | bool = True,  # file of certificate authorities; True: those of the system
        timeouts: tuple[float, float] = (5.0, 30.0),  # seconds to connect, to read
        clock: Callable[[], float] = time.monotonic,  # seconds, from anywhere
    ) -> None:
        self._clock = clock
        self._endpoints = endpoints
        self._client_id = client_id
        self._credential = credential
        self._http = _Http(ca, timeouts)
        self._lock = Lock()
        self._app: Any = None
        self._current = ""
        # Read without the lock, which is held while the network is asked.
        self._good_until: float | None = None
        self._refused: tuple[str, float] | None = None  # what was said, and when

    def state(self) -> TokenState:
        """Return how signing in goes; nothing is asked of the network."""
        now, good_until, refused = self._clock(), self._good_until, self._refused
        left = 0.0 if good_until is None else good_until - now
        return TokenState(
            good_for=timedelta(seconds=left) if left > 0 else None,
            refused="" if refused is None else refused[0],
            refused_ago=None if refused is None else timedelta(seconds=now - refused[1]),
        )

    def token(self) -> str:
        """Return a token that is still good as far as we know; SignInProblem where none is had."""
        with self._lock:
            try:
                return self._acquire()
            except SignInProblem as problem:
                self._refused = str(problem), self._clock()
                raise

    def renew(self, refused: str) -> None:
        """Forget a token that the service refused, unless somebody renewed it meanwhile."""
        with self._lock:
            if self._app is not None and refused == self._current:
                self._app.remove_tokens_for_client()
                self._current = ""
                self._good_until = None

    def close(self) -> None:
        self._http.close()

    def _acquire(self) -> str:
        try:
            if self._app is None:
                self._app = self.application()
            result = self._app.acquire_token_for_client([self._endpoints.scope])
        except requests.RequestException as error:
            raise self._unreached(error) from None
        except OSError as error:
            raise self._unreadable(error.strerror or type(error).__name__) from None
        except ValueError as error:
            raise self._unusable(str(error)) from None
        token = result.get("access_token")
        if not isinstance(token, str):
            raise _problem(result)
        self._current = token
        self._good_until = self._clock() + float(result.get("expires_in") or 0)
        return token

    def application(self) -> Any:
        """Return a new MSAL application; see `_acquire` for what that and its calls may raise."""
        return msal.ConfidentialClientApplication(
            self._client_id,
            authority=self._endpoints.authority,
            client_credential=_as_msal_takes_it(self._credential),
            instance_discovery=None if self._endpoints.known else False,
            http_client=self._http,
        )

    def _unreached(self, error: requests.RequestException) -> SignInProblem:
        if is_untrusted(error):
            return SignInProblem(
                f"sign-in: {self._endpoints.authority} shows a certificate that is not trusted; "
                "ca_file must name the file of its certificate authority",
                setting="ca_file",
                passing=False,
            )
        return SignInProblem(
            f"sign-in: {self._endpoints.authority} did not answer ({type(error).__name__})",
            passing=True,
        )

    def _unreadable(self, why: str) -> SignInProblem:
        setting = _setting(self._credential)
        return SignInProblem(
            f"sign-in: the file of {setting} cannot be read: {why}", setting=setting, passing=False
        )

    def _unusable(self, why: str) -> SignInProblem:
        if "authority configuration" in why or "OIDC Discovery" in why:
            return SignInProblem(
                f"sign-in: {self._endpoints.authority} is no tenant that can be signed in to; "
                "tenant_id or cloud is wrong",
                setting="tenant_id",
                passing=False,
            )
        setting = _setting(self._credential)
        return SignInProblem(
            f"sign-in: {setting} cannot be used: wrong format, or wrong passphrase",
            setting=setting,
            passing=False,
        )


def _as_msal_takes_it(credential: Credential) -> str | dict[str, object]:
    """Turn a credential into MSAL's form; without a thumbprint MSAL computes the SHA-256 one."""
    if isinstance(credential, ClientSecret):
        return credential.value
    if isinstance(credential, FederatedToken):
        return {"client_assertion": _reader(credential.path)}
    if isinstance(credential, PfxCertificate):
        credential.path.open("rb").close()  # so that its absence is told as such
        told: dict[str, object] = {"private_key_pfx_path": str(credential.path)}
    else:
        told = {
            "private_key": credential.key.read_text(encoding="ascii"),
            "public_certificate": credential.certificate.read_text(encoding="ascii"),
        }
    if credential.passphrase is not None:
        told["passphrase"] = credential.passphrase
    return told


def _reader(path: Path) -> Callable[[], str]:
    return lambda: path.read_text(encoding="ascii").strip()


def _setting(credential: Credential) -> str:
    if isinstance(credential, ClientSecret):
        return "client_secret"
    return (
        "federated_token_file" if isinstance(credential, FederatedToken) else "client_certificate"
    )


def _problem(result: dict[str, Any]) -> SignInProblem:
    """Put Entra's refusal into words: its code, the first line of its text, what would mend it."""
    error = str(result.get("error", ""))
    words = scrubbed(str(result.get("error_description", "")))
    head = words.partition(":")[0].strip()
    code = head if head.startswith("AADSTS") else ""
    passing = error in _PASSING_ERRORS or code in _PASSING_CODES
    setting = "" if passing else _MENDED_BY.get(code) or _MENDED_BY_ERROR.get(error, "")
    ids = ", ".join(
        f"{name} {result[key]}"
        for name, key in (("trace", "trace_id"), ("correlation", "correlation_id"))
        if result.get(key)
    )
    text = f"sign-in refused: {words or error or 'no reason given'}"
    if setting:
        text += f" [look at {setting}]"
    return SignInProblem(text + (f" ({ids})" if ids else ""), setting=setting, code=code,
                         passing=passing)  # fmt: skip


class _Http:
    """What MSAL needs of an HTTP client, with timeouts and our certificate authority.

    `verify` goes with each request: requests lets an environment variable outrank a session's.
    """

    def __init__(self, ca: str | bool, timeouts: tuple[float, float]) -> None:
        self._session = requests.Session()
        self._ca = ca
        self._timeouts = timeouts

    def get(self, url: str, **options: Any) -> requests.Response:
        return self._session.get(url, verify=self._ca, timeout=self._timeouts, **options)

    def post(self, url: str, **options: Any) -> requests.Response:
        return self._session.post(url, verify=self._ca, timeout=self._timeouts, **options)

    def close(self) -> None:
        self._session.close()


__all__ = [
    "ClientSecret",
    "Credential",
    "FederatedToken",
    "PemCertificate",
    "PfxCertificate",
    "SignInProblem",
    "TokenSource",
]
