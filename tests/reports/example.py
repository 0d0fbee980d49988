"""Reports to write in every format: one as a council would have it, and ones that are hostile."""

from datetime import datetime
from zoneinfo import ZoneInfo

from policy_agent.domain.blocks import Hidden
from policy_agent.reports.document import (
    Chart,
    Column,
    Draws,
    Headline,
    Report,
    Row,
    Section,
    Table,
    Unit,
)

MADE = datetime(2026, 11, 2, 8, 35, tzinfo=ZoneInfo("Europe/London"))
FEW, WITHHELD = Hidden.FEW, Hidden.WITHHELD

_MAIL = (
    Column(key="team", title="Team", unit=Unit.TEXT),
    Column(key="sent", title="Sent (copies)"),
    Column(key="held", title="Waited (copies)"),
    Column(key="let_through", title="Let through (copies)"),
    Column(key="waited", title="Share that waited", unit=Unit.SHARE),
)
WEEKEND_MAIL = Table(
    key="weekend-mail",
    title="Mail sent at weekends and on bank holidays in October 2026, by team of the sender",
    columns=_MAIL,
    rows=(
        Row(values=("Assessment and safeguarding", 412, 371, 41, 0.9005)),
        Row(values=("Practitioners", 388, 340, 48, 0.8763)),
        Row(values=("Early help", 96, 90, FEW, WITHHELD)),
        Row(values=("Business support", 57, 57, 0, 1.0)),
        Row(values=("Leadership", FEW, FEW, FEW, None)),
        Row(values=("All other teams", 262, WITHHELD, WITHHELD, WITHHELD)),
        Row(values=("Everybody", 1222, 1087, 135, 0.8895), total=True),
    ),
    notes=("A copy is one mail to one person inside. Four people on a mail are four copies.",),
)
MONTHS = Table(
    key="mail-by-month",
    title="Weekend mail in the last six months",
    columns=(
        Column(key="month", title="Month", unit=Unit.TEXT),
        Column(key="sent", title="Sent (copies)"),
        Column(key="held", title="Waited (copies)"),
        Column(key="sent_now", title="Sent now because urgent (copies)"),
    ),
    rows=(
        Row(values=("May 2026", 2140, 0, None), mark="with a bank holiday"),
        Row(values=("June 2026", 1987, 610, 31)),
        Row(values=("July 2026", 1760, 1402, 58)),
        Row(values=("August 2026", 1811, 1502, FEW), mark="with a bank holiday"),
        Row(values=("September 2026", 1398, 1230, 22)),
        Row(values=("October 2026", 1222, 1087, 26)),
    ),
)
_WEEKS = (
    ("5 October", 0.62, 0.71, 41),
    ("12 October", 0.64, 0.75, 38),
    ("19 October", 0.66, FEW, 36),
    ("26 October", 0.71, 0.83, 29),
)
LUNCHES = Table(
    key="free-lunches",
    title="Lunch breaks without a meeting, by week",
    columns=(
        Column(key="week", title="Week from", unit=Unit.TEXT),
        Column(key="practitioners", title="Practitioners", unit=Unit.SHARE),
        Column(key="everybody", title="Everybody", unit=Unit.SHARE),
        Column(key="clashes", title="Clashes (meetings)"),
    ),
    rows=tuple(
        Row(values=week, mark="half-term" if week[0] == "26 October" else "") for week in _WEEKS
    ),
    notes=("A lunch break is free where no meeting takes five minutes of it or more.",),
)
HOURS = Table(
    key="mail-by-hour",
    title="Mail by the hour at which it was sent, on working days",
    columns=(
        Column(key="hour", title="Hour", unit=Unit.TEXT),
        Column(key="before", title="Before the rule (copies)"),
        Column(key="now", title="This month (copies)"),
    ),
    rows=tuple(
        Row(values=(f"{hour:02}", 900 - 14 * (hour - 12) ** 2 % 870, 820 - (hour * 37) % 640))
        for hour in range(24)
    ),
)
SUPERVISION = Table(
    key="supervision",
    title="Supervision by team: what became of it",
    columns=(
        Column(key="team", title="Team", unit=Unit.TEXT),
        Column(key="happened", title="Held (meetings)"),
        Column(key="moved", title="Moved (meetings)"),
        Column(key="cancelled", title="Cancelled and not booked again (meetings)"),
        Column(key="days", title="Days until booked again", unit=Unit.NUMBER),
    ),
    rows=(
        Row(values=("Assessment and safeguarding", 44, 12, FEW, 3.25)),
        Row(values=("Practitioners", 61, 14, 11, 2.04)),
        Row(values=("Early help", 23, FEW, WITHHELD, None)),
        Row(values=("Everybody", 128, 38, 24, -0.5), total=True),
    ),
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
YEAR = Table(
    key="year",
    title="Weekend mail that waited, month by month",
    columns=(
        Column(key="team", title="Team", unit=Unit.TEXT),
        *(Column(key=f"m{n}", title=f"{name} 2026") for n, name in enumerate(_MONTHS, start=1)),
    ),
    rows=tuple(
        Row(values=(team, *(FEW if (n + place) % 5 == 0 else 1000 + 31 * n for n in range(12))))
        for place, team in enumerate(("Assessment and safeguarding", "Practitioners", "Early help"))
    ),
)

MONTHLY = Report(
    key="2026-10",
    title="How we treat each other's time",
    organisation="Northshire Children's Services",
    period="October 2026",
    made=MADE,
    fewest=10,
    headlines=(
        Headline(table="weekend-mail", row=-1, column="held", words="weekend mails waited"),
        Headline(table="free-lunches", row=-1, column="everybody", words="of lunches were free"),
        Headline(table="supervision", row=-1, column="happened", words="supervisions were held"),
        Headline(table="weekend-mail", row=4, column="sent", words="weekend mails of leaders"),
    ),
    summary=(
        "Nine in ten mails that were written at a weekend waited for the next working morning.",
        "People had more lunches to themselves than in September, and supervision was held more.",
    ),
    sections=(
        Section(
            key="weekend-mail",
            title="Mail at weekends and on bank holidays",
            paragraphs=(
                "1,222 copies of mails were sent at weekends. 1,087 of them waited.",
                "135 went through at once, most of them because they were marked urgent.",
            ),
            tables=(WEEKEND_MAIL, MONTHS),
            charts=(
                Chart(
                    table="weekend-mail",
                    title="What became of weekend mail, by team",
                    draws=Draws.STACKED,
                    columns=("held", "let_through"),
                    unit="copies of mails",
                    along="team",
                ),
                Chart(
                    table="mail-by-month",
                    title="Weekend mail, month by month",
                    draws=Draws.BARS,
                    columns=("sent", "held", "sent_now"),
                    unit="copies of mails",
                    along="month",
                ),
            ),
        ),
        Section(
            key="lunch",
            title="Lunch breaks",
            paragraphs=("Most people had a lunch break without a meeting on four days of five.",),
            tables=(LUNCHES,),
            charts=(
                Chart(
                    table="free-lunches",
                    title="Lunch breaks without a meeting",
                    draws=Draws.LINES,
                    columns=("practitioners", "everybody"),
                    unit="share of lunch breaks",
                    along="week from",
                ),
            ),
        ),
        Section(
            key="displacement",
            title="Did the work just move?",
            paragraphs=("There was no more mail late in the evening than before the rule.",),
            tables=(HOURS,),
            charts=(
                Chart(
                    table="mail-by-hour",
                    title="When mail was sent",
                    draws=Draws.LINES,
                    columns=("before", "now"),
                    unit="copies of mails",
                    along="hour of the day",
                ),
            ),
        ),
        Section(
            key="supervision",
            title="Supervision",
            tables=(SUPERVISION, YEAR),
            charts=(
                Chart(
                    table="supervision",
                    title="Supervision, by team",
                    draws=Draws.BARS,
                    columns=("happened", "moved", "cancelled"),
                    unit="meetings",
                    along="team",
                ),
                Chart(
                    table="supervision",
                    title="Days until a cancelled supervision was booked again",
                    draws=Draws.BARS,
                    columns=("days",),
                    unit="days",
                    along="team",
                ),
            ),
        ),
        Section(
            key="method",
            title="How this was counted",
            paragraphs=(
                "Everybody counts in one team. The figures come from what the agent decided.",
                "The agent does not see what people do on their phones.",
            ),
        ),
    ),
)
ONE_SIDE = Report(
    key="2026-10-practitioners",
    title="Practitioners: our time",
    organisation=MONTHLY.organisation,
    period=MONTHLY.period,
    made=MADE,
    fewest=10,
    one_side=True,
    headlines=(
        Headline(table="weekend-mail", row=1, column="held", words="weekend mails waited"),
        Headline(table="free-lunches", row=-1, column="practitioners", words="of lunches free"),
    ),
    summary=("Most weekend mail waited until the next working morning.",),
    sections=(
        Section(
            key="praise",
            title="One thing to praise",
            paragraphs=("More lunches were free than in any month before.",),
            tables=(LUNCHES,),
            charts=MONTHLY.sections[1].charts,
        ),
        Section(
            key="talk",
            title="One thing to talk about",
            paragraphs=("Eleven supervisions were cancelled and not booked again. Why was that?",),
            tables=(WEEKEND_MAIL,),
            charts=MONTHLY.sections[0].charts[:1],
        ),
    ),
)
EMPTY = Report(
    key="2026-09",
    title="How we treat each other's time",
    organisation="Northshire Children's Services",
    period="September 2026",
    made=MADE,
    fewest=5,
    summary=(),
    sections=(),
)

HOSTILE = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '=HYPERLINK("https://evil.example","x")',
    "+1+2",
    "-3",
    "@SUM(A1)",
    "{{ 7 * 7 }}{% raw %}",
    "]]>&amp;<!--",
    "$x^2$ & _hidden",
    "A team with a name that goes on and on " * 4,
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenbeauftragte",
    "צוות הגנת הילד",
    "فريق حماية الطفل",
    "🎉 party 👩‍👩‍👧",
    "few",
    "withheld",
    "tab\there\nand a line",
    "nought\0and half a letter \ud800",
    "\u202egnp.exe",
)
_HOSTILE_TABLE = Table(
    key="hostile",
    title='=cmd|"/c calc"!A1 <b>',
    columns=(
        Column(key="team", title="=Team<td>", unit=Unit.TEXT),
        Column(key="said", title="@said", unit=Unit.TEXT),
        Column(key="count", title="+count</th>"),
    ),
    rows=tuple(
        Row(values=(text, text, number), mark=text if number % 4 == 0 else "")
        for number, text in enumerate(HOSTILE)
    ),
    notes=HOSTILE[:3],
)
DRESSED_UP = Report(
    key="2026-10-hostile",
    title="<script>alert('title')</script>",
    organisation="</title><script>alert('organisation')</script>",
    period="=1+1 & October",
    made=MADE,
    fewest=10,
    headlines=(Headline(table="hostile", row=2, column="said", words="<b>=1</b>"),),
    summary=HOSTILE[:4],
    sections=(
        Section(
            key="hostile",
            title="</h2><script>alert(1)</script>",
            paragraphs=HOSTILE,
            tables=(
                _HOSTILE_TABLE,
                Table(
                    key="empty",
                    title="A table without rows",
                    columns=_HOSTILE_TABLE.columns,
                    rows=(),
                ),
            ),
            charts=tuple(
                Chart(
                    table=key,
                    title="</title><script>alert(1)</script>",
                    draws=draws,
                    columns=("count",),
                    unit="<unit>",
                    along="]]>",
                )
                for key in ("hostile", "empty")
                for draws in Draws
            ),
        ),
    ),
)
REPORTS = {report.key: report for report in (MONTHLY, ONE_SIDE, EMPTY, DRESSED_UP)}
