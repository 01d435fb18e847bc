"""The wiring of notify: what it is made of. Nothing is decided here."""

from chassis.pages.how_far import how_far_pages
from chassis.service import Service
from contracts.events.alerts import AlertResolved
from contracts.events.configuration import AgencyDefined, AreaDefined, LadderSet, RotaSet
from services.notify.actions import admit, readable, revisable
from services.notify.claims import ClaimTable
from services.notify.clocks import CLOCK
from services.notify.gaps import GAPS
from services.notify.pages import PAGES
from services.notify.pages.routes import router as pages_router
from services.notify.path import PATH
from services.notify.receipts import router as receipts_router
from services.notify.routes import router
from services.notify.rules import sharing
from services.notify.teller import tell
from services.notify.unanswered import UNANSWERED
from services.notify.views import ALERT
from services.notify.watcher import beat, tell_of_path

SERVICE = Service(
    name="notify",
    views=(ALERT, UNANSWERED, CLOCK, GAPS, PATH),
    routers=(router, receipts_router, pages_router, how_far_pages(PAGES)),
    problem_page=PAGES.problem,
    rights=sharing.RIGHTS,
    admit=admit,
    revisable=revisable,
    readable=readable,
    accepts={
        AlertResolved: sharing.ANSWER,
        RotaSet: sharing.SET_ROTA,
        LadderSet: sharing.SET_LADDER,
        AreaDefined: sharing.DEFINE_AREA,
        AgencyDefined: sharing.DEFINE_AGENCY,
    },
    tasks=(tell, tell_of_path, beat),
    fold_version=8,
    tables=(ClaimTable,),
)
