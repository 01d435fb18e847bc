"""What agencies can do here: say what they know of people; and decide who is who."""

from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar

from chassis.accept import Refused, Taken
from chassis.archive import Archive
from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.naming import with_mentions
from chassis.runtime import Runtime
from contracts.content import Content, Said
from contracts.events.children import SchoolCalendarSet, SchoolTold
from contracts.events.configuration import AgencyDefined, AreaDefined, ThresholdSet
from contracts.events.contact import DeathRecorded, SafeContactSaid
from contracts.events.hearings import HearingListed
from contracts.events.identity import IdentityDecided, MixtureAnswered
from contracts.events.owed import PlanMade, PlanReviewed, VictimTold
from contracts.events.people import Graded, LeadNamed, ReferralMade, RiskAssessed, victim_of
from contracts.events.support import SupportProgressed
from contracts.events.wishes import ConsentSaid
from contracts.mentions import Mention
from contracts.rules.areas import area_and_around, within_token
from contracts.rules.unnumbered import became_another
from contracts.submission import Submission
from contracts.topics import TOPICS
from contracts.vocabulary import AgencyKind, IdentityAnswer, Role, StaffRole
from services.referrals import schools, support_list
from services.referrals.about import are_there_for, facts_about, reach_of_facts, routed_to, rows_of
from services.referrals.feeds.reading import check_feed
from services.referrals.links import REFERRALS_LINK, UndoneLink
from services.referrals.rules import assessing, sharing, supporting
from services.referrals.rules.features import Pair
from services.referrals.rules.grading import grade_assessment, grade_referral, not_lowered
from services.referrals.rules.thresholds import dash_threshold
from services.referrals.support import SUPPORT, SupportRow
from services.referrals.views import at_odds

C = TypeVar("C", bound=Content)


async def report(
    runtime: Runtime, caller: Caller, submission: Submission[C], right: str, key: str | None
) -> Taken:
    """Record what an agency says, as it says it. Raises Refused as ``Runtime.take`` does."""
    return await runtime.take(submission, submission.content, caller=caller, right=right, idempotency_key=key)


async def decide_identity(
    runtime: Runtime, caller: Caller, submission: Submission[IdentityDecided], key: str | None
) -> Taken:
    """Record what a person decided of two mentions: the matcher heeds it.

    Raises as ``admit`` and ``Runtime.take`` do.
    """
    return await report(runtime, caller, submission, sharing.DECIDE_IDENTITY, key)


async def admit(archive: Archive, caller: Caller, content: Content, root: str) -> Content:
    """The content with what Goldthread adds when it takes it, as a post or as a correction: the
    grade, by the threshold that its area has now; to a referral that names no alleged perpetrator one of whom
    nothing is known; and of a consent whether it was said by whom.

    Raises Refused (422) where the sender gave what Goldthread adds, for an assessment or a Dash of which
    something is wrong, for a death that is another kind of agency's to record, for safe contact where whoever
    goes to her does not read it (it is said by itself, at ``/safe-contacts``), for a decision of one mention
    alone, for *same* of two sides of one fact, and for a step of support that is another service's to say;
    Problem (404) for a decision that is not the caller's, for a victim who is not theirs to see, and for the
    schools of an area, or a school, that is not theirs.
    """
    if isinstance(content, IdentityDecided):
        if len(set(content.mentions)) < len(content.mentions):
            raise Refused("same-mention", "body.content.mentions")
        await _check_decision(archive, caller, content, content.answer)
        people = [await rows_of(archive, mention) for mention in content.mentions]
        if content.answer is IdentityAnswer.SAME and at_odds(*people):
            raise Refused("sides-of-one-fact", "body.content.mentions")
    if isinstance(content, MixtureAnswered):
        await _check_answer(archive, caller, content)
    await _check_victim(archive, caller, content)
    await _check_area(archive, caller, content)
    await _check_said(archive, caller, content)
    check_feed(content, production=archive.production)
    if isinstance(content, ConsentSaid):
        return _with_speaker(content)
    return await _with_grade(archive, caller, _with_both_sides(content), root)


def _with_both_sides(content: Content) -> Content:
    if not isinstance(content, ReferralMade) or content.in_role(Role.PERPETRATOR):
        return content
    return content.model_copy(update={"people": [*content.people, Mention(role=Role.PERPETRATOR)]})


def _with_speaker(content: ConsentSaid) -> Content:
    """Raises as ``admit`` does."""
    if content.speaker_named is not None:
        raise Refused("given-by-goldthread", "body.content.speaker_named")
    return content.model_copy(update={"speaker_named": "said_by" in content.model_fields_set})


async def _with_grade(archive: Archive, caller: Caller, content: Content, root: str) -> Content:
    """Raises as ``admit`` does."""
    if not isinstance(content, ReferralMade | RiskAssessed):
        return content
    if content.graded is not None:
        raise Refused("given-by-goldthread", "body.content.graded")
    threshold = await threshold_for(archive, content)
    if found := assessing.fault(content, threshold):
        raise Refused(found[0], f"body.content.{found[1]}")
    if isinstance(content, ReferralMade):
        graded = grade_referral(content, threshold)
    else:
        graded = grade_assessment(content, threshold)
    before = await _graded_before(archive, caller, content, root)
    return content.model_copy(update={"graded": not_lowered(graded, before)})


async def _graded_before(
    archive: Archive, caller: Caller, content: Content, root: str
) -> list[Graded | None]:
    """What earlier versions gave, but for those that are surely of another victim: of a number that is put
    right, or told now, the person may be the same."""
    said = [version.content for version in (await archive.fact(root)).versions(root)]
    earlier = [each for each in said if isinstance(each, ReferralMade | RiskAssessed)]
    if not earlier:
        return []
    said_now = with_mentions(content, archive.ids, caller.agency, root)
    now = await _victims(archive, said_now)
    kept = []
    for each in earlier:
        then = await _victims(archive, each)
        others = now and then and now.isdisjoint(then)
        if not (others and _are_others(each.in_role(Role.VICTIM), said_now.named)):
            kept.append(each.graded)
    return kept


def _are_others(before: Sequence[Mention], named: Iterable[Mention]) -> bool:
    """Whether none of the victims named now can be one of those before."""
    victims = [each for each in named if each.role is Role.VICTIM]
    return all(became_another(one, other) == "identity" for one in before for other in victims)


async def _victims(archive: Archive, said: Content) -> set[str]:
    victims = said.in_role(Role.VICTIM) if isinstance(said, Said) else []
    return {await archive.person_of(each.mention) for each in victims if each.mention}


async def threshold_for(archive: Archive, said: ReferralMade | RiskAssessed) -> int:
    """YES answers that are visible high risk in the area of an assessment, as it is set now."""
    return dash_threshold(await archive.configuration(AreaDefined, ThresholdSet), routed_to(said))


async def revisable(archive: Archive, caller: Caller, content: Content) -> None:
    """Refuse to correct or withdraw a decision about people who are not of the caller's areas, or what was
    done about a link that is not theirs to see. Raises Problem (404). What was taken apart may be of no known
    area since: to take that back joins."""
    if isinstance(content, IdentityDecided):
        await _check_decision(archive, caller, content, IdentityAnswer.SAME)
    if isinstance(content, MixtureAnswered):
        await _check_answer(archive, caller, content)
    await _check_victim(archive, caller, content)
    await _check_area(archive, caller, content)


async def readable(archive: Archive, caller: Caller, fact: Fact[Content]) -> None:
    """Refuse what others of the caller's agency said of an area that is not theirs, or of somebody whom they
    may not see. Raises Problem (404). What they have said themselves is theirs, wherever she lives."""
    content = fact.content
    if content is None or await archive.said_by(fact.id) == caller.id:
        return
    await revisable(archive, caller, content)
    if not isinstance(content, Said):
        return
    victim = victim_of(content)
    reach = set(area_and_around(await _defined(archive), routed_to(content)))
    if not reach and victim is not None and victim.mention is not None:
        reach = await reach_of(archive, victim.mention)
    if not within_token(caller.areas, reach):
        raise not_found()


async def _check_area(archive: Archive, caller: Caller, content: Content) -> None:
    """The schools of an area are for whoever is of it, and a school by its number for whoever runs it: to say
    that they are closed tells nobody."""
    if not isinstance(content, SchoolCalendarSet):
        return
    if content.school and not sharing.may_close_school(await kind_of(archive, caller)):
        raise not_found()
    around = area_and_around(await _defined(archive), content.area)
    if content.area and set(caller.areas).isdisjoint(around):
        raise not_found()


async def _check_said(archive: Archive, caller: Caller, content: Content) -> None:
    """What is said is said by whom it is for to say, and where whoever must read it does."""
    if isinstance(content, DeathRecorded) and not sharing.may_record_death(await kind_of(archive, caller)):
        raise Refused("not-yours-to-say", "body.content")
    unread = "orders" not in TOPICS[content.topic].readers
    if unread and any(each.contact is not None for each in content.named):
        raise Refused("contact-elsewhere", "body.content.people")
    if isinstance(content, SupportProgressed):
        kind = await kind_of(archive, caller)
        if supporting.speaks_for_another(content, caller.agency, kind):
            raise Refused("not-yours-to-say", "body.content.service")


BY_PAGE = PlanMade | PlanReviewed | VictimTold | HearingListed | LeadNamed
"""What staff say of somebody as a page names them, where they may see what is owed to them."""


async def _check_victim(archive: Archive, caller: Caller, content: Content) -> None:
    """Whom somebody names by a mention is theirs to see."""
    if isinstance(content, SchoolTold) and not await schools.may_say(archive, caller, content):
        raise not_found()
    named = content.victim if isinstance(content, BY_PAGE) else None
    if named is not None and not await may_see_owed(archive, caller, named):
        raise not_found()
    reached = content.victim if isinstance(content, SafeContactSaid) else None
    if reached is not None and not await may_reach(archive, caller, reached):
        raise not_found()
    supported = content.victim if isinstance(content, SupportProgressed) else None
    if supported is not None and not await support_list.may_say(archive, caller, supported):
        raise not_found()


async def may_see_owed(archive: Archive, caller: Caller, mention: str) -> bool:
    """Whether a caller may see what is owed to whoever a mention is today, and so learn who it is."""
    theirs = await is_theirs(archive, caller, mention)
    return theirs and await are_there_for(archive, caller, [mention])


async def is_theirs(archive: Archive, caller: Caller, mention: str) -> bool:
    """Whether a caller may see what is owed to whoever a mention is, by areas and by who has told of them; of
    cases that are restricted ``are_there_for`` answers."""
    if not sharing.may_see_owed(caller.roles, caller.areas, await reach_of(archive, mention)):
        return False
    row = await archive.row(SUPPORT, await archive.person_of(mention))
    told = row.agencies if isinstance(row, SupportRow) else ()
    return supporting.may_see_who(caller.roles, await kind_of(archive, caller), caller.agency, told)


async def were_theirs(archive: Archive, caller: Caller, facts: Collection[Fact[Said]]) -> bool:
    """The same of somebody of whom nothing stands today, by what was told of them (``about.known_with``)."""
    reach, told = reach_of_facts(await _defined(archive), facts), {fact.agency for fact in facts}
    if not sharing.may_see_owed(caller.roles, caller.areas, reach):
        return False
    return supporting.may_see_who(caller.roles, await kind_of(archive, caller), caller.agency, told)


async def may_reach(archive: Archive, caller: Caller, mention: str) -> bool:
    """Whether a caller sees by what whoever a mention is today is reached, and may say so."""
    if not sharing.may_see_contact(caller.roles):
        return False
    owed = await may_see_owed(archive, caller, mention)
    return owed or await support_list.may_say(archive, caller, mention)


async def kind_of(archive: Archive, caller: Caller) -> AgencyKind | None:
    """What kind of agency the caller is of, by the newest word; None: nobody has said so."""
    defined = (await archive.configuration(AgencyDefined)).current(AgencyDefined)
    return {each.said.agency: each.said.kind for each in defined}.get(caller.agency)


async def _check_answer(archive: Archive, caller: Caller, said: MixtureAnswered) -> None:
    link = await archive.row(REFERRALS_LINK, said.link)
    if not isinstance(link, UndoneLink) or not await may_see_link(archive, caller, link):
        raise not_found()


async def _check_decision(
    archive: Archive, caller: Caller, decided: IdentityDecided, answer: IdentityAnswer
) -> None:
    one, other = [await reach_of(archive, mention) for mention in decided.mentions]
    may = sharing.may_decide(caller.roles, caller.areas, answer, one, other)
    if not may or not await _may_see_either(archive, caller, decided.mentions):
        raise not_found()


async def may_review(archive: Archive, caller: Caller, pair: Pair) -> bool:
    """Whether a caller may see two records side by side, and say at least that it cannot be told."""
    one, other = [await reach_of(archive, mention) for mention in pair]
    may = sharing.may_decide(caller.roles, caller.areas, IdentityAnswer.CANNOT_TELL, one, other)
    return may and await _may_see_either(archive, caller, pair)


async def _may_see_either(archive: Archive, caller: Caller, mentions: Collection[str]) -> bool:
    """Whether a caller who decides of two may see who one of them is: the other is then told, for else nobody
    of theirs could decide whether it is their own record. Both are there for them, as far as they are in
    cases."""
    if StaffRole.OPERATOR in caller.roles:
        return True
    if not await are_there_for(archive, caller, mentions):
        return False
    kind = await kind_of(archive, caller)
    told = {fact.agency for mention in mentions for fact in await facts_about(archive, mention)}
    return supporting.may_see_who(caller.roles, kind, caller.agency, told)


async def may_see_link(archive: Archive, caller: Caller, link: UndoneLink) -> bool:
    """Whether a caller may see a link that was undone, and say what was done about it."""
    mentions = {mention for pair in link.parted for mention in pair}
    reach = {area for mention in mentions for area in await reach_of(archive, mention)}
    return sharing.may_see_undone(caller.roles, caller.areas, reach)


async def reach_of(archive: Archive, mention: str) -> set[str]:
    """The areas that the facts about whoever a mention is today route to, with those around them."""
    return reach_of_facts(await _defined(archive), await facts_about(archive, mention))


async def _defined(archive: Archive) -> dict[str, AreaDefined]:
    defined = (await archive.configuration(AreaDefined)).current(AreaDefined)
    return {fact.said.area: fact.said for fact in defined}


async def areas_of(archive: Archive, mention: str) -> list[str]:
    """The areas that the facts about whoever a mention is today route to, the newest fact's first."""
    return [area for fact in await facts_about(archive, mention) if (area := routed_to(fact.said))]
