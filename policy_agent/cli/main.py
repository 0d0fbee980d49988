"""The command line: `policy-agent <command>`."""

import click

from policy_agent.cli.sandbox import sandbox


@click.group()
@click.version_option(package_name="policy-agent")
def main() -> None:
    """Make an organisation's wellbeing policy true in the inbox and the calendar."""


main.add_command(sandbox)


if __name__ == "__main__":
    main()
