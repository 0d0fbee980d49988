"""The monthly report's last sections: what the agent cannot see, and how figures are made.

They belong to every report, since a figure is worth what is known of how it came about.
"""

from zoneinfo import ZoneInfo

from policy_agent.domain.months import ClosedMonth
from policy_agent.reports.document import Section
from policy_agent.reports.sentences import few


def blind_section() -> Section:
    """Return what the agent cannot see or stop, by hold point and kind of rule."""
    return Section(
        key="blind-spots",
        title="What the agent cannot see",
        paragraphs=(
            (
                "The agent cannot stop mail as it is sent. It holds mail in one of three places, "
                "and each misses something."
            ),
            (
                "In Outlook, it holds mail as somebody presses Send. It misses phones and other "
                "programs."
            ),
            (
                "In Drafts, it gives mail that still waits a new time. It misses mail that is "
                "already sent."
            ),
            (
                "In the Inbox, it takes the copy of each person in the organisation away until the "
                "morning. A phone may have buzzed by then, and a copy outside stays where it is."
            ),
            (
                "Mail counts as copies that came to people in the organisation. What goes only "
                "outside is not counted."
            ),
            "Phone calls, chats and work that leaves no trace in mail or calendar are not seen.",
            (
                "A meeting is seen if it is in a calendar that is read. Nobody can see whether "
                "people came, or whether a break was really taken."
            ),
        ),
    )


def method_section(month: ClosedMonth) -> Section:
    """Return how the figures are made, in plain words."""
    small = few(month.fewest)
    closed = month.closed.astimezone(ZoneInfo(month.zone))
    return Section(
        key="method",
        title="How this report is made",
        paragraphs=(
            (
                "All figures are counted from what the agent decided and saw. The month was "
                f"closed on {closed.day} {closed:%B %Y}, and its figures do not change any more."
            ),
            (
                "Mail is counted in copies. A copy is one mail as one person gets it, and it "
                "counts for the team of whoever sent it."
            ),
            (
                "A window is the time that a rule is about, such as weekends or lunch. A copy is "
                "in the window if it came in that time."
            ),
            (
                "Meetings count for the team of whoever organised them, each time they are held. "
                "Lunches and kept meetings count for each person, for that person's own team."
            ),
            (
                "Everybody counts in one team only, so teams add up to the whole. The rulebook "
                "says which team, for those who are in several."
            ),
            (
                f"A group of {small} people is not told of by itself. Such teams stand together "
                "in one row."
            ),
            (
                f"“{small.capitalize()}” means that {small} people stand behind a figure, or that "
                "there is too little of it to tell. “Withheld” means that a figure of a small "
                "group could be worked out from it."
            ),
            "A share is only given if what it is a share of is not a small number.",
            "Bank holidays are days off. A week with one is marked and shown as it was.",
            f"Days and hours are those of the clock on the wall ({month.zone}).",
            "Mode: off does nothing; observe only counts; nudge writes to people; enforce acts.",
            "This report doesn't say whether any law is kept.",
        ),
    )
