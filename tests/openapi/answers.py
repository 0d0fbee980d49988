"""Successful answers held to the description: status, body, and what OData asks beyond it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.openapi.operations import Operation
from tests.openapi.queries import Queries
from tests.openapi.schemas import StrictSchemas

_SUCCESS: Final = range(200, 300)


class Answers:
    """Checks successful answers; `$select` and `$expand` of the request count."""

    def __init__(self, schemas: StrictSchemas, queries: Queries) -> None:
        self._schemas = schemas
        self._queries = queries

    def problems(
        self, operation: Operation, status: int, body: Any, query: Mapping[str, Any]
    ) -> Iterator[str]:
        """Yield what is wrong with an answer whose status says success (or a redirection)."""
        if status != operation.status:
            yield f"answer: status {status}, where this operation gives {operation.status}"
            if status not in _SUCCESS:
                return
        if operation.gives_bytes:
            if not isinstance(body, str | bytes):
                yield "answer: this operation gives bytes, not JSON"
            return
        if operation.gives is None:
            if body not in (None, ""):
                yield "answer: this operation gives no body"
            return
        if body in (None, ""):
            yield "answer: a body is needed"
            return
        for where, what in self._schemas.problems(operation.gives, body):
            yield f"answer{where}: {what}"
        if isinstance(body, dict):
            yield from self._shape(operation, body, query)

    def _shape(
        self, operation: Operation, body: Mapping[str, Any], query: Mapping[str, Any]
    ) -> Iterator[str]:
        """Yield what OData asks of an answer beyond the schema."""
        links = {"@odata.nextLink", "@odata.deltaLink"} & set(body)
        if operation.is_delta and len(links) != 1:
            yield "answer: a delta has either a nextLink or a deltaLink"
        if not operation.is_delta and "@odata.deltaLink" in body:
            yield "answer.@odata.deltaLink: this is no delta"
        if not operation.is_collection and links:
            yield "answer.@odata.nextLink: this is no collection"
        if operation.item is not None and self._schemas.is_entity(operation.item):
            yield from self._entities(operation, operation.item, body, query)

    def _entities(
        self,
        operation: Operation,
        name: str,
        body: Mapping[str, Any],
        query: Mapping[str, Any],
    ) -> Iterator[str]:
        selected, expanded = self._queries.asked_for(query)
        values = body.get("value") if operation.is_collection else [body]
        navigation = {
            key
            for kind in (name, *self._schemas.derived(name))
            for key, part in self._schemas.properties(kind).items()
            if part.get("x-ms-navigationProperty")
        }
        for place, item in enumerate(values if isinstance(values, list) else []):
            where = f"answer.value[{place}]" if operation.is_collection else "answer"
            if not isinstance(item, dict):
                continue
            # Entra leaves out an id that was not selected; Exchange always gives it
            may_lack_id = operation.is_directory and selected is not None and "id" not in selected
            if "id" not in item and not may_lack_id:
                yield f"{where}.id: needed"
            for key in item:
                if "@" in key or key == "id":
                    continue
                if key in navigation and operation.method == "GET":
                    if key not in expanded:
                        yield f"{where}.{key}: not asked for by $expand"
                elif selected is not None and key not in selected | expanded:
                    yield f"{where}.{key}: not asked for by $select"
