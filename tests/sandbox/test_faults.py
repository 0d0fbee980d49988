import asyncio
from collections import Counter

import httpx2
import pytest

from tests.sandbox_tenant import SandboxTenant


def statuses_of(
    tenant: SandboxTenant, paths: list[str], *, under_way: int, throttled: int
) -> Counter[int]:
    """Ask for all of these at the same time; none is answered before all have come in."""

    async def ask() -> list[httpx2.Response]:
        async with httpx2.AsyncClient(
            base_url=tenant.graph,
            headers={"Authorization": f"Bearer {tenant.token()}"},
            verify=tenant.trust(),
            trust_env=False,
            timeout=60,
        ) as client:
            asked = asyncio.gather(*(client.get(path) for path in paths))
            while True:
                await asyncio.sleep(0)
                stats = tenant.control.get("/stats").json()
                if (stats["under_way"], stats["throttled"] - before) == (under_way, throttled):
                    break
            tenant.faults(hold=False)
            return await asked

    before = tenant.control.get("/stats").json()["throttled"]
    tenant.faults(hold=True)
    answers = asyncio.run(asyncio.wait_for(ask(), 60))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
    return Counter(answer.status_code for answer in answers)


def test_a_fifth_request_at_a_time_to_a_mailbox_is_throttled(
    tenant: SandboxTenant, person: str
) -> None:
    paths = [f"/users/{person}/messages"] * 6
    assert statuses_of(tenant, paths, under_way=4, throttled=2) == {200: 4, 429: 2}


def test_requests_to_other_mailboxes_do_not_count(tenant: SandboxTenant, person: str) -> None:
    paths = [f"/users/{person}/messages"] * 4 + ["/users/bob@northshire.example/messages"] * 4
    assert statuses_of(tenant, paths, under_way=8, throttled=0) == {200: 8}


def test_too_many_requests_in_ten_minutes_are_throttled(
    tenant: SandboxTenant, person: str, graph: httpx2.Client
) -> None:
    tenant.control.put("/limits", json={"requests": 3}).raise_for_status()
    try:
        found = [graph.get(f"/users/{person}/messages").status_code for _ in range(5)]
    finally:
        tenant.control.put("/limits", json={"requests": 10_000}).raise_for_status()
    assert found == [200, 200, 200, 429, 429]


def test_the_same_seed_throttles_the_same_calls(
    tenant: SandboxTenant, graph: httpx2.Client
) -> None:
    def some() -> list[int]:
        tenant.faults(seed=7, throttle=0.5)
        return [graph.get("/users").status_code for _ in range(20)]

    first = some()
    assert first == some()
    assert set(first) == {200, 429}


def test_retry_after_can_be_left_out(tenant: SandboxTenant, graph: httpx2.Client) -> None:
    tenant.faults(throttle=1, retry_after=None)
    answer = graph.get("/users")
    assert answer.status_code == 429
    assert "Retry-After" not in answer.headers
    tenant.faults(retry_after=17)
    assert graph.get("/users").headers["Retry-After"] == "17"


def test_parts_of_a_batch_are_throttled_on_their_own(
    tenant: SandboxTenant, graph: httpx2.Client
) -> None:
    requests = [{"id": str(n), "method": "GET", "url": "/users"} for n in range(20)]
    tenant.faults(seed=0, throttle=0.3)
    answer = graph.post("/$batch", json={"requests": requests})
    assert {one["status"] for one in answer.json()["responses"]} == {200, 429}


def test_the_service_is_away_until_a_time_by_the_tenants_clock(
    tenant: SandboxTenant, graph: httpx2.Client
) -> None:
    tenant.set_clock("2026-06-01T10:00:00Z", rate=0)
    tenant.faults(unavailable={"until": "2026-06-01T12:00:00Z"})
    assert graph.get("/users").status_code == 503
    tenant.set_clock("2026-06-01T12:00:00Z", rate=1)
    assert graph.get("/users").status_code == 200


def test_an_answer_can_get_lost_after_the_work_is_done(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    copy = tenant.deliver("x@outside.example", person)["copies"][person]["message"]
    path = f"/users/{person}/messages/{copy}/move"
    tenant.faults(lost_answers=1)
    with pytest.raises(httpx2.TransportError):
        stable.post(path, json={"destinationId": "archive"})
    (found,) = tenant.copies(person)
    assert found["well_known_name"] == "archive"


def test_random_errors_are_of_the_server(tenant: SandboxTenant, graph: httpx2.Client) -> None:
    tenant.faults(seed=1, error_rate=1)
    found = {graph.get("/users").status_code for _ in range(40)}
    assert found == {500, 502, 503, 504}


def test_mailboxes_can_be_unlicensed_denied_and_full(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    copy = tenant.deliver("x@outside.example", person)["copies"][person]["message"]
    path = f"/users/{person}/messages"
    tenant.faults(unlicensed=[person.upper()])
    assert stable.get(path).json()["error"]["code"] == "MailboxNotEnabledForRESTAPI"
    tenant.faults(unlicensed=[], denied=[person])
    assert stable.get(path).status_code == 403
    tenant.faults(denied=[], full=[person])
    assert stable.get(path).status_code == 200
    moved = stable.post(f"{path}/{copy}/move", json={"destinationId": "archive"})
    assert (moved.status_code, moved.json()["error"]["code"]) == (507, "ErrorQuotaExceeded")


def test_the_date_header_is_the_tenants_time(tenant: SandboxTenant, graph: httpx2.Client) -> None:
    tenant.set_clock("2026-12-25T08:00:00Z", rate=0)
    answer = graph.get("/users", headers={"client-request-id": "me"})
    assert answer.headers["Date"] == "Fri, 25 Dec 2026 08:00:00 GMT"
    assert answer.headers["client-request-id"] == "me"
    tenant.set_clock(rate=1)


def test_the_clock_can_run_fast(tenant: SandboxTenant) -> None:
    tenant.set_clock("2026-12-25T08:00:00Z", rate=1_000_000)
    while tenant.control.get("/clock").json()["now"] < "2026-12-26":
        pass
    tenant.set_clock("2026-12-25T08:00:00Z", rate=1)


def test_an_unknown_fault_is_refused(tenant: SandboxTenant) -> None:
    assert tenant.control.put("/faults", json={"gremlins": 1}).status_code == 422
