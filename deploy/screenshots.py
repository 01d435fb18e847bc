"""Every page as a desktop, a phone and paper show it, into ``build/screenshots``, to be looked at.

It walks a running Goldthread as three people do, from each one's first page along its links, so
that what it shows is what they see.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from deploy.demo.caseload import caseload
from deploy.demo.outside import NOTE, Note, bound_by_an_order
from deploy.local.deployment import ROOT
from deploy.local.processes import end, free_port, launch, wait_until
from deploy.ready import is_ready

FOLDER = ROOT / "build" / "screenshots"
DATA = ROOT / "build" / "screenshots-data"

CASELOAD_SECONDS = 1200.0
"""How long the demo may take to live through its year: on a slow machine it took 726 s."""

DESKTOP, PHONE = (1280, 900), (375, 812)

SignIn = Callable[[Page, str, str], None]
"""Signs somebody in: page, address of Goldthread, id of the person."""


@dataclass(frozen=True, slots=True)
class Step:
    """A page: its name, and the link that leads there from the page before (None: an address)."""

    name: str
    link: str
    back_to: str | None = None
    """The step from whose page the link is followed; None: ``link`` is an address itself."""
    asks: bool = False
    """Whether its form is filled in with the record of somebody whom an order binds, and sent."""


CASE = "a[href^='/marac/cases/']"
WALKS: dict[str, tuple[Step, ...]] = {
    "rowan-ellis": (
        Step("meetings", "/marac/meetings"),
        Step("agenda", "a[href^='/marac/meetings/']", "meetings"),
        Step("agenda-print", "a[href$='/print']", "agenda"),
        Step("case", f"tr:nth-child(1) {CASE}", "agenda"),
        Step("case-second", f"tr:nth-child(2) {CASE}", "agenda"),
        Step("case-third", f"tr:nth-child(3) {CASE}", "agenda"),
        Step("source", "a[href*='/source/']", "case"),
        Step("case-print", "a[href$='/print']", "case"),
        Step("case-after", "a[href$='/after']", "case"),
        Step("transfer", "a[href$='/transfer']", "case-after"),
        Step("restriction", "a[href$='/restriction']", "case"),
        Step("interests", "a[href$='/interests']", "agenda"),
        Step("research-grid", "a[href$='/research']", "agenda"),
        Step("sent", "a[href$='/sent']", "agenda"),
        Step("copy", "a[href$='/copy']", "agenda"),
        Step("case-actions", "a[href$='/actions']", "case"),
        Step("sitting", "a[href$='/sitting']", "agenda"),
        Step("hear", "a[href*='/hear/']", "sitting"),
        Step("overview", "/marac/overview"),
        Step("victims", "/marac/victims"),
        Step("search", "/marac/search"),
        Step("minutes-list", "/marac/minutes"),
        Step("minutes", "a[href$='/minutes']", "minutes-list"),
        Step("minutes-print", "a[href$='/print']", "minutes"),
        Step("not-there", "/marac/cases/00000000-0000-4000-8000-000000000000"),
    ),
    "priya-nair": (
        Step("waiting", "/marac/waiting"),
        Step("decisions", "a[href$='/decisions']", "waiting"),
        Step("repeats", "/marac/repeats"),
        Step("flags", "/marac/flags"),
        Step("transfers", "/marac/transfers"),
        Step("children", "/marac/children"),
        Step("emergency", "/marac/emergency"),
        Step("returned", "/marac/returned"),
        Step("coordinators-meetings", "/marac/meetings"),
        Step("coordinators-agenda", "a[href^='/marac/meetings/']", "coordinators-meetings"),
        Step("meeting-change", "a[href$='/change']", "coordinators-agenda"),
        Step("coordinators-case", f"tr:nth-child(1) {CASE}", "coordinators-agenda"),
        Step("whereabouts", "a[href$='/whereabouts']", "coordinators-case"),
        Step("coordinators-source", "a[href*='/source/']", "coordinators-case"),
        Step("shown-to", "a[href*='/shown-to/']", "coordinators-source"),
        Step("choices", "/marac/choices"),
        Step("reviews", "/referrals/"),
        Step("review", "a[href^='/referrals/reviews/']", "reviews"),
    ),
    "helen-sato": (
        Step("circulation", "/orders/"),
        Step("order", "a[href^='/orders/orders/']", "circulation"),
        Step("report-a-breach", "a[href$='/breach']", "order"),
        Step("briefing", "/orders/briefing"),
        Step("briefing-to-print", "/orders/briefing/print"),
        Step("rota", "/notify/rota"),
        Step("shift", "a[href^='/notify/rota/shifts/']", "rota"),
        Step("ladders", "/notify/rota/ladders"),
        Step("clocks", "/notify/clocks"),
    ),
    "una-frost": (
        Step("order-status", "/orders/status"),
        Step("order-status-answer", "/orders/status", asks=True),
    ),
    "carys-bevan": (
        Step("support-list", "/referrals/support"),
        Step("support", "a[href^='/referrals/support/']", "support-list"),
        Step("idva-meetings", "/marac/meetings"),
        Step("idva-agenda", "a[href^='/marac/meetings/']", "idva-meetings"),
        Step("idva-case", f"tr:nth-child(1) {CASE}", "idva-agenda"),
    ),
    "femi-adair": (
        Step("actions", "/marac/actions"),
        Step("action", "a[href^='/marac/actions/']", "actions"),
        Step("research", "/marac/research"),
        Step("researched", "a[href*='/research/']", "research"),
        Step("sent-to-agency", "/marac/sent"),
    ),
    "tess-okoro": (Step("messages", "/marac/messages"),),
    "beth-oram": (
        Step("school-tellings", "/referrals/school-tellings"),
        Step("refer", "/referrals/refer"),
    ),
    "tom-achterberg": (
        Step("cohort", "/marac/cohort"),
        Step("perpetrator", "a[href^='/marac/cohort/']", "cohort"),
        Step("candidates", "/marac/candidates"),
        Step("decision", "a[href$='/decision']", "candidates"),
    ),
    "aisha-bright": (Step("alert-path", "/notify/path"),),
    "dev-malik": (
        Step("alerts", "/notify/alerts"),
        Step("alert", "a[href^='/notify/alerts/']", "alerts"),
        Step("breach", "a[href^='/orders/breaches/']", "alerts"),
        Step("messages-sent", "/sandbox/"),
        Step("take", "a[href*='/notify/take/']", "messages-sent"),
    ),
}
"""Who walks, and where: the people are those of the try-out's directory."""


def main() -> None:
    """Walk the invented caseload of the demo: made once, in ``build/screenshots-data``, and kept."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    if not _is_whole():
        shutil.rmtree(DATA, ignore_errors=True)
    DATA.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "GOLDTHREAD_PORT": str(port), "GOLDTHREAD_PUBLIC_URL": url}
    program = Path(sys.executable).with_name("goldthread")
    command: list[str | Path] = [program, "demo", "--data", str(DATA)]
    process = launch(command, DATA / "demo.log", environment=environment, folder=ROOT, outlives=False)
    try:
        wait_until(lambda: _is_lived(url), "the demo", process, DATA / "demo.log", CASELOAD_SECONDS)
        note = Note.model_validate_json((DATA / NOTE).read_bytes())
        for file in shoot(url, bound_by_an_order(caseload(note.now, note.seed))):
            print(file.relative_to(ROOT))
    finally:
        end(process, signal.SIGTERM)


def _is_lived(url: str) -> bool:
    """Whether the demo's caseload is whole, and its pages answer."""
    return _is_whole() and is_ready(f"{url}/marac/ready")


def _is_whole() -> bool:
    note = DATA / NOTE
    return note.exists() and Note.model_validate_json(note.read_bytes()).done


def sign_in(page: Page, url: str, person: str) -> None:
    """Sign in with the built-in identity provider, which asks for no password."""
    page.goto(f"{url}/marac/sign-in")
    page.check(f"input[value='{person}']")
    page.click("button[type=submit]")


def shoot(
    url: str, record: Mapping[str, str], folder: Path = FOLDER, signing_in: SignIn = sign_in
) -> list[Path]:
    """Walk the Goldthread at this address and keep what is seen. Returns the files.

    ``record`` is of whom the control room asks: what its form's fields are to say. A link that is not there
    is passed over: a caseload need not have one of each.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium())
        try:
            return [
                file for person in WALKS for file in _walk(browser, url, person, record, folder, signing_in)
            ]
        finally:
            browser.close()


def chromium() -> str:
    """The browser of the system: without a window if it can be, for each window costs another half second.

    Raises FileNotFoundError where there is none.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise FileNotFoundError("There is no Chromium: install the package chromium-headless-shell")
    return found


def _walk(
    browser: Browser, url: str, person: str, record: Mapping[str, str], folder: Path, signing_in: SignIn
) -> Iterator[Path]:
    context = browser.new_context(viewport=_size(DESKTOP))
    page = context.new_page()
    signing_in(page, url, person)
    seen: dict[str, str] = {}
    for step in WALKS[person]:
        address = f"{url}{step.link}" if step.back_to is None else _follow(page, seen.get(step.back_to), step)
        if address is not None:
            seen[step.name] = address
            yield from _keep(context, address, folder / step.name, record if step.asks else {})
    context.close()


def _follow(page: Page, start: str | None, step: Step) -> str | None:
    if start is None:
        return None
    page.goto(start)
    link = page.locator(f"main {step.link}").first
    return str(link.evaluate("link => link.href")) if link.count() else None


def _keep(context: BrowserContext, address: str, name: Path, typed: Mapping[str, str]) -> Iterator[Path]:
    page = context.new_page()
    page.goto(address)
    for field, value in typed.items():
        page.fill(f"#{field}", value)
    if typed:
        page.click(f"form:has(#{field}) button")
    for kind, size in (("desktop", DESKTOP), ("phone", PHONE)):
        page.set_viewport_size(_size(size))
        file = name.with_name(f"{name.name}-{kind}.png")
        page.screenshot(path=file, full_page=True)
        yield file
    file = name.with_suffix(".pdf")
    page.pdf(path=file, format="A4", prefer_css_page_size=True)
    yield file
    page.close()


def _size(of: tuple[int, int]) -> ViewportSize:
    return {"width": of[0], "height": of[1]}
