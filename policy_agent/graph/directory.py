"""The organisation's directory, through Microsoft Graph."""

from collections.abc import Mapping, Sequence
from typing import Any

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.watching import Member
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.calls import Call, literal, path, relative
from policy_agent.graph.failures import GraphProblem
from policy_agent.graph.http import GraphHttp

_SELECT = "id,mail,userPrincipalName,proxyAddresses"
_SMTP = "smtp:"  # before each mail address among `proxyAddresses`; upper case marks the main one


class GraphPeople:
    """Looks people and groups up; `policy_agent.agent.ports.People`.

    Every method raises SignInProblem where no token can be had.
    """

    def __init__(self, http: GraphHttp, batch: GraphBatch) -> None:
        self._http = http
        self._batch = batch

    def group_members(self, address: str) -> Sequence[Member] | CallFailure:
        """Return everyone in the group of that mail address, nested groups included.

        Where no group or more than one has the address the answer is a failure (`gone`, `refused`).
        """
        query = {"$filter": f"mail eq {literal(address)}", "$select": "id"}
        try:
            groups = self._http.call(
                Call(operation="group", method="GET", path=path("groups", query=query))
            ).items
            if len(groups) != 1:
                return CallFailure(
                    kind="refused" if groups else "gone",
                    what=f"group: {len(groups) or 'no'} groups have that mail address",
                )
            return self._members(str(groups[0]["id"]))
        except GraphProblem as problem:
            return problem.failure

    def members(self, addresses: Sequence[str]) -> Mapping[str, Member | CallFailure]:
        """Return the person of each mail address, main or other; `gone` for one nobody has."""
        calls = [
            Call(
                operation="person",
                method="GET",
                path=path("users", query={"$filter": _has(address), "$select": _SELECT}),
            )
            for address in addresses
        ]
        found: dict[str, Member | CallFailure] = {}
        for address, answer in zip(addresses, self._batch.run(calls), strict=True):
            if isinstance(answer, GraphProblem):
                found[address] = answer.failure
            elif not answer.items:
                found[address] = CallFailure(
                    kind="gone",
                    what="person: nobody has that mail address",
                    request_id=answer.headers.get("request-id", ""),
                )
            else:
                found[address] = _best(answer.items, address)
        return found

    def _members(self, group: str) -> list[Member]:
        """Page through a group's people.

        Transitive members of one type are an advanced query, so they need `$count` and this header
        (https://learn.microsoft.com/en-us/graph/aad-advanced-queries).
        """
        query = {"$select": _SELECT, "$top": "999", "$count": "true"}
        below: str | None = path(
            "groups", group, "transitiveMembers", "microsoft.graph.user", query=query
        )
        found: dict[str, Member] = {}
        while below is not None:
            answer = self._http.call(
                Call(
                    operation="group_members",
                    method="GET",
                    path=below,
                    headers={"ConsistencyLevel": "eventual"},
                )
            )
            found.update((str(item["id"]), _member(item)) for item in answer.items)
            link = answer.link("nextLink")
            below = relative(link, self._http.base) if link else None
        return list(found.values())


def _has(address: str) -> str:
    quoted = literal(address)
    return (
        f"mail eq {quoted} or userPrincipalName eq {quoted}"
        f" or proxyAddresses/any(p:p eq {literal(_SMTP + address)})"
    )


def _best(users: Sequence[Mapping[str, Any]], address: str) -> Member:
    """Return the one whose mailbox gets that address, where several have it in some form."""
    found = [_member(user) for user in users]
    main = [member for member in found if member.addresses[:1] == (address.lower(),)]
    return (main or found)[0]


def _member(user: Mapping[str, Any]) -> Member:
    """Read a user; the main address first, then the sign-in name, then the others."""
    proxies = [str(one) for one in user.get("proxyAddresses") or ()]
    smtp = [one[len(_SMTP) :] for one in proxies if one.lower().startswith(_SMTP)]
    named = (str(user.get("mail") or ""), str(user.get("userPrincipalName") or ""), *smtp)
    every = dict.fromkeys(one.strip().lower() for one in named if one.strip())
    return Member(id=str(user["id"]), addresses=tuple(every))


__all__ = ["GraphPeople"]
