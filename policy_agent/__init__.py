"""Makes an organisation's wellbeing policy true in the inbox and the calendar."""

__version__ = "0.1.0"
