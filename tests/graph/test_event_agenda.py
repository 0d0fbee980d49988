"""What counts as an agenda: previews as they are seen in invitations, English and Welsh."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_agent.graph.agenda import has_agenda

LINE = "_" * 80
TEAMS = (
    f"{LINE}\r\nMicrosoft Teams meeting\r\nJoin on your computer, mobile app or room device\r\n"
    "Click here to join the meeting\r\nMeeting ID: 345 678 901 234\r\nPasscode: aBcD12"
)
NEW_TEAMS = (
    f"{LINE}\r\nMicrosoft Teams Need help?\r\nJoin the meeting now\r\nMeeting ID: 345 678 90\r\n"
    "Passcode: Ab9xY2\r\n"
)
WELSH_TEAMS = (
    f"{LINE}\r\nCyfarfod Microsoft Teams\r\nYmuno ar eich cyfrifiadur, ap symudol neu ddyfais "
    "ystafell\r\nCliciwch yma i ymuno â'r cyfarfod\r\nID y Cyfarfod: 345 678 901 234"
)
ZOOM = (
    "Ada Byron is inviting you to a scheduled Zoom meeting.\r\n\r\nJoin Zoom Meeting\r\n"
    "https://us02web.zoom.us/j/81234567890?pwd=abc\r\n\r\nMeeting ID: 812 3456 7890"
)
DIAL_IN = "+44 20 3321 5200,,345678901# United Kingdom, London\r\nPhone Conference ID: 345 678 901#"


@pytest.mark.parametrize(
    "preview",
    [
        None,
        "",
        " \r\n\t\u00a0\u200b",
        "---",
        TEAMS,
        NEW_TEAMS,
        WELSH_TEAMS,
        ZOOM,
        DIAL_IN,
        TEAMS.replace("\r\n", " "),
        TEAMS.removeprefix(LINE),
        WELSH_TEAMS.removeprefix(LINE),
        "\r\n\r\n" + NEW_TEAMS,
        "Microsoft Teams",
        "Microsoft Teams Meeting\r\n",
        "<https://teams.microsoft.com/l/meetup-join/19%3ameeting_abc>",
        "Join Microsoft Teams Meeting\r\n+44 20 3321 5200   United Kingdom, London (Toll)",
        "Or call in (audio only)\r\n+44 20 3321 5200,,34# United Kingdom",
        "Dial-in: +44 20 3321 5200",
    ],
)
def test_what_the_service_writes_itself_is_no_agenda(preview: object) -> None:
    assert not has_agenda(preview, has_attachments=False)


@pytest.mark.parametrize(
    "preview",
    [
        "1. Rota for Christmas\r\n2. Duty cover\r\n" + TEAMS,
        "Agenda:\r\n- caseloads\r\n\r\n" + NEW_TEAMS,
        "Agenda: y rota, gwyliau'r Nadolig\r\n" + WELSH_TEAMS,
        "Materion yn codi o'r cyfarfod diwethaf, goruchwyliaeth",
        "Hi all, we need to agree the placement budget.\r\n\r\n" + ZOOM,
        "Please read the report first",
        "Rolling Microsoft Teams out to residential homes: who goes first?",
        "How we use Microsoft Teams\r\nwhat works, what does not",
        "Please ring Ann on +44 7700 900123 before we meet",
        "Adolygiad",
    ],
)
def test_what_the_organiser_wrote_is_one(preview: str) -> None:
    assert has_agenda(preview, has_attachments=False)


def test_an_attachment_is_one() -> None:
    assert has_agenda(TEAMS, has_attachments=True)


@given(st.text(max_size=255))
def test_any_text_is_answered_by_yes_or_no(text: str) -> None:
    assert has_agenda(text, has_attachments=False) in {True, False}
    assert not has_agenda(LINE + text, has_attachments=None)
