"""`policy-agent run`: the daemon."""

import sys

import click

from policy_agent.logs import configure_logs
from policy_agent.settings import PREFIX, Settings, read_settings
from policy_agent.wiring import PROBLEMS, build


@click.command()
def run() -> None:
    """Watch mailboxes, hold what the rulebook says, release it on time.

    Settings come from the environment (POLICY_AGENT_…), from .env, and from files in
    POLICY_AGENT_SECRETS_DIR. SIGHUP reloads the rulebook; SIGTERM ends after running work.
    """
    try:
        settings = read_settings()
        configure_logs(settings.log_format, settings.log_level)
        with build(settings) as daemon:
            daemon.run()
    except PROBLEMS as problem:
        setting = getattr(problem, "setting", "")
        named = f" ({PREFIX}{setting.upper()})" if setting in Settings.model_fields else ""
        click.echo(f"{problem}{named}", err=True)
        # 1: may be over in a while, so a supervisor should start it again; 2: somebody must mend it
        sys.exit(1 if getattr(problem, "passing", False) else 2)
