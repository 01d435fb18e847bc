"""The wiring of marac: what it is made of. Nothing is decided here."""

from chassis import feeds
from chassis.pages.how_far import how_far_pages
from chassis.service import Service
from contracts.events.actions import ActionAgreed, ActionAnswered
from contracts.events.conference import CaseListed, MeetingCalled
from contracts.events.configuration import ThresholdSet
from contracts.events.listing import CaseRestricted, MaracSet, PartiesDecided, ReferralReturned
from contracts.events.measures import CapacitySet, PopulationSet
from contracts.events.research import InterestDeclared, ResearchAnswered, ResearchersSet
from services.marac.action_routes import pages as action_pages
from services.marac.action_routes import router as actions
from services.marac.actions import admit, readable, revisable
from services.marac.after_routes import pages as after_pages
from services.marac.after_routes import router as after
from services.marac.agenda_routes import pages as agenda_pages
from services.marac.agenda_routes import router as agendas
from services.marac.at_risk_routes import pages as at_risk_pages
from services.marac.at_risk_routes import router as at_risk
from services.marac.calling_routes import pages as calling_pages
from services.marac.calling_routes import router as callings
from services.marac.children_routes import pages as children_pages
from services.marac.children_routes import router as children
from services.marac.completeness_routes import router as completeness
from services.marac.conference.actions import ACTION
from services.marac.conference.at_risk import AT_RISK
from services.marac.conference.characteristics import CHARACTERISTICS
from services.marac.conference.children import CHILD
from services.marac.conference.counted import COUNTED
from services.marac.conference.known_as import KNOWN_AS
from services.marac.conference.listing import LISTING
from services.marac.conference.messages import MESSAGE
from services.marac.conference.published import PUBLISHED
from services.marac.conference.research import ANSWERS, INTERESTS, RESEARCH
from services.marac.conference.sent import SENT
from services.marac.conference.sitting import SITTING
from services.marac.conference.views import AFTER, ALERT, CASE, MEETING, PERSON, TRANSFER
from services.marac.copy_routes import pages as copy_pages
from services.marac.emergency_routes import pages as emergency_pages
from services.marac.emergency_routes import router as emergencies
from services.marac.interest_routes import pages as interest_pages
from services.marac.interest_routes import router as interests
from services.marac.listing_pages import pages as listing_pages
from services.marac.listing_routes import router as listing
from services.marac.measure_routes import router as measures
from services.marac.message_routes import pages as message_pages
from services.marac.message_routes import router as messages
from services.marac.minutes_routes import pages as minutes_pages
from services.marac.minutes_routes import router as minutes
from services.marac.number_pages import pages as number_pages
from services.marac.pages import PAGES
from services.marac.pages.routes import router as pages
from services.marac.research_routes import pages as research_pages
from services.marac.research_routes import router as research
from services.marac.restriction_routes import pages as restriction_pages
from services.marac.restriction_routes import router as restrictions
from services.marac.routes import router
from services.marac.rules import sharing
from services.marac.search_routes import pages as search_pages
from services.marac.search_routes import router as search
from services.marac.sent_routes import pages as sent_pages
from services.marac.sent_routes import router as sendings
from services.marac.shown_to_routes import router as shown_to
from services.marac.sitting_routes import pages as sitting_pages
from services.marac.sitting_routes import router as sittings
from services.marac.tasking.candidates import CANDIDATE
from services.marac.tasking.views import PERPETRATOR, SOURCE
from services.marac.transfer_routes import pages as transfer_pages
from services.marac.transfer_routes import router as transfers
from services.marac.whereabouts_routes import pages as places_pages
from services.marac.whereabouts_routes import router as places

SERVICE = Service(
    name="marac",
    fold_version=30,
    reads_audit=True,
    views=(
        PERSON,
        CHARACTERISTICS,
        AT_RISK,
        KNOWN_AS,
        PERPETRATOR,
        SOURCE,
        CHILD,
        CANDIDATE,
        CASE,
        LISTING,
        COUNTED,
        RESEARCH,
        ANSWERS,
        INTERESTS,
        AFTER,
        MEETING,
        PUBLISHED,
        SENT,
        SITTING,
        ALERT,
        TRANSFER,
        ACTION,
        MESSAGE,
    ),
    routers=(
        router,
        callings,
        calling_pages,
        agendas,
        agenda_pages,
        measures,
        sittings,
        minutes,
        sendings,
        completeness,
        listing,
        restrictions,
        emergencies,
        at_risk,
        at_risk_pages,
        search,
        search_pages,
        shown_to,
        messages,
        children,
        actions,
        research,
        interests,
        research_pages,
        interest_pages,
        after,
        transfers,
        places,
        pages,
        listing_pages,
        number_pages,
        restriction_pages,
        emergency_pages,
        children_pages,
        sitting_pages,
        minutes_pages,
        sent_pages,
        copy_pages,
        action_pages,
        message_pages,
        after_pages,
        transfer_pages,
        places_pages,
        how_far_pages(PAGES),
    ),
    tasks=(feeds.keep_learning,),
    problem_page=PAGES.problem,
    rights=sharing.RIGHTS,
    admit=admit,
    revisable=revisable,
    readable=readable,
    accepts={
        MeetingCalled: sharing.CALL_EMERGENCY,
        CaseListed: sharing.LIST_CASE,
        ReferralReturned: sharing.RETURN_REFERRAL,
        PartiesDecided: sharing.DECIDE_PARTIES,
        CaseRestricted: sharing.RESTRICT_CASE,
        PopulationSet: sharing.SET_POPULATION,
        CapacitySet: sharing.SET_CAPACITY,
        ResearchersSet: sharing.SET_RESEARCHERS,
        ResearchAnswered: sharing.ANSWER_RESEARCH,
        InterestDeclared: sharing.DECLARE_INTEREST,
        ActionAgreed: sharing.AGREE_ACTION,
        ActionAnswered: sharing.ANSWER_ACTION,
        ThresholdSet: sharing.SET_THRESHOLD,
        MaracSet: sharing.SET_THRESHOLD,
    },
)
