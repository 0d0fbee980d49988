"""The pages on which people sign in to the simulated tenant, and the paths behind them."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup, escape

from policy_agent.sandbox.people import User
from policy_agent.sandbox.sign_in import (
    AnswerError,
    PageError,
    SigningIn,
    SignInRequest,
    answer_url,
    answer_values,
    refusal_values,
)

_PATH = "/{tenant}/oauth2/v2.0"
_DECLINED = AnswerError("access_denied", "AADSTS65004: User declined to consent to access the app.")
_STYLE = Markup("""
body { font: 18px/1.5 Arial, sans-serif; max-width: 36em; margin: 2em auto; padding: 0 1em; }
button { font: inherit; padding: .4em .8em; margin: .2em 0; cursor: pointer; }
ul { list-style: none; padding: 0; }
.note { border-left: 6px solid #b58105; padding: .5em 1em; background: #fff7e0; }
""")


def add_sign_in_pages(app: FastAPI, signing_in: SigningIn) -> None:
    """Add the authorization endpoint and signing out."""

    @app.get(f"{_PATH}/authorize")
    async def authorize(tenant: str, request: Request) -> Response:
        """Show who one can be; what is wrong goes back, or is shown where nobody may be told."""
        return _authorize(signing_in, tenant, dict(request.query_params), chosen=None)

    @app.post(f"{_PATH}/authorize")
    async def choose(tenant: str, request: Request) -> Response:
        """Take who it is to be; the request's own values came along in the form."""
        form = {str(key): str(value) for key, value in (await request.form()).items()}
        return _authorize(signing_in, tenant, form, chosen=form.get("person", ""))

    @app.get(f"{_PATH}/logout")
    async def logout(tenant: str, request: Request) -> Response:
        """Sign out: nobody stays signed in here, so there is nothing to end."""
        del tenant
        back = request.query_params.get("post_logout_redirect_uri", "")
        if back in signing_in.redirect_uris:
            return RedirectResponse(back, status_code=302)
        return _page("You are signed out", Markup("<p>You can close this page now.</p>"))


def _authorize(
    signing_in: SigningIn, tenant: str, values: Mapping[str, str], *, chosen: str | None
) -> Response:
    try:
        asked = signing_in.asked(tenant, values)
    except PageError as wrong:
        text = Markup("<p>{}</p>").format(str(wrong))
        return _page("Sorry, we cannot sign you in", text, status=400)
    try:
        signing_in.check(asked, values)
    except AnswerError as refused:
        return _answer(asked, refusal_values(asked, refused))
    if chosen == "":
        return _answer(asked, refusal_values(asked, _DECLINED))
    user = None if chosen is None else signing_in.directory.find_user(chosen)
    if user is None or not user.enabled:
        return _choice(signing_in, asked, values)
    return _answer(asked, answer_values(asked, signing_in.code(asked, user)))


def _choice(signing_in: SigningIn, asked: SignInRequest, values: Mapping[str, str]) -> Response:
    kept = Markup("").join(
        Markup('<input type="hidden" name="{}" value="{}">').format(key, value)
        for key, value in values.items()
        if key != "person"
    )
    people = sorted(
        (user for user in signing_in.directory.users.values() if user.enabled),
        key=lambda user: (user.address != asked.hint.lower(), not signing_in.roles.get(user.id)),
    )
    buttons = Markup("").join(
        Markup('<li><button name="person" value="{}">{}</button> {}</li>').format(
            user.address, user.display_name, _what(signing_in, user)
        )
        for user in people
    )
    body = Markup(
        '<p class="note">This is a simulated tenant. Nobody here is real, and there are no '
        "passwords.</p><p>Who are you?</p>"
        '<form method="post">{}<ul>{}</ul>'
        '<p><button name="person" value="">Cancel</button></p></form>'
    ).format(kept, buttons)
    return _page("Sign in to the simulated tenant", body)


def _what(signing_in: SigningIn, user: User) -> str:
    roles = ", ".join(signing_in.roles.get(user.id, ()))
    return f"{user.role}, app role {roles}" if roles else user.role


def _answer(asked: SignInRequest, values: Mapping[str, str]) -> Response:
    if asked.mode != "form_post":
        return RedirectResponse(answer_url(asked.redirect_uri, values), status_code=302)
    fields = Markup("").join(
        Markup('<input type="hidden" name="{}" value="{}">').format(key, value)
        for key, value in values.items()
    )
    body = Markup('<form method="post" action="{}">{}<button>Continue</button></form>').format(
        asked.redirect_uri, fields
    )
    return _page("Working…", body)


def _page(title: str, body: Markup, *, status: int = 200) -> HTMLResponse:
    values: dict[str, Any] = {"title": escape(title), "style": _STYLE, "body": body}
    page = Markup(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>{title}</title><style>{style}</style></head>"
        "<body><main><h1>{title}</h1>{body}</main></body></html>"
    ).format(**values)
    return HTMLResponse(str(page), status_code=status, headers={"Cache-Control": "no-store"})
