"""Signing in to a sandbox tenant with the real MSAL, by each kind of credential."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import jwt
import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509 import load_pem_x509_certificate

from policy_agent.domain.counts import TokenState
from policy_agent.graph.auth import (
    ClientSecret,
    Credential,
    FederatedToken,
    PemCertificate,
    PfxCertificate,
    SignInProblem,
    TokenSource,
)
from policy_agent.graph.tenant import Pace, Tenant
from tests.graph.graph_sandbox import GraphSandbox, address
from tests.graph.scripted_service import Says, ScriptedService

AUDIENCE = "api://AzureADTokenExchange"


@dataclass(frozen=True, kw_only=True)
class KeyPair:
    key: bytes  # PEM
    certificate: bytes  # PEM
    private: RSAPrivateKey


@pytest.fixture(scope="module")
def key_pair() -> KeyPair:
    leaf = trustme.CA().issue_cert("policy-agent.example", key_type=trustme.KeyType.RSA)
    private = load_pem_private_key(leaf.private_key_pem.bytes(), None)
    assert isinstance(private, RSAPrivateKey)
    return KeyPair(
        key=leaf.private_key_pem.bytes(),
        certificate=leaf.cert_chain_pems[0].bytes(),
        private=private,
    )


def source(
    sandbox: GraphSandbox,
    credential: Credential | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> TokenSource:
    told = sandbox.told
    return TokenSource(
        endpoints=sandbox.endpoints,
        client_id=told.client_id,
        credential=credential or ClientSecret(value=told.client_secret),
        ca=told.ca,
        clock=clock,
    )


def problem(tokens: TokenSource) -> SignInProblem:
    with pytest.raises(SignInProblem) as caught:
        tokens.token()
    tokens.close()
    return caught.value


def test_a_secret_signs_in_and_the_token_is_kept(sandbox: GraphSandbox) -> None:
    tokens = source(sandbox)
    first = tokens.token()
    assert first.count(".") == 2
    assert tokens.token() == first
    tokens.close()


def test_a_refused_token_is_renewed_once_by_however_many_callers(sandbox: GraphSandbox) -> None:
    tokens = source(sandbox)
    first = tokens.token()
    tokens.renew(first)
    second = tokens.token()
    tokens.renew(first)
    assert second != first
    assert tokens.token() == second
    tokens.close()


def test_how_long_a_token_is_good_is_known_without_asking(sandbox: GraphSandbox) -> None:
    now = [100.0]
    tokens = source(sandbox, clock=lambda: now[0])
    assert tokens.state() == TokenState()
    first = tokens.token()
    good_for = tokens.state().good_for
    assert good_for is not None
    assert timedelta(minutes=50) < good_for <= timedelta(minutes=90)
    now[0] += 60
    assert tokens.state().good_for == good_for - timedelta(minutes=1)
    now[0] += good_for.total_seconds()
    assert tokens.state() == TokenState()
    now[0] = 100.0
    tokens.renew(first)
    assert tokens.state() == TokenState()
    tokens.close()


def test_the_last_refusal_is_known_and_when_it_was(sandbox: GraphSandbox) -> None:
    now = [100.0]
    tokens = source(sandbox, ClientSecret(value="wrong"), clock=lambda: now[0])
    refused = problem(tokens)
    now[0] += 30
    assert tokens.state() == TokenState(refused=str(refused), refused_ago=timedelta(seconds=30))


def test_a_pem_certificate_signs_in(
    sandbox: GraphSandbox, key_pair: KeyPair, tmp_path: Path
) -> None:
    sandbox.control("POST", "certificates", {"certificate": key_pair.certificate.decode()})
    (tmp_path / "key.pem").write_bytes(key_pair.key)
    (tmp_path / "certificate.pem").write_bytes(key_pair.certificate)
    tokens = source(
        sandbox,
        PemCertificate(certificate=tmp_path / "certificate.pem", key=tmp_path / "key.pem"),
    )
    assert tokens.token()
    tokens.close()


def pfx(key_pair: KeyPair, folder: Path) -> Path:
    file = folder / "certificate.pfx"
    certificate = load_pem_x509_certificate(key_pair.certificate)
    encryption = BestAvailableEncryption(b"right")
    file.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"policy-agent", key_pair.private, certificate, None, encryption
        )
    )
    return file


def test_a_pfx_certificate_signs_in(
    sandbox: GraphSandbox, key_pair: KeyPair, tmp_path: Path
) -> None:
    sandbox.control("POST", "certificates", {"certificate": key_pair.certificate.decode()})
    tokens = source(sandbox, PfxCertificate(path=pfx(key_pair, tmp_path), passphrase="right"))
    assert tokens.token()
    tokens.close()


def test_a_wrong_passphrase_points_at_the_certificate(
    sandbox: GraphSandbox, key_pair: KeyPair, tmp_path: Path
) -> None:
    credential = PfxCertificate(path=pfx(key_pair, tmp_path), passphrase="wrong-one")
    found = problem(source(sandbox, credential))
    assert found.setting == "client_certificate"
    assert "passphrase" in str(found)
    assert "wrong-one" not in f"{found} {credential}"


def test_an_unregistered_certificate_points_at_the_certificate(
    sandbox: GraphSandbox, tmp_path: Path
) -> None:
    leaf = trustme.CA().issue_cert("other.example", key_type=trustme.KeyType.RSA)
    leaf.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "both.pem"))
    both = tmp_path / "both.pem"
    found = problem(source(sandbox, PemCertificate(certificate=both, key=both)))
    assert (found.code, found.setting) == ("AADSTS700027", "client_certificate")


def assertion(key_pair: KeyPair, subject: str) -> str:
    claims = {"iss": "https://issuer.example", "sub": subject, "aud": AUDIENCE, "exp": 4102444800}
    return jwt.encode(claims, key_pair.private, algorithm="RS256")


def test_a_federated_token_is_read_anew_at_each_sign_in(
    sandbox: GraphSandbox, key_pair: KeyPair, tmp_path: Path
) -> None:
    public = key_pair.private.public_key()
    sandbox.control(
        "POST",
        "federated-credentials",
        {
            "issuer": "https://issuer.example",
            "subject": "system:agent",
            "public_key": public.public_bytes(
                Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
            ).decode(),
        },
    )
    file = tmp_path / "token"
    file.write_text(assertion(key_pair, "system:agent") + "\n")
    tokens = source(sandbox, FederatedToken(path=file))
    first = tokens.token()
    file.write_text(assertion(key_pair, "system:somebody-else"))
    tokens.renew(first)
    found = problem(tokens)
    assert (found.code, found.setting) == ("AADSTS700213", "federated_token_file")


@pytest.mark.parametrize(
    ("credential", "setting"),
    [
        (FederatedToken(path=Path("no/such/token")), "federated_token_file"),
        (PfxCertificate(path=Path("no/such.pfx")), "client_certificate"),
        (PemCertificate(certificate=Path("no.pem"), key=Path("no.key")), "client_certificate"),
    ],
)
def test_a_missing_file_points_at_its_setting(
    sandbox: GraphSandbox, credential: Credential, setting: str
) -> None:
    found = problem(source(sandbox, credential))
    assert found.setting == setting
    assert "No such file" in str(found)
    assert not found.passing


def test_a_wrong_secret_is_told_once_and_clearly(sandbox: GraphSandbox) -> None:
    found = problem(source(sandbox, ClientSecret(value="not-the-secret")))
    assert (found.code, found.setting, found.passing) == ("AADSTS7000215", "client_secret", False)
    text = str(found)
    assert text.startswith("sign-in refused: AADSTS7000215: Invalid client secret provided.")
    assert "[look at client_secret]" in text
    assert "correlation" in text
    assert "not-the-secret" not in f"{text} {ClientSecret(value='not-the-secret')!r}"


def test_a_wrong_secret_stops_a_call_on_many_with_that_one_problem(
    sandbox: GraphSandbox, waits: list[float]
) -> None:
    ids = sandbox.people(*(f"ann{number}" for number in range(50)))
    refs = sandbox.deliver(" ".join(ids))
    client = Tenant(
        endpoints=sandbox.endpoints,
        client_id=sandbox.told.client_id,
        credential=ClientSecret(value="wrong"),
        ca=sandbox.told.ca,
        pace=Pace(sleep=waits.append),
    )
    with client, pytest.raises(SignInProblem, match="AADSTS7000215"):
        client.mail.read(refs)
    with client, pytest.raises(SignInProblem, match="client_secret"):
        client.people.group_members(address("anybody"))
    assert waits == []
    assert "AADSTS7000215" in client.state().token.refused


def test_a_wrong_client_id_points_at_it(sandbox: GraphSandbox) -> None:
    told = sandbox.told
    tokens = TokenSource(
        endpoints=sandbox.endpoints,
        client_id="00000000-0000-4000-8000-000000000000",
        credential=ClientSecret(value=told.client_secret),
        ca=told.ca,
    )
    found = problem(tokens)
    assert (found.code, found.setting) == ("AADSTS700016", "client_id")


def test_a_wrong_tenant_points_at_it(sandbox: GraphSandbox) -> None:
    told = sandbox.told
    elsewhere = told.authority.replace(told.tenant_id, "00000000-0000-4000-8000-000000000000")
    tokens = TokenSource(
        endpoints=replace(sandbox.endpoints, authority=elsewhere),
        client_id=told.client_id,
        credential=ClientSecret(value=told.client_secret),
        ca=told.ca,
    )
    assert problem(tokens).setting == "tenant_id"


def test_a_scope_of_another_cloud_points_at_the_cloud(sandbox: GraphSandbox) -> None:
    told = sandbox.told
    tokens = TokenSource(
        endpoints=replace(sandbox.endpoints, scope="https://graph.microsoft.us/.default"),
        client_id=told.client_id,
        credential=ClientSecret(value=told.client_secret),
        ca=told.ca,
    )
    found = problem(tokens)
    assert (found.code, found.setting) == ("AADSTS70011", "cloud")


def test_an_untrusted_certificate_points_at_ca(sandbox: GraphSandbox) -> None:
    told = sandbox.told
    tokens = TokenSource(
        endpoints=sandbox.endpoints,
        client_id=told.client_id,
        credential=ClientSecret(value=told.client_secret),
    )
    found = problem(tokens)
    assert (found.setting, found.passing) == ("ca_file", False)


def test_a_login_service_that_is_not_there_is_a_passing_trouble_of_each_copy(
    sandbox: GraphSandbox, waits: list[float]
) -> None:
    with ScriptedService(lambda _: Says()) as there:
        nobody = there.base.replace("http://", "https://").removesuffix("/v1.0")
    endpoints = replace(sandbox.endpoints, authority=f"{nobody}/{sandbox.told.tenant_id}")
    sandbox.people("abe")
    refs = sandbox.deliver("abe")
    with Tenant(
        endpoints=endpoints,
        client_id=sandbox.told.client_id,
        credential=ClientSecret(value=sandbox.told.client_secret),
        ca=sandbox.told.ca,
        pace=Pace(sleep=waits.append),
    ) as client:
        (found,) = client.mail.read(refs).values()
        with pytest.raises(SignInProblem, match="did not answer") as caught:
            client.sign_in()
    assert getattr(found, "kind", "") == "unavailable"
    assert len(waits) == 7
    assert client.state().pushback.waits == 7
    assert caught.value.passing
