"""The stories of the pages, in Chromium: at two widths, by keyboard alone, without JavaScript.

Each story brings the mail that it needs, so that it can be told at either width, and in any order.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from demo.stage import Mail, Stage
from tests.browser.visitor import DESKTOP, PHONE, visitor

pytestmark = pytest.mark.acceptance

WIDTHS = {"desktop": DESKTOP, "phone": PHONE}
PAGES = {
    "Priya Shah": ("/my-mail", "/my-time", "/my-settings"),
    "Alex Hughes": ("/leadership",),
    "Sam Okafor": (
        "/it",
        "/it/rules",
        "/it/exemptions",
        "/it/exemptions/add",
        "/it/holds",
        "/it/holds/1",
        "/it/holds/release-all",
        "/it/decisions",
        "/it/decisions?kind=meetings",
        "/it/decisions/1",
        "/it/roll-out",
    ),
}


both_widths = pytest.mark.parametrize("width", WIDTHS)


def mail_of(stage: Stage, sender: str, to: str, subject: str) -> str:
    """Let somebody send a mail on this Sunday, and wait until it is on hold; return its subject."""
    stage.deliver([Mail(sender=sender, to=(to,), subject=subject)], first=stage.tenant.now())
    stage.wait(f"holding {subject!r}", lambda: stage.waits(to, subject))
    return subject


@both_widths
def test_every_page_fits_and_has_nothing_against_it(
    chromium: Browser, stage: Stage, width: str
) -> None:
    for person, paths in PAGES.items():
        with visitor(chromium, stage, person, size=WIDTHS[width], scripts=True) as somebody:
            for path in paths:
                somebody.go(path)
                expect(somebody.page.locator("h1")).to_have_count(1)
                somebody.accessible()
                somebody.fits()
                name = path.strip("/").replace("/", "-").replace("?kind=", "-")
                somebody.keep(f"{name}-{width}")
    with visitor(chromium, stage, "", size=WIDTHS[width], scripts=True) as nobody:
        for path in ("/signed-out", "/send-now/wrong", "/nudges/wrong"):
            nobody.go(path)
            nobody.accessible()
            nobody.fits()


@both_widths
def test_the_messages_have_nothing_against_them(
    chromium: Browser, stage: Stage, width: str
) -> None:
    notes = stage.notes_to("morgan.reed") | stage.notes_to("priya.shah")
    assert "2 mails arrived while you were away" in notes
    with visitor(chromium, stage, "", size=WIDTHS[width], scripts=True) as reader:
        for number, page in enumerate(notes.values(), start=1):
            reader.page.set_content(page)
            reader.accessible()
            reader.fits()
            reader.keep(f"note-{number}-{width}")


@both_widths
def test_a_receipt_s_link_sends_once_without_signing_in(
    chromium: Browser, stage: Stage, width: str
) -> None:
    subject = mail_of(stage, "alex.hughes", "priya.shah", f"Figures, on a {width}")
    receipt = stage.wait_for_note("alex.hughes", subject)
    found = re.search(r'href="([^"]+/send-now/[^"]+)"', receipt)
    assert found is not None
    with visitor(chromium, stage, "", size=WIDTHS[width]) as alex:
        alex.page.goto(found[1])
        assert alex.heading() == "Send your mail now?"
        assert subject in alex.text()
        alex.fits()
        alex.keep(f"send-now-{width}")
        assert stage.waits("priya.shah", subject)  # a look sends nothing
        alex.press("Send it now")
        assert alex.heading() == "Your mail is on its way"
        stage.wait("sending it", lambda: not stage.waits("priya.shah", subject))
        alex.page.goto(found[1])
        assert alex.heading() == "You asked for this already"
        expect(alex.page.get_by_role("button")).to_have_count(0)
        alex.page.goto(found[1][:-3])
        expect(alex.page.locator("form")).to_have_count(0)


@both_widths
def test_a_manager_sends_a_mail_now(chromium: Browser, stage: Stage, width: str) -> None:
    subject = mail_of(stage, "morgan.reed", "jo.barnes", f"Rota, on a {width}")
    with visitor(chromium, stage, "Morgan Reed", size=WIDTHS[width]) as morgan:
        morgan.go("/my-mail")
        assert subject in morgan.text()
        morgan.press(re.compile(rf"Send it now\s*: {subject}"))
        expect(morgan.page.get_by_role("alert")).to_contain_text("Your mail is on its way")
        morgan.fits()
        morgan.keep(f"sent-now-{width}")
        assert f"{subject}: you sent it now." in morgan.text()
    stage.wait("sending it now", lambda: not stage.waits("jo.barnes", subject))


@both_widths
def test_somebody_gets_a_mail_now_that_waits_for_them(
    chromium: Browser, stage: Stage, width: str
) -> None:
    subject = mail_of(stage, "jo.barnes", "priya.shah", f"Swap, on a {width}")
    with visitor(chromium, stage, "Priya Shah", size=WIDTHS[width]) as priya:
        priya.go("/my-mail")
        priya.press(re.compile(rf"Get it now\s*: {subject}"))
        expect(priya.page.get_by_role("alert")).to_contain_text("You asked for your mail")
        priya.fits()
        stage.wait("getting it", lambda: not stage.waits("priya.shah", subject))
        priya.go("/my-mail")
        assert subject not in priya.text()


@both_widths
def test_what_somebody_opened_is_theirs_and_the_page_says_so(
    chromium: Browser, stage: Stage, width: str
) -> None:
    subject = mail_of(stage, "priya.shah", "jo.barnes", f"Notes, on a {width}")
    stage.open("jo.barnes", subject)
    with visitor(chromium, stage, "Jo Barnes", size=WIDTHS[width]) as jo:
        jo.go("/my-mail")
        said = jo.text()
        assert "it stays in the folder" in said or "You have opened it: it is yours now" in said
        jo.fits()
        jo.keep(f"left-to-them-{width}")
    with visitor(chromium, stage, "Priya Shah", size=WIDTHS[width]) as priya:
        priya.go("/my-mail")
        assert subject in priya.text()
        assert "opened" not in priya.text()


@both_widths
def test_somebody_sets_their_quiet_time_and_is_told_what_is_wrong(
    chromium: Browser, stage: Stage, width: str
) -> None:
    with visitor(chromium, stage, "Priya Shah", size=WIDTHS[width]) as priya:
        priya.go("/my-settings")
        priya.choose(priya.page.get_by_label("No, send me none"))
        priya.fill(priya.page.get_by_label("Quiet from"), "half past six")
        priya.press("Save my settings")
        expect(priya.page.get_by_role("alert")).to_contain_text("There is a problem")
        priya.fits()
        priya.keep(f"my-settings-wrong-{width}")
        priya.fill(priya.page.get_by_label("Quiet from"), "18:30")
        priya.fill(priya.page.get_by_label("Quiet until"), "08:00")
        priya.press("Save my settings")
        expect(priya.page.get_by_role("alert")).to_contain_text("Saved")
        priya.go("/my-settings")
        expect(priya.page.get_by_label("Quiet from")).to_have_value("18:30")
        expect(priya.page.get_by_label("No, send me none")).to_be_checked()


@both_widths
def test_somebody_downloads_their_time_back(chromium: Browser, stage: Stage, width: str) -> None:
    with visitor(chromium, stage, "Priya Shah", size=WIDTHS[width]) as priya:
        priya.go("/my-time")
        assert "Only you can see this page." in priya.text()
        priya.reach(priya.page.get_by_role("link", name="Download your time back"))
        with priya.page.expect_download() as waiting:
            priya.page.keyboard.press("Enter")
        told = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
        assert told.startswith("date,")
        assert "Family group conference" not in told
        assert "2026-06-11" in told


@both_widths
def test_a_leader_sees_how_far_each_rule_has_come(
    chromium: Browser, stage: Stage, width: str
) -> None:
    with visitor(chromium, stage, "Alex Hughes", size=WIDTHS[width]) as alex:
        alex.press("Leadership")
        assert alex.heading() == "How far our rules have come"
        said = alex.text()
        assert "Nobody should feel on call at the weekend" in said
        assert "fewer than 10" in said
        assert "@northshire.example" not in said


@both_widths
def test_it_adds_an_exemption_and_ends_it(chromium: Browser, stage: Stage, width: str) -> None:
    day = {"desktop": "15", "phone": "16"}[width]
    with visitor(chromium, stage, "Sam Okafor", size=WIDTHS[width]) as sam:
        sam.go("/it/exemptions/add")
        sam.press("Add the exemption")
        expect(sam.page.get_by_role("alert")).to_contain_text("There is a problem")
        sam.fits()
        sam.keep(f"it-exemption-wrong-{width}")
        sam.tick(sam.page.get_by_label("weekend-email", exact=True))
        people = sam.page.get_by_label("Which people is it for?")
        sam.fill(people, "lee.walker@northshire.example")
        for name, number in (("first", day), ("last", "19")):
            group = sam.page.get_by_role("group", name=f"What is the {name} day?")
            for part, value in (("Day", number), ("Month", "6"), ("Year", "2026")):
                sam.fill(group.get_by_label(part), value)
        sam.fill(sam.page.get_by_label("What is the reason?"), "Inspection")
        sam.fill(sam.page.get_by_label("Who approved it?"), "director@northshire.example")
        sam.press("Add the exemption")
        assert "lee.walker@northshire.example" in sam.text()
        sam.keep(f"it-exemption-added-{width}")
        sam.press(re.compile(f"weekend-email-2026-06-{day}"))
        sam.press(re.compile("End"))
        sam.press("End this exemption now")
        assert "by sam.okafor@northshire.example" in sam.text()


@both_widths
def test_it_sees_why_a_mail_was_held(chromium: Browser, stage: Stage, width: str) -> None:
    with visitor(chromium, stage, "Sam Okafor", size=WIDTHS[width]) as sam:
        sam.go("/it/decisions")
        sam.fill(sam.page.get_by_label("Who got it or sent it"), "lee.walker@northshire.example")
        sam.press("Search")
        sam.reach(sam.page.locator("tbody a").first)
        sam.enter()
        said = sam.text()
        assert "What the rulebook of today says" in said
        assert "rules/northshire.yaml:" in said
        sam.fits()
        sam.keep(f"it-decision-{width}")
        sam.press("IT")
        sam.press("Holds")
        sam.reach(sam.page.locator("tbody a").first)
        sam.enter()
        assert "weekend-email" in sam.text()
        assert "inspection" not in sam.text()  # nobody's subject
        sam.fits()
        sam.keep(f"it-hold-{width}")


def test_who_is_not_of_it_does_not_get_in(chromium: Browser, stage: Stage) -> None:
    for person in ("Priya Shah", "Alex Hughes"):
        with visitor(chromium, stage, person) as somebody:
            for path in PAGES["Sam Okafor"]:
                somebody.go(path)
                assert somebody.heading() == "This page is for others"
            expect(somebody.page.get_by_role("link", name="IT", exact=True)).to_have_count(0)


@both_widths
def test_signing_out_ends_it_and_the_way_back_asks_again(
    chromium: Browser, stage: Stage, width: str
) -> None:
    with visitor(chromium, stage, "Dana Quinn", size=WIDTHS[width]) as dana:
        dana.press("Sign out")
        assert dana.heading() == "You are signed out"
        dana.keep(f"signed-out-{width}")
        dana.go("/my-time")
        assert dana.heading() == "Sign in to the simulated tenant"
        dana.press("Cancel")
        assert dana.heading() == "You were not signed in"


@both_widths
def test_it_releases_everything_with_typed_words(
    chromium: Browser, stage: Stage, width: str
) -> None:
    mail_of(stage, "morgan.reed", "lee.walker", f"One more, on a {width}")
    with visitor(chromium, stage, "Sam Okafor", size=WIDTHS[width]) as sam:
        sam.go("/it/holds")
        sam.press("Release all that wait")
        sam.fill(sam.page.get_by_label("To go on, type"), "yes")
        sam.press("Release all that wait")
        expect(sam.page.get_by_role("alert")).to_contain_text("There is a problem")
        assert not stage.holding(0)
        sam.fits()
        said = sam.page.get_by_text("To go on, type:").inner_text()
        sam.fill(sam.page.get_by_label("To go on, type"), said.partition(": ")[2])
        sam.press("Release all that wait")
        sam.keep(f"it-released-{width}")
    stage.wait("releasing all", lambda: stage.holding(0))
