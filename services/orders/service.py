"""The wiring of orders: what it is made of. Nothing is decided here."""

from chassis import feeds
from chassis.pages.how_far import how_far_pages
from chassis.service import Service
from contracts.events.orders import (
    BreachProgressed,
    BreachReported,
    OrderCirculated,
    OrderMade,
    OrderQuestionAnswered,
    OrderServed,
    PatternDecided,
)
from services.orders.actions import readable, revisable
from services.orders.alert_path import try_alert_path
from services.orders.pages import PAGES
from services.orders.pages.briefing import router as briefing_pages
from services.orders.pages.report import router as report_pages
from services.orders.pages.routes import router as pages
from services.orders.reporting import admit
from services.orders.routes import router
from services.orders.rules import sharing
from services.orders.views import (
    ORDERS_BREACH,
    ORDERS_CLOCKS,
    ORDERS_ENDING,
    ORDERS_KNOWN_BY,
    ORDERS_ORDER,
    ORDERS_PERSON,
)

SERVICE = Service(
    name="orders",
    views=(ORDERS_PERSON, ORDERS_KNOWN_BY, ORDERS_BREACH, ORDERS_ORDER, ORDERS_CLOCKS, ORDERS_ENDING),
    fold_version=21,
    routers=(router, pages, report_pages, briefing_pages, how_far_pages(PAGES)),
    problem_page=PAGES.problem,
    rights=sharing.RIGHTS,
    admit=admit,
    revisable=revisable,
    readable=readable,
    accepts={
        OrderMade: sharing.ORDER_REPORT,
        OrderServed: sharing.SERVICE_REPORT,
        OrderCirculated: sharing.ORDER_CIRCULATE,
        OrderQuestionAnswered: sharing.ORDER_ANSWER,
        BreachReported: sharing.BREACH_REPORT,
        BreachProgressed: sharing.BREACH_PROGRESS,
        PatternDecided: sharing.BREACH_PROGRESS,
    },
    tasks=(try_alert_path, feeds.keep_learning),
)
