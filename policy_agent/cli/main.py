"""The command line: `policy-agent <command>`, a module a command."""

import importlib
import io
import sys

import click

# each is a module of this package with a command of its name
COMMANDS = (
    "check",
    "clashes",
    "exempt",
    "explain",
    "kept",
    "release",
    "reload",
    "report",
    "rollout",
    "run",
    "sandbox",
    "schema",
    "simulate",
    "survey",
    "test",
    "uninstall",
    "windows",
)


class _Commands(click.Group):
    """Imports a command only when it is asked for, so that each starts as fast as it can.

    Source of the pattern: https://click.palletsprojects.com/en/stable/complex/#lazily-loading-subcommands
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(f"policy_agent.cli.{cmd_name}")
        found: click.Command = getattr(module, cmd_name)
        return found


@click.group(cls=_Commands)
@click.version_option(package_name="policy-agent")
def main() -> None:
    """Make an organisation's wellbeing policy true in the inbox and the calendar."""
    for stream in (sys.stdout, sys.stderr):
        # a holiday's name is no reason to fail where the stream knows ASCII only
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
