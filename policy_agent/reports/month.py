"""The monthly report, composed of closed months alone.

1. The summary, and its figures beside those of the month before.
2. A section for each rule: mail, protected time, etiquette, kept meetings.
3. What goes across rules: displacement, leaders, exemptions.
4. What a figure is worth: rules and teams of the month, what cannot be seen, data, method.

The same closed months always make the same report, in whatever format it is written.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from policy_agent.domain.months import ClosedMonth, RuleMonth
from policy_agent.reports.document import Report, Section
from policy_agent.reports.glance import glance_section
from policy_agent.reports.month_displacement import displacement_section
from policy_agent.reports.month_etiquette import etiquette_section
from policy_agent.reports.month_kept import kept_section
from policy_agent.reports.month_leaders import leaders_section
from policy_agent.reports.month_mail import mail_section
from policy_agent.reports.month_method import blind_section, method_section
from policy_agent.reports.month_quality import exemptions_section, quality_section
from policy_agent.reports.month_rules import rules_section
from policy_agent.reports.month_summary import glances, headlines, rules_of, summary
from policy_agent.reports.month_windows import windows_section
from policy_agent.reports.run_of_months import Run, run_of
from policy_agent.reports.sentences import month_name

_OF_KIND: Mapping[str, Callable[[Run, RuleMonth], Section]] = {
    "defer-email": mail_section,
    "protect-time": windows_section,
    "meeting-etiquette": etiquette_section,
    "keep-meeting": kept_section,
}


def monthly(month: ClosedMonth, earlier: Sequence[ClosedMonth], *, made: datetime) -> Report:
    """Return the report of a month; `earlier` are up to eleven months before, maybe with gaps.

    `made` is an aware instant, told in the organisation's zone.
    """
    run = run_of(month, earlier)
    seen = glances(run)
    sections = (
        glance_section(run, seen),
        *(compose(run, rule) for kind, compose in _OF_KIND.items() for rule in rules_of(run, kind)),
        displacement_section(run),
        leaders_section(run),
        exemptions_section(run),
        rules_section(run),
        blind_section(),
        quality_section(run),
        method_section(month),
    )
    name = month_name(month.month)
    return Report(
        key=f"{month.month:%Y-%m}",
        title=f"Wellbeing policy: {name}",
        organisation=month.organisation,
        period=name,
        made=made.astimezone(ZoneInfo(month.zone)),
        summary=summary(run),
        sections=sections,
        fewest=month.fewest,
        headlines=headlines(run, seen),
    )
