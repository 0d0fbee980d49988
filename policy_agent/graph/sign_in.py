"""Signing people in with Entra ID, by the authorization code flow with PKCE."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedInPerson:
    """Whoever Entra says it is."""

    id: str  # Entra object id
    name: str  # display name; may be anything
    address: str  # lower case; what they sign in with
    roles: frozenset[str]  # app roles


class SignInRefused(Exception):
    """Nobody was signed in; the text is for the person."""

    def __init__(self, text: str, *, cancelled: bool = False, passing: bool = False) -> None:
        super().__init__(text)
        self.cancelled = cancelled  # the person turned back
        self.passing = passing  # may be over in a while, without anybody's doing


__all__ = ["SignInRefused", "SignedInPerson"]
