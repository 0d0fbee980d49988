"""People sign in through the real msal, over HTTPS, at the sandbox's authorization endpoint."""

import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from policy_agent.graph.auth import ClientSecret
from policy_agent.graph.sign_in import SignIn, SignInRefused
from policy_agent.graph.tenant import Tenant
from tests.graph.graph_sandbox import GraphSandbox, address

ANOTHER = "00000000-0000-4000-8000-000000000000"  # a tenant
BACK = "https://wellbeing.northshire.example/signed-in"


@pytest.fixture
def people(sandbox: GraphSandbox) -> dict[str, str]:
    found = sandbox.people("sam.okafor", "priya.shah")
    sandbox.control(
        "PUT", "app", {"redirect_uris": [BACK], "roles": {address("sam.okafor"): ["IT"]}}
    )
    return found


@pytest.fixture
def browser(sandbox: GraphSandbox) -> Iterator[httpx2.Client]:
    trusted = ssl.create_default_context(cafile=sandbox.told.ca)
    with httpx2.Client(verify=trusted, trust_env=False) as client:
        yield client


@pytest.fixture
def sign_in(tenant: Tenant) -> SignIn:
    return tenant.sign_in_people


def choose(browser: httpx2.Client, uri: str, person: str) -> Mapping[str, str]:
    """Press that person's button, as a browser without scripts does; return what comes back."""
    page = browser.get(uri)
    assert page.status_code == 200
    assert "simulated" in page.text
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
    form = {key: value.replace("&amp;", "&") for key, value in kept.items()}
    answer = browser.post(uri.partition("?")[0], data={**form, "person": person})
    assert answer.status_code == 302
    where = answer.headers["Location"]
    assert where.startswith(BACK)
    return dict(parse_qsl(urlsplit(where).query))


def begun(sign_in: SignIn) -> tuple[str, dict[str, Any]]:
    flow = dict(sign_in.begin(BACK))
    return flow.pop("auth_uri"), flow


def test_somebody_signs_in_with_their_roles(
    sign_in: SignIn, browser: httpx2.Client, people: dict[str, str]
) -> None:
    uri, flow = begun(sign_in)
    person = sign_in.finish(flow, choose(browser, uri, address("sam.okafor")))
    assert person.id == people["sam.okafor"]
    assert (person.name, person.address) == ("Sam Okafor", address("sam.okafor"))
    assert person.roles == {"IT"}


def test_whoever_has_no_role_has_none(
    sign_in: SignIn, browser: httpx2.Client, people: dict[str, str]
) -> None:
    uri, flow = begun(sign_in)
    person = sign_in.finish(flow, choose(browser, uri, address("priya.shah")))
    assert (person.id, person.roles) == (people["priya.shah"], frozenset())


def test_a_code_is_good_once(
    sign_in: SignIn, browser: httpx2.Client, people: dict[str, str]
) -> None:
    uri, flow = begun(sign_in)
    answer = choose(browser, uri, address("sam.okafor"))
    sign_in.finish(flow, answer)
    with pytest.raises(SignInRefused) as refused:
        sign_in.finish(flow, answer)
    assert refused.value.code == "AADSTS54005"


def test_a_code_is_worth_nothing_to_who_has_not_its_verifier(
    sign_in: SignIn, browser: httpx2.Client, people: dict[str, str]
) -> None:
    uri, flow = begun(sign_in)
    with pytest.raises(SignInRefused) as refused:
        sign_in.finish(
            {**flow, "code_verifier": "x" * 43}, choose(browser, uri, address("sam.okafor"))
        )
    assert refused.value.code == "AADSTS501481"


def test_the_answer_to_another_flow_signs_nobody_in(
    sign_in: SignIn, browser: httpx2.Client, people: dict[str, str]
) -> None:
    uri, _ = begun(sign_in)
    _, mine = begun(sign_in)
    with pytest.raises(SignInRefused) as refused:
        sign_in.finish(mine, choose(browser, uri, address("sam.okafor")))
    assert refused.value.code == "other_flow"


def test_a_token_with_another_nonce_signs_nobody_in(
    sign_in: SignIn, browser: httpx2.Client, people: dict[str, str]
) -> None:
    uri, flow = begun(sign_in)
    answer = choose(browser, uri, address("sam.okafor"))
    with pytest.raises(SignInRefused):
        sign_in.finish({**flow, "nonce": "another"}, answer)


def test_who_turns_back_is_told_so(
    sign_in: SignIn, browser: httpx2.Client, people: dict[str, str]
) -> None:
    uri, flow = begun(sign_in)
    with pytest.raises(SignInRefused) as refused:
        sign_in.finish(flow, choose(browser, uri, ""))
    assert refused.value.cancelled


def test_a_token_for_another_app_or_of_another_tenant_is_refused(
    tenant: Tenant, sandbox: GraphSandbox, browser: httpx2.Client, people: dict[str, str]
) -> None:
    told = sandbox.told
    for wrong in (
        SignIn(tenant.tokens, client_id="another", authority=told.authority),
        SignIn(
            tenant.tokens,
            client_id=told.client_id,
            authority=told.authority.replace(
                told.tenant_id, "00000000-0000-4000-8000-000000000000"
            ),
        ),
    ):
        uri, flow = begun(wrong)
        with pytest.raises(SignInRefused, match="not for this service"):
            wrong.finish(flow, choose(browser, uri, address("sam.okafor")))


def test_a_redirect_uri_that_is_not_registered_is_never_followed(
    sign_in: SignIn, browser: httpx2.Client, people: dict[str, str]
) -> None:
    uri = str(sign_in.begin("https://evil.example/signed-in")["auth_uri"])
    page = browser.get(uri)
    assert page.status_code == 400
    assert "AADSTS50011" in page.text


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (("response_type=code", "response_type=token"), "unsupported_response_type"),
        (("code_challenge_method=S256", "code_challenge_method=plain"), "invalid_request"),
        (("openid", "email"), "invalid_request"),
        (("response_mode=query", "response_mode=fragment"), "invalid_request"),
    ],
)
def test_what_the_app_asks_for_wrongly_goes_back_to_it(
    sign_in: SignIn,
    browser: httpx2.Client,
    people: dict[str, str],
    change: tuple[str, str],
    error: str,
) -> None:
    uri, flow = begun(sign_in)
    answer = browser.get(uri.replace(*change))
    assert answer.status_code == 302
    told = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    assert told["error"] == error
    assert told["state"] == flow["state"]


def test_a_person_s_token_opens_no_mailbox(
    sign_in: SignIn, sandbox: GraphSandbox, browser: httpx2.Client, people: dict[str, str]
) -> None:
    uri, flow = begun(sign_in)
    answer = choose(browser, uri, address("sam.okafor"))
    told = sandbox.told
    tokens = browser.post(
        f"{told.authority}/oauth2/v2.0/token",
        data={
            "grant_type": "authorization_code",
            "client_id": told.client_id,
            "client_secret": told.client_secret,
            "code": answer["code"],
            "redirect_uri": BACK,
            "code_verifier": flow["code_verifier"],
        },
    ).json()
    refused = browser.get(
        f"{told.graph}/users", headers={"Authorization": f"Bearer {tokens['access_token']}"}
    )
    assert refused.status_code == 401


def test_an_unreachable_authority_is_a_passing_refusal(sandbox: GraphSandbox) -> None:
    elsewhere = replace(
        sandbox.endpoints, authority=f"https://localhost:1/{sandbox.told.tenant_id}"
    )
    with (
        Tenant(
            endpoints=elsewhere,
            client_id=sandbox.told.client_id,
            credential=ClientSecret(value=sandbox.told.client_secret),
            ca=sandbox.told.ca,
        ) as tenant,
        pytest.raises(SignInRefused) as refused,
    ):
        tenant.sign_in_people.begin(BACK)
    assert refused.value.passing


def test_signing_out_at_the_tenant_comes_back_only_to_where_it_is_registered(
    sign_in: SignIn, browser: httpx2.Client, people: dict[str, str]
) -> None:
    assert browser.get(sign_in.sign_out_url(BACK)).headers["Location"] == BACK
    assert browser.get(sign_in.sign_out_url("https://evil.example/")).status_code == 200
