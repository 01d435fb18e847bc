"""The pages of referrals: which two records a person is asked about, and the two side by side."""

from pathlib import Path

from chassis.pages.frame import Item, Pages
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
)
