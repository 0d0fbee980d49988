"""Measures: the names of everything that a month is counted by, in one place.

Blocks have a key of `block`, series and facts one of their own below. What is counted of whom is
said beside each; whoever counts and whoever tells must mean the same by it.
"""

from enum import StrEnum


class Measure(StrEnum):
    """What a block counts; with the rule's name it is the block's key."""

    MAIL = "mail"  # copies in the window of a rule about mail, by the sender's team
    WINDOWS = "windows"  # a person and an occurrence of a protected window, by the person's team
    CLASHES = "clashes"  # clashes found in the month, by the organiser's team
    ETIQUETTE = "etiquette"  # meetings that began in the month, by the organiser's team; a check
    KEPT = "kept"  # a person and a kept meeting that was to start in the month, by theirs
    WITHOUT = "without"  # people who should have had a kept meeting, by their team


class MailColumn(StrEnum):
    """What became of a copy in the window."""

    WAITED = "waited"  # held until its promised release
    SENT_NOW = "sent_now"  # held, and its sender wanted it to go at once
    WOULD_WAIT = "would_wait"  # the rule only watches or nudges
    URGENT = "urgent"  # let through: marked so by importance, tag or category
    LET_THROUGH = "let_through"  # for any other line of `let_through`, such as people outside
    EXEMPT = "exempt"  # a standing exemption or a dated one
    OFF = "off"  # the rule is written down and off: the baseline
    REST = "rest"  # delivered: limit reached, read already, a meeting, never moved, an error


class WindowColumn(StrEnum):
    FREE = "free"
    TAKEN = "taken"  # a meeting that they had not declined was over it, as it was seen last


class ClashColumn(StrEnum):
    MENDED = "mended"  # moved, shortened or cancelled by somebody
    DECLINED = "declined"  # by the agent, or cancelled by it
    STOOD = "stood"  # it took place, or will
    LISTED = "listed"  # booked before the rule


class EtiquetteColumn(StrEnum):
    FOUND = "found"
    FINE = "fine"


class KeptColumn(StrEnum):
    HELD = "held"  # when it was first to be
    MOVED = "moved"  # held, at another time
    REBOOKED = "rebooked"  # cancelled, and made up for
    CANCELLED = "cancelled"  # and not made up for


class WithoutColumn(StrEnum):
    HAD = "had"
    WITHOUT = "without"


class SeriesKey(StrEnum):
    """Series; the first takes the rule's name after a colon."""

    # Rows are weeks that begin on a Monday, as 2026-10-05, marked with their holidays; columns are
    # those of the rule's mail block.
    MAIL_WEEKS = "mail-weeks"
    # Rows are hours 0 to 23; one column `copies`: mail that rules are about, outside of all their
    # windows, each copy once.
    MAIL_HOURS = "mail-hours"
    # Rows mon to sun; columns `meetings` that began in the month, and `days`: how many such working
    # days the month had.
    MEETING_DAYS = "meeting-days"


class Fact(StrEnum):
    """Numbers of the whole organisation; none may be the figure of a team, or of those in none."""

    ERRORS = "errors"  # decisions that said so
    DAYS_COUNTED_LATE = "days_counted_late"  # counted more than two days after they were over
    OPEN_HOLDS = "open_holds"  # of the month, when it was closed
    EXEMPTIONS_USED = "exemptions_used"  # that were in force in the month and freed something
    EXEMPTIONS_UNUSED = "exemptions_unused"
    EXEMPTIONS_ENDED = "exemptions_ended"  # in the month, on their day or before
    MAILBOXES = "mailboxes"  # in scope when it was closed
    PARKED = "parked"  # of them, left alone then
    CALENDARS = "calendars"
    CLASH_NUDGES = "clash_nudges"  # sent in the month, as all below
    ETIQUETTE_NUDGES = "etiquette_nudges"
    REBOOK_NUDGES = "rebook_nudges"
    WEEKEND_NUDGES = "weekend_nudges"
    RECEIPTS = "receipts"  # and digests
    ERASED = "erased"  # rows that retention took away in the month


def block(measure: Measure, rule: str, check: str = "") -> str:
    """Return a block's key: `mail:weekend-email`, `etiquette:kind-meetings:break`."""
    return f"{measure}:{rule}:{check}" if check else f"{measure}:{rule}"


def weeks(rule: str) -> str:
    """Return the key of a rule's weeks."""
    return f"{SeriesKey.MAIL_WEEKS}:{rule}"
