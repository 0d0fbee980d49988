"""`policy-agent reload`: ask the running daemon to read the rulebook and the teams anew."""

import json
import ssl
import sys
from http import HTTPStatus
from typing import Any, NoReturn
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import click

from policy_agent.cli.output import OK, PROBLEMS, WRONG_USE, format_option, print_json
from policy_agent.settings import PREFIX, Settings, SettingsProblem, read_settings

_PATIENCE = 120  # seconds: reading the teams of a large directory takes a while


@click.command()
@click.option("--url", help="Where the daemon listens; as in its settings if not given.")
@format_option()
def reload(*, url: str | None, output_format: str) -> None:
    """Ask the running daemon to read the rulebook and the teams anew.

    It goes by the daemon's own settings and shows POLICY_AGENT_RELOAD_TOKEN. The daemon tells what
    is wrong with a broken rulebook and keeps the last good one; mail on hold is released on time
    whatever comes of it. SIGHUP does the same without an answer.
    """
    try:
        settings = read_settings()
    except SettingsProblem as problem:
        _stop(str(problem))
    if settings.reload_token is None:
        _stop(f"{PREFIX}RELOAD_TOKEN: is not set; set it here and for the daemon, or send SIGHUP")
    wanted = url or _address(settings)
    if not wanted.startswith(("https://", "http://")):
        _stop(f"--url: should begin with https:// or http://, it is {wanted!r}")
    request = Request(  # noqa: S310  the scheme was checked
        f"{wanted.rstrip('/')}/-/reload",
        method="POST",
        headers={"Authorization": f"Bearer {settings.reload_token.get_secret_value()}"},
    )
    status, body = _ask(request, settings)
    if status == HTTPStatus.FORBIDDEN:
        _stop(f"{PREFIX}RELOAD_TOKEN: it is not the token that the daemon has")
    if status not in {HTTPStatus.OK, HTTPStatus.UNPROCESSABLE_ENTITY}:
        _stop(f"{wanted}: answered {status}; is it the daemon that listens there?", PROBLEMS)
    if output_format == "json":
        print_json(body)
    elif body["success"]:
        click.echo("The rulebook and the teams were read anew.")
    else:
        click.echo("The last good rulebook stays in force. What is wrong:")
        for line in body["problems"]:
            click.echo(line)
    sys.exit(OK if body["success"] else PROBLEMS)


def _address(settings: Settings) -> str:
    scheme = "http" if settings.tls_certificate is None else "https"
    host = settings.listen_host
    if host in {"0.0.0.0", "::"}:  # noqa: S104  it listens everywhere, so here too
        host = "localhost"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings.listen_port}"


def _ask(request: Request, settings: Settings) -> tuple[int, Any]:
    trusted = ssl.create_default_context(
        cafile=None if settings.ca_file is None else str(settings.ca_file)
    )
    try:
        with urlopen(request, timeout=_PATIENCE, context=trusted) as answer:  # noqa: S310  as above
            return answer.status, json.load(answer)
    except HTTPError as refused:
        with refused:
            text = refused.read()
        return refused.code, json.loads(text) if _is_json(text) else {}
    except (URLError, TimeoutError, ValueError) as problem:
        why = problem.reason if isinstance(problem, URLError) else problem
        _stop(
            f"{request.full_url}: the daemon could not be asked ({why}); is it running, and is "
            "this its address? --url names another",
            PROBLEMS,
        )


def _is_json(text: bytes) -> bool:
    return text.lstrip().startswith(b"{")


def _stop(why: str, status: int = WRONG_USE) -> NoReturn:
    click.echo(why, err=True)
    sys.exit(status)
