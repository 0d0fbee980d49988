"""Batches: which parts are sent again, together with what, and in which order answers come."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from policy_agent.graph.auth import SignInProblem
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.calls import Answer, Call
from policy_agent.graph.failures import GraphProblem
from policy_agent.graph.limits import Limits
from tests.graph.scripted_service import (
    Asked,
    FixedTokens,
    Rig,
    Says,
    ScriptedService,
    error_body,
    rig,
)


def call(mailbox: str, message: str = "m") -> Call:
    return Call(
        operation="move",
        method="POST",
        path=f"/users/{mailbox}/messages/{message}/move",
        mailbox=mailbox,
        body={"destinationId": "f"},
    )


def responses(
    asked: Asked, each: Callable[[str], tuple[int, dict[str, str], Any]]
) -> dict[str, Any]:
    """Answer each part by its URL, in reverse order."""
    found = []
    for part in reversed(asked.parts):
        status, headers, body = each(part["url"])
        found.append({"id": part["id"], "status": status, "headers": headers, "body": body})
    return {"responses": found}


def fine(url: str) -> tuple[int, dict[str, str], Any]:
    return 201, {}, {"id": url}


def run(there: ScriptedService, calls: list[Call], **settings: Any) -> tuple[Rig, list[Any]]:
    client = rig(there.base, **settings)
    try:
        return client, GraphBatch(client.http).run(calls)
    finally:
        client.http.close()


def test_answers_come_in_the_order_asked_whatever_order_they_arrive_in() -> None:
    calls = [call(f"u{number % 7}", f"m{number}") for number in range(50)]
    with ScriptedService(lambda asked: Says(body=responses(asked, fine))) as there:
        _, results = run(there, calls)
        sizes = [len(asked.parts) for asked in there.asked]
    assert [result.body["id"] for result in results] == [one.path for one in calls]
    assert max(sizes) <= 20
    assert sum(sizes) == 50


def test_nothing_asked_is_nothing_sent() -> None:
    with ScriptedService(lambda _: Says(status=500)) as there:
        _, results = run(there, [])
        assert there.asked == []
    assert results == []


def test_each_part_has_its_own_preference_id_and_content_type() -> None:
    with ScriptedService(lambda asked: Says(body=responses(asked, fine))) as there:
        run(there, [call("a"), Call(operation="read", method="GET", path="/users/b", mailbox="b")])
        post, get = there.asked[0].parts
    assert post["headers"]["Prefer"] == get["headers"]["Prefer"] == 'IdType="ImmutableId"'
    assert post["headers"]["Content-Type"] == "application/json"
    assert "body" not in get
    assert post["headers"]["client-request-id"] != get["headers"]["client-request-id"]


def test_only_the_parts_that_failed_are_sent_again() -> None:
    seen: Counter[str] = Counter()

    def each(url: str) -> tuple[int, dict[str, str], Any]:
        seen[url] += 1
        if "/bad" in url and seen[url] == 1:
            return 429, {"Retry-After": "3"}, error_body("ApplicationThrottled")
        return fine(url)

    calls = [call(f"{'bad' if number % 3 == 0 else 'good'}{number}") for number in range(20)]
    with ScriptedService(lambda asked: Says(body=responses(asked, each))) as there:
        client, results = run(there, calls)
        again = [part["url"] for part in there.asked[1].parts]
    assert sorted(again) == sorted(one.path for one in calls if "bad" in one.path)
    assert all(isinstance(result, Answer) for result in results)
    assert client.waits == [3]


def test_a_part_that_must_wait_long_does_not_hold_the_others_back() -> None:
    seen: Counter[str] = Counter()

    def each(url: str) -> tuple[int, dict[str, str], Any]:
        seen[url] += 1
        wait = "40" if "/slow" in url else "1"
        if seen[url] == 1:
            return 429, {"retry-after": wait}, error_body("ApplicationThrottled")
        return fine(url)

    with ScriptedService(lambda asked: Says(body=responses(asked, each))) as there:
        client, _ = run(there, [call("slow"), call("quick")])
        urls = [[part["url"] for part in asked.parts] for asked in there.asked]
    assert client.waits == [1, 39]
    assert urls[1:] == [[call("quick").path], [call("slow").path]]


def test_a_part_that_is_refused_has_a_problem_and_the_others_their_answers() -> None:
    def each(url: str) -> tuple[int, dict[str, str], Any]:
        if "/bad" in url:
            return 404, {}, error_body("ErrorItemNotFound")
        return fine(url)

    with ScriptedService(lambda asked: Says(body=responses(asked, each))) as there:
        client, (good, bad) = run(there, [call("good"), call("bad")])
    assert isinstance(good, Answer)
    assert isinstance(bad, GraphProblem)
    assert (bad.kind, bad.trace.request_id) == ("gone", "theirs-ErrorItemNotFound")
    assert client.waits == []


def test_a_part_that_never_succeeds_gives_up_alone() -> None:
    def each(url: str) -> tuple[int, dict[str, str], Any]:
        return fine(url) if "/good" in url else (503, {}, error_body("ErrorServerBusy"))

    with ScriptedService(lambda asked: Says(body=responses(asked, each))) as there:
        client, (good, bad) = run(there, [call("good"), call("bad")], attempts=3)
        assert len(there.asked) == 3
    assert isinstance(good, Answer)
    assert bad.kind == "unavailable"
    assert client.waits == [0.5, 1]


def test_parts_whose_token_ran_out_are_sent_again_with_one_fresh_token() -> None:
    def answer(asked: Asked) -> Says:
        old = asked.headers["authorization"] == "Bearer t0"

        def each(url: str) -> tuple[int, dict[str, str], Any]:
            return (401, {}, error_body("InvalidAuthenticationToken")) if old else fine(url)

        return Says(body=responses(asked, each))

    with ScriptedService(answer) as there:
        client, results = run(there, [call(f"u{number}") for number in range(100)])
    assert all(isinstance(result, Answer) for result in results)
    assert client.tokens.renewals == 1
    assert client.waits == []


class SecretThatEnds(FixedTokens):
    """Gives the first token, and then none any more."""

    def token(self) -> str:
        if self.renewals:
            raise SignInProblem("sign-in refused: expired", setting="client_secret", passing=False)
        return super().token()


def test_a_secret_that_ends_on_the_way_does_not_hide_what_was_done() -> None:
    def each(url: str) -> tuple[int, dict[str, str], Any]:
        return fine(url) if "/good" in url else (401, {}, error_body("InvalidToken"))

    with ScriptedService(lambda asked: Says(body=responses(asked, each))) as there:
        client = rig(there.base)
        client.http.tokens = SecretThatEnds()
        good, bad = GraphBatch(client.http).run([call("good"), call("bad")])
        client.http.close()
    assert isinstance(good, Answer)
    assert isinstance(bad, GraphProblem)
    assert bad.kind == "unavailable"
    assert "sign-in refused" in str(bad)


@pytest.mark.parametrize("says", [Says(status=503), Says(status=401), Says(cut=True)])
def test_a_batch_that_fails_as_a_whole_is_sent_again(says: Says) -> None:
    first = threading.Event()

    def answer(asked: Asked) -> Says:
        if not first.is_set():
            first.set()
            return says
        return Says(body=responses(asked, fine))

    with ScriptedService(answer) as there:
        _, results = run(there, [call("a"), call("b")])
        assert len(there.asked) == 2
    assert all(isinstance(result, Answer) for result in results)


def test_a_part_that_spoils_its_batch_is_found_out() -> None:
    def answer(asked: Asked) -> Says:
        if any("/bad" in part["url"] for part in asked.parts):
            return Says(status=400, body=error_body("BadRequest"))
        return Says(body=responses(asked, fine))

    with ScriptedService(answer) as there:
        _, (one, bad, two) = run(there, [call("one"), call("bad"), call("two")])
    assert isinstance(one, Answer)
    assert isinstance(two, Answer)
    assert bad.kind == "refused"


@pytest.mark.parametrize("status", [403, 404, 410])
def test_what_is_said_of_the_whole_batch_is_no_word_on_a_message(status: int) -> None:
    with ScriptedService(lambda _: Says(status=status, body=error_body("Nowhere"))) as there:
        _, results = run(there, [call("a"), call("b")])
    assert [result.kind for result in results] == ["unavailable", "unavailable"]
    assert all("request-id theirs-Nowhere" in str(result) for result in results)


def test_a_part_that_the_answer_leaves_out_is_sent_again() -> None:
    def answer(asked: Asked) -> Says:
        body = responses(asked, fine)
        return Says(body={"responses": body["responses"][: 1 if len(there.asked) == 1 else 20]})

    with ScriptedService(answer) as there:
        _, results = run(there, [call("a"), call("b")])
        assert [len(asked.parts) for asked in there.asked] == [2, 1]
    assert all(isinstance(result, Answer) for result in results)


def test_no_more_than_allowed_is_ever_in_flight() -> None:
    lock = threading.Lock()
    flying: Counter[str] = Counter()
    worst = Counter[str]()
    together = threading.Event()

    def answer(asked: Asked) -> Says:
        names = [part["url"].split("/")[2] for part in asked.parts]
        with lock:
            flying.update(names)
            worst["mailbox"] = max(worst["mailbox"], *flying.values())
            worst["app"] = max(worst["app"], flying.total())
            if flying.total() > len(names):
                together.set()
        together.wait(timeout=10)  # so that two batches do meet
        with lock:
            flying.subtract(names)
        return Says(body=responses(asked, fine))

    calls = [call(f"u{number % 200}", f"m{number}") for number in range(2000)]
    with ScriptedService(answer) as there:
        _, results = run(there, calls, limits=Limits(per_mailbox=4, whole_app=50))
    assert all(isinstance(result, Answer) for result in results)
    assert worst["mailbox"] <= 4
    assert 20 < worst["app"] <= 50


def test_one_mailbox_gets_four_at_a_time() -> None:
    with ScriptedService(lambda asked: Says(body=responses(asked, fine))) as there:
        run(there, [call("u", f"m{number}") for number in range(30)])
        assert max(len(asked.parts) for asked in there.asked) == 4


def test_whoever_counts_calls_hears_of_parts_and_batches() -> None:
    heard: Counter[tuple[str, int]] = Counter()
    lock = threading.Lock()

    def on_call(name: str, status: int, _: float) -> None:
        with lock:
            heard[(name, status)] += 1

    with ScriptedService(lambda asked: Says(body=responses(asked, fine))) as there:
        run(there, [call("a"), call("b")], on_call=on_call)
    assert heard == {("batch", 200): 1, ("move", 201): 2}


@pytest.mark.parametrize(("status", "times"), [(429, 2), (409, 1), (503, 1), (504, 1), (500, 1)])
def test_what_must_not_be_done_twice_is_sent_again_only_where_it_was_not_done(
    status: int, times: int
) -> None:
    def answer(asked: Asked) -> Says:
        return Says(body=responses(asked, lambda _: (status, {}, error_body("Error"))))

    with ScriptedService(answer) as there:
        _, (result,) = run(there, [replace(call("a"), once=True)], attempts=2)
        assert len(there.asked) == times
    assert result.status == status
    assert result.unsure is (times == 1 and status >= 500)


def test_a_token_that_was_refused_is_no_doing() -> None:
    def answer(asked: Asked) -> Says:
        first = len(there.asked) == 1
        return Says(body=responses(asked, lambda url: (401, {}, None) if first else fine(url)))

    with ScriptedService(answer) as there:
        _, (result,) = run(there, [replace(call("a"), once=True)])
    assert isinstance(result, Answer)
