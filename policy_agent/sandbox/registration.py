"""`/sandbox/app`: what the app's registration says, where people sign in to it."""

from typing import Any

from fastapi import APIRouter, HTTPException

from policy_agent.sandbox.orders import RegistrationBody
from policy_agent.sandbox.sign_in import SigningIn


def registration(signing_in: SigningIn) -> APIRouter:
    """Return the control endpoint of the app's registration."""
    router = APIRouter(prefix="/sandbox")

    @router.put("/app")
    async def put_app(body: RegistrationBody) -> dict[str, Any]:
        try:
            signing_in.register(body.redirect_uris, body.roles)
        except LookupError as unknown:
            raise HTTPException(404, f"no user {unknown.args[0]!r} in the tenant") from unknown
        return {
            "client_id": signing_in.authority.client_id,
            "redirect_uris": sorted(signing_in.redirect_uris),
            "roles": {user: list(roles) for user, roles in signing_in.roles.items()},
        }

    return router
