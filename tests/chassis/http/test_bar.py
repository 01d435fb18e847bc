"""The one bar of a page: as loud as the worst, and nothing that is wrong with the page is hidden by it."""

import pytest
from markupsafe import Markup

from chassis.pages.frame import Bar, Loudness, loudest

PATH, CALLED, NOT_SOUND, AS_KNOWN, PRACTICE = (
    Bar(loudness, Markup(loudness.name), "#here" if loudness is Loudness.CALLED else None)
    for loudness in Loudness
)


@pytest.mark.parametrize(
    ("bars", "says"),
    [
        ([], None),
        ([PRACTICE], "PRACTICE"),
        ([PRACTICE, NOT_SOUND], "NOT_SOUND"),
        ([PRACTICE, NOT_SOUND, PATH], "ALERT_PATH_BROKEN · NOT_SOUND"),
        ([CALLED, PATH], "ALERT_PATH_BROKEN · CALLED"),
        ([NOT_SOUND, CALLED, PRACTICE], "CALLED · NOT_SOUND"),
        ([AS_KNOWN, NOT_SOUND, PATH, PRACTICE], "ALERT_PATH_BROKEN · NOT_SOUND · AS_KNOWN"),
    ],
)
def test_it_says_what_each_says_the_worst_first(bars: list[Bar], says: str | None) -> None:
    bar = loudest(bars)
    assert (bar and bar.text) == says
    assert bar is None or bar.loudness is min(each.loudness for each in bars)


def test_what_others_say_is_as_safe_as_they_are() -> None:
    bar = loudest([PATH, Bar(Loudness.NOT_SOUND, Markup("<b>%s</b>") % "<i>")])
    assert bar is not None
    assert bar.text == "ALERT_PATH_BROKEN · <b>&lt;i&gt;</b>"
