import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import jwt
import msal
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tests.sandbox_tenant import SandboxTenant


@pytest.fixture(autouse=True)
def no_other_trust(monkeypatch: pytest.MonkeyPatch) -> None:
    """The `requests` of msal lets these win over the `verify` that msal sets."""
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)


def sign_in(tenant: SandboxTenant, credential: Any = None, **changed: Any) -> dict[str, Any]:
    app = msal.ConfidentialClientApplication(
        changed.get("client_id", tenant.client_id),
        authority=changed.get("authority", tenant.authority),
        client_credential=credential or tenant.client_secret,
        instance_discovery=False,
        verify=tenant.ca,
    )
    found: dict[str, Any] = app.acquire_token_for_client([changed.get("scope", tenant.scope)])
    return found


def post_token(tenant: SandboxTenant, authority: str, **changed: str) -> httpx2.Response:
    form = {
        "grant_type": "client_credentials",
        "client_id": tenant.client_id,
        "client_secret": tenant.client_secret,
        "scope": tenant.scope,
        **changed,
    }
    return httpx2.post(
        f"{authority}/oauth2/v2.0/token", data=form, verify=tenant.trust(), trust_env=False
    )


def users(tenant: SandboxTenant, token: str) -> httpx2.Response:
    return httpx2.get(
        f"{tenant.graph}/users",
        headers={"Authorization": f"Bearer {token}"},
        verify=tenant.trust(),
        trust_env=False,
    )


def key_pair() -> tuple[rsa.RSAPrivateKey, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return key, private.decode()


def certificate_of(key: rsa.RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "policy agent")])
    made = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(made)
        .not_valid_after(made + timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def test_msal_signs_in_with_a_secret(tenant: SandboxTenant) -> None:
    found = sign_in(tenant)
    assert found["expires_in"] == 3599
    assert users(tenant, found["access_token"]).status_code == 200


def test_msal_signs_in_with_a_registered_certificate(tenant: SandboxTenant) -> None:
    key, private = key_pair()
    certificate = certificate_of(key)
    credential = {"private_key": private, "public_certificate": certificate}
    refused = sign_in(tenant, credential)
    assert "AADSTS700027" in refused["error_description"]
    tenant.control.post("/certificates", json={"certificate": certificate}).raise_for_status()
    assert "access_token" in sign_in(tenant, credential)


def test_msal_signs_in_with_a_federated_assertion(tenant: SandboxTenant) -> None:
    key, _ = key_pair()
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    known = {"issuer": "https://cluster.example", "subject": "agent"}
    tenant.control.post(
        "/federated-credentials", json={**known, "public_key": public.decode()}
    ).raise_for_status()

    def assertion(subject: str = "agent") -> str:
        claims = {
            "iss": known["issuer"],
            "sub": subject,
            "aud": "api://AzureADTokenExchange",
            "exp": int(time.monotonic()) + 2**32,
            "jti": str(uuid.uuid4()),
        }
        return jwt.encode(claims, key, algorithm="RS256")

    assert "access_token" in sign_in(tenant, {"client_assertion": assertion})
    refused = sign_in(tenant, {"client_assertion": lambda: assertion("somebody else")})
    assert "AADSTS700213" in refused["error_description"]


def test_a_wrong_secret_is_refused_in_entras_words(tenant: SandboxTenant) -> None:
    found = sign_in(tenant, "wrong")
    assert found["error"] == "invalid_client"
    assert found["error_codes"] == [7000215]
    assert post_token(tenant, tenant.authority, client_secret="wrong").status_code == 401


def test_a_wrong_client_id_is_an_unauthorized_client(tenant: SandboxTenant) -> None:
    found = post_token(tenant, tenant.authority, client_id=str(uuid.uuid4()))
    assert (found.status_code, found.json()["error"]) == (400, "unauthorized_client")
    assert found.json()["error_codes"] == [700016]


def test_a_wrong_tenant_is_not_found(tenant: SandboxTenant) -> None:
    elsewhere = f"{tenant.origin}/{uuid.uuid4()}"
    found = post_token(tenant, elsewhere)
    assert (found.status_code, found.json()["error_codes"]) == (400, [90002])
    with pytest.raises(ValueError, match="Unable to get authority configuration"):
        sign_in(tenant, authority=elsewhere)


def test_a_wrong_scope_is_invalid(tenant: SandboxTenant) -> None:
    found = post_token(tenant, tenant.authority, scope="https://else.example/.default")
    assert (found.status_code, found.json()["error"]) == (400, "invalid_scope")
    assert found.json()["error_codes"] == [70011]


@pytest.mark.parametrize("token", ["-", "nonsense", "a.b.c"])
def test_graph_refuses_a_call_without_a_good_token(tenant: SandboxTenant, token: str) -> None:
    found = users(tenant, token)
    assert found.status_code == 401
    assert found.json()["error"]["code"] == "InvalidAuthenticationToken"


def test_an_expired_token_is_refused(tenant: SandboxTenant) -> None:
    tenant.faults(token_lifetime=0)
    assert users(tenant, tenant.token()).status_code == 401


def test_revoked_tokens_are_refused_and_new_ones_are_not(tenant: SandboxTenant) -> None:
    old = tenant.token()
    tenant.faults(token_revoked=True)
    assert users(tenant, old).status_code == 401
    assert users(tenant, tenant.token()).status_code == 200
