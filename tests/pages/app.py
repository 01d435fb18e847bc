"""The real page routes over sample rows: no store, no log, no identity provider.

Who calls is named by the cookie, such as ``chair``. What is asked of a service's queries is answered
from ``samples``, and what they would refuse is refused as they do.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.responses import RedirectResponse

from chassis import feeds
from chassis.accept import Refused
from chassis.facts import FactSet
from chassis.feeds import Silent
from chassis.http import parked
from chassis.http.app import Together
from chassis.http.auth import Caller
from chassis.http.issuer import Foreign
from chassis.http.outer import security_headers
from chassis.http.parked import Outcome
from chassis.http.problem import add_handlers, not_found
from chassis.pages.assets import Assets, ZippedPages
from chassis.pages.frame import Pages
from chassis.pages.how_far import how_far_pages
from chassis.pages.unread import unread_pages
from chassis.parking import Counts, Incomplete
from chassis.settings import TRY_OUT_NUMBER, Settings
from contracts.content import Content
from contracts.rules.alert_path import PathState
from contracts.vocabulary import StaffRole
from deploy.sandbox import create_sandbox
from services.marac import (
    action_routes,
    after_routes,
    at_risk_routes,
    calling_routes,
    children_routes,
    copy_routes,
    emergency_routes,
    interest_routes,
    listing_actions,
    listing_pages,
    measure_routes,
    message_routes,
    minutes_routes,
    number_pages,
    research_routes,
    researchers,
    restriction_routes,
    search_routes,
    sent_routes,
    shown_to_routes,
    sitting_routes,
    transfer_routes,
    whereabouts_routes,
)
from services.marac import queries as marac_queries
from services.marac.conference import (
    action_plan,
    after_page,
    calling,
    children_list,
    copying,
    correspondence,
    declaring,
    emergency_told,
    following,
    measures,
    most_at_risk,
    researched,
    researching,
    restricting,
    search,
    shown_to,
    transferring,
    whereabouts,
)
from services.marac.conference import waiting as marac_listing
from services.marac.pages import PAGES as MARAC
from services.marac.pages import routes as marac_routes
from services.marac.pages import unsound as marac_unsound
from services.marac.rules import sharing as marac_sharing
from services.marac.tasking import candidacy
from services.notify import actions as notify_actions
from services.notify import clock_list
from services.notify import ladders as notify_ladders
from services.notify import path as notify_path
from services.notify import planner as notify_planner
from services.notify import queries as notify_queries
from services.notify.pages import PAGES as NOTIFY
from services.notify.pages import routes as notify_routes
from services.notify.queries import AlertShown
from services.notify.rules import sharing as notify_sharing
from services.orders import actions as orders_actions
from services.orders import circulation as orders_circulation
from services.orders import status as orders_status
from services.orders.pages import PAGES as ORDERS
from services.orders.pages import briefing as orders_briefing
from services.orders.pages import report as orders_report
from services.orders.pages import routes as orders_routes
from services.orders.rules import sharing as orders_sharing
from services.referrals import by_hand as referrals_by_hand
from services.referrals import contacts as referrals_contacts
from services.referrals import mixtures as referrals_mixtures
from services.referrals import owed as referrals_owed
from services.referrals import plans as referrals_plans
from services.referrals import review as referrals_review
from services.referrals import schools, support_list, support_routes
from services.referrals.pages import PAGES as REFERRALS
from services.referrals.pages import lead as lead_page
from services.referrals.rules import sharing as referrals_sharing
from tests.pages import (
    sample_actions,
    sample_after,
    sample_at_risk,
    sample_cases,
    sample_children,
    sample_how_far,
    sample_listing,
    sample_measures,
    sample_owed,
    sample_refer,
    sample_report,
    sample_research,
    sample_reviews,
    sample_risk,
    sample_rota,
    sample_rows,
    sample_schools,
    sample_sent,
    sample_sitting,
    sample_support,
    sample_then,
    samples,
)
from tests.support.facts import IDS

ROLES = {
    "chair": {StaffRole.MARAC_CHAIR},
    "coordinator": {StaffRole.MARAC_COORDINATOR},
    "matac": {StaffRole.MATAC_COORDINATOR},
    "on-call": {StaffRole.ON_CALL},
    "supervisor": {StaffRole.SUPERVISOR},
    "operator": {StaffRole.OPERATOR},
    "referrer": {StaffRole.REFERRER, StaffRole.IDVA},
    "idva": {StaffRole.IDVA},
    "officer": {StaffRole.OFFICER_IN_CASE},
    "representative": {StaffRole.MARAC_REPRESENTATIVE},
    "key-adult": {StaffRole.KEY_ADULT},
    "order-contact": {StaffRole.ORDER_CONTACT},
}


CODE = "K7QM-2D7R-W4XT-H3NP"
"""By which the copy opens that the one chair takes."""

MORE = {
    "marac": [
        measure_routes.router,
        number_pages.pages,
        at_risk_routes.pages,
        search_routes.pages,
        whereabouts_routes.pages,
        shown_to_routes.router,
        action_routes.pages,
        listing_pages.pages,
        restriction_routes.pages,
        calling_routes.pages,
        emergency_routes.pages,
        children_routes.pages,
        message_routes.pages,
        research_routes.pages,
        interest_routes.pages,
        sitting_routes.pages,
        minutes_routes.pages,
        sent_routes.pages,
        copy_routes.pages,
        after_routes.pages,
        transfer_routes.pages,
    ],
    "orders": [orders_report.router, orders_briefing.router],
    "referrals": [support_routes.pages],
}
"""Pages of a service that have a router of their own."""


class Staff:
    """Tells callers by their cookie."""

    async def caller(self, token: str) -> Caller:
        """Raises Foreign for a cookie of nobody."""
        if token not in ROLES:
            raise Foreign("unknown")
        roles = frozenset(ROLES[token])
        return Caller(token, "", token, "northmere-police", roles, frozenset(), f"Rowan {token.title()}")


class Host:
    """What page routes ask of a runtime; ``change`` tells the open pages that a row changed."""

    def __init__(self, name: str, rights: Mapping[str, frozenset[str]], url: str) -> None:
        self.service = SimpleNamespace(name=name, rights=rights)
        self.settings = SimpleNamespace(
            production=False,
            secret=SecretStr("a secret of the page tests"),
            origin=url,
            public_url=url,
            fallback_number=TRY_OUT_NUMBER,
        )
        self.ids = IDS
        self.clock = SimpleNamespace(now=lambda: sample_rows.NOW)
        self.watch = SimpleNamespace(seen=Counts({}, whose_unknown=0, broken=0), fresh=sample_rows.FRESH)
        self.path = SimpleNamespace(state=PathState.SOUND, since=samples.PATH_SINCE)
        self.listeners: list[Any] = []
        self.left_out = Incomplete()
        self.silences: tuple[Silent, ...] = ()
        self.broken_since: datetime | None = None
        self.may_repeat = False

    async def incomplete(self, _subjects: object) -> Incomplete:
        """What could not be read of whatever a page is about."""
        return self.left_out

    async def last_good(self, _subjects: object) -> datetime | None:
        """The same, of whatever a page is made of."""
        return self.broken_since

    async def broken(self, _prefix: str, _subject: str) -> datetime | None:
        """Since when a row of it is its last good one."""
        return self.broken_since

    async def person_of(self, mention: str) -> str:
        """Everybody is whom their mention says."""
        return mention

    async def changed(self) -> AsyncIterator[frozenset[tuple[str, str]]]:
        """What ``change`` was told from now on."""
        import asyncio

        queue: asyncio.Queue[frozenset[tuple[str, str]]] = asyncio.Queue()
        self.listeners.append((asyncio.get_running_loop(), queue))
        while True:
            yield await queue.get()

    def change(self, view: str, subject: str) -> None:
        """From any thread: this row changed."""
        for loop, queue in self.listeners:
            loop.call_soon_threadsafe(queue.put_nowait, frozenset({(view, subject)}))

    async def fresh_until(self) -> datetime:
        """Seven seconds ago."""
        return sample_rows.FRESH

    async def configuration(self, *_: type[Content]) -> FactSet:
        """Nothing is configured."""
        return FactSet()


class World:
    """What the queries answer. Tests change it, and tell the open pages."""

    def __init__(self, url: str) -> None:
        self.url = url
        rights = {"marac": marac_sharing, "notify": notify_sharing, "orders": orders_sharing}
        rights |= {"referrals": referrals_sharing}
        self.sittings = sample_sitting.Sittings()
        self.hosts = {name: Host(name, sharing.RIGHTS, url) for name, sharing in rights.items()}
        self.reset()

    def reset(self) -> None:
        """As it was at first; whoever listened hears no more."""
        self.agenda_shown = samples.agenda()
        self.lost = 2
        listed = {line.case: line.letters for line in self.agenda_shown.cases}
        empty = {case: sample_cases.case_page(case=case, letters=letters) for case, letters in listed.items()}
        self.cases = empty | sample_cases.cases() | {sample_risk.RISK_CASE: sample_risk.risk_case()}
        self.cases |= {sample_owed.OWED_CASE: sample_owed.owed_case()}
        self.cases[sample_children.CHILDREN_CASE] = sample_children.children_case()
        self.cases[sample_support.SUPPORT_CASE] = sample_support.support_case()
        self.alerts = samples.alerts()
        self.theirs: list[AlertShown] = []
        self.sittings.reset()
        self.unread = samples.unread()
        for host in self.hosts.values():
            host.listeners.clear()
            host.watch.seen, host.watch.fresh = Counts({}, whose_unknown=0, broken=0), sample_rows.FRESH
            host.left_out, host.broken_since, host.silences = Incomplete(), None, ()
            host.path.state = PathState.SOUND

    async def read_case(self, _: Any, caller: Caller, case: str, at: datetime | None = None) -> Any:
        """A case, as it is or was, and the facts in it."""
        return await self.case_page(_, caller, case, at), set(), set()

    async def sheets(self, _: Any, caller: Caller, cases: Sequence[str], at: datetime | None = None) -> Any:
        """Cases on paper, in this order."""
        return [await self.case_page(_, caller, case, at, paper=True) for case in cases]

    async def case_page(
        self, _: Any, caller: Caller, case: str, at: datetime | None = None, *, paper: bool = False
    ) -> Any:
        """A case, as it is or was."""
        if case not in self.cases:
            raise not_found()
        if at is not None and at > sample_rows.NOW:
            raise Refused("not-yet-known", "at", status=409)
        shown = self.cases[case]
        return sample_then.case(shown, at) if at else shown

    async def meetings(self, _: Any, caller: Caller, page: Any) -> Any:
        """The meetings; for a coordinator with the cases that are on no agenda."""
        places = StaffRole.MARAC_COORDINATOR in caller.roles
        return samples.meetings(self.lost if places else None)

    async def turns(self, *asked: Any) -> Any:
        """As ``queries.turns``."""
        return (await self.agenda(*asked)).cases

    async def read_agenda(
        self, _: Any, caller: Caller, meeting: str, at: datetime | None = None, *, paper: bool = False
    ) -> Any:
        """The one agenda, the facts in it and the cases it was made of."""
        return await self.agenda(_, caller, meeting, at, paper=paper), set(), []

    async def agenda(
        self, _: Any, caller: Caller, meeting: str, at: datetime | None = None, *, paper: bool = False
    ) -> Any:
        """The one agenda, as it is or was."""
        if meeting != sample_rows.MEETING:
            raise not_found()
        if at is not None and at > sample_rows.NOW:
            raise Refused("not-yet-known", "at", status=409)
        return sample_then.agenda(self.agenda_shown, at) if at else self.agenda_shown

    async def offer(self, _: Any, caller: Caller, meeting: str) -> copying.Offer:
        """A copy that can be taken until tonight."""
        starts = self.agenda_shown.meeting.starts
        until = sample_rows.NOW + timedelta(hours=10)
        area = self.agenda_shown.meeting.area_name
        return copying.Offer(meeting, area, starts, sample_rows.ago(days=1), until, over=False, code=CODE)

    async def copied(self, _: Any, caller: Caller, meeting: str) -> copying.Copied:
        """The agenda, and its cases as they are."""
        cases = [
            (self.cases[line.case], await sample_research.of_case(_, caller, line.case))
            for line in self.agenda_shown.cases
        ]
        return copying.Copied(self.agenda_shown, cases, sample_rows.NOW + timedelta(hours=10), CODE)

    async def alert(self, _: Any, caller: Caller, cause: str, *rule: Any) -> Any:
        """One alert."""
        known = (*self.theirs, *self.alerts.waiting, *self.alerts.mine)
        return next((each for each in known if each.cause == cause), None)

    async def take(self, _: Any, caller: Caller, cause: str, *more: Any) -> None:
        """The caller takes an alert."""
        taken = next(each for each in self.alerts.waiting if each.cause == cause)
        answered = {
            "state": "answered",
            "answered_by": "you",
            "answered_at": sample_rows.NOW,
            "may_answer": False,
        }
        self.alerts = self.alerts.model_copy(
            update={
                "waiting": [each for each in self.alerts.waiting if each.cause != cause],
                "mine": [taken.model_copy(update=answered), *self.alerts.mine],
            }
        )

    async def decide(self, _: Any, caller: Caller, *what: Any) -> Outcome:
        """The operator discards a record, or it still cannot be read."""
        *place, decided = what
        if decided.decision == "replay":
            return Outcome(outcome="still-unreadable", reason="not JSON")
        left = [
            replace(each, discarded=True) if [each.topic, each.partition, each.offset] == place else each
            for each in self.unread.parked
        ]
        self.unread = self.unread.model_copy(update={"parked": left})
        return Outcome(outcome="discarded")


def answers(value: Any) -> Any:
    """A query that always answers this; a function is called for each answer."""

    async def query(*_: Any) -> Any:
        return value() if callable(value) else value

    return query


async def perpetrator(_runtime: Any, _caller: Any, _person: str, at: datetime | None = None) -> Any:
    """The page of somebody of the cohort, now or as it was known when a month began."""
    return sample_then.perpetrator(samples.perpetrator(), at) if at else samples.perpetrator()


async def opened(_runtime: Any, _caller: Any, cause: str, at: datetime | None = None) -> Any:
    """A breach, as orders gives it to whoever may open it, now or as it was known."""
    return samples.breach(cause).of_then(at) if at else samples.breach(cause)


async def opened_review(_runtime: Any, _caller: Any, one: str, other: str) -> Any:
    """Two records side by side."""
    return sample_reviews.review(one, other)


async def opened_order(_runtime: Any, _caller: Any, order: str, at: datetime | None = None) -> Any:
    """An order, as its force or a team is shown it, now or as it was known."""
    page = samples.order_page(order)
    return sample_then.order(page, at) if at else page


def sampled(patch: pytest.MonkeyPatch, world: World) -> None:
    """Let the page routes ask the world instead of a store."""
    asked = {
        "case_page": world.case_page,
        "read_case": world.read_case,
        "sheets": world.sheets,
        "agenda": world.agenda,
        "read_agenda": world.read_agenda,
        "turns": world.turns,
        "meeting_of": answers(None),
        "meetings": world.meetings,
        "source": answers(samples.source_page),
        "cohort": answers(samples.cohort),
        "perpetrator_page": perpetrator,
    }
    for name, query in asked.items():
        patch.setattr(marac_queries, name, query)
    patch.setattr(notify_queries, "alerts", answers(lambda: world.alerts))
    patch.setattr(notify_queries, "list_mark", answers(lambda: repr(world.alerts)))
    patch.setattr(notify_queries, "alert", world.alert)
    patch.setattr(notify_path, "shown", answers(lambda: samples.path(world.hosts["notify"].path.state)))
    patch.setattr(clock_list, "clocks", answers(samples.clocks))
    patch.setattr(notify_planner, "week_of", sample_rota.week_of)
    patch.setattr(notify_planner, "shift_of", sample_rota.shift_of)
    patch.setattr(notify_ladders, "ladders_of", sample_rota.ladders_of)
    patch.setattr(notify_actions, "acknowledge", world.take)
    patch.setattr(notify_actions, "pass_on", world.take)
    patch.setattr(orders_actions, "open_breach", opened)
    patch.setattr(orders_circulation, "open_order", opened_order)
    patch.setattr(orders_circulation, "waiting", answers(samples.orders_waiting))
    sample_report.sampled(patch)
    patch.setattr(referrals_review, "waiting", answers(sample_reviews.waiting))
    patch.setattr(referrals_review, "open_review", opened_review)
    patch.setattr(referrals_mixtures, "unanswered", answers(sample_reviews.links))
    patch.setattr(referrals_mixtures, "open_mixture", answers(sample_reviews.mixture))
    sample_refer.sampled(patch, world.hosts["referrals"])
    sample_sitting.sampled(patch, world.sittings)
    sample_sent.sampled(patch)
    patch.setattr(referrals_owed, "open_victim", sample_owed.open_victim)
    patch.setattr(referrals_by_hand, "open_page", sample_owed.by_hand)
    patch.setattr(lead_page, "leads_of", answers(sample_owed.leads))
    patch.setattr(referrals_plans, "open_plan", answers(sample_owed.plan_page))
    patch.setattr(referrals_contacts, "open_contact", answers(sample_owed.contact_page))
    patch.setattr(support_list, "waiting", answers(sample_support.waiting))
    patch.setattr(support_list, "open_support", sample_support.open_support)
    patch.setattr(schools, "waiting", answers(sample_schools.waiting))
    patch.setattr(schools, "confirm", sample_schools.confirm)
    patch.setattr(support_list, "known", answers(support_list.Known(FactSet())))
    patch.setattr(copying, "offer", world.offer)
    patch.setattr(copying, "take", world.copied)
    patch.setattr(children_list, "children", answers(sample_children.children))
    patch.setattr(measures, "overview", answers(sample_measures.overview))
    patch.setattr(measures, "numbers", answers(sample_measures.numbers))
    patch.setattr(most_at_risk, "victims", sample_at_risk.victims)
    patch.setattr(candidacy, "candidates", answers(sample_at_risk.candidates))
    patch.setattr(candidacy, "candidate", answers(sample_at_risk.candidate))
    patch.setattr(search, "search", answers(sample_at_risk.searched))
    patch.setattr(whereabouts, "open_places", answers(sample_at_risk.places))
    patch.setattr(whereabouts_routes, "visible_case", answers(sample_at_risk.places))
    patch.setattr(shown_to, "shown_to", answers(sample_at_risk.shown_to))
    patch.setattr(action_plan, "actions", sample_actions.of_caller)
    patch.setattr(action_plan, "action", sample_actions.one)
    patch.setattr(correspondence, "waiting", answers(sample_support.messages_waiting))
    patch.setattr(correspondence, "messages", sample_support.messages)
    patch.setattr(marac_listing, "waiting", answers(sample_listing.waiting))
    patch.setattr(marac_listing, "decisions", sample_listing.decisions)
    patch.setattr(restricting, "read", sample_listing.restriction)
    patch.setattr(listing_actions, "returned", answers(sample_listing.returned))
    patch.setattr(listing_actions, "areas", answers(sample_listing.areas))
    patch.setattr(listing_actions, "same_people", sample_listing.same_people)
    patch.setattr(listing_actions, "choices", sample_listing.choices)
    patch.setattr(emergency_told, "emergency", sample_listing.emergency)
    patch.setattr(calling, "meeting_set", sample_listing.meeting_set)
    patch.setattr(listing_actions, "choose", sample_listing.second)
    patch.setattr(listing_actions, "decide_parties", sample_listing.second)
    patch.setattr(researching, "waiting", answers(sample_research.waiting))
    patch.setattr(researching, "request", sample_research.request)
    patch.setattr(researched, "grid", answers(sample_research.grid))
    patch.setattr(researchers, "read", sample_research.researchers)
    patch.setattr(researchers, "choose", sample_listing.second)
    patch.setattr(researched, "of_case", sample_research.of_case)
    patch.setattr(researched, "of_cases", sample_research.of_cases)
    patch.setattr(declaring, "interests", answers(sample_research.interests))
    for part, name in (
        (following, "flags"),
        (following, "repeats"),
        (transferring, "transfers"),
        (transferring, "warned"),
        (transferring, "send"),
        (after_page, "after_page"),
    ):
        sample = getattr(sample_after, name)
        patch.setattr(part, name, answers(sample) if name == "repeats" else sample)
    patch.setattr(orders_status, "order_status", answers(samples.order_status))
    patch.setattr(marac_unsound, "subjects", answers(["k:case"]))
    patch.setattr(feeds, "heard", sample_how_far.heard)
    patch.setattr(parked, "unread", answers(lambda: world.unread))
    patch.setattr(parked, "decide", world.decide)


def create(world: World) -> Together:
    """The services' pages in one process, with their headers."""
    parts = {
        "marac": (MARAC, marac_routes),
        "notify": (NOTIFY, notify_routes),
        "orders": (ORDERS, orders_routes),
        "referrals": (REFERRALS, sample_refer.ROUTES),
    }
    apps: dict[str, Any] = {name: _app(world.hosts[name], *part, world.url) for name, part in parts.items()}
    return Together(apps | {"assets": Assets(), "sandbox": _sandbox(world.url)})


def _sandbox(url: str) -> FastAPI:
    """The page of what would have gone out, with one of each."""
    app = create_sandbox(Settings(public_url=url))
    link = f"{url}/notify/take/{'0' * 36}/{'1' * 36}"
    text = f"Goldthread alert 4821, call 1. Take it: {link} or ring 01632 960100"
    for kind, to in (("sms", "07700 900101"), ("email", "dev-malik@northmere.example")):
        app.state.sandbox.keep(kind, "", to, text, link).status = "delivered"
    says = "Goldthread alert 4 8 2 1. Press 4 to take it."
    app.state.sandbox.keep("voice", "", "+447700900101", says, link).status = "completed"
    return app


def _app(host: Host, pages: Pages, routes: Any, url: str) -> FastAPI:
    app = FastAPI(openapi_url=None)
    app.state.runtime = host
    app.state.doorkeeper = Staff()
    app.state.problem_page = pages.problem
    add_handlers(app)
    app.include_router(routes.router)
    for router in MORE.get(host.service.name, ()):
        app.include_router(router)
    app.include_router(how_far_pages(pages))
    app.include_router(unread_pages(host.service.name), prefix=f"/{host.service.name}")
    app.post(f"/{host.service.name}/sign-out")(lambda: RedirectResponse("/signed-out", 303))
    app.add_middleware(ZippedPages)
    headers = security_headers(Settings(public_url=url))

    @app.middleware("http")
    async def secured(request: Any, go_on: Any) -> Any:
        answer = await go_on(request)
        for name, value in headers.items():
            answer.headers.setdefault(name, value)
        return answer

    return app
