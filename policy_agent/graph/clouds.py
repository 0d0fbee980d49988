"""Where Microsoft's clouds answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

VERSION = "v1.0"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cloud:
    """The hosts of one cloud; tokens of one are worth nothing in another."""

    login: str  # host that signs in
    graph: str  # host of Microsoft Graph


# Source: https://learn.microsoft.com/en-us/graph/deployments. GCC uses the public cloud.
CLOUDS: Mapping[str, Cloud] = MappingProxyType(
    {
        "public": Cloud(login="login.microsoftonline.com", graph="graph.microsoft.com"),
        "gcc-high": Cloud(login="login.microsoftonline.us", graph="graph.microsoft.us"),
        "dod": Cloud(login="login.microsoftonline.us", graph="dod-graph.microsoft.us"),
        "china": Cloud(login="login.chinacloudapi.cn", graph="microsoftgraph.chinacloudapi.cn"),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoints:
    """Where one tenant signs in and where its mailboxes are."""

    authority: str  # URL that ends with the tenant
    graph: str  # base URL with the version, without a slash at the end
    scope: str  # what a token is asked for
    known: bool  # is the authority one of Microsoft's, which MSAL may look up


def endpoints(
    *, cloud: str, tenant_id: str, authority: str | None = None, graph: str | None = None
) -> Endpoints:
    """Return the endpoints of a tenant in a cloud; explicit URLs stand in for either.

    The explicit ones are for a sandbox tenant: `authority` with the tenant at its end, `graph`
    with or without the version. An unknown cloud or a URL that is not https is a ValueError.
    """
    found = CLOUDS.get(cloud)
    if found is None:
        raise ValueError(f"unknown cloud {cloud!r}; one of {', '.join(CLOUDS)} is right")
    for url in (authority, graph):
        if url is not None and not url.startswith("https://"):
            raise ValueError(f"{url!r} is not an https URL")
    origin = (graph or f"https://{found.graph}").rstrip("/").removesuffix(f"/{VERSION}")
    return Endpoints(
        authority=(authority or f"https://{found.login}/{tenant_id}").rstrip("/"),
        graph=f"{origin}/{VERSION}",
        scope=f"{origin}/.default",
        known=authority is None,
    )


__all__ = ["CLOUDS", "VERSION", "Cloud", "Endpoints", "endpoints"]
