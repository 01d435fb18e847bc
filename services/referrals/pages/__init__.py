"""The pages of referrals: which two records a person is asked about, and the two side by side."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from chassis.pages.frame import Bar, Item, Pages
from chassis.runtime import Runtime
from contracts.vocabulary import StaffRole
from services.referrals.rules import sharing

FOLDER = Path(__file__).parent
DECIDERS = sharing.RIGHTS[sharing.DECIDE_IDENTITY]

PAGES = Pages(
    "referrals",
    FOLDER / "templates",
    FOLDER / "texts",
    [
        Item("nav.meetings", "/marac/meetings", frozenset({StaffRole.MARAC_COORDINATOR, StaffRole.IDVA})),
        Item("nav.support", "/referrals/support", sharing.RIGHTS[sharing.READ_SUPPORT]),
        Item("nav.reviews", "/referrals/", DECIDERS),
        Item("nav.schools", "/referrals/school-tellings", sharing.RIGHTS[sharing.CONFIRM_TOLD]),
        Item("nav.refer", "/referrals/refer", sharing.REFERRERS),
        Item("nav.returned", "/marac/returned", sharing.REFERRERS),
    ],
    tells_silence=True,
)


async def unsound(runtime: Runtime, *mentions: str, then: datetime | None = None) -> Sequence[Bar]:
    """The bars of a page about whoever these mentions are today: what could not be read of them, or made
    anew. A number that stands there may be the one that was taken back."""
    return await PAGES.unsound(
        runtime, *[f"p:{await runtime.person_of(each)}" for each in mentions], then=then
    )
