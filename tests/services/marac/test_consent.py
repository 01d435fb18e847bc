"""Who may be told of her, of what: as a table, ``tables/consent.yaml``; and as a case tells it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.pages.times import Times
from contracts.events.people import ReferralMade
from contracts.events.wishes import ConsentSaid
from contracts.vocabulary import (
    AgencyKind,
    ConsentAnswer,
    ConsentState,
    ConsentSubject,
    Grade,
    OverrideGround,
    SaidBy,
)
from services.marac.casefile import Told
from services.marac.conference.hers import standing_of
from services.marac.conference.victim import hers_of
from services.marac.pages import PAGES
from services.marac.pages.victim import VictimView
from services.marac.pages.words import Words
from services.marac.rules.consent import Standing, Word, standing
from tests.pages.sample_risk import risk_case
from tests.services.marac.caseload import ann, person, referral, world
from tests.services.marac.conftest import Marac, link
from tests.services.marac.test_listing import form
from tests.support.facts import NOON, fact, root_of
from tests.support.tables import lines
from tests.support.waiting import until


def word(at: int, said: dict[str, Any]) -> Word:
    ground = said.get("ground")
    return Word(
        root=f"word-{at}",
        at=datetime(2026, 3, said["day"], tzinfo=UTC),
        recipients=[AgencyKind(kind) for kind in said.get("to", ["housing"])],
        answer=ConsentAnswer(said["answer"]),
        said_by=SaidBy(by) if (by := said.get("said_by", "victim")) else None,
        ground=OverrideGround(ground) if ground else None,
        of=[ConsentSubject(part) for part in said.get("of", [])],
    )


@lines(__file__, "consent")
def test_who_may_be_told(line: dict[str, Any]) -> None:
    words = [word(at, said) for at, said in enumerate(line["words"])]
    found = standing(words, [AgencyKind.HOUSING], Grade(line.get("grade", "high")))
    told = [{"of": [], "is": line["is"], "question": line.get("question")}]
    told += [{"question": None} | part for part in line.get("parts", [])]
    assert [{"of": list(each.of), "is": each.state, "question": each.question} for each in found] == told
    for each in found:
        assert bool(each.roots) == (each.question != "not-asked"), "it says what it rests on"


@pytest.mark.parametrize(
    ("said", "speaker"),
    [
        ({}, None),
        ({"said_by": "victim"}, None),
        ({"said_by": "victim", "speaker_named": False}, None),
        ({"said_by": "victim", "speaker_named": True}, "victim"),
        ({"said_by": "advocate"}, "advocate"),
        ({"said_by": "other", "speaker_named": True}, "other"),
    ],
)
def test_who_spoke_is_known_where_somebody_said_so(said: dict[str, Any], speaker: str | None) -> None:
    """A fact of before it was kept whether the speaker was named says no more than one that left it out."""
    given = {"people": [{"role": "victim"}], "recipients": ["housing"], "answer": "given"}
    assert ConsentSaid.model_validate(given | said).speaker == speaker


async def test_a_yes_with_a_no_to_a_part_is_told_of_what_and_no_agencys_yes_to_another_part_lifts_it(
    marac: Marac,
) -> None:
    said = referral().said.model_copy(update={"consent": True, "consent_refused_of": [ConsentSubject.HEALTH]})
    root = await marac.say("haven", said)
    await link(marac)

    async def holds(*wanted: tuple[str, list[str]]) -> bool:
        page = await marac.page("chair", root)
        if not page or page["victim"]["person"] != person("ann"):
            return False  # who she is was not decided yet
        police = [each for each in page["hers"]["standing"] if each["kind"] == "police"]
        return [(each["state"], each["of"]) for each in police] == list(wanted)

    rest, no = ("given", []), ("refused", ["health"])
    await until(lambda: holds(rest, no), what="a yes, but for her health")
    gaps = {gap["code"]: gap for gap in (await marac.page("chair", root))["missing"]}
    kinds = {each["kind"] for each in (await marac.page("chair", root))["hers"]["standing"]}
    assert gaps["consent-refused"]["count"] == len(kinds), "kinds of agency, however many parts"
    for where in (f"/marac/cases/{root}", f"/marac/cases/{root}/print"):
        shown = await form(marac, "chair", where)
        assert "Police (of: Health)" in shown
        assert "Police (all else)" in shown
        assert "Only of: Health." in shown
    yes = {"recipients": ["police"], "answer": "given", "said_by": "victim", "speaker_named": True}
    await marac.say("council", ConsentSaid.model_validate({"people": [ann()]} | yes | {"of": ["location"]}))
    await marac.say("police", ConsentSaid.model_validate({"people": [ann()]} | yes))

    async def asked() -> bool:
        found = (await marac.page("chair", root))["hers"]["standing"]
        return [each["question"] for each in found if each["kind"] == "police"] == [None, "yes-since"]

    await until(asked, what="a yes to all is asked about, and lifts nothing")
    assert await holds(rest, no)
    await marac.say("police", ConsentSaid.model_validate({"people": [ann()]} | yes | {"of": ["health"]}))
    await until(lambda: holds(rest), what="a yes by name lifts it")


def test_a_question_stands_beside_the_kinds_of_agency_that_it_is_about() -> None:
    page, refused = risk_case(), ConsentState.REFUSED
    holds = [
        Standing(AgencyKind.POLICE, refused, "yes-since", of=(ConsentSubject.HEALTH,)),
        Standing(AgencyKind.HOUSING, refused, "refused"),
        Standing(AgencyKind.POLICE, ConsentState.GIVEN),
        Standing(AgencyKind.HEALTH, refused, "refused"),
    ]
    page = page.model_copy(update={"hers": page.hers.model_copy(update={"standing": holds})})
    told = VictimView(page, Words(PAGES.texts, Times(PAGES.texts, NOON))).standing()
    assert [(state, kinds) for state, kinds, _ in told] == [
        (ConsentState.GIVEN, "Police (all else)"),
        (refused, "Police (of: Health)"),
        (refused, "Housing, Health"),
    ]
    assert [ask == "" for *_, ask in told] == [True, False, False]


@pytest.mark.parametrize("roots", [("a", "b"), ("b", "a")])
def test_of_two_answers_of_one_time_that_of_a_part_is_what_differs_from_the_rest(
    roots: tuple[str, str],
) -> None:
    """Whichever of the two facts sorts first."""
    no, yes = (
        fact(
            ConsentSaid.model_validate(
                {
                    "people": [ann()],
                    "recipients": ["police"],
                    "answer": answer,
                    "of": of,
                    "said_by": "victim",
                    "speaker_named": True,
                }
            ),
            agency="haven",
            root=root_of(root),
        )
        for root, answer, of in zip(roots, ("refused", "given"), ([], ["location"]), strict=True)
    )
    made = world(referral(), no, yes)
    case, her = made.row("conference_case", root_of("case")), made.row("conference_person", person("ann"))
    found = standing_of(case, her.hers, [AgencyKind.POLICE])
    police = [(each.state, list(each.of)) for each in found if each.kind is AgencyKind.POLICE]
    assert police == [("refused", []), ("given", ["location"])]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"consent": False}, [("refused", [])]),
        ({"consent": False, "no_consent_reason": "Risk"}, [("refused", []), ("overridden", [])]),
        ({"consent": True, "no_consent_reason": "Risk"}, [("given", [])]),
        (
            {"consent": True, "consent_refused_of": ["health"], "no_consent_reason": "Risk"},
            [("given", []), ("refused", ["health"]), ("overridden", ["health"])],
        ),
        ({"consent_given_of": ["location"], "no_consent_reason": "Risk"}, [("given", ["location"])]),
        (
            {"consent": False, "consent_given_of": ["location"], "no_consent_reason": "Risk"},
            [("refused", []), ("given", ["location"]), ("overridden", [])],
        ),
        ({}, []),
    ],
)
def test_what_a_referral_says_of_consent(said: dict[str, Any], told: list[tuple[str, list[str]]]) -> None:
    made = referral(**ReferralMade.model_validate({"people": [ann()]} | said).model_dump(include=said.keys()))
    known = Told(made, (), (), victims=("her",), perpetrators=())
    assert [(each.answer, list(each.of)) for each in hers_of("her", [known]).consents] == told
