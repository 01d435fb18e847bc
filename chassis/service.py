"""What a service is: its views, its routes, who may do what, and what it takes from partners."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter

from chassis.archive import Archive
from chassis.facts import Fact
from chassis.http.problem import ProblemPage
from chassis.views import View
from contracts.content import Content

if TYPE_CHECKING:
    from chassis.http.auth import Caller
    from chassis.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Service:
    """One of the four services, declared: the only wiring it has."""

    name: str
    views: tuple[View, ...]
    routers: tuple[APIRouter, ...]
    rights: Mapping[str, frozenset[str]]
    """Each right, and the roles that have it. Whoever has none of them finds nothing there."""
    accepts: Mapping[type[Content], str]
    """What agencies may post, correct and withdraw here, and the right that it takes."""
    admit: Callable[[Archive, "Caller", Content, str], Awaitable[Content]] | None = None
    """What every content goes through before it is taken, posted or as a correction of what is known under
    this root: it is refused, or given what is the service's to give (``Content.given``)."""
    revisable: Callable[[Archive, "Caller", Content], Awaitable[None]] | None = None
    """What the newest content of a fact goes through before its caller corrects or withdraws it: it is
    refused where it was not theirs to say, whoever of their agency had said it."""
    readable: Callable[[Archive, "Caller", Fact[Content]], Awaitable[None]] | None = None
    """What each version of a fact goes through before its caller, of the agency that said it, is shown what
    it said: refused (404) where it is not theirs to see."""
    tasks: tuple[Callable[["Runtime"], Awaitable[None]], ...] = ()
    problem_page: ProblemPage | None = None
    """How a person is shown a problem, where the service has pages."""
    fold_version: int = 1
    """Raised with every release in which a fold gives other rows for the same facts: its first process
    marks everything, and from then on no process of an older release folds (``release.py``)."""
    reads_audit: bool = False
    """Whether it keeps who was shown what by every service, not by itself alone."""
    tables: tuple[type, ...] = ()
    """Further tables of the service's own, such as claims of a sender. Nothing that a restore needs."""
