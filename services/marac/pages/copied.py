"""A copy of an agenda as one file that loads nothing: sealed with the code of whoever takes it."""

import base64
import hashlib
from datetime import datetime, timedelta

from chassis.http.sealed import ROUNDS, close_by_code
from chassis.pages.assets import inlined
from chassis.pages.frame import Look
from chassis.pages.times import Times
from services.marac.conference.copying import Copied
from services.marac.pages import PAGES
from services.marac.pages.case import CaseView
from services.marac.pages.words import Words

FILE = "goldthread-copy.html"
"""As which it lies among somebody's downloads: it names nobody, no place and no day."""
STYLES = ("govuk-frontend.min.css", "moj-frontend.min.css", "goldthread.css")
SCRIPT = "copy.js"
MINUTE = timedelta(minutes=1)


def file_of(copied: Copied, look: Look) -> str:
    """The file. What it holds is what stands on the same person's paper, and when it ends."""
    words = Words(PAGES.texts, Times(PAGES.texts, look.now), paper=True)
    inside = PAGES.render(
        "agenda_sheets.html",
        look,
        agenda=copied.agenda,
        words=words,
        cases=[(page, CaseView(page, words), research) for page, research in copied.cases],
        until=last_minute(copied.until).date(),
    )
    made, until = _millis(look.now), _millis(copied.until)
    sealed = close_by_code({"made": made, "until": until, "html": inside}, copied.code)
    digest = hashlib.sha256(inlined(SCRIPT).encode()).digest()
    return PAGES.render(
        "copied.html",
        look,
        sealed=sealed,
        rounds=ROUNDS,
        made=made,
        until=until,
        ends=last_minute(copied.until),
        styles=[inlined(name) for name in STYLES],
        script=inlined(SCRIPT),
        digest=f"sha256-{base64.b64encode(digest).decode()}",
    )


def last_minute(until: datetime) -> datetime:
    """The last minute before a time: a day ends at 11:59pm, for midnight is read two ways."""
    return until - MINUTE


def _millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)
