"""The simulated staff: who sets up the area, answers alerts, calls the meetings and lists the cases."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, pairwise
from typing import Any

import anyio

from chassis.clock import LONDON, add_working_days
from chassis.ids import Ids
from chassis.settings import Settings
from contracts.rules.areas import OPERATORS
from deploy.demo import children, listing
from deploy.demo.caseload import MARACS, Caseload
from deploy.demo.client import Client, Unexpected
from deploy.demo.names import SCHOOL_NUMBERS
from deploy.demo.research import ask, prepare

OPERATOR = "aisha-bright"
ADMINISTRATOR = "colin-wray"
COORDINATOR, TASKING = "priya-nair", "tom-achterberg"
SUPERVISOR = "helen-sato"
DUTY_OFFICER = "marcus-dunne"
IDVA, IDVA_WORKER, OFFICER = "harbour-idva", "carys-bevan", "tess-okoro"
READERS = (SUPERVISOR, "kit-sorrell", "una-frost", "ines-calder")
"""Who confirms orders: for response, for the neighbourhood, for the control room, for the council."""

ON_CALL = {
    "northmere-north": ("dev-malik", "joan-okafor"),
    "northmere-east": ("sam-lindqvist", "mina-farrow"),
    "northmere-south": ("leila-haddad", "george-pryce"),
}
"""First and second on call of each MARAC's area."""

ADDRESSES = {
    who: {"telephone": f"07700 900{number}", "email": f"{who}@northmere.example"}
    for number, who in enumerate(
        sorted({SUPERVISOR, DUTY_OFFICER, *(who for pair in ON_CALL.values() for who in pair)}), 101
    )
}
"""Where those on call are reached: telephone numbers of Ofcom's range for drama."""

OPERATORS_ADDRESS = {"telephone": "07700 900190", "email": f"{OPERATOR}@goldthread.example"}

AGENCIES = (
    ("northmere-police", "Northmere Police", "police"),
    ("northmere-council", "Northmere Council", "council"),
    ("northmere-hospital", "Northmere Hospital", "health"),
    ("eastvale-gp", "Eastvale Surgery", "health"),
    ("castlegate-housing", "Castlegate Housing", "housing"),
    ("harbour-idva", "Harbour IDVA service", "idva-service"),
    ("hollin-bank-school", "Hollin Bank School", "education"),
)

SERVICES = {"northmere-hospital": "secondary-care", "eastvale-gp": "primary-care"}
"""Which service of the data return an agency is. The council is several: its referrals name none."""

AREAS = (
    ("northmere", "Northmere", "force", None),
    ("northmere-matac", "Northmere MATAC", "matac", "northmere"),
    ("northmere-north", "Northmere North", "marac", "northmere"),
    ("northmere-east", "Northmere East", "marac", "northmere"),
    ("northmere-south", "Northmere South", "marac", "northmere"),
)

WEEKS = 12
"""How many weeks of the rota are planned ahead."""
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
GAP = (timedelta(days=2, hours=10), timedelta(days=2, hours=22))
"""In the north nobody is on from Wednesday 7pm until Thursday 7am of next week: the planner shows it."""
MEETINGS = {"northmere-north": 2, "northmere-east": 3, "northmere-south": 5}
"""In how many working days each MARAC meets next; and again a fortnight later."""
FORTNIGHT = timedelta(days=14)

ADULT_WOMEN = {"northmere-north": 41_300, "northmere-east": 58_900, "northmere-south": 36_700}
"""How many women of 16 and over live in each MARAC's area: invented."""

POSTS: dict[str, dict[str, float]] = {
    "northmere-north": {"idva_capacity_fte": 3.5, "coordinator_capacity_fte": 1.0},
    "northmere-east": {"idva_capacity_fte": 4.0, "coordinator_capacity_fte": 1.5},
    "northmere-south": {"idva_capacity_fte": 2.5},
}
"""How many IDVAs and coordinators each has: invented. Of the south's coordinators nobody told."""

ALERT_SECONDS, BROUGHT_SECONDS = 5.0, 60.0
LISTING_SECONDS = 90.0
POLL_SECONDS = 0.08


def shifts_of(area: str, start: datetime, now: datetime) -> list[tuple[datetime, datetime]]:
    """An area's shifts: one for the year until last week, then a week each, from Monday at 9am. In the east
    two overlap for an hour at each hand-over; in the north there is a gap next week. The force has one."""
    today = now.astimezone(LONDON).date()
    mondays = [
        datetime.combine(today - timedelta(days=today.weekday()) + n * WEEK, time(9), LONDON).astimezone(UTC)
        for n in range(-1, WEEKS + 1)
    ]
    if area not in ON_CALL:
        return [(start, mondays[-1])]
    longer = HOUR if area == "northmere-east" else timedelta()
    found = [(start, mondays[0] + longer)] + [(one, other + longer) for one, other in pairwise(mondays)]
    if area == "northmere-north":
        begins, ends = found[3]
        found[3:4] = [(begins, begins + GAP[0]), (begins + GAP[1], ends)]
    return found


class Staff:
    """Everybody who works with Goldthread in the try-out."""

    def __init__(self, client: Client, settings: Settings, load: Caseload) -> None:
        self._client = client
        self._load = load
        self._ids = Ids(settings.secret.get_secret_value())
        self._issuer = settings.trusted_issuer
        self._answered, self._taken = count(), count()
        self.area_of: dict[str, str] = {}
        """The area of each breach, by its root: who is on call for it."""

    async def set_up(self) -> None:
        """The areas, the agencies and the rota, before anything happens."""
        for area, name, kind, within in AREAS:
            said = {"area": area, "name": name, "kind": kind, **({"within": within} if within else {})}
            await self._configure(OPERATOR, "areas", area, said)
        for agency, name, kind in AGENCIES:
            defined: dict[str, Any] = {"agency": agency, "name": name, "kind": kind}
            defined["serves"] = list(MARACS) if kind == "idva-service" else []
            defined["school"] = SCHOOL_NUMBERS.get(name)
            defined["service"] = SERVICES.get(agency)
            await self._configure(OPERATOR, "agencies", agency, defined)
        days = self._header() | {"content": children.school_days(self._load.now)}
        await self._client.say(ADMINISTRATOR, "/referrals/v1/school-calendars", "demo-school-days", days)
        await ask(self._client, MARACS)
        full = self._header() | {"content": {"support": "idva", "places": 0, "waiting": 4}}
        await self._client.say(IDVA, "/referrals/v1/capacities", "demo-capacity", full)
        for area, (first, second) in {**ON_CALL, "northmere": (DUTY_OFFICER, SUPERVISOR)}.items():
            for number, (starts, ends) in enumerate(shifts_of(area, self._load.start, self._load.now)):
                on = (second, first) if number % 2 else (first, second)
                reached = number > 0 or area not in ON_CALL
                said = self._shift(area, starts, ends, *on, reached=reached)
                await self._configure(ADMINISTRATOR, "rota", f"{area}-{number}", said)
        await self._operators()

    async def _operators(self) -> None:
        """Who operates Goldthread is on call for it, on a rota of their own."""
        starts = self._load.now
        times = {"starts": starts.isoformat(), "ends": (starts + WEEKS * WEEK).isoformat()}
        first = {"person": self._ids.staff(self._issuer, OPERATOR), "name": "Aisha Bright"}
        said = {"area": OPERATORS, **times, "first": first | OPERATORS_ADDRESS}
        await self._configure(OPERATOR, "rota", OPERATORS, said)

    def _shift(
        self, area: str, starts: datetime, ends: datetime, first: str, second: str, *, reached: bool
    ) -> dict[str, Any]:
        """A shift; those on it have telephones and addresses if they are to be reached: of the
        areas' year gone by nobody looks at messages, and it is a gap that the supervisor takes."""
        posts = {"first": first, "second": second, "supervisor": SUPERVISOR, "duty_officer": DUTY_OFFICER}
        people = {
            post: {"person": self._ids.staff(self._issuer, who), "name": who.replace("-", " ").title()}
            | (ADDRESSES[who] if reached else {})
            for post, who in posts.items()
        }
        return {"area": area, "starts": starts.isoformat(), "ends": ends.isoformat(), **people}

    async def _configure(self, who: str, what: str, key: str, content: dict[str, Any]) -> None:
        body = self._header() | {"content": content}
        await self._client.say(who, f"/notify/v1/{what}", f"demo-{what}-{key}", body)

    def _header(self) -> dict[str, Any]:
        at = self._load.start.isoformat()
        return {"occurred": at, "recorded": at, "basis": "public-task", "purpose": "safeguarding"}

    async def waiting(self) -> dict[str, str]:
        """The rules of the alerts that somebody was called for, and nobody has answered yet, by cause."""
        answer = await self._client.call(SUPERVISOR, "GET", "/notify/v1/alerts")
        return {alert["cause"]: alert["rule"] for alert in answer.json()["waiting"] if alert["tries"]}

    async def answer_breach(self, cause: str, at: datetime) -> datetime:
        """Wait for the alert of a breach, and answer it as the people on call do; give the time then."""
        waiting: dict[str, str] = {}
        with anyio.move_on_after(ALERT_SECONDS):
            while waiting.get(cause) != "breach":
                await anyio.sleep(POLL_SECONDS)
                waiting = await self.waiting()
        return await self._answer_each(waiting, at)

    async def answer_brought(self, causes: Iterable[str]) -> None:
        """Whoever is on call takes the alerts of breaches that partners brought along, as they come."""
        left = set(causes)
        with anyio.move_on_after(BROUGHT_SECONDS):
            while left:
                async with anyio.create_task_group() as together:
                    for cause in left & (await self.waiting()).keys():
                        first, _ = ON_CALL[self.area_of[cause]]
                        together.start_soon(self._does, first, cause, "acknowledge")
                        left.discard(cause)
                await anyio.sleep(POLL_SECONDS)

    async def answer_all(self, at: datetime) -> datetime:
        """Answer whatever waits; give the time when that is done."""
        return await self._answer_each(await self.waiting(), at)

    async def _answer_each(self, waiting: dict[str, str], at: datetime) -> datetime:
        for cause, rule in waiting.items():
            if rule == "breach":
                at = await self._answer(cause, at)
            elif taken := await self._does(SUPERVISOR, cause, "acknowledge"):
                await self._say_what_was_done(taken)
        return at

    async def _say_what_was_done(self, taken: dict[str, Any]) -> None:
        """The supervisor says it of what they took, but for one in eight: those are late, and asked for."""
        if taken["say_by"] is None or next(self._taken) % 8 == 0:
            return
        said = {part: taken[part] for part in ("cause", "rule", "generation")} | {"outcome": "dealt-with"}
        said["narrative"] = {"text": "Rang the team whose it is. They have it in hand."}
        at = {"occurred": taken["answered_at"], "recorded": taken["answered_at"]}
        key = f"demo-done-{taken['cause']}-{taken['rule']}-{taken['generation']}"
        body = self._header() | at | {"content": said}
        await self._client.say(SUPERVISOR, "/notify/v1/resolutions", key, body)

    async def _does(self, who: str, cause: str, what: str, **more: str) -> dict[str, Any] | None:
        """The alert after somebody did this about it; none where they could not. Meanwhile it may have become
        another, for which nobody was called yet, or need no answer any more: what still waits is answered the
        next time."""
        path = f"/notify/v1/alerts/{cause}/{what}"
        try:
            answer = await self._client.call(who, "POST", path, json=more or None)
        except Unexpected as refused:
            if refused.status not in (404, 409):
                raise
            return None
        shown: dict[str, Any] = answer.json()
        return shown

    async def _answer(self, cause: str, at: datetime) -> datetime:
        first, second = ON_CALL[self.area_of.get(cause, MARACS[0])]
        number = next(self._answered)
        who, minutes = first, 1 + number % 4
        if number % 9 == 4 and await self._does(first, cause, "pass-on", reason="cannot-take"):
            who = second
        elif number % 7 == 3:
            who, minutes = second, 7  # nobody took it in five minutes: the second was called
        at += timedelta(minutes=minutes)
        await self._client.set_clock(at)
        if not await self._does(who, cause, "acknowledge"):
            await self._does(SUPERVISOR, cause, "acknowledge")
        return at

    async def confirm_orders(self) -> None:
        """Whoever was sent orders reads what waits for them, but for one in four."""
        for who in READERS:
            answer = await self._client.call(who, "GET", "/orders/v1/orders")
            for order in answer.json()["to_confirm"]["orders"]:
                for line in order["teams"] if int(order["order"][-1], 16) % 4 else ():
                    said = {"team": line["team"], "version": line["version"]}
                    path = f"/orders/v1/orders/{order['order']}/acknowledgements"
                    await self._client.call(who, "POST", path, json=said)

    async def call_meetings(self) -> None:
        """The coordinator calls each MARAC's next two meetings, lists those of its cases that have room, and
        publishes the agenda of the next; who comes prepares."""
        await listing.choose(self._client)
        async with anyio.create_task_group() as together:
            for area in MARACS:
                together.start_soon(self._call_meetings_of, area)

    async def _call_meetings_of(self, area: str) -> None:
        living = {"area": area, "adult_women": ADULT_WOMEN[area]}
        living |= {"as_at": "2024-06-30", "source": "Invented estimates"}
        await self._client.say(ADMINISTRATOR, "/marac/v1/populations", f"demo-population-{area}", living)
        posts = {"area": area, "as_at": "2024-06-30", **POSTS[area]}
        await self._client.say(ADMINISTRATOR, "/marac/v1/capacities", f"demo-capacity-{area}", posts)
        day = add_working_days(self._load.now.date(), MEETINGS[area])
        now, later = listing.listed(self._load, area)
        meeting = await self._call_meeting(area, f"demo-meeting-{area}", day, now)
        await prepare(self._client, meeting, len(now))
        await self._publish(area, meeting)
        await self._call_meeting(area, f"demo-meeting-later-{area}", day + FORTNIGHT, later)

    async def _call_meeting(self, area: str, key: str, day: date, cases: Iterable[str]) -> str:
        starts = datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)
        said = {"area": area, "starts": starts.isoformat(), "venue": "Council offices, committee room 2"}
        if area != listing.SOUTH:
            said |= {"chair": self._ids.staff(self._issuer, listing.CHAIR), "chair_name": "Rowan Ellis"}
        meeting = await self._client.say(COORDINATOR, "/marac/v1/meetings", key, said)
        async with anyio.create_task_group() as together:
            for case in cases:
                together.start_soon(self._list_case, meeting.root, case)
        return meeting.root

    async def _publish(self, area: str, meeting: str) -> None:
        path = f"/marac/v1/meetings/{meeting}/publications"
        try:
            await self._client.say(COORDINATOR, path, f"demo-published-{area}", {"after": 0})
        except Unexpected as refused:
            if refused.status != 409:  # before a stop it was published as it stood then
                raise

    async def write_messages(self) -> None:
        """The IDVA asks the officer in each case of the north that has both; every other one is answered."""
        text, sent = "When does his bail end? I would like to tell her before it does.", dict[str, str]()
        for key in listing.listed(self._load, "northmere-north")[0]:
            path = f"/marac/v1/cases/{self._client.receipts[key].root}/messages"
            with suppress(Unexpected):  # nobody of hers is in that case
                asked = await self._client.say(IDVA_WORKER, path, f"demo-asked-{key}", {"text": text})
                sent[key] = asked.root
        await self._client.settled()  # who answers has the message before them
        for key in list(sent)[::2]:
            path = f"/marac/v1/cases/{self._client.receipts[key].root}/messages"
            answer = {"text": "On Friday at noon. I will ring you first.", "answers": sent[key]}
            await self._client.say(OFFICER, path, f"demo-answered-{key}", answer)

    async def decide_candidates(self) -> None:
        """Of whoever is put forward, the MATAC coordinator takes up the first, and not the second; the others
        wait."""
        found = (await self._client.call(TASKING, "GET", "/marac/v1/candidates")).json()["people"]
        decisions = ({"decision": "taken-up"}, {"decision": "not-taken-up", "reason": "managed-elsewhere"})
        for line, said in zip(found, decisions, strict=False):
            path = f"/marac/v1/cohort/{line['person']}/decision"
            await self._client.say(TASKING, path, f"demo-decided-{line['person']}", said)

    async def _list_case(self, meeting: str, key: str) -> None:
        path = f"/marac/v1/meetings/{meeting}/cases"
        case = {"case": self._client.receipts[key].root}
        with anyio.move_on_after(LISTING_SECONDS):
            while True:
                try:
                    await self._client.say(COORDINATOR, path, f"demo-listed-{key}", case)
                except Unexpected:
                    await anyio.sleep(POLL_SECONDS)  # the meeting is not folded yet
                else:
                    return
        raise Unexpected("a case could not be listed")
