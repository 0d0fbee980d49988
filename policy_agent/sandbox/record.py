"""The file of everything said to and by the tenant, a line of JSON each."""

import json
from collections import Counter
from pathlib import Path
from typing import Any, TextIO

from policy_agent.sandbox.calls import Answer, Call


class Record:
    """Counts calls, and writes them down if there is a file to write to."""

    def __init__(self, path: Path | None) -> None:
        self.requests = 0
        self.by_status: Counter[int] = Counter()
        self.by_operation: Counter[str] = Counter()  # by method and path, `{}` where keys stand
        self._file: TextIO | None = path.open("a", encoding="utf-8") if path else None

    def call(self, call: Call, answer: Answer, *, batch_part: bool) -> None:
        """Note a Graph call and its answer."""
        self.requests += 1
        self.by_status[answer.status] += 1
        if self._file is None:
            return
        self._write(
            {
                "method": call.method,
                "path": call.path,
                "query": dict(call.query),
                "request_headers": {
                    name: call.headers[name]
                    for name in ("prefer", "content-type")
                    if name in call.headers
                },
                "request_body": call.body,
                "status": answer.status,
                "response_headers": {n.lower(): v for n, v in answer.headers.items()},
                "response_body": answer.body,
                "batch_part": batch_part,
            }
        )

    def notification(self, url: str, body: Any, status: int | None) -> None:
        """Note a notification that was posted; no status means that no answer came."""
        if self._file is not None:
            self._write(
                {"kind": "notification", "url": url, "request_body": body, "status": status}
            )

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _write(self, line: dict[str, Any]) -> None:
        if self._file is not None:
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._file.flush()
