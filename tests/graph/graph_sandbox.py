"""The sandbox tenant of the session as tests of the Graph client need it."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from policy_agent.domain.copies import CopyRef
from policy_agent.domain.events import EventRef
from policy_agent.graph.auth import ClientSecret
from policy_agent.graph.clouds import Endpoints, endpoints
from policy_agent.graph.tenant import Pace, Tenant
from tests.sandbox_tenant import SandboxTenant

DOMAIN = "northshire.example"


def address(name: str) -> str:
    return f"{name}@{DOMAIN}"


@dataclass(frozen=True, kw_only=True)
class GraphSandbox:
    """What the tenant said at its start, clients of it, and short ways to its controls."""

    told: SandboxTenant

    @property
    def endpoints(self) -> Endpoints:
        return endpoints(
            cloud="public",
            tenant_id=self.told.tenant_id,
            authority=self.told.authority,
            graph=self.told.graph,
        )

    def client(
        self, *, waits: list[float] | None = None, service_mailbox: str = "", **pace: Any
    ) -> Tenant:
        """Return a client; with `waits` it writes its waits down instead of sleeping."""
        return Tenant(
            endpoints=self.endpoints,
            client_id=self.told.client_id,
            credential=ClientSecret(value=self.told.client_secret),
            ca=self.told.ca,
            service_mailbox=service_mailbox,
            pace=Pace(**pace, sleep=time.sleep if waits is None else waits.append),
        )

    def control(self, method: str, name: str, body: Any = None) -> Any:
        answer = self.told.control.request(method, f"/{name}", json=body)
        return answer.raise_for_status().json()

    def people(self, *names: str, **teams: str) -> dict[str, str]:
        """Add people and return their ids by name; `teams` puts a person into a team."""
        rows = [{"person": name, "teams": [teams[name]] if name in teams else []} for name in names]
        users = self.control("POST", "people", {"people": rows})["users"]
        return {one["person"]: one["id"] for one in users}

    def deliver(
        self,
        to: str,
        subject: str = "Rota",
        *,
        sender: str = "sender@elsewhere.example",
        **more: Any,
    ) -> list[CopyRef]:
        """Deliver one message to these people, blanks between; return the copies."""
        to_all = [address(one) for one in to.split()]
        found = self.told.deliver(sender, *to_all, subject=subject, **more)["copies"]
        return [
            CopyRef(mailbox=one["mailbox"], message=one["message"])
            for one in (found[where] for where in dict.fromkeys(found))
        ]

    def meeting(
        self, organiser: str, attendees: str = "", start: str = "2027-01-06T12:30", **more: Any
    ) -> dict[str, EventRef]:
        """Book half an hour, or `minutes`; return everybody's copy by mailbox."""
        starts = datetime.fromisoformat(start)
        ends = starts + timedelta(minutes=more.pop("minutes", 30))
        body = {
            "organiser": organiser if "@" in organiser else address(organiser),
            "attendees": [address(one) for one in attendees.split()],
            "start": starts.isoformat(),
            "end": ends.isoformat(),
            **more,
        }
        (made,) = self.control("POST", "meetings", {"meetings": [body]})["meetings"]
        return {user: EventRef(mailbox=user, event=event) for user, event in made["copies"].items()}

    def events(self, name: str, **window: str) -> list[dict[str, Any]]:
        """Return what is true of everything in somebody's calendar."""
        asked = urlencode({"address": address(name), **window})
        return list(self.control("GET", f"events?{asked}")["events"])

    def event_act(self, name: str, ref: EventRef, action: str, **more: Any) -> None:
        body = {"address": address(name), "event": ref.event, "action": action, **more}
        self.control("POST", "event-act", body)

    def faults(self, **faults: Any) -> None:
        self.told.faults(**faults)
