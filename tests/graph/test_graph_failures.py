"""What statuses and codes mean for whoever asked."""

import pytest

from policy_agent.graph.failures import GraphProblem, Kind, problem_of, retry_after


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "ErrorItemNotFound", "gone"),
        (404, "mailboxnotenabledforrestapi", "unlicensed"),
        (404, "MailboxNotEnabledForRESTAPI", "unlicensed"),
        (403, "ErrorAccessDenied", "denied"),
        (507, "", "full"),
        (400, "ErrorQuotaExceeded", "full"),
        (410, "", "resync"),
        (400, "SyncStateNotFound", "resync"),
        (400, "RESYNCREQUIRED", "resync"),
        (404, "syncStateInvalid", "resync"),
        (429, "ApplicationThrottled", "unavailable"),
        (500, "", "unavailable"),
        (503, "UnknownError", "unavailable"),
        (599, "", "unavailable"),
        (401, "InvalidAuthenticationToken", "unavailable"),
        (0, "", "unavailable"),
        (409, "ErrorIrresolvableConflict", "unavailable"),
        (409, "ErrorFolderExists", "refused"),
        (400, "ErrorInvalidIdMalformed", "refused"),
        (424, "FailedDependency", "refused"),
    ],
)
def test_each_answer_has_its_kind(status: int, code: str, kind: Kind) -> None:
    assert GraphProblem("move", status=status, code=code).kind == kind


@pytest.mark.parametrize("status", [0, 408, 412, 429, 500, 502, 503, 504, 509])
def test_these_may_pass(status: int) -> None:
    assert GraphProblem("move", status=status).passing


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, ""), (401, ""), (403, ""), (404, ""), (409, ""), (507, ""), (500, "ErrorQuotaExceeded")],
)
def test_these_do_not_pass_by_waiting(status: int, code: str) -> None:
    assert not GraphProblem("move", status=status, code=code).passing


def test_an_error_carries_what_support_asks_for_and_no_address() -> None:
    body = {
        "error": {
            "code": "ErrorInvalidUser",
            "message": "The user 'bob@northshire.example' is odd.\nBearer eyJhbGciOi.abc.def",
            "innerError": {
                "date": "2026-11-22T10:00:00",
                "request-id": "theirs",
                "client-request-id": "ours",
            },
        }
    }
    problem = problem_of("move", 400, {}, body, client_request_id="else")
    assert str(problem) == (
        "move: 400 ErrorInvalidUser: The user '(address)' is odd. "
        "(request-id theirs, client-request-id ours, date 2026-11-22T10:00:00)"
    )
    assert problem.failure.request_id == "theirs"


def test_a_token_in_an_error_is_taken_out() -> None:
    problem = GraphProblem("move", words="Bearer abc.def was refused, eyJ0eXAi.eyJhdWQi.c2ln too")
    assert problem.words == "Bearer (token) was refused, (token) too"


@pytest.mark.parametrize(
    "body", [{}, [], None, {"error": None}, {"error": {"code": 7, "innererror": "x"}}]
)
def test_an_error_of_any_shape_is_read_with_the_ids_of_its_headers(body: object) -> None:
    headers = {"request-id": "theirs", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}
    problem = problem_of("read", 502, headers, body, client_request_id="ours")
    assert problem.code == ""
    assert (problem.trace.request_id, problem.trace.client_request_id) == ("theirs", "ours")


def test_retry_after_may_be_seconds_or_a_date() -> None:
    date = "Sun, 22 Nov 2026 10:00:00 GMT"
    later = "Sun, 22 Nov 2026 10:00:42 GMT"
    assert retry_after({"retry-after": "17"}) == 17
    assert retry_after({"retry-after": later, "date": date}) == 42
    assert retry_after({"retry-after": date, "date": later}) == 0
    assert retry_after({"retry-after": later}) is None
    assert retry_after({"retry-after": "soon", "date": date}) is None
    assert retry_after({}) is None
