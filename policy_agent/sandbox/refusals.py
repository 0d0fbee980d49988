"""What Graph says no with."""

from collections.abc import Mapping


class GraphError(Exception):
    """A refusal in Graph's own words (error body: C/errors, FACTS section 9)."""

    def __init__(
        self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def bad_request(message: str, *, code: str = "BadRequest") -> GraphError:
    """Return a 400, the answer to what a client must not repeat."""
    return GraphError(400, code, message)


def not_found(message: str, *, code: str = "ErrorItemNotFound") -> GraphError:
    """Return a 404."""
    return GraphError(404, code, message)
