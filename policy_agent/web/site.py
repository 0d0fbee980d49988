"""The pages that people sign in to, put together: a line a page."""

from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from policy_agent.web.my_mail import add_my_mail
from policy_agent.web.my_settings import add_my_settings
from policy_agent.web.my_time import add_my_time
from policy_agent.web.pages import HERE, Pages
from policy_agent.web.problems import add_problems
from policy_agent.web.sign_in import SignIn, add_sign_in


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """What the pages are made of, and who signs people in."""

    pages: Pages
    sign_in: SignIn


def add_site(app: FastAPI, site: Site) -> None:
    """Add every page to the application."""
    add_problems(app, site.pages)
    add_sign_in(app, site.pages, site.sign_in)
    add_my_settings(app, site.pages)
    add_my_mail(app, site.pages)
    add_my_time(app, site.pages)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
