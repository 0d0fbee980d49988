"""A Graph client of the demo's own, apart from the agent's: ordinary msal, ordinary HTTP."""

import ssl
from collections.abc import Iterator
from typing import Any, Self

import httpx2
import msal
import requests

from demo.tenant import Address


class Client:
    """Signs in as any app would and asks the tenant; times are UTC, ids immutable."""

    def __init__(self, tenant: Address) -> None:
        with requests.Session() as session:
            session.trust_env = False  # REQUESTS_CA_BUNDLE would go before the tenant's authority
            session.verify = tenant.ca
            app = msal.ConfidentialClientApplication(
                tenant.client_id,
                client_credential=tenant.client_secret,
                authority=tenant.authority,
                instance_discovery=False,
                http_client=session,
            )
            token = app.acquire_token_for_client([f"{tenant.origin}/.default"])
        self._http = httpx2.Client(
            base_url=tenant.graph,
            headers={
                "Authorization": f"Bearer {token['access_token']}",
                "Prefer": 'IdType="ImmutableId"',
            },
            verify=ssl.create_default_context(cafile=tenant.ca),
            timeout=60,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def one(self, path: str) -> dict[str, Any]:
        """Return what is at a path, or at a link to a next page."""
        answer = self._http.get(path)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def all(self, path: str) -> Iterator[dict[str, Any]]:
        """Yield the items of every page."""
        following: str | None = path
        while following is not None:
            page = self.one(following)
            yield from page["value"]
            following = page.get("@odata.nextLink")

    def users(self) -> dict[str, str]:
        """Return everybody's id by address."""
        return {user["mail"]: user["id"] for user in self.all("/users?$select=id,mail&$top=200")}
