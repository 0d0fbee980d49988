"""The machine's clock. Only here is the time asked; everywhere else it comes in as an argument."""

from datetime import UTC, datetime


def machine_now() -> datetime:
    """Return the machine's time, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251  the one place where the machine is asked
