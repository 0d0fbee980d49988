"""Bearer tokens of programs that ask the web server for something."""

import hmac

_SCHEME = "bearer"


def shows(authorization: str, token: str | None) -> bool:
    """Whether the header shows the token; takes as long for a wrong one as for the right.

    Without a token in the settings nobody shows it.
    """
    scheme, _, given = authorization.partition(" ")
    wanted = (token or "").encode()
    same = hmac.compare_digest(given.strip().encode(), wanted)
    return same and bool(wanted) and scheme.lower() == _SCHEME


__all__ = ["shows"]
