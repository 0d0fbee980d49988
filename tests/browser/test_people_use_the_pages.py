"""The stories of the pages, in Chromium: at two widths, by keyboard alone, without JavaScript."""

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
        "/it/holds",
        "/it/holds/release-all",
        "/it/decisions",
        "/it/decisions?kind=meetings",
        "/it/roll-out",
    ),
}


@pytest.mark.parametrize("width", WIDTHS)
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


@pytest.mark.parametrize("width", WIDTHS)
def test_the_messages_have_nothing_against_them(
    chromium: Browser, stage: Stage, width: str
) -> None:
    stage.wait("receipts", lambda: len(stage.notes_to("morgan.reed")) >= 3)
    notes = stage.notes_to("morgan.reed") | stage.notes_to("priya.shah")
    assert "2 mails arrived while you were away" in notes
    with visitor(chromium, stage, "", size=WIDTHS[width], scripts=True) as reader:
        for number, page in enumerate(notes.values(), start=1):
            reader.page.set_content(page)
            reader.accessible()
            reader.fits()
            reader.keep(f"note-{number}-{width}")


def test_a_receipt_s_link_sends_once_without_signing_in(chromium: Browser, stage: Stage) -> None:
    stage.wait("receipts", lambda: len(stage.notes_to("morgan.reed")) >= 3)
    (page,) = [
        page for page in stage.notes_to("morgan.reed").values() if "about your caseload?" in page
    ]
    found = re.search(r'href="([^"]+/send-now/[^"]+)"', page)
    assert found is not None
    with visitor(chromium, stage, "", size=PHONE) as morgan:
        morgan.page.goto(found[1])
        assert morgan.heading() == "Send your mail now?"
        assert "Can we talk about your caseload?" in morgan.text()
        morgan.fits()
        morgan.keep("send-now-phone")
        assert stage.holding(6)  # a look sends nothing
        morgan.tab_to("Send it now")
        morgan.page.keyboard.press("Enter")
        assert morgan.heading() == "Your mail is on its way"
        stage.wait("sending it", lambda: stage.holding(5))
        morgan.page.goto(found[1])
        assert morgan.heading() == "You asked for this already"
        expect(morgan.page.get_by_role("button")).to_have_count(0)
        morgan.page.goto(found[1][:-3])
        assert morgan.page.locator("form").count() == 0


def test_a_manager_sends_a_mail_now_by_keyboard_alone(chromium: Browser, stage: Stage) -> None:
    with visitor(chromium, stage, "Morgan Reed") as morgan:
        morgan.go("/my-mail")
        assert "Plan for the inspection week" in morgan.text()
        assert "waits for 3 colleagues" in morgan.text()
        morgan.tab_to("Send it now: Plan for the inspection week")
        morgan.page.keyboard.press("Enter")
        expect(morgan.page.get_by_role("alert")).to_contain_text("Your mail is on its way")
        morgan.keep("sent-now-desktop")
        assert "Plan for the inspection week: you sent it now." in morgan.text()
    stage.wait("sending it now", lambda: stage.holding(2))
    with visitor(chromium, stage, "Priya Shah") as priya:
        priya.go("/my-mail")
        assert "Plan for the inspection week" not in priya.text()


def test_somebody_gets_a_mail_now_that_waits_for_them_on_a_phone(
    chromium: Browser, stage: Stage
) -> None:
    with visitor(chromium, stage, "Priya Shah", size=PHONE) as priya:
        priya.go("/my-mail")
        priya.press(re.compile(r"Get it now\s*: Swap on Thursday"))
        expect(priya.page.get_by_role("alert")).to_contain_text("You asked for your mail")
        stage.wait("getting it", lambda: stage.holding(1))
        priya.go("/my-mail")
        assert "Swap on Thursday" not in priya.text()


def test_what_somebody_opened_is_theirs_and_the_page_says_so(
    chromium: Browser, stage: Stage
) -> None:
    stage.open("jo.barnes", "Notes from Friday's visit")
    with visitor(chromium, stage, "Jo Barnes") as jo:
        jo.go("/my-mail")
        said = jo.text()
        assert "it stays in the folder" in said or "You have opened it: it is yours now" in said
        jo.keep("left-to-them-desktop")
    with visitor(chromium, stage, "Priya Shah") as priya:
        priya.go("/my-mail")
        assert "Notes from Friday's visit" in priya.text()
        assert "opened" not in priya.text()


def test_somebody_sets_their_quiet_time_and_is_told_what_is_wrong(
    chromium: Browser, stage: Stage
) -> None:
    with visitor(chromium, stage, "Priya Shah", size=PHONE) as priya:
        priya.go("/my-settings")
        priya.page.get_by_label("No, send me none").check()
        priya.page.get_by_label("Quiet from").fill("half past six")
        priya.press("Save my settings")
        expect(priya.page.get_by_role("alert")).to_contain_text("There is a problem")
        priya.fits()
        priya.keep("my-settings-wrong-phone")
        priya.page.get_by_label("Quiet from").fill("18:30")
        priya.page.get_by_label("Quiet until").fill("08:00")
        priya.press("Save my settings")
        expect(priya.page.get_by_role("alert")).to_contain_text("Saved")
        priya.go("/my-settings")
        expect(priya.page.get_by_label("Quiet from")).to_have_value("18:30")
        expect(priya.page.get_by_label("No, send me none")).to_be_checked()


def test_somebody_downloads_their_time_back(chromium: Browser, stage: Stage) -> None:
    with visitor(chromium, stage, "Priya Shah") as priya:
        priya.go("/my-time")
        assert "Only you can see this page." in priya.text()
        with priya.page.expect_download() as waiting:
            priya.page.get_by_role("link", name="Download your time back").click()
        told = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
        assert told.startswith("date,")
        assert "Family group conference" not in told
        assert "2026-06-11" in told


def test_it_adds_an_exemption_and_ends_it(chromium: Browser, stage: Stage) -> None:
    with visitor(chromium, stage, "Sam Okafor", size=PHONE) as sam:
        sam.go("/it/exemptions/add")
        sam.press("Add the exemption")
        expect(sam.page.get_by_role("alert")).to_contain_text("There is a problem")
        sam.fits()
        sam.keep("it-exemption-wrong-phone")
        sam.page.get_by_label("weekend-email", exact=True).check()
        sam.page.get_by_label("Which people is it for?").fill("lee.walker@northshire.example")
        for name, day in (("first", "15"), ("last", "19")):
            group = sam.page.get_by_role("group", name=f"What is the {name} day?")
            group.get_by_label("Day").fill(day)
            group.get_by_label("Month").fill("6")
            group.get_by_label("Year").fill("2026")
        sam.page.get_by_label("What is the reason?").fill("Inspection")
        sam.page.get_by_label("Who approved it?").fill("director@northshire.example")
        sam.press("Add the exemption")
        assert "lee.walker@northshire.example" in sam.text()
        sam.keep("it-exemption-added-phone")
        sam.go("/it/exemptions")
        sam.page.get_by_role("link", name=re.compile("weekend-email-2026-06-15")).first.click()
        sam.press(re.compile("End"))
        sam.press("End this exemption now")
        assert "by sam.okafor@northshire.example" in sam.text()


def test_it_sees_why_a_mail_was_held(chromium: Browser, stage: Stage) -> None:
    with visitor(chromium, stage, "Sam Okafor") as sam:
        sam.go("/it/decisions")
        sam.page.get_by_label("What the rule says").select_option("hold")
        sam.press("Search")
        sam.page.locator("tbody a").first.click()
        said = sam.text()
        assert "What the rulebook of today says" in said
        assert "rules/northshire.yaml:" in said
        sam.keep("it-decision-desktop")
        sam.page.get_by_role("link", name=re.compile("^Hold ")).click()
        assert "weekend-email" in sam.text()
        assert "Plan for the inspection week" not in sam.text()
        sam.keep("it-hold-desktop")


def test_who_is_not_of_it_does_not_get_in(chromium: Browser, stage: Stage) -> None:
    for person in ("Priya Shah", "Alex Hughes"):
        with visitor(chromium, stage, person) as somebody:
            for path in PAGES["Sam Okafor"]:
                somebody.go(path)
                assert somebody.heading() == "This page is for others"
            expect(somebody.page.get_by_role("link", name="IT", exact=True)).to_have_count(0)


def test_signing_out_ends_it_and_the_way_back_asks_again(chromium: Browser, stage: Stage) -> None:
    with visitor(chromium, stage, "Dana Quinn") as dana:
        dana.press("Sign out")
        assert dana.heading() == "You are signed out"
        dana.keep("signed-out-desktop")
        dana.go("/my-time")
        assert dana.heading() == "Sign in to the simulated tenant"
        dana.press("Cancel")
        assert dana.heading() == "You were not signed in"


def test_it_releases_everything_with_typed_words(chromium: Browser, stage: Stage) -> None:
    waiting = Mail(sender="morgan.reed", to=("lee.walker",), subject="One more thing")
    stage.deliver([waiting], first=stage.tenant.now())
    stage.wait("holding one more", lambda: not stage.holding(0))
    with visitor(chromium, stage, "Sam Okafor") as sam:
        sam.go("/it/holds")
        sam.page.get_by_role("link", name="Release all that wait").click()
        sam.page.get_by_label("To go on, type").fill("yes")
        sam.press("Release all that wait")
        expect(sam.page.get_by_role("alert")).to_contain_text("There is a problem")
        assert not stage.holding(0)
        said = sam.page.get_by_text("To go on, type:").inner_text()
        sam.page.get_by_label("To go on, type").fill(said.partition(": ")[2])
        sam.press("Release all that wait")
        sam.keep("it-released-desktop")
    stage.wait("releasing all", lambda: stage.holding(0))
