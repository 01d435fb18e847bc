"""The pages of marac: meetings, agendas and cases for a conference; the cohort for a tasking meeting."""

from pathlib import Path

from chassis.pages.frame import Item, Pages
from contracts.vocabulary import StaffRole
from services.marac.rules import sharing

FOLDER = Path(__file__).parent

PAGES = Pages(
    "marac",
    FOLDER / "templates",
    FOLDER / "texts",
    [
        Item("nav.meetings", "/marac/meetings", sharing.RIGHTS[sharing.READ_MEETING]),
        Item("nav.waiting", "/marac/waiting", sharing.RIGHTS[sharing.READ_WAITING]),
        Item("nav.actions", "/marac/actions", sharing.RIGHTS[sharing.ANSWER_ACTION]),
        Item(
            "nav.research", "/marac/research", sharing.RIGHTS[sharing.ANSWER_RESEARCH] - {StaffRole.REPORTER}
        ),
        Item("nav.minutes", "/marac/minutes", frozenset({StaffRole.MARAC_REPRESENTATIVE})),
        Item("nav.after", "/marac/repeats", sharing.RIGHTS[sharing.FOLLOW_UP]),
        Item("nav.cohort", "/marac/cohort", sharing.RIGHTS[sharing.READ_COHORT]),
        Item("nav.candidates", "/marac/candidates", sharing.RIGHTS[sharing.READ_COHORT]),
        Item("nav.messages", "/marac/messages", sharing.RIGHTS[sharing.MESSAGE]),
        Item("nav.support", "/referrals/support", frozenset({StaffRole.MARAC_COORDINATOR, StaffRole.IDVA})),
        Item("nav.areas", "/marac/overview", sharing.RIGHTS[sharing.READ_MEASURES]),
        Item("nav.search", "/marac/search", sharing.RIGHTS[sharing.SEARCH]),
        Item("nav.victims", "/marac/victims", sharing.RIGHTS[sharing.READ_CASE]),
        Item("nav.children", "/marac/children", sharing.RIGHTS[sharing.READ_CHILDREN]),
        Item("nav.transfers", "/marac/transfers", sharing.RIGHTS[sharing.READ_CASE]),
        Item("nav.schools", "/referrals/school-tellings", frozenset({StaffRole.KEY_ADULT})),
        Item("nav.refer", "/referrals/refer", frozenset({StaffRole.IDVA, StaffRole.REFERRER})),
        Item(
            "nav.flags",
            "/marac/flags",
            sharing.RIGHTS[sharing.FLAG] - sharing.RIGHTS[sharing.FOLLOW_UP] - {StaffRole.REPORTER},
        ),
        Item("nav.completeness", "/marac/characteristics", sharing.RIGHTS[sharing.READ_COMPLETENESS]),
        Item("nav.choices", "/marac/choices", sharing.RIGHTS[sharing.SET_THRESHOLD]),
        Item("nav.reviews", "/referrals/", frozenset({StaffRole.MARAC_COORDINATOR})),
    ],
    tells_silence=True,
)
