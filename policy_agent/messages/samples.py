"""Made-up values for each text, with which it can be tried before anybody gets it.

A text that is not here is only read, and not written, by `policy_agent.messages.check`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

_RULE = {
    "name": "kind-meetings",
    "because": "Meetings should leave people time to think",
    "owner": "hr@northshire.example",
}
_MEETING = {
    "subject": "Team catch-up",
    "starts": datetime(2026, 6, 1, 9, 0, tzinfo=UTC),
    "ends": datetime(2026, 6, 1, 11, 0, tzinfo=UTC),
    "all_day": False,
    "more": 11,
    "checks": (
        {"name": "agenda"},
        {"name": "notice", "found": timedelta(minutes=20), "limit": timedelta(hours=4)},
        {"name": "length", "found": timedelta(hours=2), "limit": timedelta(minutes=90)},
        {"name": "break", "limit": timedelta(minutes=5)},
        {"name": "size", "found": 26, "limit": 12},
    ),
}
_AWAY_DAY = {
    **_MEETING,
    "subject": "",
    "all_day": True,
    "ends": datetime(2026, 6, 2, 0, 0, tzinfo=UTC),
    "more": 0,
    "checks": ({"name": "agenda"},),
}
_ORGANISATION = "Northshire Children's Services"
_LINK = "https://wellbeing.northshire.example/nudges/abc.def"

_SPAN = {
    "starts": datetime(2026, 6, 3, 11, 15, tzinfo=UTC),
    "ends": datetime(2026, 6, 3, 11, 45, tzinfo=UTC),
}
_CLASH = {
    "organisation": _ORGANISATION,
    "rules": (
        {
            "name": "protected-lunch",
            "because": "A real lunch break for everyone",
            "owner": "hr@northshire.example",
        },
    ),
    "subject": "Team catch-up",
    "all_day": False,
    "window": "lunch",
    "dates_": (_SPAN, _SPAN, _SPAN),
    "more": 4,
    "slots": (_SPAN, _SPAN, _SPAN),
    "every_time": True,
    "ends_at": _SPAN["ends"],
    "starts_at": None,
    "zone": "",
    "act_at": datetime(2026, 6, 2, 9, 0, tzinfo=UTC),
    "cancels": False,
    "let_through": ("safeguarding", "learning lunch"),
    "owner": "hr@northshire.example",
}

_WEEKEND_RULE = {
    "name": "weekend-email",
    "because": "Nobody should feel on call at the weekend",
    "owner": "ict-policy@northshire.example",
}
_ARRIVES = datetime(2026, 5, 26, 8, 30, tzinfo=UTC)
_NO_REPLY_BEFORE = datetime(2026, 5, 26, 9, 0, tzinfo=UTC)
_RECEIPT = {
    "organisation": _ORGANISATION,
    "rules": (_WEEKEND_RULE,),
    "subject": "Rota for next week",
    "colleagues": 3,
    "arrives": _ARRIVES,
    "no_reply_before": _NO_REPLY_BEFORE,
    "send_now_url": "https://wellbeing.northshire.example/send-now/abc.def",
    "category": "Send now",
    "zone": "",
}
_HELD = {
    "subject": "Rota for next week",
    "colleagues": 3,
    "arrives": _ARRIVES,
    "send_now_url": "https://wellbeing.northshire.example/send-now/abc.def",
}
_DIGEST = {
    "organisation": _ORGANISATION,
    "rules": (_WEEKEND_RULE, {**_WEEKEND_RULE, "name": "evening-email"}),
    "mails": (_HELD, {**_HELD, "subject": "", "colleagues": 1}),
    "others": 4,
    "mail_url": "https://wellbeing.northshire.example/my-mail",
    "no_reply_before": _NO_REPLY_BEFORE,
    "zone": "",
}
_ARRIVED = {
    "subject": "Rota for next week",
    "sender": "Alice Grey",
    "received": datetime(2026, 5, 23, 10, 0, tzinfo=UTC),
    "important": True,
    "only_you": True,
    "url": "https://outlook.office365.com/owa/?ItemID=abc&exvsurl=1",
}
_ALSO_ARRIVED = {**_ARRIVED, "subject": "", "important": False, "only_you": False, "url": ""}
_SUMMARY = {
    "organisation": _ORGANISATION,
    "rules": (_WEEKEND_RULE,),
    "mails": (_ARRIVED, _ALSO_ARRIVED),
    "others": 3,
    "left": (_ALSO_ARRIVED, _ARRIVED),
    "left_others": 2,
    "folder": "Arriving next working day",
    "no_reply_before": _NO_REPLY_BEFORE,
    "zone": "",
}
_WEEKEND_MAIL = {
    "organisation": _ORGANISATION,
    "rules": (_WEEKEND_RULE,),
    "mails": 3,
    "until": _ARRIVES,
    "zone": "",
    "off_url": _LINK,
}
_REPORT = {
    "organisation": _ORGANISATION,
    "month": date(2026, 10, 1),
    "summary": (
        "1,204 copies of weekend mail waited for Monday",
        "Supervision took place as planned in 91% of cases.",
    ),
    "attached": ("pdf", "html", "xlsx", "csv"),
    "not_made": (),
    "too_large": (),
    "report_url": "https://wellbeing.northshire.example/leadership/reports",
}
_TEAM_PAGE = {
    "organisation": _ORGANISATION,
    "team": "practitioners",
    "month": date(2026, 5, 1),
    "summary": ("Supervision took place as planned in 91% of cases.",),
    "attached": ("pdf", "html"),
    "not_made": (),
    "too_large": (),
}

Values = Mapping[str, object]

# By name of the text; every list has the values of one message, and together they show it all.
SAMPLES: Mapping[str, Sequence[Values]] = {
    "etiquette": (
        {
            "organisation": _ORGANISATION,
            "rules": (_RULE,),
            "meetings": (_MEETING,),
            "others": 0,
            "zone": "",
            "off_url": _LINK,
        },
        {
            "organisation": _ORGANISATION,
            "rules": (_RULE, {**_RULE, "name": "short-meetings"}),
            "meetings": (_MEETING, _AWAY_DAY),
            "others": 3,
            "zone": "Europe/London",
            "off_url": _LINK,
        },
    ),
    "clash": (
        _CLASH,
        {**_CLASH, "every_time": False, "cancels": True, "zone": "Europe/London"},
        {
            **_CLASH,
            "subject": "",
            "all_day": True,
            "dates_": (_SPAN,),
            "more": 0,
            "slots": (),
            "ends_at": None,
            "act_at": None,
            "let_through": (),
        },
        {**_CLASH, "dates_": (_SPAN,), "more": 0, "ends_at": None, "starts_at": _SPAN["starts"]},
    ),
    "rebook": tuple(
        {
            "organisation": _ORGANISATION,
            "rules": (
                {
                    "name": "supervision-happens",
                    "because": "Supervision is where practitioners are looked after",
                    "owner": "principal-social-worker@northshire.example",
                },
            ),
            "starts": datetime(2026, 6, 9, 10, 0, tzinfo=UTC),
            "ends": datetime(2026, 6, 9, 11, 30, tzinfo=UTC),
            "zone": zone,
            "organised": organised,
            "last_day": datetime(2026, 6, 16, 22, 59, tzinfo=UTC),
        }
        for organised, zone in ((True, ""), (False, "Europe/London"))
    ),
    "receipt": (
        _RECEIPT,
        {**_RECEIPT, "colleagues": 1, "subject": "", "rules": (), "zone": "Europe/London"},
        {**_RECEIPT, "no_reply_before": None},
    ),
    "digest": (
        _DIGEST,
        {**_DIGEST, "mails": (_HELD,), "others": 0, "zone": "Europe/London"},
        {**_DIGEST, "others": 1, "no_reply_before": None},
    ),
    "summary": (
        _SUMMARY,
        {**_SUMMARY, "mails": (_ARRIVED,), "others": 0, "left": (), "left_others": 0},
        {**_SUMMARY, "mails": (), "others": 0, "left": (_ARRIVED,), "left_others": 0},
        {**_SUMMARY, "no_reply_before": None, "zone": "Europe/London"},
    ),
    "weekend_mail": (
        _WEEKEND_MAIL,
        {**_WEEKEND_MAIL, "mails": 1, "zone": "Europe/London"},
    ),
    "report": (
        _REPORT,
        {**_REPORT, "attached": ("html", "csv"), "not_made": ("pdf", "xlsx")},
        {**_REPORT, "summary": (), "attached": (), "too_large": ("pdf", "html", "xlsx")},
    ),
    "team_page": (
        _TEAM_PAGE,
        {**_TEAM_PAGE, "attached": ("html",), "not_made": ("pdf",)},
        {**_TEAM_PAGE, "summary": (), "attached": (), "too_large": ("pdf", "html")},
    ),
    "nudges_page": tuple(
        {"organisation": _ORGANISATION, "on": on, "done": done, "action": "abc.def/off"}
        for on in (True, False)
        for done in (True, False)
    ),
    "send_now_page": (
        *(
            {
                "organisation": _ORGANISATION,
                "state": "ask",
                "colleagues": colleagues,
                "arrives": datetime(2026, 5, 26, 8, 30, tzinfo=UTC),
                "subject": subject,
                "action": "abc.def",
            }
            for colleagues, subject in ((1, ""), (3, "Rota for June"))
        ),
        *(
            {
                "organisation": _ORGANISATION,
                "state": state,
                "colleagues": 3,
                "arrives": datetime(2026, 5, 26, 8, 30, tzinfo=UTC),
            }
            for state in ("done", "asked", "arrived", "over")
        ),
    ),
    "link_page": tuple(
        {"organisation": _ORGANISATION, "problem": problem} for problem in ("wrong", "old", "later")
    ),
}
