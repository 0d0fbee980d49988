"""Which calls are sent again, when, and for how long, against a scripted service."""

from collections.abc import Callable, Iterator

import pytest

from policy_agent.graph.calls import Call
from policy_agent.graph.failures import GraphProblem
from policy_agent.graph.retry import RetryPolicy
from tests.graph.scripted_service import Asked, Says, ScriptedService, error_body, rig

CALL = Call(operation="move", method="POST", path="/users/u/messages/m/move", mailbox="u", body={})


def scripted(*says: Says) -> Callable[[Asked], Says]:
    """Answer with each in turn."""
    answers: Iterator[Says] = iter(says)
    return lambda _: next(answers)


def test_a_storm_of_429_is_waited_out_as_long_as_it_asks() -> None:
    throttled = Says(status=429, headers={"Retry-After": "7"}, body=error_body("TooManyRequests"))
    with ScriptedService(
        scripted(throttled, throttled, throttled, Says(body={"id": "m"}))
    ) as there:
        client = rig(there.base)
        assert client.http.call(CALL).body == {"id": "m"}
        client.http.close()
    assert client.waits == [7, 7, 7]


def test_the_floor_grows_where_it_asks_for_one_second_each_time() -> None:
    throttled = Says(status=429, headers={"Retry-After": "1"})
    with ScriptedService(scripted(*[throttled] * 5, Says(body={}))) as there:
        client = rig(there.base, attempts=8)
        client.http.call(CALL)
        client.http.close()
    assert client.waits == [1, 1, 2, 4, 8]


def test_a_date_to_come_back_at_is_kept() -> None:
    says = Says(
        status=503,
        headers={
            "Date": "Sun, 22 Nov 2026 10:00:00 GMT",
            "Retry-After": "Sun, 22 Nov 2026 10:00:20 GMT",
        },
    )
    with ScriptedService(scripted(says, Says(body={}))) as there:
        client = rig(there.base)
        client.http.call(CALL)
        client.http.close()
    assert client.waits == [20]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 509])
def test_a_passing_error_is_tried_again(status: int) -> None:
    with ScriptedService(scripted(Says(status=status), Says(body={}))) as there:
        client = rig(there.base)
        client.http.call(CALL)
        client.http.close()
    assert client.waits == [0.5]


@pytest.mark.parametrize("broken", [Says(cut=True), Says(body={"value": "x" * 400}, short=True)])
def test_an_answer_that_is_lost_or_broken_off_is_asked_for_again(broken: Says) -> None:
    with ScriptedService(scripted(broken, Says(body={"id": "m"}))) as there:
        client = rig(there.base)
        assert client.http.call(CALL).body == {"id": "m"}
        client.http.close()
        assert len(there.asked) == 2


def test_a_refusal_is_not_tried_again() -> None:
    with ScriptedService(lambda _: Says(status=400, body=error_body("ErrorInvalid"))) as there:
        client = rig(there.base)
        with pytest.raises(GraphProblem, match="400 ErrorInvalid") as caught:
            client.http.call(CALL)
        client.http.close()
    assert client.waits == []
    assert caught.value.trace.request_id == "theirs-ErrorInvalid"


def test_attempts_are_limited() -> None:
    with ScriptedService(lambda _: Says(status=503)) as there:
        client = rig(there.base, attempts=3)
        with pytest.raises(GraphProblem) as caught:
            client.http.call(CALL)
        client.http.close()
        assert len(there.asked) == 3
    assert caught.value.kind == "unavailable"


def test_it_does_not_wait_for_what_its_patience_would_not_outlast() -> None:
    with ScriptedService(lambda _: Says(status=429, headers={"Retry-After": "90"})) as there:
        client = rig(there.base, attempts=9, patience=100)
        with pytest.raises(GraphProblem):
            client.http.call(CALL)
        client.http.close()
    assert client.waits == [90]


def test_a_refused_token_is_renewed_once() -> None:
    def answer(asked: Asked) -> Says:
        fresh = asked.headers["authorization"] == "Bearer t1"
        return Says(body={}) if fresh else Says(status=401, body=error_body("InvalidToken"))

    with ScriptedService(answer) as there:
        client = rig(there.base)
        client.http.call(CALL)
        client.http.call(CALL)
        client.http.close()
        assert len(there.asked) == 3
    assert client.tokens.renewals == 1
    assert client.waits == []


def test_a_token_that_stays_refused_is_not_renewed_for_ever() -> None:
    with ScriptedService(lambda _: Says(status=401)) as there:
        client = rig(there.base)
        with pytest.raises(GraphProblem) as caught:
            client.http.call(CALL)
        client.http.close()
        assert len(there.asked) == 2
    assert caught.value.kind == "unavailable"


def test_a_service_that_is_not_there_is_a_problem_with_our_own_id() -> None:
    with ScriptedService(lambda _: Says()) as there:
        gone = there.base
    client = rig(gone, attempts=2)
    with pytest.raises(GraphProblem, match="no answer: ConnectionError") as caught:
        client.http.call(CALL)
    client.http.close()
    assert caught.value.failure.request_id == caught.value.trace.client_request_id != ""


def test_a_redirect_is_not_followed() -> None:
    with ScriptedService(
        lambda _: Says(status=302, headers={"Location": "http://127.0.0.1:1/"})
    ) as there:
        client = rig(there.base)
        with pytest.raises(GraphProblem) as caught:
            client.http.call(CALL)
        client.http.close()
    assert caught.value.kind == "refused"


def test_every_request_asks_for_immutable_ids_and_names_itself() -> None:
    with ScriptedService(lambda _: Says(status=201, body={})) as there:
        client = rig(there.base)
        client.http.call(CALL)
        client.http.call(CALL)
        client.http.close()
        first, second = (asked.headers for asked in there.asked)
    assert first["prefer"] == 'IdType="ImmutableId"'
    assert first["client-request-id"] != second["client-request-id"]
    assert first["user-agent"].startswith("policy-agent/")


def test_whoever_counts_calls_hears_of_each() -> None:
    heard: list[tuple[str, int]] = []
    with ScriptedService(scripted(Says(status=503), Says(cut=True), Says(body={}))) as there:
        client = rig(there.base, on_call=lambda name, status, _: heard.append((name, status)))
        client.http.call(CALL)
        client.http.close()
    assert heard == [("move", 503), ("move", 0), ("move", 200)]


def test_the_random_share_comes_on_top_of_what_was_asked() -> None:
    waits: list[float] = []
    policy = RetryPolicy(attempts=30, patience=1e6, jitter=2, sleep=waits.append)

    def attempt() -> None:
        raise GraphProblem("move", status=429, retry_after=40)

    with pytest.raises(GraphProblem):
        policy.run(attempt)
    assert len(waits) == 29
    assert all(40 <= wait <= 42 for wait in waits)
    assert len(set(waits)) > 1
