"""Logs: for people on a terminal, JSON for machines. Never an address, subject or name in them."""

import logging
import sys
from typing import Literal

import structlog


def configure_logs(how: Literal["auto", "console", "json"], level: str) -> None:
    """Send structured logs to standard error."""
    console = how == "console" or (how == "auto" and sys.stderr.isatty())
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    # libraries speak through the standard logging: warnings and worse, in the same shape
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared)
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # a tick that finds the last one still at work is left out by design (max_instances=1)
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
