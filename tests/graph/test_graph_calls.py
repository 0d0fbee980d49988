"""Paths, links, literals and instants on the wire."""

from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_agent.graph.calls import Call, instant, literal, path, relative, written
from policy_agent.graph.clouds import endpoints

BASE = "https://graph.microsoft.com/v1.0"


def test_ids_and_principal_names_are_quoted_whole() -> None:
    told = path("users", "o'brien@a.example", "messages", "AA/B+C==")
    assert told == "/users/o%27brien%40a.example/messages/AA%2FB%2BC%3D%3D"


def test_query_values_keep_their_meaning() -> None:
    address = literal("o'brien+x@a.example")
    told = path("groups", query={"$filter": f"mail eq {address}"})
    assert told == "/groups?$filter=mail%20eq%20%27o%27%27brien%2Bx%40a.example%27"


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1))
def test_any_segment_survives_quoting(segment: str) -> None:
    told = path("users", segment)
    assert told.count("/") == 2
    assert unquote(told.rpartition("/")[2]) == segment


def test_a_link_of_our_host_is_used_verbatim() -> None:
    link = f"{BASE}/users/u/mailFolders('inbox')/messages/delta?$deltatoken=a%2Fb+c"
    below = "/users/u/mailFolders('inbox')/messages/delta?$deltatoken=a%2Fb+c"
    assert relative(link, BASE) == below


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1.0/users/u",
        "http://graph.microsoft.com/v1.0/users/u",
        "https://graph.microsoft.com:8443/v1.0/users/u",
        "https://graph.microsoft.com/beta/users/u",
        "https://a@graph.microsoft.com/v1.0/users/u",
        "https://graph.microsoft.com.evil.example/v1.0/users/u",
        "https://graph.microsoft.com:x/v1.0/users/u",
        "https://[graph.microsoft.com/v1.0/users/u",
        "/users/u",
        "",
    ],
)
def test_a_link_to_anywhere_else_is_none_of_ours(link: str) -> None:
    assert relative(link, BASE) is None


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("2026-11-22T10:00:00Z", 0),
        ("2026-11-22T10:00:00.1Z", 100_000),
        ("2026-11-22T10:00:00.1234567Z", 123_456),
        ("2026-11-22T11:00:00.123+01:00", 123_000),
        ("2026-11-22T10:00:00", 0),
    ],
)
def test_instants_of_the_service_are_read_as_utc(text: str, microseconds: int) -> None:
    assert instant(text) == datetime(2026, 11, 22, 10, 0, 0, microseconds, tzinfo=UTC)
    assert instant(text).tzinfo is UTC


def test_an_instant_is_written_rounded_down_so_that_nothing_is_missed() -> None:
    assert written(datetime(2026, 11, 22, 10, 0, 0, 999_999, UTC)) == "2026-11-22T10:00:00Z"


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        written(datetime(2026, 11, 22, 10, 0, 0))  # noqa: DTZ001 - that it is naive is the point


def test_immutable_ids_are_asked_for_always() -> None:
    call = Call(operation="changes", method="GET", path="/users", page_size=50)
    assert call.prefer == 'odata.maxpagesize=50, IdType="ImmutableId"'


def test_times_of_events_are_asked_for_in_utc_besides() -> None:
    call = Call(operation="view", method="GET", path="/users", utc=True)
    assert call.prefer == 'IdType="ImmutableId", outlook.timezone="UTC"'


def test_each_cloud_has_its_own_hosts_and_scope() -> None:
    found = endpoints(cloud="dod", tenant_id="t")
    assert found.authority == "https://login.microsoftonline.us/t"
    assert found.graph == "https://dod-graph.microsoft.us/v1.0"
    assert found.scope == "https://dod-graph.microsoft.us/.default"
    assert found.known


def test_a_sandbox_tenant_stands_in_by_explicit_urls() -> None:
    found = endpoints(
        cloud="public",
        tenant_id="t",
        authority="https://localhost:8443/t",
        graph="https://localhost:8443/v1.0/",
    )
    assert found.graph == "https://localhost:8443/v1.0"
    assert found.scope == "https://localhost:8443/.default"
    assert not found.known


def test_an_unknown_cloud_is_told_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="public, gcc-high, dod, china"):
        endpoints(cloud="moon", tenant_id="t")


def test_a_plain_http_url_is_refused() -> None:
    with pytest.raises(ValueError, match="not an https URL"):
        endpoints(cloud="public", tenant_id="t", graph="http://localhost/v1.0")
