"""The pages that people sign in to, put together: a line a page."""

from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from policy_agent.web.it.decisions import add_it_decisions
from policy_agent.web.it.exemption_form import add_it_exemption_form
from policy_agent.web.it.exemptions import add_it_exemptions
from policy_agent.web.it.health import add_it_health
from policy_agent.web.it.holds import add_it_holds
from policy_agent.web.it.release_all import add_it_release_all
from policy_agent.web.it.roll_out import add_it_roll_out
from policy_agent.web.it.rules import add_it_rules
from policy_agent.web.my_mail import add_my_mail
from policy_agent.web.my_settings import add_my_settings
from policy_agent.web.my_time import add_my_time
from policy_agent.web.pages import HERE, Pages
from policy_agent.web.problems import add_problems
from policy_agent.web.reports import add_reports
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
    add_it_release_all(app, site.pages)
    add_it_holds(app, site.pages)
    add_it_decisions(app, site.pages)
    add_it_health(app, site.pages)
    add_it_rules(app, site.pages)
    add_it_exemption_form(app, site.pages)
    add_it_exemptions(app, site.pages)
    add_it_roll_out(app, site.pages)
    add_reports(app, site.pages)
    add_my_settings(app, site.pages)
    add_my_mail(app, site.pages)
    add_my_time(app, site.pages)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
