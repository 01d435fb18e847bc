"""Steps of a MARAC's round that is walked by hand (``test_round_by_hand.py``): a referral by whoever has no
system, a copy for when the line drops, what the MATAC decides, and what follows a meeting: a repeat that is
found by itself, an emergency meeting, and the move to another MARAC."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from playwright.async_api import Page, expect

from tests.scenarios import caseload
from tests.scenarios.test_marac_round import (
    CHAIR,
    COORDINATOR,
    EAST,
    HOUR,
    IDVA,
    NORTH,
    Round,
)
from tests.scenarios.walk import Walk, enters, press, selects, ticks, writes
from tests.scenarios.webhook import Webhook
from tests.support.waiting import until

REFERRER, MATAC, SUPERVISOR = "beth-oram", "tom-achterberg", "helen-sato"
WRITTEN: dict[str, dict[str, str | None]] = {
    "victim": {
        "#given": "Petra",
        "#family": "Quillfeather",
        "#born-day": "14",
        "#born-month": "7",
        "#born-year": "1979",
    },
    "place": {f"input[name=area][value={NORTH}]": None},
    "perpetrator": {"#given": "Ross", "#family": "Tansley"},
    "risk": {"#professional-judgement": None, "#happened": "Waits at the school gate each day."},
}
"""By page of the referral, what is typed into a field; None: it is ticked. What is left is not known."""
OF_HERS = ("Northmere North", "northmere-north", "ZZ1 4QQ", "Alder Lane", "Marlowe", "Castlegate", "Harbour")
"""Where the victim lives, who she is, and who knows her: never on a perpetrator's side."""


async def somebody_without_a_system_refers(walk: Walk) -> str:
    """By the referral page. Most of it is not known, and it is taken. Gives the case."""
    page = await walk.signs_in(REFERRER)
    await expect(page).to_have_url(walk.at("/referrals/school-tellings"))
    await walk.follows(page, page.get_by_role("navigation").get_by_role("link", name="Refer").first)
    await press(page, "Start")
    while not page.url.endswith("/check"):
        for where, what in WRITTEN.get(page.url.rsplit("/", 1)[1], {}).items():
            to = page.locator(where)
            await (ticks(to) if what is None else writes(to, what))
        await press(page, "Continue")
    await expect(page.locator("main")).to_contain_text("Waits at the school gate each day.")
    await walk.sound(page)
    await press(page, "Send the referral")
    await expect(page.locator(".govuk-panel")).to_contain_text("Referral sent")
    await walk.sound(page)
    (case,) = re.findall(
        r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", await page.locator("main").inner_text()
    )
    return str(case)


async def the_matac_decides(walk: Walk, round_: Round) -> None:
    """Whoever harms a repeat victim is put forward by itself; the MARAC sees at once what was decided."""
    await walk.comes(CHAIR, f"cases/{round_.case}", "Undecided since")
    page = await walk.comes(MATAC, "candidates", caseload.HIM["family"])
    await expect(page.locator("main")).to_contain_text("Repeat victims: A.")
    await tells_nothing_of_her(page)
    await walk.follows(page, page.get_by_role("link", name=caseload.HIM["family"].upper()))
    await tells_nothing_of_her(page)
    await walk.follows(page, page.get_by_role("link", name="Decide"))
    await tells_nothing_of_her(page)
    await press(page, "Record decision")
    await expect(page.locator(".govuk-error-summary")).to_contain_text("Select what was decided")
    await ticks(page.locator("input[name=decision][value=taken-up]"))
    await press(page, "Record decision")
    await expect(page.locator("main")).to_contain_text("Taken up")
    await tells_nothing_of_her(page)
    await walk.comes(CHAIR, f"cases/{round_.case}", "Taken up")


async def tells_nothing_of_her(page: Page) -> None:
    """No word of a page of a perpetrator's, seen or unseen, says where the victim is or who told of it."""
    text = (await page.content()).casefold()
    assert [word for word in OF_HERS if word.casefold() in text] == [], page.url


async def the_chair_takes_a_copy_along(walk: Walk, round_: Round, folder: Path, now: datetime) -> None:
    """A file that opens by its code alone, with the line down."""
    page = await walk.opens(CHAIR, f"meetings/{round_.meeting}")
    await walk.follows(page, page.get_by_role("link", name="Take a copy for the meeting"))
    code = await page.locator(".gt-code").inner_text()
    async with page.expect_download() as coming:
        await enters(page.get_by_role("button", name="Take the copy"))
    await (await coming.value).save_as(folder / "copy.html")
    away = await walk.without_line()
    await away.clock.install(time=now + timedelta(minutes=10))
    await away.goto((folder / "copy.html").as_uri())
    assert caseload.HER["family"] not in await away.content()
    await writes(away.get_by_label("Code"), code)
    await enters(away.get_by_role("button", name="Open"))
    await expect(away.locator(".gt-sheet").nth(1)).to_be_visible()
    await expect(away.locator("main")).to_contain_text(caseload.HER["given"])
    await expect(away.locator("main")).to_contain_text("Rent is paid.")
    assert "ZZ1 4QQ" not in await away.content()
    await away.context.close()


async def a_repeat_is_found_by_itself(walk: Walk, round_: Round, at: datetime) -> None:
    """Any agency's fact is enough; by which definition is said."""
    goldthread = round_.goldthread
    incident = caseload.hospital_incident(at - HOUR)
    await goldthread.post("northmere-hospital", "/referrals/v1/incidents", incident)
    page = await walk.comes(COORDINATOR, "repeats", "1 case is a repeat, and was not referred again")
    main = page.locator("main")
    await expect(main).to_contain_text("By the current rule, counted from the last referral.")
    await expect(main).to_contain_text("Northmere Hospital")
    await walk.comes(COORDINATOR, f"cases/{round_.case}/after", "A repeat that was not referred again")
    await the_repeat_is_answered(walk, round_)


async def the_repeat_is_answered(walk: Walk, round_: Round) -> None:
    """By a person, with the reason; what was decided stays on the page, and can be taken back."""
    page = await walk.opens(COORDINATOR, "repeats")
    await enters(page.locator("summary", has_text="Decide that it is no repeat"))
    await press(page, "Record decision")
    await expect(page.locator(".govuk-error-summary")).to_contain_text("Enter why it is no repeat")
    await walk.sound(page)
    why = "An emergency meeting hears of it today."
    await writes(page.locator("details[open] textarea[name=text]"), why)
    await press(page, "Record decision")
    page = await walk.comes(COORDINATOR, "repeats", "1 decision that a case is no repeat")
    await expect(page.locator("main")).to_contain_text("Nothing was recorded after a meeting")
    await enters(page.locator("summary", has_text="1 decision that a case is no repeat"))
    await expect(page.get_by_text(why)).to_be_visible()
    await expect(page.get_by_role("button", name="It is a repeat after all")).to_be_visible()


async def an_emergency_meeting_is_called(walk: Walk, round_: Round, webhook: Webhook) -> str:
    """From the case, in one step; somebody is rung and takes it. Gives the meeting."""
    page = await walk.opens(COORDINATOR, f"cases/{round_.case}/decisions")
    await walk.follows(page, page.get_by_role("link", name="Call an emergency meeting"))
    await writes(page.locator("#emergency-venue"), "01632 960144")
    await press(page, "Call the meeting")
    meeting = page.url.rsplit("/", 1)[1]
    await expect(page.locator("main")).to_contain_text("Nobody has taken it yet")
    await walk.sound(page)
    await until(lambda: webhook.first(SUPERVISOR, meeting), "the supervisor is rung")
    page = await walk.opens(SUPERVISOR, f"/notify/alerts/{meeting}")
    await press(page, "Acknowledge")
    page = await walk.comes(COORDINATOR, f"meetings/{meeting}", "Taken by Northmere Police")
    await expect(page.locator("main")).not_to_contain_text("Nobody has taken it yet")
    return meeting


async def the_case_moves_to_another_marac(walk: Walk, round_: Round) -> None:
    """Nothing is sent before the warning is read; it stays with the sender until it is taken."""
    page = await walk.opens(COORDINATOR, f"cases/{round_.case}/after")
    await walk.follows(page, page.get_by_role("link", name="Send this case to another MARAC"))
    await selects(page.locator("#to_area"), EAST)
    await ticks(page.locator("input[name=move][value=permanent]"))
    await writes(page.locator("#text"), "A sister has a room.")
    await press(page, "See what is known of this move")
    await expect(page.locator("#warned")).to_contain_text("Northmere East")
    await walk.sound(page)
    await press(page, "Send this case")
    await expect(page.locator(".govuk-error-summary")).to_contain_text("tick that you have")
    await expect(page.locator("#text")).to_have_value("A sister has a room.")
    await ticks(page.locator("#warning_read"))
    await press(page, "Send this case")
    await walk.comes(CHAIR, f"cases/{round_.case}/after", "Not taken")
    page = await walk.comes(COORDINATOR, "transfers", "1 transfer waits")
    await expect(page.locator("main")).to_contain_text("Northmere North keeps it until then.")
    await press(page, "Take this case")
    await walk.comes(COORDINATOR, "transfers", "1 transfer is done")
    await walk.comes(CHAIR, f"cases/{round_.case}/after", "Taken by")
    page = await walk.opens(COORDINATOR, "waiting")
    east = page.locator(f"h2:has-text('Northmere East') ~ table a[href$='/cases/{round_.case}/decisions']")
    await expect(east).to_be_visible()
    await walk.comes(IDVA, f"cases/{round_.case}", caseload.HER["family"])
