"""What stands around every page: header, navigation, the loudest bar, footer; and how a page is made.

Templates of ours are strict: a name that is not there is a fault. The Design System's own templates
lean on names that nobody gave, so they live in an environment of their own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

from jinja2 import (
    ChainableUndefined,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
)
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis.feeds import Silent
from chassis.http.auth import HOW_FAR, Caller, roles_with
from chassis.http.problem import Problem
from chassis.pages.assets import PREFIX, Assets, asset
from chassis.pages.texts import OWN, Texts
from chassis.pages.times import Times
from contracts.rules.alert_path import PathState

TEMPLATES = Path(__file__).parent / "templates"


class Loudness(IntEnum):
    """How loud a bar is, the loudest first. There is only ever one bar: it says what all but practice say."""

    ALERT_PATH_BROKEN = 1
    CALLED = 2
    NOT_SOUND = 3
    AS_KNOWN = 4
    PRACTICE = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """What stands above everything, on paper too, and cannot be closed."""

    loudness: Loudness
    text: Markup
    href: str | None = None


def loudest(bars: Iterable[Bar]) -> Bar | None:
    """The one bar of a page: as loud as the worst, with what the others say after it. That a page is not
    sound, or of another day, is hidden by nothing; that its data are for practice is said where nothing is
    wrong."""
    worst = sorted(bars, key=lambda bar: bar.loudness)
    if not worst:
        return None
    more = [bar.text for bar in worst[1:] if bar.loudness is not Loudness.PRACTICE]
    return replace(worst[0], text=Markup(" · ").join([worst[0].text, *more]))


def _of_then(bars: Iterable[Bar]) -> bool:
    """Whether the page is one as it was known, of which *today* is another day."""
    return any(bar.loudness is Loudness.AS_KNOWN for bar in bars)


IN_NAVIGATION = 5
"""So many items at most: the first of each role's, in the order of the list."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the navigation: a message id, where it leads, and the roles that have it."""

    text: str
    href: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks at a page, and when."""

    now: datetime
    path: str
    number: str
    """Whom to ring where pages or alerts do not work."""
    caller: Caller | None = None
    bars: Sequence[Bar] = field(default_factory=tuple)
    unread: int = 0
    """How many records of the service could not be read, nobody knows about whom."""
    silent: Sequence[Silent] = ()
    """Agencies of which the service has heard nothing for longer than usual."""
    fresh: datetime | None = None
    """Before when all that was accepted is in the service's rows, two seconds ago; None: nobody can tell."""
    how_far: str | None = None
    """Where they see how far each agency's feed has come; None: they may not, or nothing leads anywhere."""

    @property
    def roles(self) -> frozenset[str]:
        """The roles of who looks; none where nobody is signed in."""
        return self.caller.roles if self.caller else frozenset()


class Pages:
    """Makes the pages of one service. ``templates`` and ``texts`` are folders of the service's own."""

    def __init__(
        self,
        service: str,
        templates: Path,
        texts: Path | None = None,
        navigation: Sequence[Item] = (),
        *,
        tells_silence: bool = False,
    ) -> None:
        """``tells_silence``: every page depends on what all agencies say, and says which are silent."""
        self.service = service
        self._tells_silence = tells_silence
        self.texts = Texts([OWN] if texts is None else [OWN, texts])
        self._navigation = tuple(navigation)
        self._environment = _environment(templates, self.texts)

    def look(self, request: Request, caller: Caller | None = None, *bars: Bar) -> Look:
        """Who looks, at which page, and when."""
        runtime = request.app.state.runtime
        if not runtime.settings.production:
            bars = (*bars, Bar(Loudness.PRACTICE, self.texts("frame.practice")))
        if caller is not None and runtime.path.state is not PathState.SOUND:
            bars = (*bars, Bar(Loudness.ALERT_PATH_BROKEN, self._alerts_stop(runtime, then=_of_then(bars))))
        if runtime.may_repeat:
            bars = (*bars, Bar(Loudness.NOT_SOUND, self.texts("frame.without-log")))
        unread = runtime.watch.seen.whose_unknown
        silent = runtime.silences if self._tells_silence and caller is not None else ()
        may_see = caller is not None and caller.roles & roles_with(HOW_FAR, runtime)
        how_far = f"/{self.service}/how-far" if may_see else None
        fresh = runtime.watch.fresh
        now, number = runtime.clock.now(), runtime.settings.fallback_number
        return Look(now, request.url.path, number, caller, bars, unread, silent, fresh, how_far)

    def _alerts_stop(self, runtime: Any, *, then: bool) -> Markup:
        """That alerts do not get out, or that nobody knows whether they do."""
        when = Times(self.texts, runtime.clock.now(), in_full=then).when(runtime.path.since)
        number = runtime.settings.fallback_number
        return self.texts(f"path.{runtime.path.state}", when=when, number=number)

    async def unsound(self, runtime: Any, *subjects: str, then: datetime | None = None) -> Sequence[Bar]:
        """The bars of a page that is made of these subjects (``p:…``, ``o:…``): that a row is its last good
        one, and that records about them could not be read."""
        now, found = runtime.clock.now(), await runtime.incomplete(subjects)
        broken = self.broken(await runtime.last_good(subjects), now, then)
        return (*broken, *self.incomplete(found.records, found.told, now, then))

    def broken(self, since: datetime | None, now: datetime, then: datetime | None = None) -> Sequence[Bar]:
        """The bar of a page whose row is the last good one of that time; none for None. ``then``: which day
        the page is of, where it is one of then: *today* would be read as that day."""
        if since is None:
            return ()
        when = self._times(now, then).when(since)
        return (Bar(Loudness.NOT_SOUND, self.texts("page.broken", when=when)),)

    def as_known(self, then: datetime | None, now: datetime, address: str) -> Sequence[Bar]:
        """The bar of a page of then, which leads to the page of now; none for None."""
        if then is None:
            return ()
        when = Times(self.texts, now).absolute(then)
        return (Bar(Loudness.AS_KNOWN, self.texts("page.as-known", when=when), address),)

    def incomplete(
        self, records: int, told: datetime | None, now: datetime, then: datetime | None = None
    ) -> Sequence[Bar]:
        """The bar of a page about which so many records could not be read; none for 0. ``then`` as above."""
        if not records:
            return ()
        when = self._times(now, then).when(told) if told else None
        says = self.texts("page.incomplete-told", when=when) if when else self.texts("page.incomplete-untold")
        return (Bar(Loudness.NOT_SOUND, self.texts("page.incomplete", n=records, told=says)),)

    def _times(self, now: datetime, then: datetime | None) -> Times:
        return Times(self.texts, now, in_full=then is not None)

    def show(self, template: str, look: Look, status: int = 200, **shown: Any) -> HTMLResponse:
        """A page as an answer. Raises jinja2.UndefinedError for a name that nobody gave."""
        return HTMLResponse(self.render(template, look, **shown), status)

    def render(self, template: str, look: Look, **shown: Any) -> str:
        """A page's HTML. What navigation has no room for stands at the foot of the page. A page that does not
        say how fresh it is, as a page of then does, has it said for it."""
        then = _of_then(look.bars)
        theirs = [item for item in self._navigation if item.roles & look.roles]
        return self._environment.get_template(template).render(
            look=look,
            times=Times(self.texts, look.now, in_full=then),
            bar=loudest(look.bars),
            navigation=theirs[:IN_NAVIGATION],
            elsewhere=theirs[IN_NAVIGATION:],
            service=self.service,
            freshness_said=["then"] if then else [],
            **shown,
        )

    def problem(self, request: Request, problem: Problem) -> HTMLResponse:
        """A problem as a person reads it. What is not there and what is not theirs read alike.

        An application shows its problems so with ``app.state.problem_page = pages.problem``.
        """
        code = problem.code if f"problem.{problem.code}" in self.texts else "other"
        page = self.show("goldthread/problem.html", self.look(request), problem.status, code=code)
        page.headers.update(problem.headers)
        return page


def mount_assets(app: Starlette) -> None:
    """Serve the style sheets and scripts at ``/assets``."""
    app.mount(PREFIX, Assets(), "assets")


class Components:
    """The Design System's macros by name: ``govuk.button({...})``, ``govuk.service_navigation({...})``."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def __getattr__(self, name: str) -> Any:
        """The macro of a component. Raises jinja2.TemplateNotFound, AttributeError."""
        words = name.split("_")
        template = f"govuk_frontend_jinja/components/{'-'.join(words)}/macro.html"
        macro = getattr(
            self._environment.get_template(template).module, f"govuk{''.join(map(str.capitalize, words))}"
        )
        setattr(self, name, macro)
        return macro


def _environment(templates: Path, texts: Texts) -> Environment:
    system = Environment(
        loader=PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        autoescape=True,
        auto_reload=False,
        undefined=ChainableUndefined,
    )
    ours = Environment(
        loader=ChoiceLoader(
            [PrefixLoader({"goldthread": FileSystemLoader(TEMPLATES)}), FileSystemLoader(templates)]
        ),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        lstrip_blocks=True,
    )
    ours.globals |= {
        "asset": asset,
        "govuk": Components(system),
        "govuk_template": system.get_template("govuk_frontend_jinja/template.html"),
        "label": texts.label,
        "language": texts.language,
        "said": texts.said,
        "t": texts,
    }
    return ours
