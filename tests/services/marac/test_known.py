"""As it was known: the page of then is the page that was shown then."""

from datetime import datetime, timedelta

from contracts.events.alerts import AlertAcknowledged
from contracts.vocabulary import AlertRule
from tests.services.marac import caseload
from tests.services.marac.conftest import Marac, complete, prepared
from tests.support.facts import IDS
from tests.support.waiting import until


async def test_the_case_as_it_was_known(marac: Marac) -> None:
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    then: datetime = marac.runtime.clock.now()
    marac.runtime.clock.set(then + timedelta(days=3))
    taken = AlertAcknowledged(
        rule=AlertRule.BREACH, cause=made.breach, generation=1, person=IDS.staff("issuer", "on-call")
    )
    await marac.say("police", taken)
    await marac.say("police", caseload.service().said.model_copy(update={"order": None, "reference": "R"}))

    async def answered() -> bool:
        return bool((await marac.page("chair", made.case))["alerts"][0]["alerts"][0]["state"] == "answered")

    await until(answered)
    past = (
        await marac.http.get(
            f"/marac/v1/cases/{made.case}",
            params={"at": then.isoformat()},
            headers={"Authorization": "Bearer chair"},
        )
    ).json()
    assert past["known_at"] is not None
    assert past["alerts"][0]["alerts"][0]["state"] == "unanswered"
    assert past["missing"][0]["code"] == "alert-unanswered"
    future = (then + timedelta(days=9)).isoformat()
    refused = await marac.http.get(
        f"/marac/v1/cases/{made.case}", params={"at": future}, headers={"Authorization": "Bearer chair"}
    )
    assert refused.status_code == 409
