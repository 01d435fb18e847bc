"""Of several alerts about one cause each calls in its own right, and nobody twice in a minute for them."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.facts import FactSet
from contracts.events.alerts import AlertAcknowledged, AlertCalled, AlertRaised, AlertStoodDown, DeliveryTried
from contracts.vocabulary import AlertRule, Channel, DeliveryResult, Urgency
from services.notify.rules.beside import TWICE
from services.notify.views import AlertRow
from tests.services.notify.world import CAUSE, RAISED, World, on_call, rota, staff
from tests.support.facts import area

A, B = AlertRule.BREACH, AlertRule.PRODUCTION
NAMES = {staff(name): name for name in ("amira", "ben", "cath", "dev")}


@dataclass
class Together(World):
    """Several alerts about one cause. Whoever is called has the message at once, unless they do not."""

    arrives: bool = True
    urgencies: dict[AlertRule, Urgency] = field(default_factory=dict)

    def raised(self, rule: AlertRule, urgency: Urgency = Urgency.NOW) -> None:
        """An alert of a rule."""
        self.hear(AlertRaised(rule=rule, cause=CAUSE, generation=1, urgency=urgency, routing=area("north")))

    def taken(self, rule: AlertRule, name: str) -> None:
        """Somebody takes one of them."""
        self.hear(AlertAcknowledged(rule=rule, cause=CAUSE, generation=1, person=staff(name)))

    def calls(self, *, silent: bool = True) -> list[tuple[float, AlertRule, str, bool]]:
        """Minutes, rule, who, and whether another alert's message tells them."""
        return sorted(
            (
                (each.occurred - RAISED).total_seconds() / 60,
                each.said.rule,
                NAMES[each.said.person or ""],
                each.said.told_by is not None,
            )
            for each in FactSet(self.facts).current(AlertCalled)
            if silent or each.said.told_by is None
        )

    def arrive(self) -> None:
        """Every message that is to go out arrives."""
        for alert in (self.row, *self.row.others):
            for call in alert.calls:
                if call.told_by is None and call.tried is None and call.messages:
                    self._try(alert, call.id)

    def _try(self, alert: AlertRow, call: str) -> None:
        said = DeliveryTried(
            cause=CAUSE, call=call, channel=Channel.WEBHOOK, attempt=1, result=DeliveryResult.DELIVERED
        )
        self.hear(said)


def test_two_at_once_for_one_person_are_one_message_that_says_so() -> None:
    """Of both the first on call is asked, though a clock's is its supervisor first: they are one person."""
    world = Together(configuration=rota(supervisor=on_call("amira")))
    world.raised(A)
    world.raised(B)
    assert world.calls() == [(0, A, "amira", False), (0, B, "amira", True)]
    assert (world.row.count, [other.rule for other in world.row.others]) == (2, [B])
    world.arrive()
    world.wait(299)
    assert len(world.calls()) == 2, "the message that arrived is of both: each has its five minutes"
    world.wait(1)
    assert world.calls()[2:] == [(5, A, "ben", False), (5, B, "dev", False)]


def test_two_people_are_called_at_once_each_for_their_own() -> None:
    world = Together()
    world.raised(A)
    world.raised(B)
    assert world.calls() == [(0, A, "amira", False), (0, B, "cath", False)]


def test_what_is_raised_later_calls_whoever_was_called_before_with_a_message_of_its_own() -> None:
    world = Together(configuration=rota(supervisor=on_call("amira")))
    world.raised(A)
    world.arrive()
    world.wait(120)
    world.raised(B)
    assert world.calls()[-1] == (2, B, "amira", False)


def test_a_step_that_is_over_since_a_moment_calls_nobody_twice_either() -> None:
    """Nobody is reached: the one ladder comes to whom the other had called 59 seconds before."""
    world = Together()
    world.raised(A)
    world.wait(1)
    world.raised(B)
    world.wait(59)
    assert [each[3] for each in world.calls() if each[1:3] == (A, "cath")] == [True]


def test_but_not_within_a_minute() -> None:
    world = Together(configuration=rota(supervisor=on_call("amira")))
    world.raised(A)
    world.arrive()
    world.wait(20)
    world.raised(B)
    assert world.calls()[-1][1:] == (B, "amira", True)


def test_an_email_of_before_tells_nobody_of_what_is_to_be_rung_for() -> None:
    both = {"telephone": "07700 900123", "email": "amira@northmere.example"}
    amira = on_call("amira", webhook=False, **both)
    world = Together(configuration=rota(first=amira, supervisor=amira))
    world.raised(B, Urgency.DAY)
    world.raised(A)
    assert world.calls() == [(0, A, "amira", False), (0, B, "amira", False)]


def test_when_one_is_taken_the_other_climbs_on() -> None:
    world = Together(configuration=rota(supervisor=on_call("amira")))
    world.raised(A)
    world.raised(B)
    world.arrive()
    world.taken(A, "amira")
    assert (world.row.rule, world.row.waiting, world.row.count) == (B, True, 1)
    world.wait(300)
    assert world.calls()[2:] == [(5, B, "dev", False)]


def test_one_whose_message_never_went_out_is_not_told_by_it() -> None:
    """The first is stood down before its message is sent: the next is called for the second at once."""
    world = Together(configuration=rota(supervisor=on_call("amira")))
    world.raised(A)
    world.raised(B)
    world.hear(AlertStoodDown(rule=A, cause=CAUSE, generation=1))
    world.wait(30)
    assert world.calls()[2:] == [(0.5, B, "dev", False)]


RAISES = st.lists(
    st.tuples(st.sampled_from([A, B, AlertRule.NO_ANSWER]), st.sampled_from(Urgency), st.integers(0, 200)),
    min_size=2,
    max_size=3,
    unique_by=lambda each: each[0],
)


@settings(max_examples=6, deadline=None)
@given(raises=RAISES, arrives=st.booleans(), one=st.booleans())
def test_nobody_is_called_twice_in_a_minute_about_one_cause_and_none_is_left_out(
    raises: list[tuple[AlertRule, Urgency, int]], arrives: bool, one: bool
) -> None:
    posts = {"supervisor": on_call("amira"), "duty_officer": on_call("ben")} if one else {}
    world = Together(configuration=rota(**posts))
    for rule, urgency, seconds in raises:
        world.wait(seconds)
        world.raised(rule, urgency)
        if arrives:
            world.arrive()
    for _ in range(2):
        world.wait(300)
        if arrives:
            world.arrive()
    assert {rule for _, rule, _, _ in world.calls()} == {rule for rule, _, _ in raises}
    mine: dict[str, list[tuple[float, AlertRule]]] = {}
    for minute, rule, name, _ in world.calls(silent=False):
        mine.setdefault(name, []).append((minute, rule))
    for calls in mine.values():
        for (before, first), (after, second) in pairwise(calls):
            assert first is second or timedelta(minutes=after - before) >= TWICE
